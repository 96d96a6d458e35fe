"""EC2 Auto Scaling: groups."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_in_use import remove_interfaces
from rehearsal.ec2_requests import described, ec2
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.scaling_changes import (
    autoscaling,
    group_settings,
    group_tags,
    set_metrics,
    set_tags,
    set_targets,
    start_refresh,
)
from rehearsal.scaling_limits import check_types, one_template, refresh, sizes


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateAutoScalingGroup, then its metrics; the emulator starts the machines at once."""
    client, name = autoscaling(aws, inputs), inputs["name"]
    check_types(aws, inputs, "CreateAutoScalingGroup")
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        DesiredCapacity=inputs.get("desiredCapacity", inputs["minSize"]),
        TargetGroupARNs=inputs.get("targetGroupArns", []),
        Tags=group_tags(inputs),
        **group_settings(inputs),
    )
    aws.made(name)
    _keep_warmup(aws, inputs)
    if metrics := inputs.get("enabledMetrics"):
        client.enable_metrics_collection(AutoScalingGroupName=name, Metrics=metrics, Granularity="1Minute")
    [made] = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return Created(id=name, outputs={"arn": made["AutoScalingGroupARN"]})


def _record(name: str) -> str:
    return f"autoscaling/group/{name}"


def _keep_warmup(aws: Aws, inputs: Inputs) -> None:
    aws.records[_record(inputs["name"])] = {"defaultInstanceWarmup": inputs.get("defaultInstanceWarmup")}


def read_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The group with its tags; its size is what it is now, whoever has scaled it."""
    group = _group(aws, identifier, state)
    if group is None:
        return None
    template, mixed = group.get("LaunchTemplate"), group.get("MixedInstancesPolicy")
    held = {
        "name": identifier,
        "minSize": group["MinSize"],
        "maxSize": group["MaxSize"],
        "desiredCapacity": group["DesiredCapacity"],
        "vpcZoneIdentifiers": group["VPCZoneIdentifier"].split(","),
        "targetGroupArns": group.get("TargetGroupARNs") or None,
        "healthCheckType": group["HealthCheckType"],
        "healthCheckGracePeriod": group["HealthCheckGracePeriod"],
        "enabledMetrics": [metric["Metric"] for metric in group.get("EnabledMetrics", [])] or None,
        "launchTemplate": {"id": template["LaunchTemplateId"], "version": template["Version"]} if template else None,
        "mixedInstancesPolicy": _mixed(mixed) if mixed else None,
        "tags": [
            {"key": tag["Key"], "value": tag["Value"], "propagateAtLaunch": tag["PropagateAtLaunch"]}
            for tag in group.get("Tags", [])
        ],
        "defaultInstanceWarmup": aws.records.get(_record(identifier), {}).get("defaultInstanceWarmup"),
        "arn": group["AutoScalingGroupARN"],
    }
    return Created(id=identifier, outputs=held)


def _group(aws: Aws, name: str, inputs: Inputs) -> dict[str, Any] | None:
    found = autoscaling(aws, inputs).describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return found[0] if found else None


def _mixed(policy: dict[str, Any]) -> Inputs:
    shares = policy.get("InstancesDistribution", {})
    template = policy["LaunchTemplate"]
    named = template["LaunchTemplateSpecification"]
    return {
        "instancesDistribution": {
            "onDemandAllocationStrategy": shares.get("OnDemandAllocationStrategy"),
            "onDemandPercentageAboveBaseCapacity": shares.get("OnDemandPercentageAboveBaseCapacity"),
        },
        "launchTemplate": {
            "launchTemplateSpecification": {
                "launchTemplateId": named["LaunchTemplateId"],
                "version": named["Version"],
            },
            "overrides": [{"instanceType": row["InstanceType"]} for row in template.get("Overrides", [])],
        },
    }


def update_group(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateAutoScalingGroup, target groups, metrics, tags, and an instance refresh where new machines are wanted.

    The desired size is set only where the program changes it: in between, scaling is the group's own affair.
    """
    client, group = autoscaling(aws, inputs), _group(aws, identifier, inputs)
    if group is None:
        message = f"AutoScalingGroup name not found - {identifier}: run pulumi refresh"
        raise refusal("UpdateAutoScalingGroup", "ValidationError", message)
    check_types(aws, inputs, "UpdateAutoScalingGroup")
    wanted = group_settings(inputs)
    if inputs.get("desiredCapacity") not in (None, state.get("desiredCapacity")):
        wanted["DesiredCapacity"] = inputs["desiredCapacity"]
    client.update_auto_scaling_group(AutoScalingGroupName=identifier, **wanted)
    set_targets(client, group, inputs)
    set_metrics(aws, group, inputs)
    set_tags(client, group, inputs)
    _keep_warmup(aws, inputs)
    start_refresh(aws, identifier, state, inputs)
    return {}


def delete_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """Scaled to nothing, as the provider does, then DeleteAutoScalingGroup with its policies."""
    client, group = autoscaling(aws, state), _group(aws, identifier, state)
    if group is None:
        return
    client.update_auto_scaling_group(AutoScalingGroupName=identifier, MinSize=0, MaxSize=0, DesiredCapacity=0)
    for policy in described(client, "describe_policies", "ScalingPolicies", AutoScalingGroupName=identifier):
        client.delete_policy(AutoScalingGroupName=identifier, PolicyName=policy["PolicyName"])
    client.delete_auto_scaling_group(AutoScalingGroupName=identifier)
    remove_interfaces(ec2(aws, state), [instance["InstanceId"] for instance in group["Instances"]])
    aws.records.pop(_record(identifier), None)


def find_group(aws: Aws, inputs: Inputs) -> list[str]:
    """The group of this name."""
    return [] if _group(aws, inputs["name"], inputs) is None else [inputs["name"]]


def every_group(aws: Aws, region: str) -> list[str]:
    """Names of all groups of the region."""
    items = described(aws.client("autoscaling", region), "describe_auto_scaling_groups", "AutoScalingGroups")
    return [item["AutoScalingGroupName"] for item in items]


RESOURCES = (
    ResourceType(
        token="aws:autoscaling/group:Group",
        inputs=spec(
            "defaultInstanceWarmup desiredCapacity enabledMetrics healthCheckGracePeriod healthCheckType maxSize "
            "minSize name region targetGroupArns vpcZoneIdentifiers waitForCapacityTimeout",
            instanceRefresh=spec(
                "strategy",
                preferences=spec("autoRollback instanceWarmup maxHealthyPercentage minHealthyPercentage skipMatching"),
            ),
            launchTemplate=spec("id version"),
            mixedInstancesPolicy=spec(
                "",
                instancesDistribution=spec("onDemandAllocationStrategy onDemandPercentageAboveBaseCapacity"),
                launchTemplate=spec(
                    "",
                    launchTemplateSpecification=spec("launchTemplateId version"),
                    overrides=spec("instanceType"),
                ),
            ),
            tags=spec("key propagateAtLaunch value"),
        ),
        create=create_group,
        read=read_group,
        update=update_group,
        delete=delete_group,
        find=find_group,
        every=every_group,
        computed=("arn",),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset(
            {
                *("defaultInstanceWarmup", "desiredCapacity", "enabledMetrics", "healthCheckGracePeriod"),
                *("healthCheckType", "instanceRefresh", "launchTemplate", "maxSize", "minSize"),
                *("mixedInstancesPolicy", "tags", "targetGroupArns", "vpcZoneIdentifiers", "waitForCapacityTimeout"),
            }
        ),
        untold=frozenset({"instanceRefresh", "waitForCapacityTimeout"}),
        unordered=frozenset({"enabledMetrics", "tags", "targetGroupArns", "vpcZoneIdentifiers"}),
        defaults={"healthCheckType": "EC2", "healthCheckGracePeriod": 300},
        limits=(sizes, one_template, refresh),
        emulated="partial",
        not_emulated=(
            "machines do not boot, and all start in the first subnet",
            "default instance warm-up and instance refresh are kept, not used",
            "metrics that are switched off",
        ),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_autoscaling_group",
    ),
)
