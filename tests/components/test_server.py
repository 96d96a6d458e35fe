"""The server: who reaches it, what it is made of, and what a change of it does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
import pytest

from infra.components.server import FleetArgs, Server, ServerArgs
from infra.names import Names
from infra.origin import OriginError, vpc_origin_name
from infra.provider import environment_tags
from infra.server_paths import ServerPaths
from infra.templates import render_template
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import SECRET, Graph, Node

ACCOUNT = "123456789012"
TAGS = environment_tags(product="acme", environment="dev", extra={})
NAMES = Names(product="acme", environment="dev", account_id=ACCOUNT)
DEBIAN, UBUNTU = "ami-0d13a000000000064", "ami-02404a00000000064"
USER_DATA = "#!/bin/sh\nexec true\n"

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"


BringUp = Callable[..., tuple[Graph, EmulatedAws]]
Build = Callable[..., Graph]


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the other components would have made before the server."""

    vpc_id: str
    subnets: tuple[str, str]
    database_group: str
    certificate: str


@pytest.fixture
def site(aws: EmulatedAws) -> Site:
    ec2, s3, iam = aws.client("ec2"), aws.client("s3"), aws.client("iam")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    one, two = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{part}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for part, zone in ((1, "us-east-1a"), (2, "us-east-1b"))
    )
    database = ec2.create_security_group(GroupName="database", Description="database", VpcId=vpc)["GroupId"]
    iam.create_instance_profile(InstanceProfileName="acme-dev-server")
    s3.create_bucket(Bucket="acme-logs")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-logs/alb/*",
    }
    s3.put_bucket_policy(Bucket="acme-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    certificate = aws.client("acm").request_certificate(DomainName="www.example.com")["CertificateArn"]
    return Site(vpc_id=vpc, subnets=(one, two), database_group=database, certificate=certificate)


def release_document() -> str:
    return render_template("ssm/release.json.j2", product="acme", paths=ServerPaths(product="acme"))


def arguments(site: Site, **changes: Any) -> ServerArgs:
    fleet = FleetArgs(min=2, max=4, instance_types=("t3a.small",), target_cpu_percent=60)
    given: dict[str, Any] = {
        "mode": "single",
        "origin": "vpc",
        "names": NAMES,
        "vpc_id": site.vpc_id,
        "zones": ("us-east-1a", "us-east-1b"),
        "subnet_ids": site.subnets,
        "load_balancer_subnet_ids": site.subnets,
        "os": "debian-13",
        "ami": DEBIAN,
        "instance_type": "t3.small",
        "root_volume_gb": 16,
        "user_data": USER_DATA,
        "release_document": release_document(),
        "instance_profile_name": "acme-dev-server",
        "fleet": fleet,
        "certificate_arn": None,
        "origin_secret": pulumi.Output.secret("s3cret"),
        "database_security_group_id": site.database_group,
        "database_port": 5433,
        "logs_bucket": "acme-logs",
        "tags": TAGS,
        "protect": False,
    }
    return ServerArgs(**(given | changes))


@pytest.fixture
def build(bring_up: BringUp, site: Site) -> Build:
    """`build(mode="fleet", …)` brings a server up and gives its graph."""

    def make(*, preview: bool = False, **changes: Any) -> Graph:
        graph, _ = bring_up(lambda opts: Server("server", arguments(site, **changes), opts), preview=preview)
        return graph

    return make


@pytest.fixture(scope="module")
def graphs() -> dict[str, Graph]:
    return {}


@pytest.fixture
def usual(request: pytest.FixtureRequest, graphs: dict[str, Graph]) -> Callable[[str], Graph]:
    """`usual("fleet")` is the graph of a server with the usual arguments, brought up once for those who only read."""

    def get(mode: str) -> Graph:
        if mode not in graphs:
            graphs[mode] = request.getfixturevalue("build")(mode=mode)
        return graphs[mode]

    return get


def rules(graph: Graph, type_: str, group: str) -> list[tuple[int, str]]:
    """(port, source or target) of each rule of a security group, by the group's name or id."""
    named = {node.id: node.name for node in graph.of("aws:ec2/securityGroup:SecurityGroup")}
    found = []
    for rule in graph.of(type_):
        if group in (rule.inputs["securityGroupId"], named.get(rule.inputs["securityGroupId"])):
            other = rule.inputs.get("referencedSecurityGroupId")
            peer = named.get(other, other) or rule.inputs.get("prefixListId") or rule.inputs["cidrIpv4"]
            assert rule.inputs["fromPort"] == rule.inputs["toPort"]
            found.append((int(rule.inputs["fromPort"]), str(peer)))
    return sorted(found)


def cloudfront(aws: EmulatedAws) -> str:
    filters = [{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]
    found = aws.client("ec2").describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
    return str(found[0]["PrefixListId"])


def only(graph: Graph, type_: str) -> Node:
    [node] = graph.of(type_)
    return node


@pytest.mark.parametrize("origin", ["vpc", "public"])
def test_cloudfront_alone_reaches_a_single_server_and_on_one_port(build: Build, aws: EmulatedAws, origin: str) -> None:
    graph = build(origin=origin)
    assert rules(graph, INGRESS, "server-machines") == [(80, cloudfront(aws))]


@pytest.mark.parametrize("origin", ["vpc", "public"])
def test_cloudfront_alone_reaches_a_fleets_balancer_and_the_balancer_alone_its_machines(
    build: Build, aws: EmulatedAws, site: Site, origin: str
) -> None:
    graph = build(mode="fleet", origin=origin, certificate_arn=site.certificate)
    assert rules(graph, INGRESS, "server-balancer") == [(443, cloudfront(aws))]
    assert rules(graph, EGRESS, "server-balancer") == [(443, "server-machines")]
    assert rules(graph, INGRESS, "server-machines") == [(443, "server-balancer")]


@pytest.mark.parametrize("mode", ["single", "fleet"])
def test_the_server_reaches_the_database_and_the_web_and_nothing_else(build: Build, site: Site, mode: str) -> None:
    graph = build(mode=mode)
    assert rules(graph, EGRESS, "server-machines") == [
        (80, "0.0.0.0/0"),
        (443, "0.0.0.0/0"),
        (5433, site.database_group),
    ]
    assert rules(graph, INGRESS, site.database_group) == [(5433, "server-machines")]


def test_aws_holds_no_rule_beyond_the_plans(build: Build, aws: EmulatedAws) -> None:
    graph = build(mode="fleet")
    planned = {rule.id for type_ in (INGRESS, EGRESS) for rule in graph.of(type_)}
    groups = [node.id for node in graph.of("aws:ec2/securityGroup:SecurityGroup")]
    filters = [{"Name": "group-id", "Values": groups}]
    held = aws.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert {rule["SecurityGroupRuleId"] for rule in held} <= planned


def test_a_vpc_origin_never_looks_up_cloudfronts_own_security_group(usual: Callable[[str], Graph]) -> None:
    names = json.dumps([dict(node.inputs) for node in usual("single")])
    assert "CloudFront-VPCOrigins-Service-SG" not in names


def test_a_single_server_asks_for_session_tokens_and_an_encrypted_disk(build: Build, aws: EmulatedAws) -> None:
    build()
    [instance] = aws.client("ec2").describe_instances()["Reservations"][0]["Instances"]
    [volume] = aws.client("ec2").describe_volumes()["Volumes"]
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert (volume["Encrypted"], volume["VolumeType"], volume["Size"]) == (True, "gp3", 16)
    assert "KeyName" not in instance


def test_a_fleets_template_asks_for_session_tokens_and_an_encrypted_disk(build: Build, aws: EmulatedAws) -> None:
    graph = build(mode="fleet")
    versions = aws.client("ec2").describe_launch_template_versions(LaunchTemplateId=only(graph, TEMPLATE).id)
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    [disk] = data["BlockDeviceMappings"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert data["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert (disk["DeviceName"], disk["Ebs"]["Encrypted"]) == ("/dev/xvda", True)
    assert "KeyName" not in data


def test_the_root_device_follows_the_operating_system(build: Build) -> None:
    graph = build(mode="fleet", os="ubuntu-24.04", ami=UBUNTU)
    assert only(graph, TEMPLATE).inputs["blockDeviceMappings"][0]["deviceName"] == "/dev/sda1"


def test_single_and_fleet_run_the_same_image_script_profile_and_tags(build: Build) -> None:
    single = only(build(preview=True), INSTANCE).inputs
    fleet = only(build(preview=True, mode="fleet"), TEMPLATE).inputs
    assert fleet["imageId"] == single["ami"] == DEBIAN
    assert base64.b64decode(fleet["userData"]).decode() == single["userData"] == USER_DATA
    assert fleet["iamInstanceProfile"]["name"] == single["iamInstanceProfile"]
    assert all(row["tags"] == single["tags"] == single["volumeTags"] for row in fleet["tagSpecifications"])


def test_what_aws_launches_carries_the_environments_tags(build: Build) -> None:
    wanted = {**TAGS, "Role": "acme-dev-server", "Name": "acme-dev-server"}
    single = only(build(preview=True), INSTANCE).inputs
    group = only(build(preview=True, mode="fleet"), GROUP).inputs
    assert single["tags"] == single["volumeTags"] == wanted
    assert {tag["key"]: tag["value"] for tag in group["tags"]} == wanted
    assert all(tag["propagateAtLaunch"] for tag in group["tags"])


@pytest.mark.parametrize("mode", ["single", "fleet"])
def test_machines_are_found_by_the_tag_that_deploys_use(build: Build, aws: EmulatedAws, mode: str) -> None:
    build(mode=mode)
    filters = [{"Name": "tag:Role", "Values": ["acme-dev-server"]}]
    found = aws.client("ec2").describe_instances(Filters=filters)["Reservations"]
    assert sum(len(reservation["Instances"]) for reservation in found) == (1 if mode == "single" else 2)


def test_a_public_single_server_is_reached_by_an_elastic_address(build: Build, aws: EmulatedAws) -> None:
    graph = build(origin="public")
    [address] = aws.client("ec2").describe_addresses()["Addresses"]
    assert address["InstanceId"] == only(graph, INSTANCE).id
    assert "associatePublicIpAddress" not in only(graph, INSTANCE).inputs
    assert not graph.of(VPC_ORIGIN)


@pytest.mark.parametrize("mode", ["single", "fleet"])
def test_with_a_vpc_origin_nothing_has_a_public_address(build: Build, aws: EmulatedAws, mode: str) -> None:
    graph = build(mode=mode)
    assert not aws.client("ec2").describe_addresses()["Addresses"]
    assert all(node.inputs["internal"] for node in graph.of(BALANCER))


def test_a_vpc_origin_points_at_the_instance_or_the_balancer(build: Build, site: Site) -> None:
    graph = build(mode="fleet", certificate_arn=site.certificate)
    config = only(graph, VPC_ORIGIN).inputs["vpcOriginEndpointConfig"]
    assert config["arn"] == only(graph, BALANCER).id
    assert config["originProtocolPolicy"] == "https-only"
    assert config["originSslProtocols"] == {"items": ["TLSv1.2"], "quantity": 1}


def test_a_vpc_origin_is_replaced_at_any_change_and_the_new_one_comes_first(usual: Callable[[str], Graph]) -> None:
    origin = only(usual("single"), VPC_ORIGIN)
    assert origin.options["replaceOnChanges"] == ["*"]
    assert "deleteBeforeReplace" not in origin.options


def test_a_vpc_origin_has_another_name_after_any_change_of_it() -> None:
    tags = {"Product": "acme"}
    arn = "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0"
    names = [
        vpc_origin_name(NAMES, arn=arn, protocol="http", tags=tags),
        vpc_origin_name(NAMES, arn=arn, protocol="https", tags=tags),
        vpc_origin_name(NAMES, arn=arn, protocol="http", tags={"Product": "other"}),
        vpc_origin_name(NAMES, arn=arn[:-1] + "1", protocol="http", tags=tags),
    ]
    assert len(set(names)) == 4


def test_zones_without_vpc_origins_are_refused_by_name_and_id(build: Build) -> None:
    with pytest.raises(OriginError, match=r"us-east-1e \(use1-az3\).*name another zone"):
        build(mode="fleet", zones=("us-east-1a", "us-east-1e"))


def test_a_zone_without_vpc_origins_does_not_matter_where_none_is_used(build: Build) -> None:
    assert build(preview=True, mode="fleet", origin="public", zones=("us-east-1a", "us-east-1e")).of(BALANCER)
    assert build(preview=True, mode="single", zones=("us-east-1a", "us-east-1e")).of(INSTANCE)


def test_a_fleet_is_healthy_before_its_first_release(usual: Callable[[str], Graph]) -> None:
    graph = usual("fleet")
    check = only(graph, TARGETS).inputs["healthCheck"]
    group = only(graph, GROUP).inputs
    assert (check["path"], check["protocol"], check["matcher"]) == ("/livez", "HTTPS", "200")
    assert (group["healthCheckType"], group["waitForCapacityTimeout"]) == ("ELB", "0")
    assert group["healthCheckGracePeriod"] >= 900  # a release that is slow to install is waited for


def test_a_fleet_spans_all_its_subnets_by_a_numbered_template(usual: Callable[[str], Graph]) -> None:
    group = only(usual("fleet"), GROUP)
    policy = group.inputs["mixedInstancesPolicy"]["launchTemplate"]
    assert len(set(group.inputs["vpcZoneIdentifiers"])) == 2
    assert policy["launchTemplateSpecification"]["version"] == "1"
    assert [row["instanceType"] for row in policy["overrides"]] == ["t3.small", "t3a.small"]
    assert group.options["ignoreChanges"] == ["desiredCapacity"]


def test_a_fleet_of_one_type_has_no_mixed_policy(build: Build) -> None:
    fleet = FleetArgs(min=1, max=1, instance_types=(), target_cpu_percent=None)
    graph = build(mode="fleet", fleet=fleet)
    assert only(graph, GROUP).inputs["launchTemplate"]["version"] == "1"
    assert "mixedInstancesPolicy" not in only(graph, GROUP).inputs
    assert not graph.of("aws:autoscaling/policy:Policy")


def test_scaling_holds_the_mean_cpu(build: Build, aws: EmulatedAws) -> None:
    build(mode="fleet")
    [policy] = aws.client("autoscaling").describe_policies()["ScalingPolicies"]
    assert policy["TargetTrackingConfiguration"]["TargetValue"] == 60
    metric = policy["TargetTrackingConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert metric == "ASGAverageCPUUtilization"


def test_an_instance_refresh_never_goes_below_the_whole_fleet(usual: Callable[[str], Graph]) -> None:
    preferences = only(usual("fleet"), GROUP).inputs["instanceRefresh"]["preferences"]
    assert preferences["minHealthyPercentage"] == 100
    assert preferences["maxHealthyPercentage"] > 100


def test_a_balancer_with_a_certificate_listens_on_https_alone(build: Build, aws: EmulatedAws, site: Site) -> None:
    graph = build(mode="fleet", certificate_arn=site.certificate)
    arn = only(graph, BALANCER).id
    [listener] = aws.client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    assert listener["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def test_a_balancer_without_a_certificate_listens_on_http_alone(build: Build, aws: EmulatedAws) -> None:
    graph = build(mode="fleet")
    [listener] = graph.of(LISTENER)
    assert (listener.inputs["port"], listener.inputs["protocol"]) == (80, "HTTP")
    assert rules(graph, INGRESS, "server-balancer") == [(80, cloudfront(aws))]


def test_targets_speak_https_and_are_drained(usual: Callable[[str], Graph]) -> None:
    targets = only(usual("fleet"), TARGETS).inputs
    assert (targets["protocol"], targets["port"]) == ("HTTPS", 443)
    assert 30 <= targets["deregistrationDelay"] <= 120
    assert targets["slowStart"] == 0


@pytest.mark.parametrize("protect", [True, False])
def test_a_balancer_is_logged_strict_and_protected_by_config(build: Build, aws: EmulatedAws, protect: bool) -> None:
    graph = build(mode="fleet", protect=protect)
    rows = aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=only(graph, BALANCER).id)
    held = {row["Key"]: row["Value"] for row in rows["Attributes"]}
    assert held["access_logs.s3.enabled"] == "true"
    assert (held["access_logs.s3.bucket"], held["access_logs.s3.prefix"]) == ("acme-logs", "alb")
    assert held["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert held["routing.http.desync_mitigation_mode"] == "defensive"
    assert held["deletion_protection.enabled"] == str(protect).lower()


def test_the_longest_names_still_fit_a_balancer(build: Build) -> None:
    names = Names(product="northwind-traders-eu", environment="preproductio", account_id=ACCOUNT)
    graph = build(mode="fleet", names=names)
    assert len(graph.of(BALANCER)) == len(graph.of(TARGETS)) == 1


def test_machines_boot_only_when_their_ways_out_exist(usual: Callable[[str], Graph]) -> None:
    graph = usual("single")
    waits = set(only(graph, INSTANCE).dependencies)
    assert {rule.urn for rule in graph.of(EGRESS)} <= waits


def test_releases_go_through_one_document_with_guarded_parameters(build: Build, aws: EmulatedAws) -> None:
    build()
    found = aws.client("ssm").get_document(Name="acme-dev-release")
    content = json.loads(found["Content"])
    [step] = content["mainSteps"]
    assert (found["DocumentType"], content["schemaVersion"]) == ("Command", "2.2")
    assert step["inputs"]["runCommand"] == ["exec /srv/acme/bin/release '{{ Action }}' '{{ Release }}'"]
    assert set(content["parameters"]) == {"Action", "Release"}
    assert all(row["allowedPattern"].startswith("^") for row in content["parameters"].values())
    assert all(row["allowedPattern"].endswith("$") for row in content["parameters"].values())


def test_the_origin_tells_the_cdn_where_how_and_with_which_secret(bring_up: BringUp, site: Site) -> None:
    def program(opts: pulumi.ResourceOptions) -> None:
        origin = Server("server", arguments(site), opts).origin
        assert (origin.kind, origin.protocol, origin.header_name) == ("vpc", "http", "X-Origin-Secret")
        assert origin.vpc_origin_id is not None
        assert "s3cret" not in repr(origin)

    bring_up(program)


def test_the_origins_secret_is_in_no_input_of_the_server(usual: Callable[[str], Graph]) -> None:
    shown = json.dumps([dict(node.inputs) for node in usual("single")])
    assert "s3cret" not in shown
    assert SECRET not in shown
