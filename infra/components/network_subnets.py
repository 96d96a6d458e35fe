"""One kind of subnet in every zone, with the route tables that make it public, private or isolated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """Where traffic for the internet goes: one of the two."""

    internet_gateway_id: pulumi.Input[str] | None = None
    nat_gateway_id: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class SubnetTierArgs:
    """One range for each zone. `ways_out`: none (isolated), one for all zones, or one for each of them in order."""

    label: str
    vpc_id: pulumi.Input[str]
    zones: Sequence[str]
    ranges: Sequence[str]
    ways_out: Sequence[WayOut]


class SubnetTier(pulumi.ComponentResource):
    """Subnets in the order of the zones; nothing launched in them gets a public address by itself.

    Whatever uses one of `subnet_ids` waits for the way out of that subnet: a machine's first boot installs packages.
    """

    subnet_ids: list[pulumi.Output[str]]
    route_table_ids: list[pulumi.Output[str]]

    def __init__(self, name: str, args: SubnetTierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:SubnetTier", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        per_zone = len(args.ways_out) > 1
        names = [f"{name}-{zone}" for zone in args.zones] if per_zone else [name]
        tables = [self._table(table, args) for table in names]
        routes = [
            self._route(table_name, table, way_out)
            for table_name, table, way_out in zip(names, tables, args.ways_out, strict=bool(args.ways_out))
        ]
        self.subnet_ids = [
            self._subnet(name, args, index, tables[index if per_zone else 0], routes)
            for index in range(len(args.zones))
        ]
        self.route_table_ids = [table.id for table in tables]
        self.register_outputs({"subnet_ids": self.subnet_ids, "route_table_ids": self.route_table_ids})

    def _table(self, name: str, args: SubnetTierArgs) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(name, vpc_id=args.vpc_id, tags={"Name": args.label}, opts=self._opts)

    def _route(self, name: str, table: aws.ec2.RouteTable, way_out: WayOut) -> aws.ec2.Route:
        return aws.ec2.Route(
            f"{name}-out",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=way_out.internet_gateway_id,
            nat_gateway_id=way_out.nat_gateway_id,
            opts=self._opts,
        )

    def _subnet(
        self,
        name: str,
        args: SubnetTierArgs,
        index: int,
        table: aws.ec2.RouteTable,
        routes: Sequence[aws.ec2.Route],
    ) -> pulumi.Output[str]:
        zone = args.zones[index]
        subnet = aws.ec2.Subnet(
            f"{name}-{zone}",
            vpc_id=args.vpc_id,
            availability_zone=zone,
            cidr_block=args.ranges[index],
            map_public_ip_on_launch=False,
            tags={"Name": f"{args.label}-{zone}"},
            opts=self._opts,
        )
        used = aws.ec2.RouteTableAssociation(
            f"{name}-{zone}",
            subnet_id=subnet.id,
            route_table_id=table.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(routes)),
        )
        return pulumi.Output.all(subnet.id, used.id).apply(lambda ids: str(ids[0]))
