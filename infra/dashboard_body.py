"""The dashboard of one environment as CloudWatch's JSON (CloudWatch API Reference, "Dashboard body structure").

Pure: names may be Pulumi outputs, to be serialised with `pulumi.Output.json_dumps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from infra.alarm_rules import APPLICATION_ERRORS, DISK_DIMENSIONS, DISK_USED, SERVER_ERRORS

Name = pulumi.Input[str]
Metric = list[Any]
Widget = dict[str, Any]

WIDTH, HEIGHT = 8, 6  # three widgets in a row of the grid's 24 columns
LATEST_ERRORS = (
    "SOURCE '{group}' | fields @timestamp, @message | filter @message like /ERROR|CRITICAL/ "
    "| sort @timestamp desc | limit 20"
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the dashboard shows; the fleet's names are None for a single server, and the other way round."""

    region: str
    metric_namespace: str
    distribution_id: Name
    database_identifier: Name
    backend_log_group: str
    instance_id: Name | None = None
    autoscaling_group_name: Name | None = None
    load_balancer_arn_suffix: Name | None = None
    target_group_arn_suffix: Name | None = None


def dashboard_body(shown: Shown) -> dict[str, Any]:
    """Rows of widgets: what visitors see, the servers, the database, and the latest errors."""
    rows = [_visitors(shown), _servers(shown), _balancer(shown), _database(shown)]
    filled = [row for row in rows if row]
    widgets = [
        {**widget, "x": column * WIDTH, "y": line * HEIGHT, "width": WIDTH, "height": HEIGHT}
        for line, row in enumerate(filled)
        for column, widget in enumerate(row)
    ]
    errors = {
        "type": "log",
        "x": 0,
        "y": len(filled) * HEIGHT,
        "width": 3 * WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": "Latest errors of the backend",
            "region": shown.region,
            "query": LATEST_ERRORS.format(group=shown.backend_log_group),
            "view": "table",
        },
    }
    return {"start": "-PT12H", "periodOverride": "inherit", "widgets": [*widgets, errors]}


def _graph(title: str, region: str, metrics: list[Metric], *, statistic: str = "Average") -> Widget:
    properties = {
        "title": title,
        "region": region,
        "metrics": metrics,
        "stat": statistic,
        "period": 300,
        "view": "timeSeries",
    }
    return {"type": "metric", "properties": properties}


def _visitors(shown: Shown) -> list[Widget]:
    cdn = ["DistributionId", shown.distribution_id, "Region", "Global"]
    rates = [["AWS/CloudFront", name, *cdn] for name in ("4xxErrorRate", "5xxErrorRate")]
    errors = [[shown.metric_namespace, name] for name in (APPLICATION_ERRORS, SERVER_ERRORS)]
    return [
        _graph("CDN: requests", "us-east-1", [["AWS/CloudFront", "Requests", *cdn]], statistic="Sum"),
        _graph("CDN: errors, percent of requests", "us-east-1", rates),
        _graph("Errors logged, 5xx answers", shown.region, errors, statistic="Sum"),
    ]


def _servers(shown: Shown) -> list[Widget]:
    disk = [name for pair in DISK_DIMENSIONS.items() for name in pair]
    if shown.instance_id is not None:
        machine: list[Any] = ["InstanceId", shown.instance_id]
    else:
        machine = ["AutoScalingGroupName", shown.autoscaling_group_name]
    traffic: list[Metric] = [["AWS/EC2", name, *machine] for name in ("NetworkIn", "NetworkOut")]
    return [
        _graph("Server: CPU, percent", shown.region, [["AWS/EC2", "CPUUtilization", *machine]]),
        _graph("Server: network, bytes", shown.region, traffic, statistic="Sum"),
        _graph(
            "Server: disk used, percent",
            shown.region,
            [[shown.metric_namespace, DISK_USED, *disk]],
            statistic="Maximum",
        ),
    ]


def _balancer(shown: Shown) -> list[Widget]:
    if shown.load_balancer_arn_suffix is None or shown.target_group_arn_suffix is None:
        return []
    balancer = ["LoadBalancer", shown.load_balancer_arn_suffix]
    targets = ["TargetGroup", shown.target_group_arn_suffix, *balancer]
    namespace = "AWS/ApplicationELB"
    codes = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count")
    hosts = ("HealthyHostCount", "UnHealthyHostCount")
    return [
        _graph("Balancer: 5xx", shown.region, [[namespace, code, *balancer] for code in codes], statistic="Sum"),
        _graph(
            "Balancer: response time, seconds, p95",
            shown.region,
            [[namespace, "TargetResponseTime", *balancer]],
            statistic="p95",
        ),
        _graph("Balancer: hosts", shown.region, [[namespace, name, *targets] for name in hosts], statistic="Maximum"),
    ]


def _database(shown: Shown) -> list[Widget]:
    instance = ["DBInstanceIdentifier", shown.database_identifier]
    space: list[Metric] = [["AWS/RDS", name, *instance] for name in ("FreeStorageSpace", "FreeableMemory")]
    return [
        _graph("Database: CPU, percent", shown.region, [["AWS/RDS", "CPUUtilization", *instance]]),
        _graph("Database: connections", shown.region, [["AWS/RDS", "DatabaseConnections", *instance]]),
        _graph("Database: free storage and memory, bytes", shown.region, space, statistic="Minimum"),
    ]
