"""EC2 Auto Scaling: groups."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal, refusal
from rehearsal.ec2_requests import described
from rehearsal.machine_limits import image_of
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def sizes(inputs: Inputs) -> str | None:
    """min <= desired <= max."""
    if not {"minSize", "maxSize"} <= inputs.keys():
        return None
    least, most = inputs["minSize"], inputs["maxSize"]
    if least > most:
        return f"the least size {least} is above the greatest {most}: lower it, or raise the other"
    desired = inputs.get("desiredCapacity", least)
    if not least <= desired <= most:
        return f"the desired capacity {desired} is not between {least} and {most}: change it"
    return None


def one_template(inputs: Inputs) -> str | None:
    """Either a launch template or a mixed instances policy."""
    given = [name for name in ("launchTemplate", "mixedInstancesPolicy") if inputs.get(name)]
    return f"an auto scaling group has one of {' and '.join(given)}: remove the other" if len(given) > 1 else None


def refresh(inputs: Inputs) -> str | None:
    """Percentages of an instance refresh: Amazon EC2 Auto Scaling API Reference, RefreshPreferences."""
    preferences = (inputs.get("instanceRefresh") or {}).get("preferences") or {}
    low, high = preferences.get("minHealthyPercentage", 90), preferences.get("maxHealthyPercentage", 100)
    if not 0 <= low <= 100 or not 100 <= high <= 200 or high - low > 100:
        return f"an instance refresh cannot keep {low} to {high} % healthy: use 0-100 and 100-200, 100 apart at most"
    return None


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateAutoScalingGroup, then its metrics; the emulator starts the machines at once."""
    client, name = autoscaling(aws, inputs), inputs["name"]
    _check_types(aws, inputs, "CreateAutoScalingGroup")
    client.create_auto_scaling_group(
        AutoScalingGroupName=name,
        DesiredCapacity=inputs.get("desiredCapacity", inputs["minSize"]),
        TargetGroupARNs=inputs.get("targetGroupArns", []),
        Tags=_tags(inputs),
        **_settings(inputs),
    )
    aws.made(name)
    _keep_warmup(aws, inputs)
    if metrics := inputs.get("enabledMetrics"):
        client.enable_metrics_collection(AutoScalingGroupName=name, Metrics=metrics, Granularity="1Minute")
    [made] = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return Created(id=name, outputs={"arn": made["AutoScalingGroupARN"]})


def autoscaling(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The Auto Scaling client of the resource's region."""
    return aws.client("autoscaling", inputs.get("region"))


def _settings(inputs: Inputs) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "MinSize": inputs["minSize"],
        "MaxSize": inputs["maxSize"],
        "VPCZoneIdentifier": ",".join(inputs["vpcZoneIdentifiers"]),
        "HealthCheckType": inputs.get("healthCheckType", "EC2"),
        "HealthCheckGracePeriod": inputs.get("healthCheckGracePeriod", 300),
    }
    if template := inputs.get("launchTemplate"):
        wanted["LaunchTemplate"] = {"LaunchTemplateId": template["id"], "Version": template["version"]}
    if mixed := inputs.get("mixedInstancesPolicy"):
        wanted["MixedInstancesPolicy"] = pascal(mixed)
    return wanted


def _tags(inputs: Inputs) -> list[dict[str, Any]]:
    return [
        {
            "Key": tag["key"],
            "Value": tag["value"],
            "PropagateAtLaunch": tag["propagateAtLaunch"],
            "ResourceId": inputs["name"],
            "ResourceType": "auto-scaling-group",
        }
        for tag in inputs.get("tags", [])
    ]


def _record(name: str) -> str:
    return f"autoscaling/group/{name}"


def _keep_warmup(aws: Aws, inputs: Inputs) -> None:
    aws.records[_record(inputs["name"])] = {"defaultInstanceWarmup": inputs.get("defaultInstanceWarmup")}


def _check_types(aws: Aws, inputs: Inputs, operation: str) -> None:
    """Each further instance type runs the template's image."""
    template = (inputs.get("mixedInstancesPolicy") or {}).get("launchTemplate")
    if not template:
        return
    named = template["launchTemplateSpecification"]
    versions = aws.client("ec2", inputs.get("region")).describe_launch_template_versions(
        LaunchTemplateId=named["launchTemplateId"], Versions=[named["version"]]
    )["LaunchTemplateVersions"]
    if not versions:
        raise refusal(operation, "ValidationError", f"the template has no version {named['version']}: name one")
    ami = versions[0]["LaunchTemplateData"]["ImageId"]
    for row in template.get("overrides", []):
        shaped = {"region": inputs.get("region"), "instanceType": row["instanceType"]}
        image_of(aws, shaped, ami=ami, operation=operation)


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
    _check_types(aws, inputs, "UpdateAutoScalingGroup")
    wanted = _settings(inputs)
    if inputs.get("desiredCapacity") not in (None, state.get("desiredCapacity")):
        wanted["DesiredCapacity"] = inputs["desiredCapacity"]
    client.update_auto_scaling_group(AutoScalingGroupName=identifier, **wanted)
    _set_targets(client, group, inputs)
    _set_metrics(aws, group, inputs)
    _set_tags(client, group, inputs)
    _keep_warmup(aws, inputs)
    _start_refresh(aws, identifier, state, inputs)
    return {}


def _set_targets(client: Any, group: dict[str, Any], inputs: Inputs) -> None:
    name, held, wanted = inputs["name"], group.get("TargetGroupARNs", []), inputs.get("targetGroupArns", [])
    if added := [arn for arn in wanted if arn not in held]:
        client.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=added)
    if removed := [arn for arn in held if arn not in wanted]:
        client.detach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=removed)


def _set_metrics(aws: Aws, group: dict[str, Any], inputs: Inputs) -> None:
    """The emulator knows no DisableMetricsCollection; its EnableMetricsCollection sets the whole list."""
    name, wanted = inputs["name"], inputs.get("enabledMetrics", [])
    held = [metric["Metric"] for metric in group.get("EnabledMetrics", [])]
    if gone := sorted(set(held) - set(wanted)):
        aws.keep("autoscaling", "DisableMetricsCollection", {"AutoScalingGroupName": name, "Metrics": gone})
    if set(held) != set(wanted):
        autoscaling(aws, inputs).enable_metrics_collection(
            AutoScalingGroupName=name, Metrics=wanted, Granularity="1Minute"
        )


def _set_tags(client: Any, group: dict[str, Any], inputs: Inputs) -> None:
    wanted = _tags(inputs)
    keys = {tag["Key"] for tag in wanted}
    if gone := [tag for tag in group.get("Tags", []) if tag["Key"] not in keys]:
        client.delete_tags(Tags=gone)
    if wanted:
        client.create_or_update_tags(Tags=wanted)


def _start_refresh(aws: Aws, name: str, state: Inputs, inputs: Inputs) -> None:
    """The provider starts one where the template or the mix of types changes; the emulator has none."""
    refreshing = inputs.get("instanceRefresh")
    changed = any(state.get(key) != inputs.get(key) for key in ("launchTemplate", "mixedInstancesPolicy"))
    if not refreshing or not changed:
        return
    preferences = dict(refreshing.get("preferences") or {})
    if "instanceWarmup" in preferences:
        preferences["instanceWarmup"] = int(preferences["instanceWarmup"])
    request = {"AutoScalingGroupName": name, "Strategy": refreshing["strategy"], "Preferences": pascal(preferences)}
    aws.keep("autoscaling", "StartInstanceRefresh", request)


def delete_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """Scaled to nothing, as the provider does, then DeleteAutoScalingGroup with its policies."""
    client, group = autoscaling(aws, state), _group(aws, identifier, state)
    if group is None:
        return
    client.update_auto_scaling_group(AutoScalingGroupName=identifier, MinSize=0, MaxSize=0, DesiredCapacity=0)
    for policy in described(client, "describe_policies", "ScalingPolicies", AutoScalingGroupName=identifier):
        client.delete_policy(AutoScalingGroupName=identifier, PolicyName=policy["PolicyName"])
    client.delete_auto_scaling_group(AutoScalingGroupName=identifier)
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
