"""The way out of private subnets: NAT gateways with addresses that stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class NatGatewaysArgs:
    """One gateway in the public subnet of each of `zones`, which are the first ones of `public_subnet_ids`."""

    label: str
    zones: Sequence[str]
    public_subnet_ids: Sequence[pulumi.Input[str]]
    internet_gateway: aws.ec2.InternetGateway


class NatGateways(pulumi.ComponentResource):
    """NAT gateways in the order of the zones (each about 33 USD a month, and 0.045 a GB)."""

    gateway_ids: list[pulumi.Output[str]]

    def __init__(self, name: str, args: NatGatewaysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:NatGateways", name, None, opts)
        # AWS fails a NAT gateway, and an address's release, in a VPC without its internet gateway.
        child = pulumi.ResourceOptions(parent=self, depends_on=[args.internet_gateway])
        self.gateway_ids = []
        for zone, subnet_id in zip(args.zones, args.public_subnet_ids, strict=False):
            tags = {"Name": f"{args.label}-{zone}"}
            address = aws.ec2.Eip(f"{name}-{zone}", domain="vpc", tags=tags, opts=child)
            gateway = aws.ec2.NatGateway(
                f"{name}-{zone}", allocation_id=address.allocation_id, subnet_id=subnet_id, tags=tags, opts=child
            )
            self.gateway_ids.append(gateway.id)
        self.register_outputs({"gateway_ids": self.gateway_ids})
