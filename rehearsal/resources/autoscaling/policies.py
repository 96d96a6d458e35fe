"""EC2 Auto Scaling: scaling policies."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.scaling_changes import autoscaling
from rehearsal.tables import by_id, put_again


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutScalingPolicy; the emulator's answer lacks the ARN."""
    tracking: dict[str, Any] = pascal(inputs["targetTrackingConfiguration"])
    autoscaling(aws, inputs).put_scaling_policy(
        AutoScalingGroupName=inputs["autoscalingGroupName"],
        PolicyName=inputs["name"],
        PolicyType=inputs["policyType"],
        TargetTrackingConfiguration={**tracking, "TargetValue": float(tracking["TargetValue"])},
    )
    aws.made(inputs["name"])
    made = _policy(aws, inputs, inputs["autoscalingGroupName"], inputs["name"])
    return Created(id=inputs["name"], outputs={"arn": (made or {})["PolicyARN"]})


def read_policy(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The policy of one group; imported as `<group>/<name>`."""
    group, name = state.get("autoscalingGroupName"), identifier
    if group is None:
        group, _, name = identifier.partition("/")
    policy = _policy(aws, state, group, name)
    if policy is None:
        return None
    tracking = policy["TargetTrackingConfiguration"]
    metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    held = {
        "name": name,
        "autoscalingGroupName": group,
        "policyType": policy["PolicyType"],
        "targetTrackingConfiguration": {
            "disableScaleIn": tracking.get("DisableScaleIn"),
            "targetValue": tracking["TargetValue"],
            "predefinedMetricSpecification": {"predefinedMetricType": metric},
        },
        "arn": policy["PolicyARN"],
    }
    return Created(id=name, outputs=held)


def delete_policy(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeletePolicy."""
    autoscaling(aws, state).delete_policy(AutoScalingGroupName=state["autoscalingGroupName"], PolicyName=identifier)


def _policy(aws: Aws, inputs: Inputs, group: str, name: str) -> dict[str, Any] | None:
    wanted = {"AutoScalingGroupName": group, "PolicyNames": [name]}
    found = autoscaling(aws, inputs).describe_policies(**wanted)["ScalingPolicies"]
    return found[0] if found else None


RESOURCES = (
    ResourceType(
        token="aws:autoscaling/policy:Policy",
        inputs=spec(
            "autoscalingGroupName name policyType region",
            targetTrackingConfiguration=spec(
                "disableScaleIn targetValue", predefinedMetricSpecification=spec("predefinedMetricType")
            ),
        ),
        create=create_policy,
        read=read_policy,
        update=put_again(create_policy),
        delete=delete_policy,
        find=by_id(read_policy, "autoscalingGroupName", "name"),
        computed=("arn",),
        replace_on=frozenset({"autoscalingGroupName", "name", "region"}),
        in_place=frozenset({"policyType", "targetTrackingConfiguration"}),
        emulated="partial",
        not_emulated=("load changes no group's size",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_autoscaling_policy",
    ),
)
