"""The VPC stand-ins refuse what EC2 refuses, and hold what EC2 would hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2 as proto

from rehearsal import wire
from rehearsal.emulator import EmulatedAws
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.servicer import AwsServicer, ProviderError

CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
TOKENS = {
    "vpc": "aws:ec2/vpc:Vpc",
    "subnet": "aws:ec2/subnet:Subnet",
    "internet": "aws:ec2/internetGateway:InternetGateway",
    "address": "aws:ec2/eip:Eip",
    "nat": "aws:ec2/natGateway:NatGateway",
    "table": "aws:ec2/routeTable:RouteTable",
    "route": "aws:ec2/route:Route",
    "association": "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "group": "aws:ec2/securityGroup:SecurityGroup",
    "default": "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "ingress": INGRESS,
    "egress": "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "endpoint": ENDPOINT,
    "flow": "aws:ec2/flowLog:FlowLog",
}


class Provider:
    """The stand-in provider, called as the engine calls it."""

    def __init__(self, aws: EmulatedAws) -> None:
        self.aws = aws
        self.servicer = AwsServicer(aws, RESOURCES, FUNCTIONS)
        self.count = 0

    def make(self, kind: str, **inputs: Any) -> str:
        """The id of a new resource."""
        return self.create(kind, **inputs).id

    def outputs(self, kind: str, **inputs: Any) -> dict[str, Any]:
        return MessageToDict(self.create(kind, **inputs).properties)

    def create(self, kind: str, **inputs: Any) -> proto.CreateResponse:
        self.count += 1
        urn = f"urn:pulumi:dev::platform::{TOKENS[kind]}::{kind}-{self.count}"
        checked = self.servicer.Check(proto.CheckRequest(urn=urn, news=wire.encode(inputs)), None)
        return self.servicer.Create(proto.CreateRequest(urn=urn, properties=checked.inputs), None)

    def look_up(self, token: str, **inputs: Any) -> dict[str, Any]:
        answer = self.servicer.Invoke(proto.InvokeRequest(tok=token, args=wire.encode(inputs)), None)
        return wire.plain(getattr(answer, "return"))

    def vpc(self) -> str:
        return self.make("vpc", cidrBlock="10.0.0.0/16", enableDnsHostnames=True)

    def subnet(self, vpc: str, cidr: str = "10.0.0.0/24", zone: str = "us-east-1a") -> str:
        return self.make("subnet", vpcId=vpc, cidrBlock=cidr, availabilityZone=zone)

    def rules(self, group: str) -> list[dict[str, Any]]:
        wanted = [{"Name": "group-id", "Values": [group]}]
        found = self.aws.client("ec2").describe_security_group_rules(Filters=wanted)
        return list(found["SecurityGroupRules"])


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """One account for all tests, for speed: each makes a VPC of its own."""
    with EmulatedAws(account_id="123456789012", region="us-east-1") as aws:
        yield Provider(aws)


@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/29", "10.0.0.1/16", "fd00::/56", "ten"])
def test_a_vpc_of_an_impossible_range_is_refused(provider: Provider, cidr: str) -> None:
    with pytest.raises(ProviderError, match=r"cidrBlock|size of"):
        provider.make("vpc", cidrBlock=cidr)


def test_a_vpc_without_resolution_gives_no_names(provider: Provider) -> None:
    with pytest.raises(ProviderError, match="needs enableDnsSupport"):
        provider.make("vpc", cidrBlock="10.0.0.0/16", enableDnsSupport=False, enableDnsHostnames=True)


@pytest.mark.parametrize(
    ("cidr", "zone", "said"),
    [
        ("10.0.0.128/25", "us-east-1b", "conflicts with another subnet"),
        ("10.1.0.0/24", "us-east-1b", "InvalidSubnet.Range"),
        ("10.0.1.0/24", "us-east-1z", "no availability zone us-east-1z"),
        ("10.0.1.0/24", "eu-west-1a", "no availability zone eu-west-1a"),
        ("10.0.1.1/24", "us-east-1b", "write 10.0.1.0/24"),
    ],
)
def test_a_subnet_that_does_not_fit_is_refused(provider: Provider, cidr: str, zone: str, said: str) -> None:
    vpc = provider.vpc()
    provider.subnet(vpc)
    with pytest.raises(ProviderError, match=said):
        provider.subnet(vpc, cidr, zone)


def test_a_subnet_of_no_vpc_is_refused(provider: Provider) -> None:
    with pytest.raises(ProviderError, match="vpc-0123456789abcdef0 does not exist"):
        provider.subnet("vpc-0123456789abcdef0")


def test_a_nat_gateway_without_an_internet_gateway_is_refused(provider: Provider) -> None:
    subnet = provider.subnet(provider.vpc())
    address = provider.make("address", domain="vpc")
    with pytest.raises(ProviderError, match="no internet gateway attached"):
        provider.make("nat", subnetId=subnet, allocationId=address)


def test_one_address_serves_one_nat_gateway(provider: Provider) -> None:
    vpc = provider.vpc()
    provider.make("internet", vpcId=vpc)
    subnet, address = provider.subnet(vpc), provider.make("address", domain="vpc")
    made = provider.outputs("nat", subnetId=subnet, allocationId=address)
    assert made["publicIp"]
    with pytest.raises(ProviderError, match="already associated"):
        provider.make("nat", subnetId=subnet, allocationId=address)


def test_addresses_outside_a_vpc_are_refused(provider: Provider) -> None:
    with pytest.raises(ProviderError, match="use vpc"):
        provider.make("address", domain="standard")


def test_a_route_to_another_vpcs_gateway_is_refused(provider: Provider) -> None:
    table, foreign = provider.make("table", vpcId=provider.vpc()), provider.make("internet", vpcId=provider.vpc())
    with pytest.raises(ProviderError, match="is not attached to"):
        provider.make("route", routeTableId=table, destinationCidrBlock="0.0.0.0/0", gatewayId=foreign)


def test_a_route_has_exactly_one_target(provider: Provider) -> None:
    vpc = provider.vpc()
    table = provider.make("table", vpcId=vpc)
    with pytest.raises(ProviderError, match="one target, not gatewayId and natGatewayId"):
        provider.make(
            "route", routeTableId=table, destinationCidrBlock="0.0.0.0/0", gatewayId="igw-1", natGatewayId="nat-1"
        )
    with pytest.raises(ProviderError, match="a route needs a target"):
        provider.make("route", routeTableId=table, destinationCidrBlock="0.0.0.0/0")


def test_the_routes_id_is_the_real_providers(provider: Provider) -> None:
    vpc = provider.vpc()
    table, gateway = provider.make("table", vpcId=vpc), provider.make("internet", vpcId=vpc)
    route = provider.make("route", routeTableId=table, destinationCidrBlock="0.0.0.0/0", gatewayId=gateway)
    assert route == f"r-{table}1080289494"


def test_a_subnet_uses_one_route_table(provider: Provider) -> None:
    vpc = provider.vpc()
    subnet, tables = provider.subnet(vpc), [provider.make("table", vpcId=vpc) for _ in range(2)]
    provider.make("association", subnetId=subnet, routeTableId=tables[0])
    with pytest.raises(ProviderError, match=f"already uses {tables[0]}"):
        provider.make("association", subnetId=subnet, routeTableId=tables[1])


def test_a_security_group_starts_without_rules(provider: Provider) -> None:
    assert provider.rules(provider.make("group", vpcId=provider.vpc(), description="web")) == []


def test_the_default_group_is_emptied_not_made(provider: Provider) -> None:
    vpc = provider.outputs("vpc", cidrBlock="10.0.0.0/16")
    ec2 = provider.aws.client("ec2")
    group = vpc["defaultSecurityGroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    )
    assert len(provider.rules(group)) == 2
    vpc_id = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"]
    assert provider.make("default", vpcId=vpc_id) == group
    assert provider.rules(group) == []


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"description": "the server\u2019s group"}, "description"),
        ({"description": "web\nservers"}, "description"),
        ({"description": "a" * 256}, "at most 255"),
        ({"name": "grüße"}, "name"),
        ({"name": "sg-web"}, "for itself"),
        ({"name": "default"}, "for itself"),
        ({"ingress": []}, "does not know the input ingress"),
    ],
)
def test_a_security_groups_texts_are_plain_ascii(provider: Provider, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        provider.make("group", vpcId="vpc-1", **inputs)


def test_two_groups_of_one_vpc_cannot_have_one_name(provider: Provider) -> None:
    vpc, other = provider.vpc(), provider.vpc()
    provider.make("group", vpcId=vpc, name="web")
    provider.make("group", vpcId=other, name="web")
    with pytest.raises(ProviderError, match=r"InvalidGroup\.Duplicate"):
        provider.make("group", vpcId=vpc, name="web")


def test_a_group_without_a_name_is_named_after_its_resource(provider: Provider) -> None:
    name = provider.outputs("group", vpcId=provider.vpc())["name"]
    assert name.startswith("group-")
    assert len(name.rpartition("-")[2]) == 7


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"cidrIpv4": "10.0.0.1/16"}, "write 10.0.0.0/16"),
        ({"cidrIpv4": "10.0.0.0/16", "fromPort": 443, "toPort": 80}, "no range of ports"),
        ({"cidrIpv4": "10.0.0.0/16", "toPort": None}, "needs fromPort and toPort"),
        ({"cidrIpv4": "10.0.0.0/16", "ipProtocol": "-1"}, "has no ports"),
        ({"cidrIpv4": "10.0.0.0/16", "description": "für alle"}, "description"),
        ({}, "exactly one of"),
        ({"cidrIpv4": "10.0.0.0/16", "prefixListId": "pl-1"}, "exactly one of"),
        ({"prefixListId": "pl-0123456789abcdef0"}, "no prefix list pl-0123456789abcdef0"),
        ({"referencedSecurityGroupId": "sg-0123456789abcdef0"}, "InvalidGroup.NotFound"),
    ],
)
def test_a_rule_that_ec2_refuses_is_refused(provider: Provider, inputs: dict[str, Any], said: str) -> None:
    group = provider.make("group", vpcId=provider.vpc())
    usual = {"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 80, "toPort": 80}
    with pytest.raises(ProviderError, match=said):
        provider.make("ingress", **{**usual, **inputs})


def test_a_rule_lets_in_what_it_says_and_is_there_once(provider: Provider) -> None:
    group = provider.make("group", vpcId=provider.vpc())
    rule = {"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16"}
    identifier = provider.make("ingress", **rule)
    (kept,) = provider.rules(group)
    assert identifier == kept["SecurityGroupRuleId"]
    assert identifier.startswith("sgr-")
    assert (kept["IsEgress"], kept["FromPort"], kept["CidrIpv4"]) == (False, 443, "10.0.0.0/16")
    with pytest.raises(ProviderError, match=r"InvalidPermission\.Duplicate"):
        provider.make("ingress", **rule)


def test_cloudfronts_prefix_list_fits_into_a_group_once(provider: Provider) -> None:
    group = provider.make("group", vpcId=provider.vpc())
    found = provider.look_up("aws:ec2/getManagedPrefixList:getManagedPrefixList", name=CLOUDFRONT)
    assert (found["ownerId"], found["maxEntries"]) == ("AWS", 55)
    rule = {"securityGroupId": group, "ipProtocol": "tcp", "prefixListId": found["id"]}
    provider.make("ingress", **rule, fromPort=80, toPort=80)
    with pytest.raises(ProviderError, match="110 of 60 rules"):
        provider.make("ingress", **rule, fromPort=443, toPort=443)
    for port in range(5):
        provider.make(
            "ingress", securityGroupId=group, ipProtocol="tcp", cidrIpv4="10.0.0.0/16", fromPort=port, toPort=port
        )
    with pytest.raises(ProviderError, match="61 of 60 rules"):
        provider.make("ingress", securityGroupId=group, ipProtocol="tcp", cidrIpv4="10.0.0.0/16", fromPort=9, toPort=9)
    provider.make("egress", **rule, fromPort=443, toPort=443)


def endpoint(provider: Provider, service: str, **changes: Any) -> dict[str, Any]:
    vpc = provider.vpc()
    subnets = [provider.subnet(vpc), provider.subnet(vpc, "10.0.1.0/24", "us-east-1b")]
    name = f"com.amazonaws.us-east-1.{service}"
    usual = {"vpcId": vpc, "serviceName": name, "vpcEndpointType": "Interface", "subnetIds": subnets}
    return {name: value for name, value in {**usual, "privateDnsEnabled": True, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("service", "changes", "said"),
    [
        ("cron", {}, "knows no interface endpoint"),
        ("ssm", {"serviceName": "com.amazonaws.eu-west-1.ssm"}, "is not in us-east-1"),
        ("ssm", {"routeTableIds": ["rtb-1"]}, "an interface endpoint has no routeTableIds"),
        ("s3", {"vpcEndpointType": "Gateway"}, "a gateway endpoint has no subnetIds, privateDnsEnabled"),
        ("ssm", {"policy": "{"}, "is no JSON"),
        ("ssm", {"policy": "x" * 20_481}, "20,481 characters of 20,480"),
    ],
)
def test_an_endpoint_that_ec2_refuses_is_refused(
    provider: Provider, service: str, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ProviderError, match=said):
        provider.make("endpoint", **endpoint(provider, service, **changes))


def test_an_interface_endpoint_has_one_subnet_in_each_zone(provider: Provider) -> None:
    inputs = endpoint(provider, "ssm")
    third = provider.subnet(inputs["vpcId"], "10.0.2.0/24", "us-east-1b")
    with pytest.raises(ProviderError, match="DuplicateSubnetsInSameZone"):
        provider.make("endpoint", **{**inputs, "subnetIds": [*inputs["subnetIds"], third]})
    assert provider.make("endpoint", **inputs).startswith("vpce-")


def test_private_names_need_a_vpc_that_gives_names(provider: Provider) -> None:
    vpc = provider.make("vpc", cidrBlock="10.0.0.0/16")
    with pytest.raises(ProviderError, match="need enableDnsHostnames"):
        provider.make("endpoint", **endpoint(provider, "ssm", vpcId=vpc))


@pytest.fixture(scope="module")
def flow_log_target(provider: Provider) -> None:
    """A log group and a role, both named flow-logs."""
    provider.aws.client("logs").create_log_group(logGroupName="flow-logs")
    provider.aws.client("iam").create_role(RoleName="flow-logs", AssumeRolePolicyDocument='{"Version": "2012-10-17"}')


def flow(provider: Provider, **changes: Any) -> dict[str, Any]:
    usual = {
        "vpcId": provider.vpc(),
        "trafficType": "ALL",
        "logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs",
        "iamRoleArn": "arn:aws:iam::123456789012:role/flow-logs",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:flow-log"}, "no log group flow-log:"),
        ({"logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs:*"}, "without :"),
        ({"iamRoleArn": None}, "needs a role"),
        ({"iamRoleArn": "arn:aws:iam::123456789012:role/nobody"}, "nobody"),
        ({"trafficType": "SOME"}, "ACCEPT, REJECT, ALL"),
        ({"maxAggregationInterval": 61}, "60 or 600 seconds"),
    ],
)
@pytest.mark.usefixtures("flow_log_target")
def test_flow_logs_that_would_reach_nowhere_are_refused(provider: Provider, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        provider.make("flow", **flow(provider, **changes))


@pytest.mark.usefixtures("flow_log_target")
def test_the_same_flow_log_twice_is_refused(provider: Provider) -> None:
    inputs = flow(provider)
    assert provider.make("flow", **inputs).startswith("fl-")
    with pytest.raises(ProviderError, match="FlowLogAlreadyExists"):
        provider.make("flow", **inputs)


def test_zones_are_looked_up_with_the_ids_that_mean_the_same_everywhere(provider: Provider) -> None:
    named = [{"name": "zone-name", "values": ["us-east-1b", "us-east-1a"]}]
    found = provider.look_up("aws:index/getAvailabilityZones:getAvailabilityZones", filters=named)
    assert (found["names"], found["zoneIds"]) == (["us-east-1a", "us-east-1b"], ["use1-az6", "use1-az1"])
    rest = provider.look_up(
        "aws:index/getAvailabilityZones:getAvailabilityZones", state="available", excludeZoneIds=["use1-az6"]
    )
    assert "us-east-1a" not in rest["names"]


def test_a_prefix_list_that_is_not_there_is_named(provider: Provider) -> None:
    with pytest.raises(ProviderError, match=r"0 answer to com\.amazonaws\.nowhere"):
        provider.look_up("aws:ec2/getManagedPrefixList:getManagedPrefixList", name="com.amazonaws.nowhere")


def test_a_vpc_and_a_subnet_are_found_by_their_ids(provider: Provider) -> None:
    vpc = provider.vpc()
    subnet = provider.subnet(vpc)
    found = provider.look_up("aws:ec2/getVpc:getVpc", id=vpc)
    assert (found["cidrBlock"], found["enableDnsSupport"], found["enableDnsHostnames"]) == ("10.0.0.0/16", True, True)
    found = provider.look_up("aws:ec2/getSubnet:getSubnet", id=subnet)
    assert (found["vpcId"], found["availabilityZone"]) == (vpc, "us-east-1a")


def test_an_address_can_be_an_instances(provider: Provider) -> None:
    ec2 = provider.aws.client("ec2")
    subnet = provider.subnet(provider.vpc())
    image = ec2.describe_images()["Images"][0]["ImageId"]
    machine = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    allocation = provider.make("address", domain="vpc", instance=machine)
    (address,) = ec2.describe_addresses(AllocationIds=[allocation])["Addresses"]
    assert address["InstanceId"] == machine
