"""EC2 Auto Scaling: groups and their scaling policies."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal, refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.machine_limits import image_of


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
    client = aws.client("autoscaling", inputs.get("region"))
    _check_types(aws, inputs)
    wanted: dict[str, Any] = {
        "MinSize": inputs["minSize"],
        "MaxSize": inputs["maxSize"],
        "DesiredCapacity": inputs.get("desiredCapacity", inputs["minSize"]),
        "VPCZoneIdentifier": ",".join(inputs["vpcZoneIdentifiers"]),
        "TargetGroupARNs": inputs.get("targetGroupArns", []),
        "HealthCheckType": inputs.get("healthCheckType", "EC2"),
        "HealthCheckGracePeriod": inputs.get("healthCheckGracePeriod", 300),
        "Tags": [
            {
                "Key": tag["key"],
                "Value": tag["value"],
                "PropagateAtLaunch": tag["propagateAtLaunch"],
                "ResourceId": inputs["name"],
                "ResourceType": "auto-scaling-group",
            }
            for tag in inputs.get("tags", [])
        ],
    }
    if template := inputs.get("launchTemplate"):
        wanted["LaunchTemplate"] = {"LaunchTemplateId": template["id"], "Version": template["version"]}
    if mixed := inputs.get("mixedInstancesPolicy"):
        wanted["MixedInstancesPolicy"] = pascal(mixed)
    client.create_auto_scaling_group(AutoScalingGroupName=inputs["name"], **wanted)
    if metrics := inputs.get("enabledMetrics"):
        client.enable_metrics_collection(AutoScalingGroupName=inputs["name"], Metrics=metrics, Granularity="1Minute")
    [made] = client.describe_auto_scaling_groups(AutoScalingGroupNames=[inputs["name"]])["AutoScalingGroups"]
    return Created(id=inputs["name"], outputs={"arn": made["AutoScalingGroupARN"]})


def _check_types(aws: Aws, inputs: Inputs) -> None:
    """Each further instance type runs the template's image."""
    template = (inputs.get("mixedInstancesPolicy") or {}).get("launchTemplate")
    if not template:
        return
    named = template["launchTemplateSpecification"]
    versions = aws.client("ec2", inputs.get("region")).describe_launch_template_versions(
        LaunchTemplateId=named["launchTemplateId"], Versions=[named["version"]]
    )["LaunchTemplateVersions"]
    if not versions:
        raise refusal(
            "CreateAutoScalingGroup", "ValidationError", f"the template has no version {named['version']}: name one"
        )
    ami = versions[0]["LaunchTemplateData"]["ImageId"]
    for row in template.get("overrides", []):
        shaped = {"region": inputs.get("region"), "instanceType": row["instanceType"]}
        image_of(aws, shaped, ami=ami, operation="CreateAutoScalingGroup")


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutScalingPolicy."""
    tracking: dict[str, Any] = pascal(inputs["targetTrackingConfiguration"])
    client = aws.client("autoscaling", inputs.get("region"))
    client.put_scaling_policy(
        AutoScalingGroupName=inputs["autoscalingGroupName"],
        PolicyName=inputs["name"],
        PolicyType=inputs["policyType"],
        TargetTrackingConfiguration={**tracking, "TargetValue": float(tracking["TargetValue"])},
    )
    # The emulator's answer to PutScalingPolicy lacks the ARN.
    [made] = client.describe_policies(PolicyNames=[inputs["name"]])["ScalingPolicies"]
    return Created(id=inputs["name"], outputs={"arn": made["PolicyARN"]})


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
        computed=("arn",),
        replace_on=frozenset({"name", "region"}),
        limits=(sizes, one_template, refresh),
        emulated="partial",
        not_emulated=(
            "machines do not boot, and all start in the first subnet",
            "default instance warm-up and instance refresh are kept, not used",
        ),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_autoscaling_group",
    ),
    ResourceType(
        token="aws:autoscaling/policy:Policy",
        inputs=spec(
            "autoscalingGroupName name policyType region",
            targetTrackingConfiguration=spec(
                "disableScaleIn targetValue", predefinedMetricSpecification=spec("predefinedMetricType")
            ),
        ),
        create=create_policy,
        computed=("arn",),
        replace_on=frozenset({"autoscalingGroupName", "name", "region"}),
        emulated="partial",
        not_emulated=("load changes no group's size",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_autoscaling_policy",
    ),
)
