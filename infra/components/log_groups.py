"""Log groups of the application, and what is counted in them."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.alarm_rules import APPLICATION_ERRORS, SERVER_ERRORS

# One pattern for each form of a line, so that none is counted twice. JSON: the application's own with a level, or the
# journal's entry around its line. Plain text: a regular expression, without a brace before the word (CloudWatch Logs
# User Guide, "Filter pattern syntax").
JSON_ERRORS = (
    '{ ($.level = "ERROR") || ($.level = "CRITICAL") || ($.MESSAGE = "*ERROR*") || ($.MESSAGE = "*CRITICAL*")'
    ' || ($.body.MESSAGE = "*ERROR*") || ($.body.MESSAGE = "*CRITICAL*") }'
)
PLAIN_ERRORS = "%^[^{]*ERROR|^[^{]*CRITICAL%"
ANSWERED_5XX = '{ ($.status >= 500) || ($.status = "5*") }'


@dataclass(frozen=True, kw_only=True)
class LogGroupsArgs:
    """Physical names, days of retention, and the namespace that counted errors go to.

    nginx's group has its access log, JSON lines with `status`.
    """

    backend: str
    worker: str
    nginx: str
    retention_days: int
    metric_namespace: str


class LogGroups(pulumi.ComponentResource):
    """Groups for backend, worker and nginx, with metric filters for errors and 5xx answers."""

    backend_name: pulumi.Output[str]
    worker_name: pulumi.Output[str]
    nginx_name: pulumi.Output[str]

    def __init__(self, name: str, args: LogGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:LogGroups", name, None, opts)
        physical = {"backend": args.backend, "worker": args.worker, "nginx": args.nginx}
        groups = {
            part: aws.cloudwatch.LogGroup(
                f"{name}-{part}",
                name=group,
                retention_in_days=args.retention_days,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for part, group in physical.items()
        }
        for part in ("backend", "worker"):
            self._count(f"{name}-{part}-json-errors", groups[part], JSON_ERRORS, APPLICATION_ERRORS, args)
            self._count(f"{name}-{part}-plain-errors", groups[part], PLAIN_ERRORS, APPLICATION_ERRORS, args)
        self._count(f"{name}-nginx-errors", groups["nginx"], ANSWERED_5XX, SERVER_ERRORS, args)
        self.backend_name = groups["backend"].name
        self.worker_name = groups["worker"].name
        self.nginx_name = groups["nginx"].name
        self.register_outputs({f"{part}_name": group.name for part, group in groups.items()})

    def _count(self, name: str, group: aws.cloudwatch.LogGroup, pattern: str, metric: str, args: LogGroupsArgs) -> None:
        aws.cloudwatch.LogMetricFilter(
            name,
            log_group_name=group.name,
            pattern=pattern,
            metric_transformation={
                "name": metric,
                "namespace": args.metric_namespace,
                "value": "1",
                "default_value": "0",
                "unit": "Count",
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
