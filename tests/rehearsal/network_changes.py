"""Inputs of network types, machines and load balancers that change in place, and where AWS then holds them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Change:
    """Inputs that change in place, and where AWS then holds them: `held(client, id)` gives `value`."""

    token: str
    changes: dict[str, Any]
    held: Callable[[Any, str], Any]
    value: Any
    name: str = ""
    service: str = "ec2"
    stack: str = "fleet"
    undone: bool = True  # whether the old inputs can be had again

    @property
    def label(self) -> str:
        return f"{self.token}-{'-'.join(self.changes)}"


def instance_of(client: Any, identifier: str) -> dict[str, Any]:
    return dict(client.describe_instances(InstanceIds=[identifier])["Reservations"][0]["Instances"][0])


def volume_of(client: Any, identifier: str) -> dict[str, Any]:
    root = instance_of(client, identifier)["BlockDeviceMappings"][0]["Ebs"]
    return dict(client.describe_volumes(VolumeIds=[root["VolumeId"]])["Volumes"][0])


def user_data_of(client: Any, identifier: str) -> bytes:
    found = client.describe_instance_attribute(InstanceId=identifier, Attribute="userData")
    return base64.b64decode(found["UserData"]["Value"])


def template_of(client: Any, identifier: str) -> dict[str, Any]:
    found = client.describe_launch_template_versions(LaunchTemplateId=identifier, Versions=["$Default"])
    return dict(found["LaunchTemplateVersions"][0])


def rule_of(client: Any, identifier: str) -> dict[str, Any]:
    return dict(client.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"][0])


def balancer_of(client: Any, arn: str) -> dict[str, str]:
    pairs = client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    return {pair["Key"]: pair["Value"] for pair in pairs}


def targets_of(client: Any, arn: str) -> dict[str, Any]:
    pairs = client.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    group = client.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
    return {**group, **{pair["Key"]: pair["Value"] for pair in pairs}}


def listener_of(client: Any, arn: str) -> dict[str, Any]:
    return dict(client.describe_listeners(ListenerArns=[arn])["Listeners"][0])


def group_of(client: Any, name: str) -> dict[str, Any]:
    return dict(client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0])


def policy_of(client: Any, name: str) -> dict[str, Any]:
    return dict(client.describe_policies(PolicyNames=[name])["ScalingPolicies"][0]["TargetTrackingConfiguration"])


def endpoint_of(client: Any, identifier: str) -> dict[str, Any]:
    return dict(client.describe_vpc_endpoints(VpcEndpointIds=[identifier])["VpcEndpoints"][0])


def dns_names_of(client: Any, vpc_id: str) -> bool:
    answer = client.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsHostnames")
    return bool(answer["EnableDnsHostnames"]["Value"])


DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}'
INSTANCE: dict[str, str] = {"token": "Instance", "stack": "single"}
ROOT = {"volumeType": "gp3", "volumeSize": 40, "encrypted": True, "deleteOnTermination": False}
METADATA = {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 2}
CHECK = {"protocol": "HTTPS", "path": "/healthz", "interval": 20, "timeout": 5}
TRACKING = {"predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"}, "targetValue": 42}
CHANGES = [
    Change(token="Vpc", changes={"enableDnsHostnames": False}, held=dns_names_of, value=False, stack="single"),
    Change(
        token="Subnet",
        changes={"mapPublicIpOnLaunch": True},
        held=lambda client, one: client.describe_subnets(SubnetIds=[one])["Subnets"][0]["MapPublicIpOnLaunch"],
        value=True,
    ),
    Change(
        token="VpcEndpoint",
        name="s3",
        changes={"policy": DENY},
        held=lambda c, i: endpoint_of(c, i)["PolicyDocument"],
        value=DENY,
    ),
    Change(
        token="VpcEndpoint",
        name="s3",
        changes={"routeTableIds": None},
        held=lambda c, i: endpoint_of(c, i).get("RouteTableIds", []),
        value=[],
    ),
    Change(
        token="SecurityGroupEgressRule",
        name="to-web-80",
        changes={"cidrIpv4": "10.0.0.0/8", "toPort": 81, "description": "packages"},
        held=lambda c, i: [rule_of(c, i)[key] for key in ("CidrIpv4", "FromPort", "ToPort", "Description")],
        value=["10.0.0.0/8", 80, 81, "packages"],
    ),
    Change(
        **INSTANCE,
        changes={"instanceType": "t3.large"},
        held=lambda c, i: instance_of(c, i)["InstanceType"],
        value="t3.large",
    ),
    Change(**INSTANCE, changes={"userData": "#!/bin/sh\n"}, held=user_data_of, value=b"#!/bin/sh\n"),
    Change(
        **INSTANCE,
        changes={"volumeTags": {"Of": "root"}},
        held=lambda c, i: volume_of(c, i)["Tags"],
        value=[{"Key": "Of", "Value": "root"}],
    ),
    Change(
        **INSTANCE,
        undone=False,
        changes={"rootBlockDevice": ROOT},
        held=lambda c, i: (
            volume_of(c, i)["Size"],
            instance_of(c, i)["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"],
        ),
        value=(40, False),
    ),
    Change(
        **INSTANCE,
        changes={"metadataOptions": METADATA},
        held=lambda c, i: instance_of(c, i)["MetadataOptions"]["HttpPutResponseHopLimit"],
        value=2,
    ),
    Change(
        **INSTANCE,
        changes={"iamInstanceProfile": None},
        held=lambda c, i: instance_of(c, i).get("IamInstanceProfile"),
        value=None,
    ),
    Change(
        token="LaunchTemplate",
        changes={"instanceType": "t3.large"},
        held=lambda c, i: (template_of(c, i)["VersionNumber"], template_of(c, i)["LaunchTemplateData"]["InstanceType"]),
        value=(2, "t3.large"),
    ),
    Change(
        token="LoadBalancer",
        service="elbv2",
        changes={"accessLogs": None, "idleTimeout": 90, "desyncMitigationMode": "strictest"},
        held=lambda c, i: [
            balancer_of(c, i)[key]
            for key in ("access_logs.s3.enabled", "idle_timeout.timeout_seconds", "routing.http.desync_mitigation_mode")
        ],
        value=["false", "90", "strictest"],
    ),
    Change(
        token="TargetGroup",
        service="elbv2",
        changes={"healthCheck": CHECK, "deregistrationDelay": 10, "slowStart": 30},
        held=lambda c, i: [
            targets_of(c, i)[key]
            for key in (
                "HealthCheckPath",
                "HealthyThresholdCount",
                "deregistration_delay.timeout_seconds",
                "slow_start.duration_seconds",
            )
        ],
        value=["/healthz", 3, "10", "30"],
    ),
    Change(
        token="Listener",
        service="elbv2",
        changes={"protocol": "HTTP", "port": 80, "certificateArn": None, "sslPolicy": None},
        held=lambda c, i: [listener_of(c, i)[key] for key in ("Protocol", "Port")],
        value=["HTTP", 80],
    ),
    Change(
        token="Group",
        service="autoscaling",
        changes={"minSize": 1, "maxSize": 9, "healthCheckGracePeriod": 60, "healthCheckType": "EC2"},
        held=lambda c, i: [
            group_of(c, i)[key] for key in ("MinSize", "MaxSize", "HealthCheckGracePeriod", "HealthCheckType")
        ],
        value=[1, 9, 60, "EC2"],
    ),
    Change(
        token="Group",
        service="autoscaling",
        changes={
            "enabledMetrics": ["GroupMaxSize"],
            "tags": [{"key": "Team", "value": "web", "propagateAtLaunch": False}],
        },
        held=lambda c, i: (
            group_of(c, i)["EnabledMetrics"][0]["Metric"],
            [tag["Key"] for tag in group_of(c, i)["Tags"]],
        ),
        value=("GroupMaxSize", ["Team"]),
    ),
    Change(
        token="Group",
        service="autoscaling",
        changes={"targetGroupArns": None, "desiredCapacity": 3},
        held=lambda c, i: (group_of(c, i)["TargetGroupARNs"], group_of(c, i)["DesiredCapacity"]),
        value=([], 3),
    ),
    Change(
        token="Policy",
        service="autoscaling",
        changes={"targetTrackingConfiguration": TRACKING},
        held=lambda c, i: policy_of(c, i)["TargetValue"],
        value=42.0,
    ),
]
