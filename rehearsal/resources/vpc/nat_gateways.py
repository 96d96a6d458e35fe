"""VPC: NAT gateways."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_in_use import free_after_nat_gateways
from rehearsal.ec2_requests import (
    described,
    ec2,
    has_internet_gateway,
    made_by,
    one,
    standing,
    tagged,
    tags_in,
    update_tags,
    where,
)
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def create_nat_gateway(aws: Aws, inputs: Inputs) -> Created:
    """CreateNatGateway, which on AWS fails in a VPC without an internet gateway; moto does not look."""
    client = ec2(aws, inputs)
    vpc_id = client.describe_subnets(SubnetIds=[inputs["subnetId"]])["Subnets"][0]["VpcId"]
    if not has_internet_gateway(client, vpc_id):
        message = f"{vpc_id} has no internet gateway attached: let the NAT gateway depend on it"
        raise refusal("CreateNatGateway", "Gateway.NotAttached", message)
    free_after_nat_gateways(client)
    gateway = client.create_nat_gateway(
        SubnetId=inputs["subnetId"], AllocationId=inputs["allocationId"], **tagged("natgateway", inputs)
    )["NatGateway"]
    return Created(id=gateway["NatGatewayId"], outputs=_nat_outputs(gateway))


def _nat_outputs(gateway: dict[str, Any]) -> Inputs:
    address = gateway["NatGatewayAddresses"][0]
    return {
        "allocationId": address["AllocationId"],
        "publicIp": address["PublicIp"],
        "privateIp": address["PrivateIp"],
        "networkInterfaceId": address["NetworkInterfaceId"],
        "associationId": address["AssociationId"],
        "connectivityType": "public",
    }


def read_nat_gateway(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The NAT gateway with its address; AWS shows a deleted one for another hour."""
    gateway = _nat_gateway(aws, identifier, state)
    if gateway is None:
        return None
    held = {"subnetId": gateway["SubnetId"], "tagsAll": tags_in(gateway), **_nat_outputs(gateway)}
    return Created(id=identifier, outputs=held)


def _nat_gateway(aws: Aws, identifier: str, inputs: Inputs) -> dict[str, Any] | None:
    found = one(ec2(aws, inputs).describe_nat_gateways(NatGatewayIds=[identifier])["NatGateways"])
    return None if found is None or found["State"] in ("deleted", "deleting") else found


def delete_nat_gateway(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteNatGateway, which frees its address and removes its network interface; the emulator leaves both."""
    client = ec2(aws, state)
    if _nat_gateway(aws, identifier, state) is not None:
        client.delete_nat_gateway(NatGatewayId=identifier)
    free_after_nat_gateways(client)


def find_nat_gateway(aws: Aws, inputs: Inputs) -> list[str]:
    """NAT gateways of this subnet with these tags."""
    mine = where("subnet-id", inputs["subnetId"])
    items = described(ec2(aws, inputs), "describe_nat_gateways", "NatGateways", Filters=mine)
    return made_by(standing(items), "NatGatewayId", inputs)


def every_nat_gateway(aws: Aws, region: str) -> list[str]:
    """Ids of all NAT gateways of the region that are not deleted."""
    items = described(aws.client("ec2", region), "describe_nat_gateways", "NatGateways")
    return [item["NatGatewayId"] for item in standing(items)]


RESOURCES = (
    ResourceType(
        token="aws:ec2/natGateway:NatGateway",
        inputs=spec("allocationId region subnetId tags"),
        create=create_nat_gateway,
        read=read_nat_gateway,
        update=update_tags,
        delete=delete_nat_gateway,
        find=find_nat_gateway,
        every=every_nat_gateway,
        computed=("associationId", "networkInterfaceId", "privateIp", "publicIp"),
        replace_on=frozenset({"allocationId", "region", "subnetId"}),
        in_place=frozenset({"tags"}),
        source="Terraform AWS provider docs: aws_nat_gateway; Amazon VPC User Guide, Troubleshoot NAT gateways",
    ),
)
