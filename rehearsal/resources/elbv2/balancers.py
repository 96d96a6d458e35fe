"""Elastic Load Balancing: application load balancers."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.api import refusal
from rehearsal.ec2_requests import described, ec2, has_internet_gateway
from rehearsal.elbv2_requests import attribute_pairs, balancer_name, elbv2, retag, tags_of
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

IDLE_SECONDS = 60  # Elastic Load Balancing: the default


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


def create_balancer(aws: Aws, inputs: Inputs) -> Created:
    """CreateLoadBalancer, then its attributes."""
    client = elbv2(aws, inputs)
    _check_zones(aws, inputs, "CreateLoadBalancer")
    made = client.create_load_balancer(
        Name=inputs["name"],
        Type=inputs.get("loadBalancerType", "application"),
        Scheme="internal" if inputs.get("internal") else "internet-facing",
        Subnets=inputs["subnets"],
        SecurityGroups=inputs["securityGroups"],
        Tags=name_tags(inputs),
    )["LoadBalancers"][0]
    aws.made(made["LoadBalancerArn"])
    _set_attributes(aws, made["LoadBalancerArn"], inputs)
    return Created(id=made["LoadBalancerArn"], outputs=_outputs(made))


def read_balancer(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The load balancer, its attributes and tags."""
    client = elbv2(aws, state)
    [balancer] = client.describe_load_balancers(LoadBalancerArns=[identifier])["LoadBalancers"]
    pairs = client.describe_load_balancer_attributes(LoadBalancerArn=identifier)["Attributes"]
    attributes = {pair["Key"]: pair["Value"] for pair in pairs}
    logged = attributes.get("access_logs.s3.enabled") == "true"
    logs = {name: attributes.get(f"access_logs.s3.{name}") or None for name in ("bucket", "prefix")}
    held = {
        "name": balancer["LoadBalancerName"],
        "internal": balancer["Scheme"] == "internal",
        "loadBalancerType": balancer["Type"],
        "subnets": [zone["SubnetId"] for zone in balancer["AvailabilityZones"]],
        "securityGroups": balancer["SecurityGroups"],
        "accessLogs": {**logs, "enabled": True} if logged else None,
        "desyncMitigationMode": attributes.get("routing.http.desync_mitigation_mode"),
        "dropInvalidHeaderFields": attributes.get("routing.http.drop_invalid_header_fields.enabled") == "true",
        "enableDeletionProtection": attributes.get("deletion_protection.enabled") == "true",
        "idleTimeout": int(attributes.get("idle_timeout.timeout_seconds", IDLE_SECONDS)),
        "tagsAll": tags_of(client, identifier),
    }
    return Created(id=identifier, outputs={**held, **_outputs(balancer)})


def update_balancer(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Subnets, security groups, attributes and tags."""
    client = elbv2(aws, inputs)
    _check_zones(aws, inputs, "SetSubnets")
    client.set_subnets(LoadBalancerArn=identifier, Subnets=inputs["subnets"])
    client.set_security_groups(LoadBalancerArn=identifier, SecurityGroups=inputs["securityGroups"])
    _set_attributes(aws, identifier, inputs)
    retag(client, identifier, inputs["tagsAll"])
    return {}


def delete_balancer(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteLoadBalancer with its listeners, unless it is protected; the emulator does not look."""
    client = elbv2(aws, state)
    pairs = client.describe_load_balancer_attributes(LoadBalancerArn=identifier)["Attributes"]
    if {"Key": "deletion_protection.enabled", "Value": "true"} in pairs:
        message = (
            f"Load balancer '{identifier}' cannot be deleted because deletion protection is enabled: switch it off"
        )
        raise refusal("DeleteLoadBalancer", "OperationNotPermitted", message)
    client.delete_load_balancer(LoadBalancerArn=identifier)


def find_balancer(aws: Aws, inputs: Inputs) -> list[str]:
    """The load balancer of this name."""
    items = described(elbv2(aws, inputs), "describe_load_balancers", "LoadBalancers")
    return [item["LoadBalancerArn"] for item in items if item["LoadBalancerName"] == inputs["name"]]


def every_balancer(aws: Aws, region: str) -> list[str]:
    """ARNs of all load balancers of the region."""
    items = described(aws.client("elbv2", region), "describe_load_balancers", "LoadBalancers")
    return [item["LoadBalancerArn"] for item in items]


def _outputs(balancer: dict[str, Any]) -> Inputs:
    arn, name = balancer["LoadBalancerArn"], balancer["DNSName"]
    return {
        "arn": arn,
        "arnSuffix": arn.split(":loadbalancer/", 1)[1],
        "dnsName": f"internal-{name}" if balancer["Scheme"] == "internal" else name,
        "vpcId": balancer["VpcId"],
        "zoneId": balancer["CanonicalHostedZoneId"],
    }


def _check_zones(aws: Aws, inputs: Inputs, operation: str) -> None:
    client = ec2(aws, inputs)
    subnets = client.describe_subnets(SubnetIds=inputs["subnets"])["Subnets"]
    zones = [subnet["AvailabilityZone"] for subnet in subnets]
    if len(set(zones)) < max(2, len(zones)):
        raise refusal(
            operation,
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


def _set_attributes(aws: Aws, identifier: str, inputs: Inputs) -> None:
    attributes: dict[str, Any] = {
        "deletion_protection.enabled": inputs.get("enableDeletionProtection", False),
        "routing.http.drop_invalid_header_fields.enabled": inputs.get("dropInvalidHeaderFields", False),
        "routing.http.desync_mitigation_mode": inputs.get("desyncMitigationMode", "defensive"),
        "idle_timeout.timeout_seconds": inputs.get("idleTimeout", IDLE_SECONDS),
        "access_logs.s3.enabled": False,
    }
    logs = inputs.get("accessLogs") or {}
    if logs.get("enabled"):
        _check_log_delivery(aws, inputs, logs["bucket"])
        attributes["access_logs.s3.enabled"] = True
        attributes["access_logs.s3.bucket"] = logs["bucket"]
        attributes["access_logs.s3.prefix"] = logs.get("prefix", "")
    elbv2(aws, inputs).modify_load_balancer_attributes(
        LoadBalancerArn=identifier, Attributes=attribute_pairs(attributes)
    )


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


RESOURCES = (
    ResourceType(
        token="aws:lb/loadBalancer:LoadBalancer",
        inputs=spec(
            "desyncMitigationMode dropInvalidHeaderFields enableDeletionProtection idleTimeout internal "
            "loadBalancerType name region securityGroups subnets tags",
            accessLogs=spec("bucket enabled prefix"),
        ),
        create=create_balancer,
        read=read_balancer,
        update=update_balancer,
        delete=delete_balancer,
        find=find_balancer,
        every=every_balancer,
        computed=("arn", "arnSuffix", "dnsName", "vpcId", "zoneId"),
        replace_on=frozenset({"internal", "loadBalancerType", "name", "region"}),
        in_place=frozenset(
            {
                *("accessLogs", "desyncMitigationMode", "dropInvalidHeaderFields", "enableDeletionProtection"),
                *("idleTimeout", "securityGroups", "subnets", "tags"),
            }
        ),
        unordered=frozenset({"securityGroups", "subnets"}),
        defaults={
            "desyncMitigationMode": "defensive",
            "idleTimeout": IDLE_SECONDS,
            "loadBalancerType": "application",
        },
        limits=(balancer_name, two_subnets, logged_into_bucket),
        emulated="partial",
        not_emulated=("no request is answered or logged, and no target's health is checked",),
        auto_name="name",
        auto_name_limit=32,
        source="Terraform AWS provider docs: aws_lb",
    ),
)
