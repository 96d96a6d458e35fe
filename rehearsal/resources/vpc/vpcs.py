"""VPC: the VPC itself."""

from __future__ import annotations

from typing import Any

from rehearsal.ec2_in_use import refuse_in_use, users_of_vpc
from rehearsal.ec2_requests import (
    arn,
    between,
    canonical,
    described,
    ec2,
    held_tags,
    made_by,
    one,
    retag,
    tagged,
    where,
)
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def hostnames_need_resolution(inputs: Inputs) -> str | None:
    """EC2 gives no DNS names in a VPC that resolves none."""
    if inputs.get("enableDnsHostnames") and inputs.get("enableDnsSupport") is False:
        return "enableDnsHostnames needs enableDnsSupport: set both"
    return None


def create_vpc(aws: Aws, inputs: Inputs) -> Created:
    """CreateVpc, then its DNS settings."""
    client = ec2(aws, inputs)
    tenancy = inputs.get("instanceTenancy", "default")
    vpc = client.create_vpc(CidrBlock=inputs["cidrBlock"], InstanceTenancy=tenancy, **tagged("vpc", inputs))["Vpc"]
    vpc_id = str(vpc["VpcId"])
    aws.made(vpc_id)
    _resolve(client, vpc_id, inputs)
    return Created(id=vpc_id, outputs=_outputs(aws, inputs, client, vpc))


def read_vpc(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The VPC, its DNS settings and what AWS made with it."""
    client = ec2(aws, state)
    vpc = one(client.describe_vpcs(VpcIds=[identifier])["Vpcs"])
    if vpc is None:
        return None
    held = {"cidrBlock": vpc["CidrBlock"], "tagsAll": held_tags(client, identifier)}
    return Created(id=identifier, outputs={**held, **_outputs(aws, state, client, vpc)})


def update_vpc(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """DNS settings and tags."""
    client = ec2(aws, inputs)
    _resolve(client, identifier, inputs)
    retag(client, identifier, inputs["tagsAll"])
    return {}


def delete_vpc(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteVpc; the emulator does not look at gateways, endpoints and security groups."""
    message = f"The vpc '{identifier}' has dependencies and cannot be deleted"
    refuse_in_use("DeleteVpc", message, users_of_vpc(aws, state, identifier))
    ec2(aws, state).delete_vpc(VpcId=identifier)


def find_vpc(aws: Aws, inputs: Inputs) -> list[str]:
    """VPCs of this range with these tags."""
    items = described(ec2(aws, inputs), "describe_vpcs", "Vpcs", Filters=where("cidr", inputs["cidrBlock"]))
    return made_by(items, "VpcId", inputs, CidrBlock=inputs["cidrBlock"])


def every_vpc(aws: Aws, region: str) -> list[str]:
    """Ids of all VPCs of the region."""
    return [vpc["VpcId"] for vpc in described(aws.client("ec2", region), "describe_vpcs", "Vpcs")]


def _resolve(client: Any, vpc_id: str, inputs: Inputs) -> None:
    client.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": inputs.get("enableDnsSupport", True)})
    client.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": inputs.get("enableDnsHostnames", False)})


def _outputs(aws: Aws, inputs: Inputs, client: Any, vpc: dict[str, Any]) -> Inputs:
    vpc_id = vpc["VpcId"]
    groups = client.describe_security_groups(Filters=where("vpc-id", vpc_id, "group-name", "default"))
    table = client.describe_route_tables(Filters=where("vpc-id", vpc_id, "association.main", "true"))
    acl = client.describe_network_acls(Filters=where("vpc-id", vpc_id, "default", "true"))
    main = table["RouteTables"][0]["RouteTableId"]
    dns = {
        name: client.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)[name[0].upper() + name[1:]]["Value"]
        for name in ("enableDnsSupport", "enableDnsHostnames")
    }
    return {
        "arn": arn(aws, inputs, "vpc", vpc_id),
        "ownerId": aws.account_id,
        "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"],
        "defaultRouteTableId": main,
        "mainRouteTableId": main,
        "defaultNetworkAclId": acl["NetworkAcls"][0]["NetworkAclId"],
        "instanceTenancy": vpc["InstanceTenancy"],
        **dns,
    }


RESOURCES = (
    ResourceType(
        token="aws:ec2/vpc:Vpc",
        inputs=spec("cidrBlock enableDnsHostnames enableDnsSupport instanceTenancy region tags"),
        create=create_vpc,
        read=read_vpc,
        update=update_vpc,
        delete=delete_vpc,
        find=find_vpc,
        every=every_vpc,
        computed=("arn", "ownerId", "defaultSecurityGroupId", "defaultRouteTableId", "mainRouteTableId"),
        # A change from dedicated to default tenancy is made in place; the other way, which counts here, is not.
        replace_on=frozenset({"cidrBlock", "instanceTenancy", "region"}),
        in_place=frozenset({"enableDnsHostnames", "enableDnsSupport", "tags"}),
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        limits=(canonical("cidrBlock"), between("cidrBlock", 16, 28), hostnames_need_resolution),
        source="Terraform AWS provider docs: aws_vpc; Amazon VPC User Guide, VPC CIDR blocks",
    ),
)
