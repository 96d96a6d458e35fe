"""An existing VPC: looked up and checked, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.components.network_args import AdoptedSubnets, Placement
from infra.errors import PlatformError


class AdoptionError(PlatformError):
    """The adopted VPC and subnets do not fit each other, or what the environment needs."""


def look_up(adopt: AdoptedSubnets, *, zones: Sequence[str], private: bool, parent: pulumi.Resource) -> Placement:
    """The adopted VPC's range, and its subnets in the order of `zones`; `private` ones are needed for a NAT.

    The subnets' ids fail with AdoptionError where a subnet is not of the VPC, or a kind has not exactly one in each
    zone, so that nothing is made in a VPC that does not fit.
    """
    opts = pulumi.InvokeOutputOptions(parent=parent)
    vpc = aws.ec2.get_vpc_output(id=adopt.vpc_id, opts=opts)
    kinds = {"public": adopt.public_subnet_ids, "database": adopt.database_subnet_ids}
    if private:
        kinds["private"] = adopt.private_subnet_ids
    found: dict[str, list[pulumi.Output[str]]] = {}
    for kind, ids in kinds.items():
        subnets = pulumi.Output.all(vpc, *(aws.ec2.get_subnet_output(id=one, opts=opts) for one in ids))
        ordered = subnets.apply(partial(_ordered, kind, zones))
        found[kind] = [ordered[index] for index in range(len(zones))]
    return Placement(
        vpc_id=pulumi.Output.from_input(adopt.vpc_id),
        cidr=vpc.cidr_block,
        public_subnet_ids=found["public"],
        private_subnet_ids=found.get("private", []),
        database_subnet_ids=found["database"],
    )


def _ordered(kind: str, zones: Sequence[str], answer: Sequence[Any]) -> list[str]:
    vpc, *subnets = answer
    return _by_zone(kind, vpc, *subnets, zones=zones)


def _by_zone(
    kind: str, vpc: aws.ec2.GetVpcResult, *subnets: aws.ec2.GetSubnetResult, zones: Sequence[str]
) -> list[str]:
    path = f"network.adopt.{kind}_subnet_ids"
    if not vpc.enable_dns_support:
        raise AdoptionError(
            f"network.adopt.vpc_id: {vpc.id} resolves no names, which the database's address needs; "
            "enable DNS support in the VPC"
        )
    in_zone: dict[str, str] = {}
    for subnet in subnets:
        zone = subnet.availability_zone
        if subnet.vpc_id != vpc.id:
            raise AdoptionError(f"{path}: {subnet.id} is in {subnet.vpc_id}, not in {vpc.id}; name subnets of one VPC")
        if zone not in zones:
            raise AdoptionError(f"{path}: {subnet.id} is in {zone}; add that zone to network.zones, or leave it out")
        if zone in in_zone:
            raise AdoptionError(f"{path}: {in_zone[zone]} and {subnet.id} are both in {zone}; name one for each zone")
        in_zone[zone] = subnet.id
    if missing := [zone for zone in zones if zone not in in_zone]:
        raise AdoptionError(f"{path}: no subnet in {', '.join(missing)}; name one for each of network.zones")
    return [in_zone[zone] for zone in zones]
