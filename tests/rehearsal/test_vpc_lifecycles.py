"""What others did to a network is found and mended, and what EC2 and the real provider do at the edges is done here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from rehearsal import wire
from rehearsal.difference import difference
from rehearsal.servicer import ProviderError
from tests.rehearsal.lifecycles import Resource, Up, environment
from tests.stacks.environments import varied

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What somebody does to a resource by hand, with its id and inputs, and the paths that a refresh then shows."""

    token: str
    by_hand: Callable[[Any, str, dict[str, Any]], object]
    shown: set[str]
    name: str = ""


def tagged_by_hand(token: str, name: str = "") -> Drift:
    return Drift(
        token=token,
        name=name,
        by_hand=lambda ec2, i, _: ec2.create_tags(Resources=[i], Tags=[{"Key": "Added", "Value": "by hand"}]),
        shown={"tagsAll.Added"},
    )


def widened(ec2: Any, rule: str, inputs: dict[str, Any]) -> None:
    wide = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65535, "CidrIpv4": "0.0.0.0/0", "Description": "all"}
    change = [{"SecurityGroupRuleId": rule, "SecurityGroupRule": wide}]
    ec2.modify_security_group_rules(GroupId=inputs["securityGroupId"], SecurityGroupRules=change)


def other_table(ec2: Any, association: str, inputs: dict[str, Any]) -> None:
    tables = ec2.describe_route_tables()["RouteTables"]
    [vpc_id] = [one["VpcId"] for one in tables if one["RouteTableId"] == inputs["routeTableId"]]
    other = next(one["RouteTableId"] for one in tables if one["VpcId"] == vpc_id and not one["Associations"][1:])
    ec2.replace_route_table_association(AssociationId=association, RouteTableId=other)


NOBODY = '{"Version": "2012-10-17", "Statement": []}'
TAGGED = (
    *("Vpc", "Subnet", "InternetGateway", "NatGateway", "Eip", "RouteTable", "VpcEndpoint", "FlowLog"),
    *("SecurityGroup", "DefaultSecurityGroup", "SecurityGroupIngressRule", "SecurityGroupEgressRule"),
)
DRIFTS = [
    *map(
        tagged_by_hand,
        ["Vpc", "Subnet", "InternetGateway", "NatGateway", "Eip", "RouteTable", "VpcEndpoint", "FlowLog"],
    ),
    *map(
        tagged_by_hand, ["SecurityGroup", "DefaultSecurityGroup", "SecurityGroupIngressRule", "SecurityGroupEgressRule"]
    ),
    Drift(
        token="Vpc",
        by_hand=lambda ec2, i, _: ec2.modify_vpc_attribute(VpcId=i, EnableDnsSupport={"Value": False}),
        shown={"enableDnsSupport"},
    ),
    Drift(
        token="Subnet",
        name="private",
        by_hand=lambda ec2, i, _: ec2.modify_subnet_attribute(SubnetId=i, MapPublicIpOnLaunch={"Value": True}),
        shown={"mapPublicIpOnLaunch"},
    ),
    Drift(
        token="InternetGateway",
        by_hand=lambda ec2, i, inputs: ec2.detach_internet_gateway(InternetGatewayId=i, VpcId=inputs["vpcId"]),
        shown={"vpcId"},
    ),
    Drift(token="RouteTableAssociation", name="database", by_hand=other_table, shown={"routeTableId"}),
    Drift(
        token="VpcEndpoint",
        name="s3",
        by_hand=lambda ec2, i, _: ec2.modify_vpc_endpoint(VpcEndpointId=i, PolicyDocument=NOBODY),
        shown={"policy"},
    ),
    Drift(
        token="VpcEndpoint",
        name="ssm",
        by_hand=lambda ec2, i, inputs: ec2.modify_vpc_endpoint(
            VpcEndpointId=i,
            RemoveSubnetIds=inputs["subnetIds"][:1],
            RemoveSecurityGroupIds=inputs["securityGroupIds"],
        ),
        shown={"subnetIds", "securityGroupIds"},
    ),
    Drift(
        token="SecurityGroupEgressRule",
        name="to-web-80",
        by_hand=widened,
        shown={"fromPort", "toPort", "description"},
    ),
    Drift(
        token="SecurityGroupIngressRule",
        name="endpoints-https",
        by_hand=widened,
        shown={"fromPort", "toPort", "cidrIpv4", "description"},
    ),
]


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """prod, with an interface endpoint, in an account of its own."""
    config = varied("prod", aws={"account_id": "310987654321"}, network={"interface_endpoints": ["ssm"]})
    with environment(config, "prod") as stack:
        yield Up(stack)


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: f"{drift.token}-{'-'.join(sorted(drift.shown))}")
def test_what_others_changed_is_found_and_an_update_mends_it(drift: Drift, up: Up) -> None:
    resource = up.one(drift.token, drift.name)
    drift.by_hand(up.client(), resource.id, resource.plain_inputs)
    assert up.drift(resource) == drift.shown
    assert up.drift(up.update(resource)) == set()


def test_a_route_that_others_sent_elsewhere_is_found_and_mended(up: Up) -> None:
    route, internet = up.one("Route", "private"), up.one("InternetGateway").id
    up.client().replace_route(
        RouteTableId=route.plain_inputs["routeTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=internet
    )
    assert "natGatewayId" in up.drift(route)
    assert up.drift(up.update(route)) == set()
    up.client().delete_route(RouteTableId=route.plain_inputs["routeTableId"], DestinationCidrBlock="0.0.0.0/0")
    assert up.stack.read(route).id == ""
    assert up.drift(up.again(route)) == set()


def test_a_flow_log_that_others_deleted_is_made_again(up: Up) -> None:
    log = up.one("FlowLog")
    up.client().delete_flow_logs(FlowLogIds=[log.id])
    assert up.stack.read(log).id == ""
    up.stack.delete(log)
    assert up.drift(up.again(log)) == set()


def test_an_address_goes_from_one_network_interface_to_another_and_to_none(up: Up) -> None:
    ec2, address = up.client(), up.stack.create(up.one("Eip"))
    subnet = up.one("Subnet", "public").id
    cards = [ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"] for _ in "ab"]
    for card in cards:
        address = up.stack.update(address, networkInterface=card)
        assert ec2.describe_addresses(AllocationIds=[address.id])["Addresses"][0]["NetworkInterfaceId"] == card
        assert up.drift(address) == set()
    address = up.stack.update(address, networkInterface=None)
    assert not ec2.describe_addresses(AllocationIds=[address.id])["Addresses"][0].get("AssociationId")
    up.stack.delete(up.stack.update(address, networkInterface=cards[0]))
    assert up.stack.read(address).id == ""
    for card in cards:
        ec2.delete_network_interface(NetworkInterfaceId=card)


def test_an_internet_gateway_goes_to_another_vpc_when_nothing_needs_it(up: Up) -> None:
    ec2, gateway = up.client(), up.one("InternetGateway")
    with pytest.raises(ProviderError, match="mapped public address"):
        up.stack.update(gateway, vpcId=None)
    first, second = (ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"] for _ in "ab")
    spare = up.stack.update(up.stack.create(detached(gateway)), vpcId=first)
    moved = up.stack.update(spare, vpcId=second)
    [held] = ec2.describe_internet_gateways(InternetGatewayIds=[moved.id])["InternetGateways"]
    assert [one["VpcId"] for one in held["Attachments"]] == [second]
    assert up.drift(moved) == set()
    up.stack.delete(moved)
    for vpc_id in (first, second):
        ec2.delete_vpc(VpcId=vpc_id)


def detached(gateway: Resource) -> Resource:
    """The same inputs without a VPC."""
    inputs = {name: value for name, value in gateway.plain_inputs.items() if name != "vpcId"}
    return replace(gateway, inputs=wire.encode(inputs))


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
