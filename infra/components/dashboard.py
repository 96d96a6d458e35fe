"""One page with everything that is measured."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.dashboard_body import Shown, dashboard_body


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """The dashboard's name, `<product>-<env>`, and what it shows."""

    name: str
    shown: Shown


class Dashboard(pulumi.ComponentResource):
    """The dashboard; `url` opens it in the console."""

    url: str

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Dashboard", name, None, opts)
        aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.name,
            dashboard_body=pulumi.Output.json_dumps(dashboard_body(args.shown)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        region = args.shown.region
        self.url = (
            f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard/{args.name}"
        )
        self.register_outputs({"url": self.url})
