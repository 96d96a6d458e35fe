"""Log groups, alarms, the dashboard, topics, and the delivery of CloudFront's logs."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, actions, allow, document

_LOG_DELIVERY = "CreateLogDelivery DeleteLogDelivery DeleteResourcePolicy PutResourcePolicy"


def observability(scope: Scope) -> Document:
    """Log groups, alarms, the dashboard, topics, and the delivery of CloudFront's logs."""
    names = scope.names
    groups = [*scope.log_groups, f"{names.prefix}-*", f"/aws/rds/instance/{names.prefix}-*"]
    logs = [scope.arn("logs", f"log-group:{group}{end}") for group in groups for end in ("", ":*")]
    zone_logs = scope.arn("logs", "log-group:/aws/route53/*", "us-east-1")
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
            [*logs, zone_logs],
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
