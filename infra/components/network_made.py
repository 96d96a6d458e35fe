"""A VPC of our own: its subnets, its ways out, its endpoints and its flow logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.components.network_args import NetworkArgs, Placement
from infra.components.network_egress import NatGateways, NatGatewaysArgs
from infra.components.network_endpoints import Endpoints, EndpointsArgs
from infra.components.network_flow_logs import FlowLogs, FlowLogsArgs
from infra.components.network_subnets import SubnetTier, SubnetTierArgs, WayOut


def make(name: str, args: NetworkArgs, *, parent: pulumi.Resource) -> Placement:
    """Makes everything under `parent`."""
    child = pulumi.ResourceOptions(parent=parent)
    tags = {"Name": args.name_prefix}
    vpc = aws.ec2.Vpc(
        f"{name}-vpc",
        cidr_block=args.cidr,
        enable_dns_support=True,
        enable_dns_hostnames=True,
        tags=tags,
        opts=child,
    )
    aws.ec2.DefaultSecurityGroup(
        f"{name}-default", vpc_id=vpc.id, tags={"Name": f"{args.name_prefix}-unused"}, opts=child
    )
    internet = aws.ec2.InternetGateway(f"{name}-internet", vpc_id=vpc.id, tags=tags, opts=child)
    public = _tier(name, args, vpc, "public", [WayOut(internet_gateway_id=internet.id)], child)
    database = _tier(name, args, vpc, "database", [], child)
    private = _private(name, args, vpc, internet, public, child) if args.egress == "nat" else None
    _endpoints(name, args, vpc, private or public, child)
    if args.flow_log_retention_days is not None:
        _flow_logs(name, args, vpc, args.flow_log_retention_days, child)
    return Placement(
        vpc_id=vpc.id,
        cidr=args.cidr,
        public_subnet_ids=public.subnet_ids,
        private_subnet_ids=private.subnet_ids if private else [],
        database_subnet_ids=database.subnet_ids,
    )


def _tier(
    name: str,
    args: NetworkArgs,
    vpc: aws.ec2.Vpc,
    kind: Literal["public", "private", "database"],
    ways_out: Sequence[WayOut],
    opts: pulumi.ResourceOptions,
) -> SubnetTier:
    ranges = {"public": args.ranges.public, "private": args.ranges.private, "database": args.ranges.database}
    tier = SubnetTierArgs(
        label=f"{args.name_prefix}-{kind}",
        vpc_id=vpc.id,
        zones=args.zones,
        ranges=ranges[kind],
        ways_out=ways_out,
    )
    return SubnetTier(f"{name}-{kind}", tier, opts)


def _private(
    name: str,
    args: NetworkArgs,
    vpc: aws.ec2.Vpc,
    internet: aws.ec2.InternetGateway,
    public: SubnetTier,
    opts: pulumi.ResourceOptions,
) -> SubnetTier:
    nat = NatGatewaysArgs(
        label=f"{args.name_prefix}-nat",
        zones=args.zones if args.nat_gateways == "per_zone" else args.zones[:1],
        public_subnet_ids=public.subnet_ids,
        internet_gateway=internet,
    )
    gateways = NatGateways(f"{name}-nat", nat, opts).gateway_ids
    # A table for each zone even with one gateway: a second one later is then a change of one route.
    ways_out = [WayOut(nat_gateway_id=gateways[index % len(gateways)]) for index in range(len(args.zones))]
    return _tier(name, args, vpc, "private", ways_out, opts)


def _endpoints(
    name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, servers: SubnetTier, opts: pulumi.ResourceOptions
) -> None:
    endpoints = EndpointsArgs(
        label=args.name_prefix,
        account_id=args.account_id,
        region=args.region,
        vpc_id=vpc.id,
        vpc_cidr=args.cidr,
        subnet_ids=servers.subnet_ids,
        route_table_ids=servers.route_table_ids,
        interface_services=args.interface_endpoints,
    )
    Endpoints(f"{name}-endpoints", endpoints, opts)


def _flow_logs(name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, days: int, opts: pulumi.ResourceOptions) -> None:
    logs = FlowLogsArgs(
        label=args.name_prefix,
        account_id=args.account_id,
        region=args.region,
        vpc_id=vpc.id,
        log_group_name=args.flow_log_group_name,
        retention_days=days,
        permissions_boundary_arn=args.permissions_boundary_arn,
    )
    FlowLogs(f"{name}-flow-logs", logs, opts)
