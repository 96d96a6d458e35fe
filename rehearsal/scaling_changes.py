"""Settings of an auto scaling group, and the calls that change one."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal
from rehearsal.resource import Aws, Inputs


def autoscaling(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The Auto Scaling client of the resource's region."""
    return aws.client("autoscaling", inputs.get("region"))


def group_settings(inputs: Inputs) -> dict[str, Any]:
    """What CreateAutoScalingGroup and UpdateAutoScalingGroup take alike."""
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


def group_tags(inputs: Inputs) -> list[dict[str, Any]]:
    """The group's tags as the API takes them."""
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


def set_targets(client: Any, group: dict[str, Any], inputs: Inputs) -> None:
    """Attaches and detaches target groups."""
    name, held, wanted = inputs["name"], group.get("TargetGroupARNs", []), inputs.get("targetGroupArns", [])
    if added := [arn for arn in wanted if arn not in held]:
        client.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=added)
    if removed := [arn for arn in held if arn not in wanted]:
        client.detach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=removed)


def set_metrics(aws: Aws, group: dict[str, Any], inputs: Inputs) -> None:
    """The emulator has no DisableMetricsCollection, and its EnableMetricsCollection sets the whole list."""
    name, wanted = inputs["name"], inputs.get("enabledMetrics", [])
    held = [metric["Metric"] for metric in group.get("EnabledMetrics", [])]
    if gone := sorted(set(held) - set(wanted)):
        aws.keep("autoscaling", "DisableMetricsCollection", {"AutoScalingGroupName": name, "Metrics": gone})
    if set(held) != set(wanted):
        autoscaling(aws, inputs).enable_metrics_collection(
            AutoScalingGroupName=name, Metrics=wanted, Granularity="1Minute"
        )


def set_tags(client: Any, group: dict[str, Any], inputs: Inputs) -> None:
    """Makes the tags the wanted ones, and takes all others away."""
    wanted = group_tags(inputs)
    keys = {tag["Key"] for tag in wanted}
    if gone := [tag for tag in group.get("Tags", []) if tag["Key"] not in keys]:
        client.delete_tags(Tags=gone)
    if wanted:
        client.create_or_update_tags(Tags=wanted)


def start_refresh(aws: Aws, name: str, state: Inputs, inputs: Inputs) -> None:
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
