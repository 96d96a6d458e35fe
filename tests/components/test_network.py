"""What the network lets through, what it keeps apart, and that an adopted VPC is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws_sdk
import pytest

from infra.components.network import AdoptedSubnets, Network, NetworkArgs
from infra.components.network_adopted import AdoptionError
from infra.subnetting import carve
from rehearsal import adopted_vpc
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import Graph
from rehearsal.servicer import ProviderError
from tests.components.conftest import ACCOUNT, REGION, BringUp

CIDR = "10.30.0.0/16"
ZONES = ("us-east-1a", "us-east-1b")
SUBNET, TABLE = "aws:ec2/subnet:Subnet", "aws:ec2/routeTable:RouteTable"
ENDPOINT, ROUTE = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/route:Route"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ADOPTED = AdoptedSubnets(
    vpc_id="vpc-0a0a0a0a0a0a0a0a0",
    public_subnet_ids=("subnet-0a0a0a0a0a0a0a0a1", "subnet-0a0a0a0a0a0a0a0a2"),
    private_subnet_ids=("subnet-0a0a0a0a0a0a0a0b1", "subnet-0a0a0a0a0a0a0a0b2"),
    database_subnet_ids=("subnet-0a0a0a0a0a0a0a0c1", "subnet-0a0a0a0a0a0a0a0c2"),
)


def network(**changes: Any) -> NetworkArgs:
    usual: dict[str, Any] = {
        "name_prefix": "acme-prod",
        "account_id": ACCOUNT,
        "region": REGION,
        "cidr": CIDR,
        "zones": ZONES,
        "ranges": carve(CIDR, zones=2),
        "egress": "nat",
        "nat_gateways": "per_zone",
        "flow_log_retention_days": 365,
        "flow_log_group_name": "acme-prod-flow-logs",
    }
    return NetworkArgs(**{**usual, **changes})


def made(bring_up: BringUp, *, preview: bool = False, **changes: Any) -> tuple[Graph, EmulatedAws]:
    return bring_up(lambda opts: Network("network", network(**changes), opts), preview=preview)


def seed(aws: EmulatedAws, adopted: AdoptedSubnets = ADOPTED) -> None:
    adopted_vpc.seed(
        aws,
        vpc_id=adopted.vpc_id,
        zones=ZONES,
        public=adopted.public_subnet_ids,
        private=adopted.private_subnet_ids,
        database=adopted.database_subnet_ids,
    )


def subnet_ids(graph: Graph, kind: str) -> list[str]:
    return [str(node.id) for node in graph.of(SUBNET) if node.name.startswith(f"network-{kind}-")]


def ways_out(aws: EmulatedAws, subnet: str) -> list[dict[str, Any]]:
    """Routes of the subnet's own table that leave the VPC."""
    used = [{"Name": "association.subnet-id", "Values": [subnet]}]
    tables = aws.client("ec2").describe_route_tables(Filters=used)["RouteTables"]
    assert len(tables) == 1
    return [route for route in tables[0]["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]


def test_every_zone_has_a_subnet_of_each_kind(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True)
    for kind in ("public", "private", "database"):
        nodes = [node for node in graph.of(SUBNET) if node.name.startswith(f"network-{kind}-")]
        assert [node.inputs["availabilityZone"] for node in nodes] == list(ZONES)
        assert tuple(node.inputs["cidrBlock"] for node in nodes) == getattr(carve(CIDR, zones=2), kind)


@pytest.mark.parametrize("egress", ["public", "nat"])
def test_the_database_subnets_have_no_way_out(bring_up: BringUp, egress: str) -> None:
    graph, aws = made(bring_up, egress=egress)
    assert [ways_out(aws, subnet) for subnet in subnet_ids(graph, "database")] == [[], []]


def test_public_subnets_reach_the_internet_by_the_gateway(bring_up: BringUp) -> None:
    graph, aws = made(bring_up)
    gateway = graph.of("aws:ec2/internetGateway:InternetGateway")[0].id
    for subnet in subnet_ids(graph, "public"):
        assert [route["GatewayId"] for route in ways_out(aws, subnet)] == [gateway]


@pytest.mark.parametrize(("choice", "number"), [("one", 1), ("per_zone", 2)])
def test_private_subnets_reach_the_internet_by_a_nat_gateway_only(bring_up: BringUp, choice: str, number: int) -> None:
    graph, aws = made(bring_up, nat_gateways=choice)
    gateways = [str(node.id) for node in graph.of("aws:ec2/natGateway:NatGateway")]
    assert len(gateways) == len(graph.of("aws:ec2/eip:Eip")) == number
    found = [ways_out(aws, subnet) for subnet in subnet_ids(graph, "private")]
    assert [[route["NatGatewayId"] for route in routes] for routes in found] == [[gateways[0]], [gateways[-1]]]
    assert not any(route.get("GatewayId") for routes in found for route in routes)


def test_a_nat_gateway_per_zone_is_in_its_own_zone(bring_up: BringUp) -> None:
    graph, aws = made(bring_up)
    gateways = aws.client("ec2").describe_nat_gateways()["NatGateways"]
    assert sorted(gateway["SubnetId"] for gateway in gateways) == sorted(subnet_ids(graph, "public"))


def test_a_second_nat_gateway_later_changes_one_route_and_replaces_nothing(bring_up: BringUp) -> None:
    one, _ = made(bring_up, preview=True, nat_gateways="one")
    assert len([node for node in one.of(TABLE) if node.name.startswith("network-private-")]) == len(ZONES)


def test_without_a_nat_there_are_no_private_subnets_and_nothing_to_pay_for(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True, egress="public")
    assert not [node for node in graph.of(SUBNET) if node.name.startswith("network-private-")]
    assert graph.of("aws:ec2/natGateway:NatGateway") == graph.of("aws:ec2/eip:Eip") == []


def test_nothing_gets_a_public_address_by_itself(bring_up: BringUp) -> None:
    graph, aws = made(bring_up, egress="public")
    assert all(node.inputs["mapPublicIpOnLaunch"] is False for node in graph.of(SUBNET))
    ours = [{"Name": "vpc-id", "Values": [str(graph.of("aws:ec2/vpc:Vpc")[0].id)]}]
    assert not any(it["MapPublicIpOnLaunch"] for it in aws.client("ec2").describe_subnets(Filters=ours)["Subnets"])


def test_the_default_security_group_lets_nothing_through(bring_up: BringUp) -> None:
    graph, aws = made(bring_up)
    vpc = str(graph.of("aws:ec2/vpc:Vpc")[0].id)
    wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    group = aws.client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"][0]
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])
    assert group["GroupId"] == graph.of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")[0].id


def test_the_vpc_resolves_names_and_gives_them(bring_up: BringUp) -> None:
    graph, aws = made(bring_up)
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        vpc = str(graph.of("aws:ec2/vpc:Vpc")[0].id)
        answer = aws.client("ec2").describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
        assert answer[attribute[0].upper() + attribute[1:]] == {"Value": True}


@pytest.mark.parametrize(("egress", "kind"), [("nat", "private"), ("public", "public")])
def test_the_servers_and_nobody_else_have_the_s3_endpoint(bring_up: BringUp, egress: str, kind: str) -> None:
    graph, _ = made(bring_up, egress=egress)
    (endpoint,) = graph.of(ENDPOINT)
    tables = [node.id for node in graph.of(TABLE) if node.name.startswith(f"network-{kind}")]
    assert endpoint.inputs["serviceName"] == "com.amazonaws.us-east-1.s3"
    assert sorted(endpoint.inputs["routeTableIds"]) == sorted(str(table) for table in tables)


def test_the_s3_endpoint_carries_our_account_to_our_buckets_and_amazons_packages_only(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True)
    own, packages = json.loads(graph.of(ENDPOINT)[0].inputs["policy"])["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}
    assert packages["Action"] == ["s3:GetObject"]
    assert all(REGION in resource and resource.endswith("/*") for resource in packages["Resource"])
    assert not any(action.endswith("*") for statement in (own, packages) for action in statement["Action"])


def test_interface_endpoints_answer_https_from_the_vpc_and_start_nothing(bring_up: BringUp) -> None:
    graph, aws = made(bring_up, interface_endpoints=("ssm", "ecr.api"))
    interfaces = [node for node in graph.of(ENDPOINT) if node.inputs["vpcEndpointType"] == "Interface"]
    services = ["com.amazonaws.us-east-1.ecr.api", "com.amazonaws.us-east-1.ssm"]
    assert [node.inputs["serviceName"] for node in interfaces] == services
    assert all(node.inputs["subnetIds"] == subnet_ids(graph, "private") for node in interfaces)
    (group,) = {tuple(node.inputs["securityGroupIds"]) for node in interfaces}
    wanted = [{"Name": "group-id", "Values": list(group)}]
    (rule,) = aws.client("ec2").describe_security_group_rules(Filters=wanted)["SecurityGroupRules"]
    assert (rule["IsEgress"], rule["CidrIpv4"], rule["FromPort"], rule["ToPort"]) == (False, CIDR, 443, 443)


def test_without_interface_endpoints_there_is_no_group_for_them(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True)
    assert graph.of("aws:ec2/securityGroup:SecurityGroup") == graph.of(INGRESS) == []


def test_flow_logs_hold_all_traffic_for_as_long_as_the_yaml_says(bring_up: BringUp) -> None:
    graph, aws = made(bring_up)
    (flow,) = aws.client("ec2").describe_flow_logs()["FlowLogs"]
    assert (flow["ResourceId"], flow["TrafficType"]) == (graph.of("aws:ec2/vpc:Vpc")[0].id, "ALL")
    (group,) = aws.client("logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("acme-prod-flow-logs", 365)
    assert flow["LogDestination"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:acme-prod-flow-logs"


def test_the_flow_logs_role_writes_to_its_log_group_and_does_nothing_else(bring_up: BringUp) -> None:
    _, aws = made(bring_up)
    iam = aws.client("iam")
    (statement,) = iam.get_role_policy(RoleName="acme-prod-flow-logs", PolicyName="write")["PolicyDocument"][
        "Statement"
    ]
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:acme-prod-flow-logs"
    assert statement["Resource"] == [group, f"{group}:*"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert iam.list_attached_role_policies(RoleName="acme-prod-flow-logs")["AttachedPolicies"] == []


def test_another_accounts_flow_logs_cannot_borrow_the_role(bring_up: BringUp) -> None:
    _, aws = made(bring_up)
    (trust,) = aws.client("iam").get_role(RoleName="acme-prod-flow-logs")["Role"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_the_flow_log_waits_until_its_role_may_write(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True)
    allowed = graph.of("aws:iam/rolePolicy:RolePolicy")[0].urn
    assert allowed in graph.of("aws:ec2/flowLog:FlowLog")[0].dependencies


def test_the_flow_logs_role_carries_the_permissions_boundary(bring_up: BringUp) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    graph, _ = made(bring_up, permissions_boundary_arn=boundary, preview=True)
    assert graph.of("aws:iam/role:Role")[0].inputs["permissionsBoundary"] == boundary


def test_flow_logs_can_be_left_out(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True, flow_log_retention_days=None)
    kinds = {node.type for node in graph}
    assert kinds.isdisjoint({"aws:ec2/flowLog:FlowLog", "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup"})


def test_nat_gateways_wait_for_the_internet_gateway(bring_up: BringUp) -> None:
    graph, _ = made(bring_up, preview=True)
    internet = graph.of("aws:ec2/internetGateway:InternetGateway")[0].urn
    waiting = [*graph.of("aws:ec2/natGateway:NatGateway"), *graph.of("aws:ec2/eip:Eip")]
    assert len(waiting) == 4
    assert all(internet in node.dependencies for node in waiting)


def test_what_is_put_into_a_subnet_waits_for_its_way_out(bring_up: BringUp) -> None:
    def program(opts: pulumi.ResourceOptions) -> None:
        import pulumi_aws as aws

        place = Network("network", network(), opts)
        aws.ec2.NatGateway("probe", subnet_id=place.private_subnet_ids[1], allocation_id="eipalloc-1", opts=opts)

    graph, _ = bring_up(program, preview=True)
    association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    probe = graph.named("aws:ec2/natGateway:NatGateway", "probe")
    used = graph.named(association, "network-private-us-east-1b")
    assert used.urn in probe.dependencies
    assert graph.named(ROUTE, "network-private-us-east-1b-out").urn in used.dependencies


def test_a_plan_shows_the_same_resources_and_makes_none(bring_up: BringUp, aws: EmulatedAws) -> None:
    planned, _ = made(bring_up, preview=True)
    assert aws.client("ec2").describe_nat_gateways()["NatGateways"] == []
    applied, _ = made(bring_up)
    assert [node.urn for node in planned] == [node.urn for node in applied]


def test_everything_is_tagged_with_product_and_environment(bring_up: BringUp) -> None:
    graph, aws = made(bring_up)
    vpc = aws.client("ec2").describe_vpcs(VpcIds=[str(graph.of("aws:ec2/vpc:Vpc")[0].id)])["Vpcs"][0]
    tags = {tag["Key"]: tag["Value"] for tag in vpc["Tags"]}
    assert tags == {"Name": "acme-prod", "Product": "acme", "Environment": "dev", "ManagedBy": "pulumi"}


def test_an_adopted_vpc_is_given_on_and_nothing_of_it_is_touched(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    ec2 = aws.client("ec2")

    def state() -> list[Any]:
        return [
            ec2.describe_vpcs()["Vpcs"],
            ec2.describe_subnets()["Subnets"],
            ec2.describe_route_tables()["RouteTables"],
            ec2.describe_security_groups()["SecurityGroups"],
            ec2.describe_vpc_endpoints()["VpcEndpoints"],
            ec2.describe_flow_logs()["FlowLogs"],
        ]

    before, found = state(), []

    def program(opts: pulumi.ResourceOptions) -> None:
        args = network(adopt=ADOPTED, interface_endpoints=("ssm",))
        found.append(Network("network", args, opts))
        pulumi.export("subnets", found[0].private_subnet_ids)

    graph, _ = bring_up(program)
    assert [node.type for node in graph if node.custom] == ["pulumi:providers:aws"]
    assert state() == before


def adopted_order(bring_up: BringUp, adopt: AdoptedSubnets, **changes: Any) -> list[str]:
    """The private subnets in the order that the network gives them on."""
    graph = probed(bring_up, lambda made: made.private_subnet_ids, adopt=adopt, **changes)
    return [str(node.inputs["name"]) for node in graph.of("aws:cloudwatch/logGroup:LogGroup")]


def probed(bring_up: BringUp, values: Callable[[Network], Sequence[pulumi.Input[str]]], **changes: Any) -> Graph:
    """The graph of a network whose values are the names of log groups, which take any text."""

    def program(opts: pulumi.ResourceOptions) -> None:
        for index, value in enumerate(values(Network("network", network(**changes), opts))):
            aws_sdk.cloudwatch.LogGroup(f"probe-{index}", name=value, opts=opts)

    return bring_up(program)[0]


def test_the_range_of_an_adopted_vpc_is_looked_up(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    graph = probed(bring_up, lambda made: [made.cidr], adopt=ADOPTED)
    assert [node.id for node in graph.of("aws:cloudwatch/logGroup:LogGroup")] == [adopted_vpc.RANGE]


def test_adopted_subnets_are_given_in_the_order_of_the_zones(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    turned = AdoptedSubnets(**{**vars(ADOPTED), "private_subnet_ids": ADOPTED.private_subnet_ids[::-1]})
    assert adopted_order(bring_up, turned) == list(ADOPTED.private_subnet_ids)


def test_an_adopted_vpc_needs_no_private_subnets_for_public_egress(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    without = AdoptedSubnets(**{**vars(ADOPTED), "private_subnet_ids": ()})
    assert adopted_order(bring_up, without, egress="public") == []


@pytest.mark.parametrize(
    ("kind", "ids", "said"),
    [
        ("private_subnet_ids", (), "network.adopt.private_subnet_ids: no subnet in us-east-1a, us-east-1b"),
        ("public_subnet_ids", ADOPTED.public_subnet_ids[:1], "no subnet in us-east-1b"),
        ("database_subnet_ids", ("subnet-0a0a0a0a0a0a0a0c1", "subnet-0a0a0a0a0a0a0a0b1"), "are both in us-east-1a"),
    ],
)
def test_an_adopted_vpc_without_a_subnet_of_a_kind_in_each_zone_is_refused(
    bring_up: BringUp, aws: EmulatedAws, kind: str, ids: tuple[str, ...], said: str
) -> None:
    seed(aws)
    with pytest.raises(AdoptionError, match=said):
        made(bring_up, adopt=AdoptedSubnets(**{**vars(ADOPTED), kind: ids}))


def test_a_subnet_of_another_vpc_is_refused(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    other = aws.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    stray = aws.client("ec2").create_subnet(VpcId=other, CidrBlock="10.9.0.0/24", AvailabilityZone=ZONES[0])["Subnet"]
    ids = (stray["SubnetId"], ADOPTED.public_subnet_ids[1])
    with pytest.raises(AdoptionError, match=f"is in {other}, not in {ADOPTED.vpc_id}"):
        made(bring_up, adopt=AdoptedSubnets(**{**vars(ADOPTED), "public_subnet_ids": ids}))


def test_an_adopted_subnet_outside_the_zones_is_refused(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    with pytest.raises(AdoptionError, match=r"is in us-east-1b; add that zone to network\.zones"):
        made(bring_up, adopt=ADOPTED, zones=("us-east-1a", "us-east-1c"))


def test_an_adopted_vpc_that_resolves_no_names_is_refused(bring_up: BringUp, aws: EmulatedAws) -> None:
    seed(aws)
    aws.client("ec2").modify_vpc_attribute(VpcId=ADOPTED.vpc_id, EnableDnsSupport={"Value": False})
    with pytest.raises(AdoptionError, match="resolves no names"):
        made(bring_up, adopt=ADOPTED)


def test_an_adopted_vpc_that_does_not_exist_is_named(bring_up: BringUp) -> None:
    with pytest.raises(ProviderError, match=r"getVpc.*vpc-0a0a0a0a0a0a0a0a0|getSubnet.*subnet-0a0a0a0a0a0a0a0"):
        made(bring_up, adopt=ADOPTED)
