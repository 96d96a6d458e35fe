"""VPC routing: route tables, routes, and which subnets use them."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, canonical, ec2, tagged
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec

TARGETS = {"gatewayId": "GatewayId", "natGatewayId": "NatGatewayId", "networkInterfaceId": "NetworkInterfaceId"}


def one_target(inputs: Inputs) -> str | None:
    """A route has one destination and at most one target; one that is still unknown is missing here."""
    named = [name for name in TARGETS if inputs.get(name)]
    return f"a route has one target, not {' and '.join(named)}: keep one" if len(named) > 1 else None


def create_table(aws: Aws, inputs: Inputs) -> Created:
    """CreateRouteTable: it holds nothing but the route within the VPC."""
    table = ec2(aws, inputs).create_route_table(VpcId=inputs["vpcId"], **tagged("route-table", inputs))["RouteTable"]
    identifier = table["RouteTableId"]
    outputs = {"arn": arn(aws, inputs, "route-table", identifier), "ownerId": aws.account_id}
    return Created(id=identifier, outputs=outputs)


def create_route(aws: Aws, inputs: Inputs) -> Created:
    """CreateRoute to a gateway of the same VPC; moto does not compare."""
    client = ec2(aws, inputs)
    target = {field: inputs[name] for name, field in TARGETS.items() if inputs.get(name)}
    if not target:
        raise refusal("CreateRoute", "InvalidParameterCombination", f"a route needs a target: {', '.join(TARGETS)}")
    table = client.describe_route_tables(RouteTableIds=[inputs["routeTableId"]])["RouteTables"][0]
    if str(inputs.get("gatewayId", "")).startswith("igw-"):
        _same_network(client, table, inputs["gatewayId"])
    destination = inputs["destinationCidrBlock"]
    client.create_route(RouteTableId=inputs["routeTableId"], DestinationCidrBlock=destination, **target)
    identifier = f"r-{inputs['routeTableId']}{crc32(destination.encode())}"
    return Created(id=identifier, outputs={"origin": "CreateRoute", "state": "active"})


def _same_network(client: Any, table: dict[str, Any], gateway: str) -> None:
    found = client.describe_internet_gateways(InternetGatewayIds=[gateway])["InternetGateways"][0]
    if table["VpcId"] not in [attachment["VpcId"] for attachment in found["Attachments"]]:
        message = f"{gateway} is not attached to {table['VpcId']} of {table['RouteTableId']}: attach it first"
        raise refusal("CreateRoute", "InvalidParameterValue", message)


def create_association(aws: Aws, inputs: Inputs) -> Created:
    """AssociateRouteTable; a subnet has one table, which moto does not hold to."""
    client = ec2(aws, inputs)
    subnet = inputs["subnetId"]
    taken = client.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["RouteTables"]
    if taken:
        message = f"{subnet} already uses {taken[0]['RouteTableId']}: associate each subnet once"
        raise refusal("AssociateRouteTable", "Resource.AlreadyAssociated", message)
    made = client.associate_route_table(RouteTableId=inputs["routeTableId"], SubnetId=subnet)
    return Created(id=made["AssociationId"])


RESOURCES = (
    ResourceType(
        token="aws:ec2/routeTable:RouteTable",
        inputs=spec("region tags vpcId"),
        create=create_table,
        computed=("arn", "ownerId"),
        replace_on=frozenset({"region", "vpcId"}),
        source="Terraform AWS provider docs: aws_route_table",
    ),
    ResourceType(
        token="aws:ec2/route:Route",
        inputs=spec("destinationCidrBlock gatewayId natGatewayId networkInterfaceId region routeTableId"),
        create=create_route,
        computed=("origin", "state"),
        replace_on=frozenset({"destinationCidrBlock", "region", "routeTableId"}),
        limits=(canonical("destinationCidrBlock"), one_target),
        source="Terraform AWS provider docs: aws_route",
    ),
    ResourceType(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        inputs=spec("region routeTableId subnetId"),
        create=create_association,
        replace_on=frozenset({"region", "subnetId"}),
        source="Terraform AWS provider docs: aws_route_table_association",
    ),
)
