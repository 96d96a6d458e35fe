"""Flow logs of a VPC in CloudWatch Logs: who spoke to whom, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import network_policies


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """`label` is `<product>-<environment>`; the role is named `<label>-flow-logs`."""

    label: str
    account_id: str
    region: str
    vpc_id: pulumi.Input[str]
    log_group_name: str
    retention_days: int
    permissions_boundary_arn: str | None


class FlowLogs(pulumi.ComponentResource):
    """All traffic of the VPC, by a role that can write to this log group and do nothing else."""

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:FlowLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            name, name=args.log_group_name, retention_in_days=args.retention_days, opts=child
        )
        role = aws.iam.Role(
            name,
            name=f"{args.label}-flow-logs",
            assume_role_policy=pulumi.Output.json_dumps(
                network_policies.flow_log_trust(account_id=args.account_id, region=args.region)
            ),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        write = network_policies.flow_log_writer(
            account_id=args.account_id, region=args.region, log_group=args.log_group_name
        )
        allowed = aws.iam.RolePolicy(
            name, name="write", role=role.name, policy=pulumi.Output.json_dumps(write), opts=child
        )
        aws.ec2.FlowLog(
            name,
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags={"Name": args.label},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
        self.register_outputs({"role_name": role.name})
