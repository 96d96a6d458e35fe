"""Log groups, alarms, the dashboard, topics, and the delivery of CloudFront's logs."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, actions, allow, document

ENDS = ("", ":*")
_LOG_DELIVERY = "CreateLogDelivery DeleteLogDelivery DeleteResourcePolicy PutResourcePolicy"


def observability(scope: Scope) -> Document:
    """Log groups, alarms, the dashboard, topics, and the delivery of CloudFront's logs."""
    names = scope.names
    groups = [*scope.log_groups, f"{names.prefix}-*", f"/aws/rds/instance/{names.prefix}-*"]
    logs = [scope.arn("logs", f"log-group:{group}{end}") for group in groups for end in ENDS]
    # Queries of the zone that holds the site's domain: the zone's name is the domain's, or an end of it.
    zones = zones_above(scope.domain) if scope.domain and scope.create_zone else []
    zone_logs = [
        scope.arn("logs", f"log-group:/aws/route53/{zone}{end}", "us-east-1") for zone in zones for end in ENDS
    ]
    regions = sorted({scope.region, "us-east-1"})
    alarms = [scope.arn("cloudwatch", "alarm:*", region) for region in regions]
    topics = [scope.arn("sns", "*", region) for region in regions]
    deliveries = [scope.arn("logs", f"{kind}:*", "us-east-1") for kind in ("delivery", "delivery-source")]
    return document(
        allow("ReadObservability", ["cloudwatch:DescribeAlarms", "logs:Describe*", "sns:ListTopics"], ["*"]),
        allow(
            "LogGroups",
            actions(
                "logs",
                "CreateLogGroup DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy ListTagsForResource"
                " PutMetricFilter PutRetentionPolicy TagResource UntagResource AssociateKmsKey DisassociateKmsKey",
            ),
            [*logs, *zone_logs],
        ),
        allow("LogDelivery", actions("logs", _LOG_DELIVERY), ["*"]),
        allow(
            "Deliveries",
            actions(
                "logs",
                "CreateDelivery DeleteDelivery DeleteDeliveryDestination DeleteDeliverySource GetDelivery"
                " GetDeliveryDestination GetDeliverySource ListTagsForResource PutDeliveryDestination PutDeliverySource"
                " TagResource UntagResource UpdateDeliveryConfiguration",
            ),
            [*deliveries, scope.arn("logs", "delivery-destination:*", "us-east-1")],
        ),
        allow("MakeAlarms", ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"], alarms, StringEquals=scope.new),
        allow(
            "ChangeAlarms",
            actions("cloudwatch", "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource"),
            alarms,
            StringEquals=scope.own,
        ),
        allow(
            "Dashboard",
            ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
            [scope.arn("cloudwatch", f"dashboard/{names.prefix}*", "")],
        ),
        allow("MakeTopics", ["sns:CreateTopic", "sns:TagResource"], topics, StringEquals=scope.new),
        allow(
            "ChangeTopics",
            actions(
                "sns",
                "CreateTopic DeleteTopic GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource"
                " SetTopicAttributes Subscribe TagResource UntagResource",
            ),
            topics,
            StringEquals=scope.own,
        ),
        allow("Subscriptions", ["sns:GetSubscriptionAttributes", "sns:Unsubscribe"], ["*"]),
    )


def zones_above(domain: str) -> list[str]:
    """Names that the hosted zone of a domain can have: the domain, and all above it but the top level."""
    labels = domain.split(".")
    return [".".join(labels[index:]) for index in range(len(labels) - 1)]
