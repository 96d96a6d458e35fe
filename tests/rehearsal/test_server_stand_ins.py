"""The stand-ins for EC2, load balancers, auto scaling, SSM documents and VPC origins are as strict as AWS."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from rehearsal import wire
from rehearsal.emulator import EmulatedAws
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.servicer import AwsServicer, ProviderError

DEBIAN, DEBIAN_ARM = "ami-0d13a000000000064", "ami-0d13b000000000064"
INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
GROUP = "aws:autoscaling/group:Group"
POLICY = "aws:autoscaling/policy:Policy"
DOCUMENT = "aws:ssm/document:Document"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"


class Account:
    """An emulated account with a VPC of two zones, and a servicer to make resources by."""

    def __init__(self, aws: EmulatedAws) -> None:
        self.aws = aws
        self.ec2 = aws.client("ec2")
        self.servicer = AwsServicer(aws, RESOURCES, FUNCTIONS)
        self.servicer.default_tags = {"Product": "acme"}
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.one, self.two, self.three = (
            self._subnet(part, zone) for part, zone in ((1, "us-east-1a"), (2, "us-east-1b"), (3, "us-east-1a"))
        )
        group = self.ec2.create_security_group(GroupName="web", Description="web", VpcId=self.vpc)
        self.group = group["GroupId"]

    def _subnet(self, part: int, zone: str) -> str:
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{part}.0/24", AvailabilityZone=zone)
        return str(made["Subnet"]["SubnetId"])

    def attach_gateway(self) -> None:
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)

    def make(self, token: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
        urn = f"urn:pulumi:dev::platform::{token}::thing"
        news = wire.encode(inputs, secrets=frozenset())
        checked = self.servicer.Check(provider_pb2.CheckRequest(urn=urn, news=news, randomSeed=b"seed"), None)
        created = self.servicer.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs), None)
        return created.id, wire.plain(created.properties)

    def instance(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        given = {"ami": DEBIAN, "instanceType": "t3.micro", "subnetId": self.one, "vpcSecurityGroupIds": [self.group]}
        return self.make(INSTANCE, **(given | changes))

    def template(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        given = {
            "imageId": DEBIAN,
            "instanceType": "t3.micro",
            "vpcSecurityGroupIds": [self.group],
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "volumeSize": 20}}],
        }
        return self.make(TEMPLATE, **(given | changes))

    def balancer(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        given = {"internal": True, "subnets": [self.one, self.two], "securityGroups": [self.group]}
        return self.make(BALANCER, **(given | changes))

    def targets(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        return self.make(TARGETS, **({"vpcId": self.vpc, "protocol": "HTTPS", "port": 443} | changes))

    def fleet(self, template: str, **changes: Any) -> tuple[str, dict[str, Any]]:
        given = {
            "minSize": 2,
            "maxSize": 4,
            "vpcZoneIdentifiers": [self.one, self.two],
            "launchTemplate": {"id": template, "version": "1"},
            "tags": [{"key": "Role", "value": "acme-dev-server", "propagateAtLaunch": True}],
        }
        return self.make(GROUP, **(given | changes))


@pytest.fixture
def account() -> Iterator[Account]:
    with EmulatedAws(account_id="123456789012", region="us-east-1") as aws:
        yield Account(aws)


def document(**changes: Any) -> dict[str, Any]:
    step = {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["echo {{ Word }}"]}}
    content = {"schemaVersion": "2.2", "parameters": {"Word": {"type": "String"}}, "mainSteps": [step]}
    return {"name": "acme-dev-release", "documentType": "Command", "content": json.dumps(content | changes)}


def test_an_instance_is_held_as_asked_for(account: Account) -> None:
    instance_id, outputs = account.instance(
        userData="#!/bin/sh\ntrue\n",
        metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1, "httpEndpoint": "enabled"},
        rootBlockDevice={"encrypted": True, "volumeSize": 16, "volumeType": "gp3"},
        volumeTags={"Role": "acme-dev-server"},
    )
    held = account.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    [volume] = account.ec2.describe_volumes()["Volumes"]
    data = account.ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")["UserData"]["Value"]
    assert outputs["arn"].endswith(f":instance/{instance_id}")
    assert outputs["privateDns"] == held["PrivateDnsName"] != ""
    assert held["MetadataOptions"]["HttpTokens"] == "required"
    assert held["Tags"] == [{"Key": "Product", "Value": "acme"}]
    assert (volume["Encrypted"], volume["Size"], volume["VolumeType"]) == (True, 16, "gp3")
    assert volume["Tags"] == [{"Key": "Role", "Value": "acme-dev-server"}]
    assert base64.b64decode(data) == b"#!/bin/sh\ntrue\n"


def test_user_data_of_16_384_bytes_is_taken_and_one_byte_more_is_refused(account: Account) -> None:
    account.instance(userData="x" * 16_384)
    with pytest.raises(ProviderError, match=r"16385 bytes of 16384"):
        account.instance(userData="x" * 16_385)
    account.template(userData=base64.b64encode(b"x" * 16_384).decode())
    with pytest.raises(ProviderError, match=r"16386 bytes of 16384"):
        account.template(userData=base64.b64encode("é".encode() * 8_193).decode())


def test_a_template_refuses_user_data_that_is_not_base64(account: Account) -> None:
    with pytest.raises(ProviderError, match="encode it"):
        account.template(userData="#!/bin/sh")


def test_an_unknown_image_is_refused(account: Account) -> None:
    with pytest.raises(ProviderError, match=r"InvalidAMIID.NotFound.*ami-0123456789abcdef0"):
        account.instance(ami="ami-0123456789abcdef0")
    with pytest.raises(ProviderError, match=r"InvalidAMIID\.NotFound"):
        account.template(imageId="ami-0123456789abcdef0")


def test_an_image_of_another_architecture_is_refused(account: Account) -> None:
    account.instance(ami=DEBIAN_ARM, instanceType="t4g.micro")
    with pytest.raises(ProviderError, match="'x86_64' of ami-0d13a000000000064 does not match"):
        account.instance(instanceType="t4g.micro")


def test_a_template_must_map_the_images_own_root_device(account: Account) -> None:
    with pytest.raises(ProviderError, match="no mapping names /dev/xvda"):
        account.template(blockDeviceMappings=[{"deviceName": "/dev/sda1", "ebs": {"encrypted": "true"}}])


@pytest.mark.parametrize("name", ["a" * 33, "internal-web", "web-", "web_1", "a--b"])
def test_a_balancers_or_target_groups_name_is_limited(account: Account, name: str) -> None:
    with pytest.raises(ProviderError, match="is not allowed"):
        account.balancer(name=name)
    with pytest.raises(ProviderError, match="is not allowed"):
        account.targets(name=name)


def test_a_balancer_needs_subnets_in_two_zones(account: Account) -> None:
    with pytest.raises(ProviderError, match="two subnets in different zones"):
        account.balancer(subnets=[account.one])
    with pytest.raises(ProviderError, match="us-east-1a, us-east-1a"):
        account.balancer(subnets=[account.one, account.three])


def test_a_public_balancer_needs_an_internet_gateway(account: Account) -> None:
    with pytest.raises(ProviderError, match="no internet gateway"):
        account.balancer(internal=False)
    account.attach_gateway()
    _, outputs = account.balancer(internal=False)
    assert not outputs["dnsName"].startswith("internal-")


def test_access_logs_need_a_bucket_that_lets_them_in(account: Account) -> None:
    s3 = account.aws.client("s3")
    s3.create_bucket(Bucket="acme-logs")
    logs = {"bucket": "acme-logs", "enabled": True, "prefix": "alb"}
    with pytest.raises(ProviderError, match="access denied for bucket acme-logs"):
        account.balancer(accessLogs=logs)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-logs/*",
    }
    s3.put_bucket_policy(Bucket="acme-logs", Policy=json.dumps({"Statement": [statement]}))
    arn, _ = account.balancer(accessLogs=logs, enableDeletionProtection=True, name="second")
    rows = account.aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    held = {row["Key"]: row["Value"] for row in rows}
    assert held["access_logs.s3.bucket"] == "acme-logs"
    assert held["deletion_protection.enabled"] == "true"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"healthCheck": {"interval": 5, "timeout": 5}}, "not below its interval"),
        ({"healthCheck": {"healthyThreshold": 1}}, "thresholds are 2 to 10"),
        ({"slowStart": 10}, "slow start of 10 s"),
        ({"deregistrationDelay": 3601}, "0 to 3600"),
    ],
)
def test_a_target_groups_seconds_and_counts_are_limited(
    account: Account, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=message):
        account.targets(**changes)


def test_a_listener_has_a_certificate_exactly_when_it_speaks_https(account: Account) -> None:
    balancer, _ = account.balancer()
    targets, _ = account.targets()
    action = [{"type": "forward", "targetGroupArn": targets}]
    with pytest.raises(ProviderError, match="needs a certificate"):
        account.make(
            LISTENER, loadBalancerArn=balancer, protocol="HTTPS", port=443, defaultActions=action, certificateArn=""
        )
    with pytest.raises(ProviderError, match="neither certificate nor TLS policy"):
        account.make(LISTENER, loadBalancerArn=balancer, protocol="HTTP", port=80, defaultActions=action, sslPolicy="x")


def test_a_group_starts_its_least_size_from_the_template_with_its_tags(account: Account) -> None:
    template, outputs = account.template()
    name, _ = account.fleet(template)
    [group] = account.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])[
        "AutoScalingGroups"
    ]
    instances = account.ec2.describe_instances(Filters=[{"Name": "tag:Role", "Values": ["acme-dev-server"]}])
    assert outputs["latestVersion"] == 1
    assert len(group["Instances"]) == 2
    assert sum(len(reservation["Instances"]) for reservation in instances["Reservations"]) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minSize": 5}, "least size 5 is above the greatest 4"),
        ({"desiredCapacity": 5}, "desired capacity 5"),
        ({"mixedInstancesPolicy": {"launchTemplate": {"overrides": []}}}, "remove the other"),
        (
            {"instanceRefresh": {"preferences": {"minHealthyPercentage": 50, "maxHealthyPercentage": 200}}},
            "100 apart at most",
        ),
    ],
)
def test_a_groups_sizes_and_template_must_agree(account: Account, changes: dict[str, Any], message: str) -> None:
    template, _ = account.template()
    with pytest.raises(ProviderError, match=message):
        account.fleet(template, **changes)


def test_a_group_refuses_a_further_type_that_cannot_run_its_image(account: Account) -> None:
    template, _ = account.template()
    mixed = {
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": template, "version": "1"},
            "overrides": [{"instanceType": "t3.micro"}, {"instanceType": "t4g.micro"}],
        }
    }
    with pytest.raises(ProviderError, match=r"instance type t4g.micro"):
        account.fleet(template, launchTemplate=None, mixedInstancesPolicy=mixed)


def test_a_scaling_policy_belongs_to_its_group(account: Account) -> None:
    template, _ = account.template()
    name, _ = account.fleet(template)
    tracking = {
        "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"},
        "targetValue": 60,
    }
    _, outputs = account.make(
        POLICY,
        autoscalingGroupName=name,
        policyType="TargetTrackingScaling",
        targetTrackingConfiguration=tracking,
    )
    assert f"autoScalingGroupName/{name}" in outputs["arn"]


def test_a_document_may_use_its_own_parameters_only(account: Account) -> None:
    assert account.make(DOCUMENT, **document())[0] == "acme-dev-release"
    with pytest.raises(ProviderError, match=r"uses \{\{ Word \}\}"):
        account.make(DOCUMENT, **document(parameters={}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schemaVersion": "1.2"}, "schema version 2.2"),
        ({"mainSteps": []}, "no mainSteps"),
        ({"parameters": {"Word": {"allowedPattern": "^[a-z]+$", "default": "1"}}}, "does not fit its pattern"),
    ],
)
def test_a_document_is_checked_as_ssm_does(account: Account, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        account.make(DOCUMENT, **document(**changes))


def test_a_document_cannot_take_a_name_of_aws(account: Account) -> None:
    with pytest.raises(ProviderError, match="keeps for itself"):
        account.make(DOCUMENT, **(document() | {"name": "AWS-Release"}))


def test_a_vpc_origin_is_kept_and_needs_an_internet_gateway(account: Account) -> None:
    _, instance = account.instance()
    config = {
        "arn": instance["arn"],
        "name": "acme-dev",
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "http-only",
        "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1},
    }
    with pytest.raises(ProviderError, match="no internet gateway"):
        account.make(VPC_ORIGIN, vpcOriginEndpointConfig=config)
    account.attach_gateway()
    origin_id, _ = account.make(VPC_ORIGIN, vpcOriginEndpointConfig=config)
    [kept] = account.aws.kept
    assert origin_id.startswith("vo_")
    assert kept.params["VpcOriginEndpointConfig"]["Arn"] == instance["arn"]


def test_a_vpc_origin_is_refused_for_what_cannot_be_one(account: Account) -> None:
    with pytest.raises(ProviderError, match="no instance and no load balancer"):
        account.make(VPC_ORIGIN, vpcOriginEndpointConfig={"arn": "arn:aws:s3:::acme-dev-media"})
