"""An existing VPC for rehearsing an environment that adopts one: on AWS it is there before the program runs.

The ids are those of the YAML, which the emulator cannot choose by its API: they are set while it creates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Network

from rehearsal.resource import Aws

RANGE = "10.0.0.0/16"


def seed(
    aws: Aws,
    *,
    vpc_id: str,
    zones: Sequence[str],
    public: Sequence[str],
    private: Sequence[str],
    database: Sequence[str],
) -> None:
    """Makes the VPC and the subnets with these ids, those of each kind one in each zone in turn.

    Public ones get a route to an internet gateway, private ones to a NAT gateway in the first public one.
    """
    client = aws.client("ec2")
    with _next_id("vpcs", "random_vpc_id", vpc_id):
        client.create_vpc(CidrBlock=RANGE)
    ranges = IPv4Network(RANGE).subnets(new_prefix=24)
    for ids in (public, private, database):
        for index, subnet_id in enumerate(ids):
            with _next_id("subnets", "random_subnet_id", subnet_id):
                zone = zones[index % len(zones)]
                client.create_subnet(VpcId=vpc_id, CidrBlock=str(next(ranges)), AvailabilityZone=zone)
    internet = client.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    client.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc_id)
    _route(aws, vpc_id, public, GatewayId=internet)
    if private:
        address = client.allocate_address(Domain="vpc")["AllocationId"]
        nat = client.create_nat_gateway(SubnetId=public[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
        _route(aws, vpc_id, private, NatGatewayId=nat)


def _route(aws: Aws, vpc_id: str, subnets: Sequence[str], **target: str) -> None:
    client = aws.client("ec2")
    table = client.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    client.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    for subnet_id in subnets:
        client.associate_route_table(RouteTableId=table, SubnetId=subnet_id)


@contextmanager
def _next_id(module: str, generator: str, identifier: str) -> Iterator[None]:
    import importlib

    models = importlib.import_module(f"moto.ec2.models.{module}")
    original = getattr(models, generator)
    setattr(models, generator, lambda: identifier)
    try:
        yield
    finally:
        setattr(models, generator, original)
