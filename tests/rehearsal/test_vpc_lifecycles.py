"""What others did to a network is found and mended, and what EC2 and the real provider do at the edges is done here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rehearsal import wire
from rehearsal.difference import difference
from rehearsal.servicer import ProviderError
from tests.rehearsal.lifecycles import Up, environment
from tests.stacks.environments import varied


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """prod, with an interface endpoint, in an account of its own."""
    config = varied("prod", aws={"account_id": "310987654321"}, network={"interface_endpoints": ["ssm"]})
    with environment(config, "prod") as stack:
        yield Up(stack)


def test_subnets_of_a_running_database_are_not_deleted(up: Up) -> None:
    subnets = [one for one in up.stack.resources if one.token.endswith(":Subnet") and "database" in one.name]
    assert len(subnets) == 2
    for subnet in subnets:
        with pytest.raises(ProviderError, match=r"DependencyViolation.*:db:"):
            up.stack.delete(subnet)


def test_a_nat_gateway_that_others_deleted_is_made_again_with_its_address(up: Up) -> None:
    gateway = up.one("NatGateway")
    up.client().delete_nat_gateway(NatGatewayId=gateway.id)
    assert up.stack.read(gateway).id == ""
    again = up.again(gateway)
    assert again.id != gateway.id
    assert up.drift(again) == set()
    route = up.one("Route", "private")
    assert up.drift(up.update(route, natGatewayId=again.id)) == set()


def test_a_subnet_that_others_left_without_a_table_gets_its_own_again(up: Up) -> None:
    association = up.one("RouteTableAssociation", "private")
    up.client().disassociate_route_table(AssociationId=association.id)
    assert up.stack.read(association).id == ""
    assert up.drift(up.update(association)) == set()


def test_a_route_table_is_taken_from_its_subnets_when_it_goes(up: Up) -> None:
    """The stand-in does as the real provider; by itself AWS would refuse."""
    table = up.one("RouteTable", "private")
    twin = up.stack.create(table)
    spare = up.client().create_subnet(VpcId=up.one("Vpc").id, CidrBlock="10.30.240.0/24")["Subnet"]["SubnetId"]
    up.client().associate_route_table(RouteTableId=twin.id, SubnetId=spare)
    up.stack.delete(twin)
    assert up.stack.read(twin).id == ""
    up.client().delete_subnet(SubnetId=spare)


@contextmanager
def shown_as(up: Up, operation: str, key: str, state: str) -> Iterator[None]:
    """AWS tells of everything that this call lists that it is in this state, which the emulator never is."""

    def change(parsed: dict[str, Any], **_: object) -> None:
        for item in parsed[key]:
            item["State"] = state

    events = up.client().meta.events
    events.register(f"after-call.ec2.{operation}", change, unique_id="shown-as")
    try:
        yield
    finally:
        events.unregister(f"after-call.ec2.{operation}", unique_id="shown-as")


@pytest.mark.parametrize(
    ("token", "operation", "key"),
    [("NatGateway", "DescribeNatGateways", "NatGateways"), ("VpcEndpoint", "DescribeVpcEndpoints", "VpcEndpoints")],
)
def test_what_is_still_coming_is_found_and_what_is_going_is_not(up: Up, token: str, operation: str, key: str) -> None:
    """`recover` looks for what a killed run began minutes ago, on a real account too."""
    resource = up.one(token)
    found = {}
    for state in ("pending", "Pending", "available", "deleting", "deleted", "failed"):
        with shown_as(up, operation, key, state):
            found[state] = resource.id in resource.kind.found(up.stack.aws, resource.plain_inputs)
    assert [state for state, there in found.items() if there] == ["pending", "Pending", "available"]


@pytest.mark.parametrize(
    ("source", "replaces"),
    [
        ({"cidrIpv4": "10.0.0.0/8"}, ()),
        ({"prefixListId": "pl-1"}, ("cidrIpv4", "prefixListId")),
        ({"referencedSecurityGroupId": wire.UNKNOWN}, ("cidrIpv4", "referencedSecurityGroupId")),
    ],
)
def test_a_rule_with_another_kind_of_source_is_another_rule(up: Up, source: dict[str, str], replaces: Any) -> None:
    rule = up.one("SecurityGroupEgressRule", "to-web-80")
    old = rule.plain_inputs
    new = {name: value for name, value in old.items() if name != "cidrIpv4"} | source
    found = difference(rule.kind, old, new)
    assert found.changes
    assert found.replaces == replaces
