"""What is watched, as plain rules: metric, threshold, and what a period without data means.

Metrics and dimensions: the CloudWatch pages of the User Guides of Amazon CloudFront ("Types of metrics for
CloudFront"), Elastic Load Balancing, EC2 and RDS. The disk's is sent by the CloudWatch agent in the environment's own
namespace, aggregated over everything but `path` (`"aggregation_dimensions": [["path"]]`), so that it needs no
instance's id and is the fullest disk of a fleet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

APPLICATION_ERRORS = "ApplicationErrors"
SERVER_ERRORS = "ServerErrors"
DISK_USED = "disk_used_percent"
DISK_DIMENSIONS = {"path": "/"}
FIVE_MINUTES = 300
GIB = 1024**3
WEBSITE_ERROR_PERCENT = 5.0


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """One alarm: `key` names it, `periods` of `period` seconds are looked at, `datapoints` of them must be bad."""

    key: str
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: Literal["Sum", "Average", "Maximum", "Minimum"]
    comparison: Literal[
        "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"
    ]
    threshold: float
    missing: Literal["breaching", "notBreaching", "missing"]
    period: int = FIVE_MINUTES
    periods: int = 1
    datapoints: int = 1
    us_east_1: bool = False


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Where alarms go off: errors in five minutes, percent of CPU and disk, GiB of free storage, connections."""

    errors: int
    cpu_percent: int
    free_storage_gb: int
    connections: int
    disk_percent: int


def application_rules(*, namespace: str, thresholds: Thresholds) -> list[AlarmRule]:
    """Errors in the application's log and 5xx answers of nginx. No log lines: no traffic, which is no error."""
    logged = {
        "application-errors": (APPLICATION_ERRORS, "Errors in the logs of backend and worker"),
        "server-errors": (SERVER_ERRORS, "5xx answers of nginx"),
    }
    return [
        AlarmRule(
            key=key,
            description=f"{what} in five minutes",
            namespace=namespace,
            metric=metric,
            dimensions={},
            statistic="Sum",
            comparison="GreaterThanOrEqualToThreshold",
            threshold=thresholds.errors,
            missing="notBreaching",
        )
        for key, (metric, what) in logged.items()
    ]


def disk_rule(*, namespace: str, thresholds: Thresholds) -> AlarmRule:
    """The fullest root disk. No data: no agent yet, before the first boot has ended."""
    return AlarmRule(
        key="disk",
        description="Used part of a server's root disk, percent; releases and logs fill it",
        namespace=namespace,
        metric=DISK_USED,
        dimensions=DISK_DIMENSIONS,
        statistic="Maximum",
        comparison="GreaterThanThreshold",
        threshold=thresholds.disk_percent,
        missing="missing",
        periods=3,
        datapoints=3,
    )


def website_rule(*, distribution_id: pulumi.Input[str]) -> AlarmRule:
    """CloudFront's metrics are in us-east-1 only. No data: no visitor."""
    return AlarmRule(
        key="website-errors",
        description="5xx answers of the CDN, percent of requests; two of three periods, as few requests are noisy",
        namespace="AWS/CloudFront",
        metric="5xxErrorRate",
        dimensions={"DistributionId": distribution_id, "Region": "Global"},
        statistic="Average",
        comparison="GreaterThanThreshold",
        threshold=WEBSITE_ERROR_PERCENT,
        missing="notBreaching",
        periods=3,
        datapoints=2,
        us_east_1=True,
    )


def single_rules(*, instance_id: pulumi.Input[str], thresholds: Thresholds) -> list[AlarmRule]:
    """One machine: its status checks, and its CPU. A machine without data is stopped or gone, which is an outage."""
    dimensions = {"InstanceId": instance_id}
    status = AlarmRule(
        key="server-status",
        description="Status checks of the server: it does not answer, or is stopped",
        namespace="AWS/EC2",
        metric="StatusCheckFailed",
        dimensions=dimensions,
        statistic="Maximum",
        comparison="GreaterThanThreshold",
        threshold=0,
        missing="breaching",
        period=60,
        periods=3,
        datapoints=3,
    )
    return [status, _cpu("server-cpu", "AWS/EC2", dimensions, thresholds)]


def fleet_rules(
    *,
    group: pulumi.Input[str],
    load_balancer: pulumi.Input[str],
    target_group: pulumi.Input[str],
    thresholds: Thresholds,
) -> list[AlarmRule]:
    """A fleet: the balancer's own 5xx answers, unhealthy and healthy hosts, and the group's CPU.

    `load_balancer` and `target_group` are ARN suffixes. The balancer counts 5xx only when there are some, so that no
    data is good; it reports healthy hosts always, so that no data is an outage.
    """
    targets = {"TargetGroup": target_group, "LoadBalancer": load_balancer}
    balancer = AlarmRule(
        key="balancer-errors",
        description="5xx answers of the load balancer itself in five minutes: no server took the request",
        namespace="AWS/ApplicationELB",
        metric="HTTPCode_ELB_5XX_Count",
        dimensions={"LoadBalancer": load_balancer},
        statistic="Sum",
        comparison="GreaterThanOrEqualToThreshold",
        threshold=thresholds.errors,
        missing="notBreaching",
    )
    return [
        balancer,
        _hosts("unhealthy-hosts", "UnHealthyHostCount", "Servers that fail the health check", targets, healthy=False),
        _hosts("healthy-hosts", "HealthyHostCount", "No server passes the health check", targets, healthy=True),
        _cpu("server-cpu", "AWS/EC2", {"AutoScalingGroupName": group}, thresholds),
    ]


def database_rules(*, instance: pulumi.Input[str], thresholds: Thresholds) -> list[AlarmRule]:
    """CPU, connections and free storage of the database.

    No data: stopped or failed, which RDS's own events report. Freeable memory is on the dashboard only: PostgreSQL
    fills memory with its cache, so that a low value is no fault.
    """
    dimensions = {"DBInstanceIdentifier": instance}
    connections = AlarmRule(
        key="database-connections",
        description="Connections to the database",
        namespace="AWS/RDS",
        metric="DatabaseConnections",
        dimensions=dimensions,
        statistic="Maximum",
        comparison="GreaterThanThreshold",
        threshold=thresholds.connections,
        missing="missing",
        periods=2,
        datapoints=2,
    )
    storage = AlarmRule(
        key="database-storage",
        description=f"Free storage of the database is under {thresholds.free_storage_gb} GiB",
        namespace="AWS/RDS",
        metric="FreeStorageSpace",
        dimensions=dimensions,
        statistic="Minimum",
        comparison="LessThanThreshold",
        threshold=thresholds.free_storage_gb * GIB,
        missing="missing",
    )
    return [_cpu("database-cpu", "AWS/RDS", dimensions, thresholds), connections, storage]


def _cpu(key: str, namespace: str, dimensions: Mapping[str, pulumi.Input[str]], thresholds: Thresholds) -> AlarmRule:
    return AlarmRule(
        key=key,
        description="Mean CPU over 15 minutes, percent",
        namespace=namespace,
        metric="CPUUtilization",
        dimensions=dimensions,
        statistic="Average",
        comparison="GreaterThanThreshold",
        threshold=thresholds.cpu_percent,
        missing="missing",
        periods=3,
        datapoints=3,
    )


def _hosts(
    key: str, metric: str, description: str, targets: Mapping[str, pulumi.Input[str]], *, healthy: bool
) -> AlarmRule:
    return AlarmRule(
        key=key,
        description=description,
        namespace="AWS/ApplicationELB",
        metric=metric,
        dimensions=targets,
        statistic="Maximum",
        comparison="LessThanThreshold" if healthy else "GreaterThanOrEqualToThreshold",
        threshold=1,
        missing="breaching" if healthy else "notBreaching",
        period=60,
        periods=5,
        datapoints=5,
    )
