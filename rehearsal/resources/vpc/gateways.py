"""VPC: internet gateways."""

from __future__ import annotations

from typing import Any

from rehearsal.ec2_in_use import public_in, refuse_in_use
from rehearsal.ec2_requests import (
    arn,
    described,
    ec2,
    held_tags,
    made_by,
    one,
    retag,
    tagged,
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
)
