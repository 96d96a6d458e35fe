"""VPC: internet and NAT gateways."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_in_use import public_in, refuse_in_use
from rehearsal.ec2_requests import (
    arn,
    described,
    ec2,
    has_internet_gateway,
    held_tags,
    made_by,
    one,
    retag,
    tagged,
    tags_in,
    update_tags,
    where,
)
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def create_internet_gateway(aws: Aws, inputs: Inputs) -> Created:
    """CreateInternetGateway, attached at once."""
    client = ec2(aws, inputs)
    made = client.create_internet_gateway(**tagged("internet-gateway", inputs))["InternetGateway"]
    gateway = made["InternetGatewayId"]
    aws.made(gateway)
    _attach(aws, gateway, inputs)
    outputs = {"arn": arn(aws, inputs, "internet-gateway", gateway), "ownerId": aws.account_id}
    return Created(id=gateway, outputs=outputs)


def read_internet_gateway(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The gateway and the VPC that it is attached to."""
    client = ec2(aws, state)
    gateway = one(client.describe_internet_gateways(InternetGatewayIds=[identifier])["InternetGateways"])
    if gateway is None:
        return None
    held = {
        "vpcId": next((one["VpcId"] for one in gateway["Attachments"]), None),
        "tagsAll": held_tags(client, identifier),
        "arn": arn(aws, state, "internet-gateway", identifier),
        "ownerId": gateway["OwnerId"],
    }
    return Created(id=identifier, outputs=held)


def update_internet_gateway(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Attached to another VPC, and tags."""
    _attach(aws, identifier, inputs)
    retag(ec2(aws, inputs), identifier, inputs["tagsAll"])
    return {}


def delete_internet_gateway(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteInternetGateway, detached before."""
    _attach(aws, identifier, {**state, "vpcId": None})
    ec2(aws, state).delete_internet_gateway(InternetGatewayId=identifier)


def find_internet_gateway(aws: Aws, inputs: Inputs) -> list[str]:
    """Gateways with these tags that are attached to this VPC, or to none yet."""
    items = described(ec2(aws, inputs), "describe_internet_gateways", "InternetGateways")
    mine = [item for item in items if inputs.get("vpcId") in [None, *_attached(item)] or not item["Attachments"]]
    return made_by(mine, "InternetGatewayId", inputs)


def every_internet_gateway(aws: Aws, region: str) -> list[str]:
    """Ids of all internet gateways of the region."""
    items = described(aws.client("ec2", region), "describe_internet_gateways", "InternetGateways")
    return [item["InternetGatewayId"] for item in items]


def _attached(gateway: dict[str, Any]) -> list[str]:
    return [attachment["VpcId"] for attachment in gateway["Attachments"]]


def _attach(aws: Aws, identifier: str, inputs: Inputs) -> None:
    """To the VPC of the inputs, and to no other; AWS detaches none that public addresses still need."""
    client = ec2(aws, inputs)
    gateway = client.describe_internet_gateways(InternetGatewayIds=[identifier])["InternetGateways"][0]
    wanted = inputs.get("vpcId")
    for vpc_id in _attached(gateway):
        if vpc_id != wanted:
            message = f"Network {vpc_id} has some mapped public address(es)"
            refuse_in_use("DetachInternetGateway", message, public_in(aws, inputs, vpc_id))
            client.detach_internet_gateway(InternetGatewayId=identifier, VpcId=vpc_id)
    if wanted and wanted not in _attached(gateway):
        client.attach_internet_gateway(InternetGatewayId=identifier, VpcId=wanted)


def create_nat_gateway(aws: Aws, inputs: Inputs) -> Created:
    """CreateNatGateway, which on AWS fails in a VPC without an internet gateway; moto does not look."""
    client = ec2(aws, inputs)
    vpc_id = client.describe_subnets(SubnetIds=[inputs["subnetId"]])["Subnets"][0]["VpcId"]
    if not has_internet_gateway(client, vpc_id):
        message = f"{vpc_id} has no internet gateway attached: let the NAT gateway depend on it"
        raise refusal("CreateNatGateway", "Gateway.NotAttached", message)
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
    client, gateway = ec2(aws, state), _nat_gateway(aws, identifier, state)
    if gateway is None:
        return
    client.delete_nat_gateway(NatGatewayId=identifier)
    address = gateway["NatGatewayAddresses"][0]
    if client.describe_addresses(Filters=where("association-id", address["AssociationId"]))["Addresses"]:
        client.disassociate_address(AssociationId=address["AssociationId"])
    client.delete_network_interface(NetworkInterfaceId=address["NetworkInterfaceId"])


def find_nat_gateway(aws: Aws, inputs: Inputs) -> list[str]:
    """NAT gateways of this subnet with these tags."""
    mine = where("subnet-id", inputs["subnetId"], "state", "available")
    items = described(ec2(aws, inputs), "describe_nat_gateways", "NatGateways", Filters=mine)
    return made_by(items, "NatGatewayId", inputs)


def every_nat_gateway(aws: Aws, region: str) -> list[str]:
    """Ids of all NAT gateways of the region that are not deleted."""
    items = described(
        aws.client("ec2", region), "describe_nat_gateways", "NatGateways", Filters=where("state", "available")
    )
    return [item["NatGatewayId"] for item in items]


RESOURCES = (
    ResourceType(
        token="aws:ec2/internetGateway:InternetGateway",
        inputs=spec("region tags vpcId"),
        create=create_internet_gateway,
        read=read_internet_gateway,
        update=update_internet_gateway,
        delete=delete_internet_gateway,
        find=find_internet_gateway,
        every=every_internet_gateway,
        computed=("arn", "ownerId"),
        replace_on=frozenset({"region"}),
        in_place=frozenset({"tags", "vpcId"}),
        source="Terraform AWS provider docs: aws_internet_gateway",
    ),
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
