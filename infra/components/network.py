"""The network: a VPC of our own with its subnets and ways out, or an existing one that is built in and left alone."""

from __future__ import annotations

import pulumi

from infra.components.network_adopted import look_up
from infra.components.network_args import AdoptedSubnets, NetworkArgs
from infra.components.network_made import make

__all__ = ["AdoptedSubnets", "Network", "NetworkArgs"]


class Network(pulumi.ComponentResource):
    """VPC and subnets, in the order of the zones; `private_subnet_ids` is empty where there are none.

    Raises AdoptionError where the adopted VPC and subnets do not fit each other or the zones.
    """

    vpc_id: pulumi.Output[str]
    cidr: pulumi.Input[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    database_subnet_ids: list[pulumi.Output[str]]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Network", name, None, opts)
        if args.adopt is None:
            place = make(name, args, parent=self)
        else:
            place = look_up(args.adopt, zones=args.zones, private=args.egress == "nat", parent=self)
        self.vpc_id, self.cidr = place.vpc_id, place.cidr
        self.public_subnet_ids = place.public_subnet_ids
        self.private_subnet_ids = place.private_subnet_ids
        self.database_subnet_ids = place.database_subnet_ids
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "cidr": self.cidr,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "database_subnet_ids": self.database_subnet_ids,
            }
        )
