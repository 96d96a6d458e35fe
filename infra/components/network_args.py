"""What a network is made from, and what it gives: the same for one of our own and for an adopted one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi

from infra.subnetting import SubnetRanges


@dataclass(frozen=True, kw_only=True)
class AdoptedSubnets:
    """Ids of an existing VPC and its subnets, one of each kind in every zone; private ones only for `egress: nat`."""

    vpc_id: str
    public_subnet_ids: Sequence[str]
    private_subnet_ids: Sequence[str] = ()
    database_subnet_ids: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """`ranges` has one range for each of `zones`; `name_prefix` begins the names that a console shows.

    With `egress` public the servers are in the public subnets and there are no private ones. With `adopt` nothing is
    made: `cidr`, `ranges` and the rest of what makes a VPC are not used. No flow logs where their retention is None.
    """

    name_prefix: str
    account_id: str
    region: str
    cidr: str
    zones: Sequence[str]
    ranges: SubnetRanges
    egress: Literal["public", "nat"]
    nat_gateways: Literal["one", "per_zone"] = "one"
    interface_endpoints: Sequence[str] = ()
    flow_log_retention_days: int | None
    flow_log_group_name: str
    adopt: AdoptedSubnets | None = None
    permissions_boundary_arn: str | None = None


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the rest of the environment goes; subnets are in the order of the zones."""

    vpc_id: pulumi.Output[str]
    cidr: pulumi.Input[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    database_subnet_ids: list[pulumi.Output[str]]
