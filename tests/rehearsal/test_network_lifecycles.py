"""Network, machines and load balancers change in place, show what others changed, and are not deleted while in use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehearsal import wire
from rehearsal.servicer import ProviderError
from tests.rehearsal.lifecycles import Resource, Up, environment
from tests.rehearsal.network_changes import CHANGES, Change, group_of, instance_of
from tests.stacks.environments import varied

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

IN_USE = "DependencyViolation"


@pytest.fixture(scope="module")
def single() -> Iterator[Up]:
    """dev, in an account of its own: one machine with an elastic address."""
    with environment(varied("dev", aws={"account_id": "210987654321"}), "dev") as stack:
        yield Up(stack)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Up]:
    """prod, with an interface endpoint: a fleet behind a load balancer, which a VPC origin leads to."""
    with environment(varied("prod", network={"interface_endpoints": ["ssm"]}), "prod") as stack:
        yield Up(stack)


@pytest.fixture
def ups(single: Up, fleet: Up) -> dict[str, Up]:
    return {"single": single, "fleet": fleet}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.label)
def test_a_change_in_place_is_held_and_leaves_no_difference(change: Change, ups: dict[str, Up]) -> None:
    up = ups[change.stack]
    before = up.one(change.token, change.name)
    assert before.kind.in_place | before.kind.replace_on >= change.changes.keys()
    after = up.update(before, **change.changes)
    assert change.held(up.client(change.service), after.id) == change.value
    assert up.drift(after) == set()
    if change.undone:
        up.update(after, **{name: before.plain_inputs.get(name) for name in change.changes})
        assert up.drift(before) == set()


TAGGED = "Vpc Subnet InternetGateway NatGateway Eip RouteTable VpcEndpoint FlowLog SecurityGroup DefaultSecurityGroup"
OTHERS = "SecurityGroupIngressRule LaunchTemplate LoadBalancer TargetGroup Listener"


@pytest.mark.parametrize("token", [*TAGGED.split(), *OTHERS.split()])
def test_tags_change_in_place_and_old_ones_go(token: str, fleet: Up) -> None:
    before = fleet.one(token)
    after = fleet.update(before, tags={"Team": "web"})
    held = wire.plain(fleet.stack.read(after).properties)["tagsAll"]
    assert held["Team"] == "web"
    assert "Name" not in held
    assert fleet.drift(after) == set()
    assert fleet.drift(before)
    fleet.update(after, tags=before.plain_inputs.get("tags"))
    assert fleet.drift(before) == set()


def test_tags_of_a_machine_change_in_place(single: Up) -> None:
    before = single.one("Instance")
    after = single.update(before, tags={"Team": "web"})
    tags = {tag["Key"]: tag["Value"] for tag in instance_of(single.client(), after.id)["Tags"]}
    assert (tags["Team"], "Role" in tags) == ("web", False)
    single.update(after, tags=before.plain_inputs["tags"])


def test_another_security_group_is_on_the_machine_and_its_network_interface(single: Up) -> None:
    before = single.one("Instance")
    other = single.one("DefaultSecurityGroup").id
    after = single.update(before, vpcSecurityGroupIds=[other])
    held = instance_of(single.client(), after.id)
    assert [group["GroupId"] for group in held["SecurityGroups"]] == [other]
    assert [group["GroupId"] for group in held["NetworkInterfaces"][0]["Groups"]] == [other]
    single.update(after, vpcSecurityGroupIds=before.plain_inputs["vpcSecurityGroupIds"])
    assert single.drift(before) == set()


def test_monitoring_and_private_names_are_held_where_the_emulator_has_no_place(single: Up, fleet: Up) -> None:
    machine, endpoint = single.one("Instance"), fleet.one("VpcEndpoint", "ssm")
    monitored, named = single.update(machine, monitoring=True), fleet.update(endpoint, privateDnsEnabled=False)
    assert (single.read(monitored)["monitoring"], single.drift(monitored)) == (True, set())
    assert (fleet.read(endpoint)["privateDnsEnabled"], fleet.drift(named)) == (False, set())
    single.update(monitored, monitoring=machine.plain_inputs.get("monitoring"))
    fleet.update(named, privateDnsEnabled=True)


def test_a_gateway_endpoint_is_routed_to_from_the_tables_that_are_added(fleet: Up) -> None:
    before, table = fleet.one("VpcEndpoint", "s3"), fleet.one("RouteTable", "database").id
    after = fleet.update(before, routeTableIds=[*before.plain_inputs["routeTableIds"], table])
    routes = fleet.client().describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert before.id in [route.get("GatewayId") for route in routes]
    fleet.update(after, routeTableIds=before.plain_inputs["routeTableIds"])
    routes = fleet.client().describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert before.id not in [route.get("GatewayId") for route in routes]


def test_a_route_leads_elsewhere_and_back(fleet: Up) -> None:
    before, internet = fleet.one("Route", "private"), fleet.one("InternetGateway").id
    after = fleet.update(before, natGatewayId=None, gatewayId=internet)
    held = fleet.read(after)
    assert (held["gatewayId"], held.get("natGatewayId"), fleet.drift(after)) == (internet, None, set())
    fleet.update(after, natGatewayId=before.plain_inputs["natGatewayId"], gatewayId=None)
    assert fleet.drift(before) == set()


def test_a_subnet_takes_another_table_under_a_new_association_and_is_still_known(fleet: Up) -> None:
    before, other = fleet.one("RouteTableAssociation", "database"), fleet.one("RouteTable", "public").id
    after = fleet.update(before, routeTableId=other)
    assert fleet.read(after)["routeTableId"] == other
    assert fleet.stack.read(after).id == before.id
    fleet.update(after, routeTableId=before.plain_inputs["routeTableId"])
    assert fleet.drift(before) == set()


def test_a_new_template_version_refreshes_the_fleet(fleet: Up) -> None:
    before, count = fleet.one("Group"), len(fleet.stack.aws.kept)
    mixed = before.plain_inputs["mixedInstancesPolicy"]
    template = mixed["launchTemplate"] | {"overrides": [{"instanceType": "t3.small"}]}
    after = fleet.update(before, mixedInstancesPolicy=mixed | {"launchTemplate": template})
    assert [one.operation for one in fleet.stack.aws.kept[count:]] == ["StartInstanceRefresh"]
    assert fleet.drift(after) == set()
    fleet.update(after, mixedInstancesPolicy=mixed)


def test_a_fleet_that_has_scaled_keeps_its_size_when_something_else_changes(fleet: Up) -> None:
    before = fleet.one("Group")
    fleet.client("autoscaling").set_desired_capacity(AutoScalingGroupName=before.id, DesiredCapacity=4)
    assert fleet.drift(before) == {"desiredCapacity"}
    after = fleet.update(before, healthCheckGracePeriod=100)
    assert group_of(fleet.client("autoscaling"), before.id)["DesiredCapacity"] == 4
    fleet.client("autoscaling").set_desired_capacity(AutoScalingGroupName=before.id, DesiredCapacity=2)
    fleet.update(after, healthCheckGracePeriod=before.plain_inputs["healthCheckGracePeriod"])


def test_what_others_changed_is_found(single: Up, fleet: Up) -> None:
    """Each change by plain boto3, and undone by the provider's own update."""
    ec2, machine = single.client(), single.one("Instance")
    ec2.create_tags(Resources=[machine.id], Tags=[{"Key": "Added", "Value": "by hand"}])
    ec2.modify_instance_attribute(InstanceId=machine.id, InstanceType={"Value": "t3.nano"})
    assert single.drift(machine) == {"tagsAll.Added", "instanceType"}
    balancer = fleet.one("LoadBalancer")
    off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    fleet.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer.id, Attributes=off)
    assert fleet.drift(balancer) == {"enableDeletionProtection"}
    policy = fleet.one("Policy")
    targets = fleet.one("TargetGroup")
    fleet.client("elbv2").modify_target_group(TargetGroupArn=targets.id, HealthCheckPath="/")
    assert fleet.drift(targets) == {"healthCheck.path"}
    vpc = fleet.one("Vpc")
    fleet.client().modify_vpc_attribute(VpcId=vpc.id, EnableDnsHostnames={"Value": False})
    assert fleet.drift(vpc) == {"enableDnsHostnames"}
    for up, resource in ((single, machine), (fleet, balancer), (fleet, targets), (fleet, vpc), (fleet, policy)):
        up.update(resource)
        assert up.drift(resource) == set()


def test_what_others_deleted_is_gone(fleet: Up) -> None:
    rule = fleet.one("SecurityGroupEgressRule", "to-web-443")
    fleet.client().revoke_security_group_egress(
        GroupId=rule.plain_inputs["securityGroupId"], SecurityGroupRuleIds=[rule.id]
    )
    assert fleet.stack.read(rule).id == ""
    fleet.stack.delete(rule)
    fleet.stack.resources.remove(rule)


def test_a_disk_never_shrinks(single: Up) -> None:
    machine = single.one("Instance")
    with pytest.raises(ProviderError, match="cannot be smaller"):
        single.update(machine, rootBlockDevice={**machine.plain_inputs["rootBlockDevice"], "volumeSize": 1})


def test_a_machine_of_another_architecture_is_refused(single: Up) -> None:
    with pytest.raises(ProviderError, match="architecture"):
        single.update(single.one("Instance"), instanceType="t4g.micro")


def test_a_rule_keeps_its_kind_of_source(fleet: Up) -> None:
    with pytest.raises(ProviderError, match="kind of source"):
        fleet.update(fleet.one("SecurityGroupIngressRule", "from-cloudfront"), prefixListId=None, cidrIpv4="10.0.0.0/8")


def test_a_vpc_origin_in_use_takes_no_change_not_even_of_tags(fleet: Up) -> None:
    origin = fleet.one("VpcOrigin")
    fleet.stack.aws.records["cloudfront/distribution/E1"] = {"Origins": {"Items": [{"VpcOriginId": origin.id}]}}
    with pytest.raises(ProviderError, match="CannotUpdateEntityWhileInUse"):
        fleet.update(origin, tags={"Team": "web"})
    with pytest.raises(ProviderError, match="CannotDeleteEntityWhileInUse"):
        fleet.stack.delete(origin)


def test_a_vpc_origin_in_no_use_changes_with_its_etag(fleet: Up) -> None:
    for path in [path for path in fleet.stack.aws.records if path.startswith("cloudfront/distribution/")]:
        del fleet.stack.aws.records[path]
    before = fleet.one("VpcOrigin")
    after = fleet.update(
        before, vpcOriginEndpointConfig={**before.plain_inputs["vpcOriginEndpointConfig"], "httpPort": 81}
    )
    assert wire.plain(after.state)["etag"] != wire.plain(before.state)["etag"]
    assert (fleet.read(after)["vpcOriginEndpointConfig"]["httpPort"], fleet.drift(after)) == (81, set())


@pytest.mark.parametrize(
    ("stack", "token", "name", "said"),
    [
        ("fleet", "Vpc", "", IN_USE),
        ("fleet", "Subnet", "private", IN_USE),
        ("fleet", "InternetGateway", "", "mapped public address"),
        ("fleet", "Eip", "", "InvalidIPAddress.InUse"),
        ("fleet", "SecurityGroup", "machines", IN_USE),
        ("fleet", "SecurityGroup", "database", IN_USE),
        ("fleet", "SecurityGroup", "interfaces", IN_USE),
        ("fleet", "SecurityGroup", "balancer", IN_USE),
        ("fleet", "LoadBalancer", "", "deletion protection is enabled"),
        ("fleet", "TargetGroup", "", "ResourceInUse"),
        ("single", "Eip", "", "InvalidIPAddress.InUse"),
        ("single", "Subnet", "public-us-east-1a", IN_USE),
    ],
)
def test_what_is_in_use_is_not_deleted(stack: str, token: str, name: str, said: str, ups: dict[str, Up]) -> None:
    up = ups[stack]
    resource = up.one(token, name)
    with pytest.raises(ProviderError, match=said):
        up.stack.delete(resource)
    assert up.stack.read(resource).id == resource.id
    assert up.drift(resource) == set()


def test_the_default_group_stays_when_the_program_lets_it_go(fleet: Up) -> None:
    group = fleet.one("DefaultSecurityGroup")
    fleet.stack.delete(group)
    assert fleet.client().describe_security_groups(GroupIds=[group.id])["SecurityGroups"]


def test_a_group_named_by_a_rule_of_another_is_in_use(single: Up) -> None:
    ec2, vpc = single.client(), single.one("Vpc").id
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    named, naming = (ec2.create_security_group(GroupName=one, Description=one, VpcId=vpc)["GroupId"] for one in "ab")
    ec2.authorize_security_group_ingress(
        GroupId=naming, IpPermissions=[rule | {"UserIdGroupPairs": [{"GroupId": named}]}]
    )
    group = single.one("SecurityGroup", "machines")
    twin = Resource(urn=group.urn, id=named, inputs=group.inputs, state=group.state)
    with pytest.raises(ProviderError, match=IN_USE):
        single.stack.delete(twin)
    ec2.delete_security_group(GroupId=naming)
    single.stack.delete(twin)
    assert single.stack.read(twin).id == ""
