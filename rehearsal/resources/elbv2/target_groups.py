"""Elastic Load Balancing: target groups."""

from __future__ import annotations

from typing import Any

from rehearsal.ec2_requests import described
from rehearsal.elbv2_requests import attribute_pairs, balancer_name, elbv2, retag, tags_of
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

_CHECK = {  # the health check's inputs as the API names them; its matcher is apart
    "enabled": "HealthCheckEnabled",
    "protocol": "HealthCheckProtocol",
    "port": "HealthCheckPort",
    "path": "HealthCheckPath",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
_CHECK_DEFAULTS = {  # what the provider itself sends where a health check leaves it out
    "enabled": True,
    "protocol": "HTTP",
    "port": "traffic-port",
    "path": "/",
    "interval": 30,
    "timeout": 5,
    "healthyThreshold": 3,
    "unhealthyThreshold": 3,
    "matcher": "200",
}


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


def create_target_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateTargetGroup, then its attributes."""
    made = elbv2(aws, inputs).create_target_group(
        Name=inputs["name"],
        Protocol=inputs["protocol"],
        Port=inputs["port"],
        VpcId=inputs["vpcId"],
        TargetType=inputs.get("targetType", "instance"),
        Tags=name_tags(inputs),
        **_check(inputs),
    )["TargetGroups"][0]
    aws.made(made["TargetGroupArn"])
    _set_attributes(aws, made["TargetGroupArn"], inputs)
    return Created(id=made["TargetGroupArn"], outputs=_outputs(made["TargetGroupArn"]))


def read_target_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The target group, its health check, attributes and tags."""
    client = elbv2(aws, state)
    [group] = client.describe_target_groups(TargetGroupArns=[identifier])["TargetGroups"]
    pairs = client.describe_target_group_attributes(TargetGroupArn=identifier)["Attributes"]
    attributes = {pair["Key"]: pair["Value"] for pair in pairs}
    held = {
        "name": group["TargetGroupName"],
        "protocol": group["Protocol"],
        "port": group["Port"],
        "vpcId": group["VpcId"],
        "targetType": group["TargetType"],
        "healthCheck": {
            **{name: group.get(field) for name, field in _CHECK.items()},
            "matcher": group.get("Matcher", {}).get("HttpCode"),
        },
        "deregistrationDelay": int(attributes["deregistration_delay.timeout_seconds"]),
        "slowStart": int(attributes["slow_start.duration_seconds"]),
        "tagsAll": tags_of(client, identifier),
    }
    return Created(id=identifier, outputs={**held, **_outputs(identifier)})


def update_target_group(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Health check, attributes and tags."""
    client = elbv2(aws, inputs)
    if check := _check(inputs):
        client.modify_target_group(TargetGroupArn=identifier, **check)
    _set_attributes(aws, identifier, inputs)
    retag(client, identifier, inputs["tagsAll"])
    return {}


def delete_target_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteTargetGroup, of one that no listener uses: AWS and the emulator refuse."""
    elbv2(aws, state).delete_target_group(TargetGroupArn=identifier)


def find_target_group(aws: Aws, inputs: Inputs) -> list[str]:
    """The target group of this name."""
    items = described(elbv2(aws, inputs), "describe_target_groups", "TargetGroups")
    return [item["TargetGroupArn"] for item in items if item["TargetGroupName"] == inputs["name"]]


def every_target_group(aws: Aws, region: str) -> list[str]:
    """ARNs of all target groups of the region."""
    items = described(aws.client("elbv2", region), "describe_target_groups", "TargetGroups")
    return [item["TargetGroupArn"] for item in items]


def _outputs(arn: str) -> Inputs:
    return {"arn": arn, "arnSuffix": arn.rsplit(":", 1)[1]}


def _check(inputs: Inputs) -> dict[str, Any]:
    """The health check as the API takes it; without one, AWS's own stays."""
    if not inputs.get("healthCheck"):
        return {}
    check = {**_CHECK_DEFAULTS, **inputs["healthCheck"]}
    return {"Matcher": {"HttpCode": check["matcher"]}, **{field: check[name] for name, field in _CHECK.items()}}


def _set_attributes(aws: Aws, identifier: str, inputs: Inputs) -> None:
    attributes = {
        "deregistration_delay.timeout_seconds": inputs.get("deregistrationDelay", 300),
        "slow_start.duration_seconds": inputs.get("slowStart", 0),
    }
    pairs = attribute_pairs(attributes)
    elbv2(aws, inputs).modify_target_group_attributes(TargetGroupArn=identifier, Attributes=pairs)


RESOURCES = (
    ResourceType(
        token="aws:lb/targetGroup:TargetGroup",
        inputs=spec(
            "deregistrationDelay name port protocol region slowStart tags targetType vpcId",
            healthCheck=spec("enabled healthyThreshold interval matcher path port protocol timeout unhealthyThreshold"),
        ),
        create=create_target_group,
        read=read_target_group,
        update=update_target_group,
        delete=delete_target_group,
        find=find_target_group,
        every=every_target_group,
        computed=("arn", "arnSuffix"),
        replace_on=frozenset({"name", "port", "protocol", "region", "targetType", "vpcId"}),
        in_place=frozenset({"deregistrationDelay", "healthCheck", "slowStart", "tags"}),
        defaults={
            "deregistrationDelay": 300,
            "slowStart": 0,
            "targetType": "instance",
            **{f"healthCheck.{name}": value for name, value in _CHECK_DEFAULTS.items()},
        },
        limits=(balancer_name, health_check, target_seconds),
        auto_name="name",
        auto_name_limit=32,
        source="Terraform AWS provider docs: aws_lb_target_group",
    ),
)
