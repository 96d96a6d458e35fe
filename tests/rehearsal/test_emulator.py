"""The emulated AWS: out of reach of a real one, empty each time, and open about what it cannot do."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from rehearsal import moto_startup
from rehearsal.emulator import MISTAKEN_BY_MOTO, EmulatedAws, NotEmulated
from rehearsal.service_models import RefusedByModel

ACCOUNT, OTHER = "123456789012", "210987654321"
VPC_ORIGIN = {
    "VpcOriginEndpointConfig": {
        "Name": "server",
        "Arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0",
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "http-only",
    }
}


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(account_id=ACCOUNT, region="eu-west-1", where=lambda: "media/bucket") as emulated:
        yield emulated


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every attempt to resolve a name or to connect, each refused."""
    attempts: list[str] = []

    def refuse(*arguments: object, **_: object) -> None:
        attempts.append(repr(arguments))
        raise OSError("no sockets in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return attempts


NOT_EMULATED: list[tuple[str, str, dict[str, Any]]] = [
    ("notifications", "list_notification_hubs", {}),
    ("securityhub", "list_automation_rules_v2", {}),
    ("cloudfront", "create_vpc_origin", VPC_ORIGIN),
    ("cloudfront", "list_cache_policies", {}),
    ("rds", "describe_db_engine_versions", {}),
    ("autoscaling", "start_instance_refresh", {"AutoScalingGroupName": "fleet"}),
    ("ssm", "describe_instance_information", {}),
    ("s3", "put_bucket_request_payment", {"Bucket": "b", "RequestPaymentConfiguration": {"Payer": "Requester"}}),
    ("s3control", "list_regional_buckets", {"AccountId": ACCOUNT}),
    ("route53", "list_cidr_collections", {}),
]


@pytest.mark.parametrize(("service", "operation", "params"), NOT_EMULATED, ids=[f"{s}-{o}" for s, o, _ in NOT_EMULATED])
def test_what_moto_lacks_is_refused_by_name_and_no_socket_is_opened(
    aws: EmulatedAws, opened: list[str], service: str, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(NotEmulated) as error:
        getattr(aws.client(service), operation)(**params)
    assert error.value.service == service
    assert error.value.operation.lower() == operation.replace("_", "")
    assert f"{service}:{error.value.operation}" in str(error.value)
    assert opened == []


def test_no_call_that_is_answered_opens_a_socket(aws: EmulatedAws, opened: list[str]) -> None:
    aws.client("s3").create_bucket(Bucket="media", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.client("s3").put_object(Bucket="media", Key="a", Body=b"x")
    aws.client("sts").get_caller_identity()
    assert opened == []


def test_s3_operations_that_moto_mistakes_for_others_leave_nothing_behind(aws: EmulatedAws) -> None:
    s3 = aws.client("s3")
    with pytest.raises(NotEmulated):
        s3.put_bucket_abac(Bucket="never-made", AbacStatus={"Status": "Enabled"})
    assert s3.list_buckets()["Buckets"] == []
    assert set(s3.meta.service_model.operation_names) >= MISTAKEN_BY_MOTO


def test_a_missing_object_is_aws_answer_and_not_a_missing_operation(aws: EmulatedAws) -> None:
    aws.client("s3", "us-east-1").create_bucket(Bucket="media")
    with pytest.raises(ClientError, match="404"):
        aws.client("s3").head_object(Bucket="media", Key="absent")


def test_the_users_own_aws_is_out_of_reach_and_comes_back(monkeypatch: pytest.MonkeyPatch, opened: list[str]) -> None:
    mine = {
        "AWS_PROFILE": "prod",
        "AWS_REGION": "ap-south-1",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_CONFIG_FILE": "/nowhere",
        "MOTO_ACCOUNT_ID": OTHER,
    }
    for name, value in mine.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as aws:
        assert {name for name in os.environ if name.startswith("AWS_")} == {
            name for name in moto_startup.SETTINGS if name.startswith("AWS_")
        }
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
        assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT
        assert aws.client("s3").meta.endpoint_url == "https://s3.eu-west-1.amazonaws.com"
        with pytest.raises(NoCredentialsError):
            boto3.session.Session(region_name="eu-west-1").client("sts").get_caller_identity()
    assert dict(os.environ) == before
    assert opened == []


def test_the_environment_comes_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")
    with pytest.raises(ZeroDivisionError), EmulatedAws(account_id=ACCOUNT, region="eu-west-1"):
        raise ZeroDivisionError
    assert os.environ["AWS_PROFILE"] == "prod"
    with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as aws:
        assert aws.client("iam").list_users()["Users"] == []


def test_each_time_it_is_empty() -> None:
    for _ in range(2):
        with EmulatedAws(account_id=ACCOUNT, region="us-east-1") as aws:
            assert len(aws.client("ec2").describe_vpcs()["Vpcs"]) == 1
            assert aws.client("s3").list_buckets()["Buckets"] == []
            aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
            aws.client("s3").create_bucket(Bucket="the-same-name")
            aws.client("iam").create_user(UserName="u")
            aws.keep("cloudfront", "CreateVpcOrigin", VPC_ORIGIN)
            assert len(aws.kept) == 1


def test_the_same_calls_get_the_same_ids_in_every_run() -> None:
    ids = []
    for _ in range(2):
        with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as aws:
            vpc = aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
            role = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["RoleId"]
            ids.append((vpc, key, role))
    assert ids[0] == ids[1]


def test_each_call_is_carried_out_once(aws: EmulatedAws) -> None:
    aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert len(aws.client("ec2").describe_vpcs()["Vpcs"]) == 2


@pytest.mark.parametrize("account", [ACCOUNT, OTHER])
def test_every_service_sees_the_account_it_was_opened_for(account: str) -> None:
    with EmulatedAws(account_id=account, region="eu-west-1") as aws:
        owned = [
            aws.client("sts").get_caller_identity()["Arn"],
            aws.client("iam").create_user(UserName="u")["User"]["Arn"],
            aws.client("sns").create_topic(Name="t")["TopicArn"],
            aws.client("kms").create_key()["KeyMetadata"]["Arn"],
            aws.client("secretsmanager").create_secret(Name="s", SecretString="x")["ARN"],
            aws.client("acm", "us-east-1").request_certificate(DomainName="example.com")["CertificateArn"],
        ]
        assert [arn.split(":")[4] for arn in owned] == [account] * len(owned)
        assert aws.client("ec2").describe_vpcs()["Vpcs"][0]["OwnerId"] == account
        aws.client("s3control").put_public_access_block(
            AccountId=account, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        )


def test_two_accounts_can_be_open_at_once() -> None:
    with (
        EmulatedAws(account_id=ACCOUNT, region="us-east-1") as one,
        EmulatedAws(account_id=OTHER, region="us-east-1") as two,
    ):
        one.client("iam").create_user(UserName="u")
        one.client("s3").create_bucket(Bucket="taken-by-one")
        assert two.client("iam").list_users()["Users"] == []
        with pytest.raises(ClientError, match="BucketAlreadyExists"):
            two.client("s3").create_bucket(Bucket="taken-by-one")


def test_one_account_cannot_be_opened_twice_at_once(aws: EmulatedAws) -> None:
    with pytest.raises(RuntimeError, match=f"{ACCOUNT} is open already"):
        EmulatedAws(account_id=aws.account_id, region="eu-west-1").__enter__()


def test_a_client_of_a_closed_account_refuses(opened: list[str]) -> None:
    with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as aws:
        ec2 = aws.client("ec2")
    with pytest.raises(NotEmulated, match="closed"):
        ec2.describe_vpcs()
    assert opened == []


def test_a_client_is_made_once_per_service_and_region(aws: EmulatedAws) -> None:
    assert aws.client("ec2") is aws.client("ec2", "eu-west-1")
    assert aws.client("ec2", "us-east-1") is not aws.client("ec2")
    assert aws.client("ec2", "us-east-1").meta.region_name == "us-east-1"


def test_threads_do_not_lose_each_others_calls(aws: EmulatedAws) -> None:
    def make(number: int) -> None:
        aws.client("ec2").create_vpc(CidrBlock=f"10.{number}.0.0/16")
        aws.client("logs").create_log_group(logGroupName=f"g{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(40)))
    assert len(aws.client("ec2").describe_vpcs()["Vpcs"]) == 41
    assert len(aws.client("logs").describe_log_groups()["logGroups"]) == 40


def test_what_awss_model_refuses_is_refused_with_the_resource(aws: EmulatedAws) -> None:
    with pytest.raises(RefusedByModel, match=r"^media/bucket: AWS would refuse iam:CreateUser: UserName = 'a b'"):
        aws.client("iam").create_user(UserName="a b")
    assert aws.client("iam").list_users()["Users"] == []


def test_only_our_images_exist_and_their_names_say_what_they_are(aws: EmulatedAws) -> None:
    images = aws.client("ec2").describe_images()["Images"]
    assert {(image["Name"], image["Architecture"]) for image in images} == {
        ("emulated debian-13-amd64", "x86_64"),
        ("emulated debian-13-arm64", "arm64"),
        ("emulated ubuntu-24.04-amd64", "x86_64"),
        ("emulated ubuntu-24.04-arm64", "arm64"),
    }
    for image in images:
        aws.client("ec2").run_instances(ImageId=image["ImageId"], MinCount=1, MaxCount=1, InstanceType="t4g.micro")


def test_an_image_that_does_not_exist_starts_no_instance(aws: EmulatedAws) -> None:
    with pytest.raises(ClientError, match=r"InvalidAMIID\.NotFound"):
        aws.client("ec2").run_instances(ImageId="ami-0a1b2c3d4e5f60718", MinCount=1, MaxCount=1)


def test_a_certificate_is_issued_at_once(aws: EmulatedAws) -> None:
    acm = aws.client("acm", "us-east-1")
    arn = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]
    acm.describe_certificate(CertificateArn=arn)
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def test_awss_own_policies_can_be_attached(aws: EmulatedAws) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert aws.client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_instance_type_offerings_are_there_when_asked_for(aws: EmulatedAws, region: str) -> None:
    offered = aws.client("ec2", region).describe_instance_type_offerings(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}]
    )["InstanceTypeOfferings"]
    assert offered
    assert all(offer["Location"].startswith(region) for offer in offered)


def test_a_moto_that_loads_its_offerings_otherwise_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="moto loads its instance type offerings in another way now"):
        moto_startup.read_on_demand({"region": {"eu-west-1": [{"InstanceType": "t3.micro"}]}})


def test_what_moto_cannot_hold_is_kept_after_being_checked(aws: EmulatedAws) -> None:
    aws.keep("cloudfront", "CreateVpcOrigin", VPC_ORIGIN)
    assert [(kept.service, kept.operation, kept.params) for kept in aws.kept] == [
        ("cloudfront", "CreateVpcOrigin", VPC_ORIGIN)
    ]


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("CreateVpcOrigin", {}, "Missing required parameter in input"),
        ("CreateVpcOrigin", {**VPC_ORIGIN, "Nmae": 1}, "Unknown parameter in input"),
        ("CreateVpcOrigin", {"VpcOriginEndpointConfig": {"HTTPPort": "80"}}, "Invalid type for parameter"),
        ("CreateFunction", {"Name": "a b"}, "Name = 'a b' does not match"),
    ],
)
def test_a_request_that_aws_would_refuse_is_not_kept(
    aws: EmulatedAws, operation: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(RefusedByModel, match=message) as error:
        aws.keep("cloudfront", operation, params)
    assert str(error.value).startswith("media/bucket: ")
    assert aws.kept == ()


def test_an_operation_that_does_not_exist_cannot_be_kept(aws: EmulatedAws) -> None:
    with pytest.raises(ValueError, match="cloudfront has no operation CreateVpcOrgin"):
        aws.keep("cloudfront", "CreateVpcOrgin", {})


def test_a_kept_secret_is_not_in_its_repr(aws: EmulatedAws) -> None:
    aws.keep("secretsmanager", "CreateSecret", {"Name": "n", "SecretString": "hunter2"})
    assert "hunter2" not in repr(aws.kept)
