"""What watches the database: its logs in CloudWatch, enhanced monitoring, and RDS's events."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import resource_policies

LOG_EXPORTS = ("postgresql", "upgrade")
EVENTS = {
    "db-instance": ("availability", "configuration change", "failover", "failure", "low storage", "maintenance"),
    "db-parameter-group": ("configuration change",),
    "db-security-group": ("configuration change", "failure"),
}


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """The role of enhanced monitoring, and what must be there before the instance uses it."""

    role_arn: str
    attachment: pulumi.Resource


def log_groups(
    *, parent: pulumi.Resource, name: str, identifier: str, retention_days: int
) -> list[aws.cloudwatch.LogGroup]:
    """Made before the instance: RDS would make them itself, kept for ever, and Pulumi could not any more."""
    return [
        aws.cloudwatch.LogGroup(
            f"{name}-{log}-logs",
            name=f"/aws/rds/instance/{identifier}/{log}",
            retention_in_days=retention_days,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for log in LOG_EXPORTS
    ]


def monitoring(
    *,
    parent: pulumi.Resource,
    name: str,
    role_name: str,
    account_id: str,
    region: str,
    identifier: str,
    permissions_boundary_arn: str | None,
) -> Monitoring:
    """A role that RDS takes for this instance alone."""
    trust = resource_policies.monitoring_trust(account_id=account_id, region=region, identifier=identifier)
    role = aws.iam.Role(
        f"{name}-monitoring",
        name=role_name,
        assume_role_policy=json.dumps(trust),
        permissions_boundary=permissions_boundary_arn,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    attachment = aws.iam.RolePolicyAttachment(
        f"{name}-monitoring",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return Monitoring(role_arn=f"arn:aws:iam::{account_id}:role/{role_name}", attachment=attachment)


def subscribe(*, parent: pulumi.Resource, identifier: str, topic_arn: pulumi.Input[str]) -> None:
    """Events of the instance, its parameter group and security groups, of all of the region's databases."""
    for source, categories in EVENTS.items():
        aws.rds.EventSubscription(
            f"{identifier}-{source}",
            sns_topic=topic_arn,
            source_type=source,
            event_categories=list(categories),
            opts=pulumi.ResourceOptions(parent=parent),
        )
