"""VPC routing: the routes of a table."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from rehearsal.api import refusal
from rehearsal.ec2_requests import canonical, ec2
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id

TARGETS = {"gatewayId": "GatewayId", "natGatewayId": "NatGatewayId", "networkInterfaceId": "NetworkInterfaceId"}


def one_target(inputs: Inputs) -> str | None:
    """A route has one destination and at most one target; one that is still unknown is missing here."""
    named = [name for name in TARGETS if inputs.get(name)]
    return f"a route has one target, not {' and '.join(named)}: keep one" if len(named) > 1 else None


def create_route(aws: Aws, inputs: Inputs) -> Created:
    """CreateRoute to a gateway of the same VPC; moto does not compare."""
    table, destination = inputs["routeTableId"], inputs["destinationCidrBlock"]
    target = _target(aws, inputs, "CreateRoute")
    ec2(aws, inputs).create_route(RouteTableId=table, DestinationCidrBlock=destination, **target)
    return Created(id=_route_id(table, destination), outputs={"origin": "CreateRoute", "state": "active"})


def read_route(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The table's route to this destination; imported as `<route table>_<destination>`."""
    table, destination = state.get("routeTableId"), state.get("destinationCidrBlock")
    if table is None or destination is None:
        table, _, destination = identifier.partition("_")
    routes = ec2(aws, state).describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    route = next((one for one in routes if one.get("DestinationCidrBlock") == destination), None)
    if route is None:
        return None
    held = {
        "routeTableId": table,
        "destinationCidrBlock": destination,
        **{name: route.get(field) or None for name, field in TARGETS.items()},
        "origin": route["Origin"],
        "state": route["State"],
    }
    return Created(id=_route_id(table, destination), outputs=held)


def update_route(aws: Aws, _identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ReplaceRoute, to another target."""
    ec2(aws, inputs).replace_route(
        RouteTableId=inputs["routeTableId"],
        DestinationCidrBlock=inputs["destinationCidrBlock"],
        **_target(aws, inputs, "ReplaceRoute"),
    )
    return {}


def delete_route(aws: Aws, _identifier: str, state: Inputs) -> None:
    """DeleteRoute."""
    ec2(aws, state).delete_route(RouteTableId=state["routeTableId"], DestinationCidrBlock=state["destinationCidrBlock"])


def _route_id(table: str, destination: str) -> str:
    return f"r-{table}{crc32(destination.encode())}"


def _target(aws: Aws, inputs: Inputs, operation: str) -> dict[str, str]:
    client = ec2(aws, inputs)
    target = {field: inputs[name] for name, field in TARGETS.items() if inputs.get(name)}
    if not target:
        raise refusal(operation, "InvalidParameterCombination", f"a route needs a target: {', '.join(TARGETS)}")
    table = client.describe_route_tables(RouteTableIds=[inputs["routeTableId"]])["RouteTables"][0]
    if str(inputs.get("gatewayId", "")).startswith("igw-"):
        _same_network(client, table, inputs["gatewayId"], operation)
    return target


def _same_network(client: Any, table: dict[str, Any], gateway: str, operation: str) -> None:
    found = client.describe_internet_gateways(InternetGatewayIds=[gateway])["InternetGateways"][0]
    if table["VpcId"] not in [attachment["VpcId"] for attachment in found["Attachments"]]:
        message = f"{gateway} is not attached to {table['VpcId']} of {table['RouteTableId']}: attach it first"
        raise refusal(operation, "InvalidParameterValue", message)


RESOURCES = (
    ResourceType(
        token="aws:ec2/route:Route",
        inputs=spec("destinationCidrBlock gatewayId natGatewayId networkInterfaceId region routeTableId"),
        create=create_route,
        read=read_route,
        update=update_route,
        delete=delete_route,
        find=by_id(read_route, "routeTableId", "destinationCidrBlock", separator="_"),
        computed=("origin", "state"),
        replace_on=frozenset({"destinationCidrBlock", "region", "routeTableId"}),
        in_place=frozenset(TARGETS),
        limits=(canonical("destinationCidrBlock"), one_target),
        source="Terraform AWS provider docs: aws_route",
    ),
)
