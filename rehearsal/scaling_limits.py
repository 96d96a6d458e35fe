"""What EC2 Auto Scaling refuses in a group: sizes, templates, refreshes and instance types."""

from __future__ import annotations

from rehearsal.api import refusal
from rehearsal.machine_limits import image_of
from rehearsal.resource import Aws, Inputs


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


def check_types(aws: Aws, inputs: Inputs, operation: str) -> None:
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
