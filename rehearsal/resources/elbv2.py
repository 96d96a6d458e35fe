"""Elastic Load Balancing: application load balancers, target groups and listeners."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.api import pascal, refusal
from rehearsal.ec2_requests import ec2, has_internet_gateway
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

NAME = re.compile(r"(?!internal-)(?!.*--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")


def balancer_name(inputs: Inputs) -> str | None:
    """Names of load balancers and target groups: Elastic Load Balancing API Reference, CreateLoadBalancer."""
    name = str(inputs.get("name", ""))
    if NAME.fullmatch(name):
        return None
    return f"the name {name!r} is not allowed: use 1 to 32 letters, digits and single hyphens between them"


def two_subnets(inputs: Inputs) -> str | None:
    """An application load balancer stands in two zones at least."""
    subnets = inputs.get("subnets")
    if subnets is None or len(set(subnets)) >= 2:
        return None
    return "an application load balancer needs two subnets in different zones: give it one of each zone"


def logged_into_bucket(inputs: Inputs) -> str | None:
    """Access logs name their bucket, and their prefix holds no `AWSLogs`."""
    logs = inputs.get("accessLogs") or {}
    if logs.get("enabled") and "AWSLogs" in str(logs.get("prefix", "")):
        return "the prefix of access logs cannot hold AWSLogs: choose another"
    return None


def health_check(inputs: Inputs) -> str | None:
    """Seconds and counts of a health check."""
    check = inputs.get("healthCheck") or {}
    interval, timeout = check.get("interval", 30), check.get("timeout", 5)
    if not 5 <= interval <= 300 or not 2 <= timeout <= 120:
        return "a health check's interval has 5 to 300 seconds, its timeout 2 to 120: change them"
    if timeout >= interval:
        return f"a health check's timeout of {timeout} s is not below its interval of {interval} s: shorten it"
    if not all(2 <= check.get(name, 3) <= 10 for name in ("healthyThreshold", "unhealthyThreshold")):
        return "a health check's thresholds are 2 to 10: change them"
    return None


def target_seconds(inputs: Inputs) -> str | None:
    """Deregistration delay and slow start."""
    if not 0 <= int(inputs.get("deregistrationDelay", 300)) <= 3600:
        return "the deregistration delay has 0 to 3600 seconds: change it"
    slow_start = inputs.get("slowStart", 0)
    if slow_start != 0 and not 30 <= slow_start <= 900:
        return f"a slow start of {slow_start} s is not allowed: use 0, or 30 to 900"
    return None


def listener_certificate(inputs: Inputs) -> str | None:
    """HTTPS has a certificate and HTTP has none."""
    secure = inputs.get("protocol") == "HTTPS"
    unknown = "certificateArn" not in inputs
    if secure and not unknown and not inputs["certificateArn"]:
        return "an HTTPS listener needs a certificate: give it one, or speak HTTP"
    if not secure and (inputs.get("certificateArn") or inputs.get("sslPolicy")):
        return "an HTTP listener has neither certificate nor TLS policy: speak HTTPS, or leave them out"
    return None


def create_balancer(aws: Aws, inputs: Inputs) -> Created:
    """CreateLoadBalancer, then its attributes."""
    client = aws.client("elbv2", inputs.get("region"))
    _check_zones(aws, inputs)
    made = client.create_load_balancer(
        Name=inputs["name"],
        Type=inputs.get("loadBalancerType", "application"),
        Scheme="internal" if inputs.get("internal") else "internet-facing",
        Subnets=inputs["subnets"],
        SecurityGroups=inputs["securityGroups"],
        Tags=name_tags(inputs),
    )["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=_balancer_attributes(aws, inputs))
    return Created(
        id=arn,
        outputs={
            "arn": arn,
            "arnSuffix": arn.split(":loadbalancer/", 1)[1],
            "dnsName": f"internal-{made['DNSName']}" if inputs.get("internal") else made["DNSName"],
            "vpcId": made["VpcId"],
            "zoneId": made["CanonicalHostedZoneId"],
        },
    )


def _check_zones(aws: Aws, inputs: Inputs) -> None:
    client = ec2(aws, inputs)
    subnets = client.describe_subnets(SubnetIds=inputs["subnets"])["Subnets"]
    zones = [subnet["AvailabilityZone"] for subnet in subnets]
    if len(set(zones)) < max(2, len(zones)):
        raise refusal(
            "CreateLoadBalancer",
            "InvalidConfigurationRequest",
            f"the subnets are in {', '.join(zones)}: give a load balancer one subnet in each of two zones or more",
        )
    if not inputs.get("internal"):
        _check_gateway(client, subnets[0]["VpcId"])


def _check_gateway(client: Any, vpc_id: str) -> None:
    if not has_internet_gateway(client, vpc_id):
        raise refusal(
            "CreateLoadBalancer",
            "InvalidSubnet",
            f"{vpc_id} has no internet gateway: attach one, or make the load balancer internal",
        )


def _balancer_attributes(aws: Aws, inputs: Inputs) -> list[dict[str, str]]:
    attributes: dict[str, Any] = {
        "deletion_protection.enabled": inputs.get("enableDeletionProtection", False),
        "routing.http.drop_invalid_header_fields.enabled": inputs.get("dropInvalidHeaderFields", False),
        "routing.http.desync_mitigation_mode": inputs.get("desyncMitigationMode", "defensive"),
    }
    logs = inputs.get("accessLogs") or {}
    if logs.get("enabled"):
        _check_log_delivery(aws, inputs, logs["bucket"])
        attributes["access_logs.s3.enabled"] = True
        attributes["access_logs.s3.bucket"] = logs["bucket"]
        attributes["access_logs.s3.prefix"] = logs.get("prefix", "")
    return [
        {"Key": key, "Value": str(value).lower() if isinstance(value, bool) else value}
        for key, value in attributes.items()
    ]


def _check_log_delivery(aws: Aws, inputs: Inputs, bucket: str) -> None:
    """AWS writes a test object when logging is switched on, so that the bucket's policy must be there first."""
    try:
        policy = json.loads(aws.client("s3", inputs.get("region")).get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError:
        policy = {}
    allowed = [row for row in policy.get("Statement", []) if row["Effect"] == "Allow"]
    if not any("s3:PutObject" in row["Action"] and "Principal" in row for row in allowed):
        raise refusal(
            "ModifyLoadBalancerAttributes",
            "InvalidConfigurationRequest",
            f"access denied for bucket {bucket}: let logdelivery.elasticloadbalancing.amazonaws.com put objects there, "
            "by a policy made before the load balancer",
        )


def create_target_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateTargetGroup, then its attributes."""
    client = aws.client("elbv2", inputs.get("region"))
    check = inputs.get("healthCheck") or {}
    names = {
        "enabled": "HealthCheckEnabled",
        "protocol": "HealthCheckProtocol",
        "path": "HealthCheckPath",
        "interval": "HealthCheckIntervalSeconds",
        "timeout": "HealthCheckTimeoutSeconds",
        "healthyThreshold": "HealthyThresholdCount",
        "unhealthyThreshold": "UnhealthyThresholdCount",
    }
    made = client.create_target_group(
        Name=inputs["name"],
        Protocol=inputs["protocol"],
        Port=inputs["port"],
        VpcId=inputs["vpcId"],
        TargetType=inputs.get("targetType", "instance"),
        Matcher={"HttpCode": check.get("matcher", "200")},
        Tags=name_tags(inputs),
        **{names[name]: value for name, value in check.items() if name in names},
    )["TargetGroups"][0]
    arn = made["TargetGroupArn"]
    attributes = {
        "deregistration_delay.timeout_seconds": inputs.get("deregistrationDelay", 300),
        "slow_start.duration_seconds": inputs.get("slowStart", 0),
    }
    client.modify_target_group_attributes(
        TargetGroupArn=arn, Attributes=[{"Key": key, "Value": str(value)} for key, value in attributes.items()]
    )
    return Created(id=arn, outputs={"arn": arn, "arnSuffix": arn.rsplit(":", 1)[1]})


def create_listener(aws: Aws, inputs: Inputs) -> Created:
    """CreateListener."""
    client = aws.client("elbv2", inputs.get("region"))
    secure: dict[str, Any] = {}
    if inputs["protocol"] == "HTTPS":
        secure = {"Certificates": [{"CertificateArn": inputs["certificateArn"]}], "SslPolicy": inputs["sslPolicy"]}
    made = client.create_listener(
        LoadBalancerArn=inputs["loadBalancerArn"],
        Protocol=inputs["protocol"],
        Port=inputs["port"],
        DefaultActions=pascal(inputs["defaultActions"]),
        Tags=name_tags(inputs),
        **secure,
    )["Listeners"][0]
    return Created(id=made["ListenerArn"], outputs={"arn": made["ListenerArn"]})


RESOURCES = (
    ResourceType(
        token="aws:lb/loadBalancer:LoadBalancer",
        inputs=spec(
            "desyncMitigationMode dropInvalidHeaderFields enableDeletionProtection idleTimeout internal "
            "loadBalancerType name region securityGroups subnets tags",
            accessLogs=spec("bucket enabled prefix"),
        ),
        create=create_balancer,
        computed=("arn", "arnSuffix", "dnsName", "vpcId", "zoneId", "tagsAll"),
        replace_on=frozenset({"internal", "loadBalancerType", "name", "region"}),
        limits=(balancer_name, two_subnets, logged_into_bucket),
        emulated="partial",
        not_emulated=("no request is answered or logged, and no target's health is checked",),
        auto_name="name",
        auto_name_limit=32,
        source="Terraform AWS provider docs: aws_lb",
    ),
    ResourceType(
        token="aws:lb/targetGroup:TargetGroup",
        inputs=spec(
            "deregistrationDelay name port protocol region slowStart tags targetType vpcId",
            healthCheck=spec("enabled healthyThreshold interval matcher path port protocol timeout unhealthyThreshold"),
        ),
        create=create_target_group,
        computed=("arn", "arnSuffix", "tagsAll"),
        replace_on=frozenset({"name", "port", "protocol", "region", "targetType", "vpcId"}),
        limits=(balancer_name, health_check, target_seconds),
        auto_name="name",
        auto_name_limit=32,
        source="Terraform AWS provider docs: aws_lb_target_group",
    ),
    ResourceType(
        token="aws:lb/listener:Listener",
        inputs=spec(
            "certificateArn loadBalancerArn port protocol region sslPolicy tags",
            defaultActions=spec("targetGroupArn type"),
        ),
        create=create_listener,
        computed=("arn", "tagsAll"),
        replace_on=frozenset({"loadBalancerArn", "region"}),
        limits=(listener_certificate,),
        source="Terraform AWS provider docs: aws_lb_listener",
    ),
)
