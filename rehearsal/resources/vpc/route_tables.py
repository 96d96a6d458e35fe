"""VPC routing: route tables, and which subnets use them."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, described, ec2, held_tags, made_by, one, tagged, update_tags, where
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def create_table(aws: Aws, inputs: Inputs) -> Created:
    """CreateRouteTable: it holds nothing but the route within the VPC."""
    table = ec2(aws, inputs).create_route_table(VpcId=inputs["vpcId"], **tagged("route-table", inputs))["RouteTable"]
    identifier = table["RouteTableId"]
    outputs = {"arn": arn(aws, inputs, "route-table", identifier), "ownerId": aws.account_id}
    return Created(id=identifier, outputs=outputs)


def read_table(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The table with its tags; its routes are resources of their own."""
    client = ec2(aws, state)
    table = one(client.describe_route_tables(RouteTableIds=[identifier])["RouteTables"])
    if table is None:
        return None
    held = {
        "vpcId": table["VpcId"],
        "tagsAll": held_tags(client, identifier),
        "arn": arn(aws, state, "route-table", identifier),
        "ownerId": table["OwnerId"],
    }
    return Created(id=identifier, outputs=held)


def delete_table(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteRouteTable: AWS refuses while subnets use it, so that the real provider first takes it from them."""
    client = ec2(aws, state)
    [table] = client.describe_route_tables(RouteTableIds=[identifier])["RouteTables"]
    if _is_main(table):
        message = f"{identifier} is the main route table of {table['VpcId']}: make another one the main table first"
        raise refusal("DisassociateRouteTable", "InvalidParameterValue", message)
    for association in table["Associations"]:
        client.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    client.delete_route_table(RouteTableId=identifier)


def find_table(aws: Aws, inputs: Inputs) -> list[str]:
    """The VPC's tables with these tags."""
    mine = where("vpc-id", inputs["vpcId"])
    items = described(ec2(aws, inputs), "describe_route_tables", "RouteTables", Filters=mine)
    return made_by([item for item in items if not _is_main(item)], "RouteTableId", inputs)


def every_table(aws: Aws, region: str) -> list[str]:
    """Ids of all route tables of the region but the main ones, which go with their VPC."""
    items = described(aws.client("ec2", region), "describe_route_tables", "RouteTables")
    return [item["RouteTableId"] for item in items if not _is_main(item)]


def _is_main(table: dict[str, Any]) -> bool:
    return any(association["Main"] for association in table["Associations"])


def create_association(aws: Aws, inputs: Inputs) -> Created:
    """AssociateRouteTable; a subnet has one table, which moto does not hold to."""
    if taken := _association(aws, inputs, inputs["subnetId"]):
        message = f"{inputs['subnetId']} already uses {taken['RouteTableId']}: associate each subnet once"
        raise refusal("AssociateRouteTable", "Resource.AlreadyAssociated", message)
    made = ec2(aws, inputs).associate_route_table(RouteTableId=inputs["routeTableId"], SubnetId=inputs["subnetId"])
    return Created(id=made["AssociationId"])


def read_association(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The subnet's association; imported as `<subnet>/<route table>`.

    Each change of the table gives it another id, which an update in Pulumi cannot hand on: the subnet tells it apart.
    """
    subnet, _, table = identifier.partition("/")
    held = _association(aws, state, state.get("subnetId") or subnet)
    if held is None or (table and held["RouteTableId"] != table):
        return None
    outputs = {"subnetId": held["SubnetId"], "routeTableId": held["RouteTableId"]}
    return Created(id=identifier if state.get("subnetId") else held["RouteTableAssociationId"], outputs=outputs)


def update_association(aws: Aws, _identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """ReplaceRouteTableAssociation, or AssociateRouteTable where the subnet has been left with none."""
    held = _association(aws, state, state["subnetId"])
    if held is None:
        create_association(aws, inputs)
        return {}
    ec2(aws, inputs).replace_route_table_association(
        AssociationId=held["RouteTableAssociationId"], RouteTableId=inputs["routeTableId"]
    )
    return {}


def delete_association(aws: Aws, _identifier: str, state: Inputs) -> None:
    """DisassociateRouteTable."""
    if held := _association(aws, state, state["subnetId"]):
        ec2(aws, state).disassociate_route_table(AssociationId=held["RouteTableAssociationId"])


def find_association(aws: Aws, inputs: Inputs) -> list[str]:
    """The subnet's association with this table."""
    held = _association(aws, inputs, inputs["subnetId"])
    same = held is not None and held["RouteTableId"] == inputs["routeTableId"]
    return [f"{inputs['subnetId']}/{inputs['routeTableId']}"] if same else []


def _association(aws: Aws, inputs: Inputs, subnet: str) -> dict[str, Any] | None:
    client = ec2(aws, inputs)
    tables = described(client, "describe_route_tables", "RouteTables", Filters=where("association.subnet-id", subnet))
    return one([held for table in tables for held in table["Associations"] if held.get("SubnetId") == subnet])


RESOURCES = (
    ResourceType(
        token="aws:ec2/routeTable:RouteTable",
        inputs=spec("region tags vpcId"),
        create=create_table,
        read=read_table,
        update=update_tags,
        delete=delete_table,
        find=find_table,
        every=every_table,
        computed=("arn", "ownerId"),
        replace_on=frozenset({"region", "vpcId"}),
        in_place=frozenset({"tags"}),
        source="Terraform AWS provider docs: aws_route_table",
    ),
    ResourceType(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        inputs=spec("region routeTableId subnetId"),
        create=create_association,
        read=read_association,
        update=update_association,
        delete=delete_association,
        find=find_association,
        replace_on=frozenset({"region", "subnetId"}),
        in_place=frozenset({"routeTableId"}),
        source="Terraform AWS provider docs: aws_route_table_association",
    ),
)
