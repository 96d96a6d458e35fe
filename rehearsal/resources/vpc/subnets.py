"""VPC: subnets."""

from __future__ import annotations

from rehearsal.api import refusal
from rehearsal.ec2_in_use import refuse_in_use, users_of_subnet
from rehearsal.ec2_requests import between, canonical, described, ec2, held_tags, made_by, one, retag, tagged, where
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def create_subnet(aws: Aws, inputs: Inputs) -> Created:
    """CreateSubnet in a zone of the region; moto knows the zones of all regions as one."""
    client = ec2(aws, inputs)
    zones = [zone["ZoneName"] for zone in client.describe_availability_zones()["AvailabilityZones"]]
    if inputs["availabilityZone"] not in zones:
        message = f"there is no availability zone {inputs['availabilityZone']} here: use one of {', '.join(zones)}"
        raise refusal("CreateSubnet", "InvalidParameterValue", message)
    subnet = client.create_subnet(
        VpcId=inputs["vpcId"],
        CidrBlock=inputs["cidrBlock"],
        AvailabilityZone=inputs["availabilityZone"],
        **tagged("subnet", inputs),
    )["Subnet"]
    aws.made(subnet["SubnetId"])
    _set_public(aws, subnet["SubnetId"], inputs)
    outputs = {
        "arn": subnet["SubnetArn"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "ownerId": aws.account_id,
        "mapPublicIpOnLaunch": inputs.get("mapPublicIpOnLaunch", False),
    }
    return Created(id=subnet["SubnetId"], outputs=outputs)


def read_subnet(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The subnet with its tags."""
    client = ec2(aws, state)
    subnet = one(client.describe_subnets(SubnetIds=[identifier])["Subnets"])
    if subnet is None:
        return None
    held = {
        "vpcId": subnet["VpcId"],
        "cidrBlock": subnet["CidrBlock"],
        "availabilityZone": subnet["AvailabilityZone"],
        "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
        "tagsAll": held_tags(client, identifier),
        "arn": subnet["SubnetArn"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "ownerId": subnet["OwnerId"],
    }
    return Created(id=identifier, outputs=held)


def update_subnet(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Public addresses at launch, and tags."""
    _set_public(aws, identifier, inputs)
    retag(ec2(aws, inputs), identifier, inputs["tagsAll"])
    return {}


def delete_subnet(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteSubnet, of an empty one; the emulator does not look."""
    message = f"The subnet '{identifier}' has dependencies and cannot be deleted"
    refuse_in_use("DeleteSubnet", message, users_of_subnet(aws, state, identifier))
    ec2(aws, state).delete_subnet(SubnetId=identifier)


def find_subnet(aws: Aws, inputs: Inputs) -> list[str]:
    """The VPC's subnet of this range with these tags."""
    mine = where("vpc-id", inputs["vpcId"])
    items = described(ec2(aws, inputs), "describe_subnets", "Subnets", Filters=mine)
    return made_by(items, "SubnetId", inputs, CidrBlock=inputs["cidrBlock"])


def every_subnet(aws: Aws, region: str) -> list[str]:
    """Ids of all subnets of the region."""
    return [subnet["SubnetId"] for subnet in described(aws.client("ec2", region), "describe_subnets", "Subnets")]


def _set_public(aws: Aws, subnet: str, inputs: Inputs) -> None:
    public = {"Value": inputs.get("mapPublicIpOnLaunch", False)}
    ec2(aws, inputs).modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch=public)


RESOURCES = (
    ResourceType(
        token="aws:ec2/subnet:Subnet",
        inputs=spec("availabilityZone cidrBlock mapPublicIpOnLaunch region tags vpcId"),
        create=create_subnet,
        read=read_subnet,
        update=update_subnet,
        delete=delete_subnet,
        find=find_subnet,
        every=every_subnet,
        computed=("arn", "availabilityZoneId", "ownerId"),
        replace_on=frozenset({"availabilityZone", "cidrBlock", "region", "vpcId"}),
        in_place=frozenset({"mapPublicIpOnLaunch", "tags"}),
        limits=(canonical("cidrBlock"), between("cidrBlock", 16, 28)),
        source="Terraform AWS provider docs: aws_subnet; Amazon VPC User Guide, Subnet CIDR blocks",
    ),
)
