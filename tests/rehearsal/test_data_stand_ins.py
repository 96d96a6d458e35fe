"""What AWS refuses of databases, logs, alarms, topics, keys, zones and certificates, the stand-ins refuse too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as proto

from rehearsal import wire
from rehearsal.emulator import EmulatedAws
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.seeds import seed_zone
from rehearsal.servicer import AwsServicer, ProviderError

ACCOUNT = "123456789012"
ALARM = {
    "name": "cpu",
    "namespace": "AWS/EC2",
    "metricName": "CPUUtilization",
    "statistic": "Average",
    "period": 300,
    "evaluationPeriods": 3,
    "threshold": 85,
    "comparisonOperator": "GreaterThanThreshold",
}
INSTANCE = {
    "identifier": "acme-dev-database",
    "engine": "postgres",
    "engineVersion": "17",
    "instanceClass": "db.t4g.micro",
    "dbName": "app",
    "username": "app",
    "manageMasterUserPassword": True,
    "port": 5433,
    "allocatedStorage": 20,
    "maxAllocatedStorage": 100,
    "backupRetentionPeriod": 7,
    "skipFinalSnapshot": True,
}
FILTER = {
    "name": "errors",
    "logGroupName": "app",
    "metricTransformation": {"name": "E", "namespace": "acme", "value": "1"},
}
SUBSCRIPTION = {"name": "events", "snsTopic": f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"}
TYPES = {
    "instance": "aws:rds/instance:Instance",
    "parameters": "aws:rds/parameterGroup:ParameterGroup",
    "subnets": "aws:rds/subnetGroup:SubnetGroup",
    "events": "aws:rds/eventSubscription:EventSubscription",
    "group": "aws:cloudwatch/logGroup:LogGroup",
    "filter": "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "log policy": "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    "alarm": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "dashboard": "aws:cloudwatch/dashboard:Dashboard",
    "topic": "aws:sns/topic:Topic",
    "topic policy": "aws:sns/topicPolicy:TopicPolicy",
    "subscription": "aws:sns/topicSubscription:TopicSubscription",
    "key": "aws:kms/key:Key",
    "alias": "aws:kms/alias:Alias",
    "zone": "aws:route53/zone:Zone",
    "record": "aws:route53/record:Record",
    "query log": "aws:route53/queryLog:QueryLog",
    "certificate": "aws:acm/certificate:Certificate",
    "validation": "aws:acm/certificateValidation:CertificateValidation",
}

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(account_id=ACCOUNT, region="us-east-1") as emulated:
        yield emulated


@pytest.fixture
def make(aws: EmulatedAws) -> Make:
    """Checks and creates one resource as the engine would; gives its id and outputs."""
    servicer = AwsServicer(aws, RESOURCES, FUNCTIONS)

    def made(kind: str, **inputs: Any) -> dict[str, Any]:
        urn = f"urn:pulumi:dev::platform::{TYPES[kind]}::thing"
        checked = servicer.Check(proto.CheckRequest(urn=urn, news=wire.encode(inputs)), None)
        created = servicer.Create(proto.CreateRequest(urn=urn, properties=checked.inputs), None)
        return {"id": created.id, **wire.plain(created.properties)}

    return made


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("instance", {**INSTANCE, "identifier": "acme--database"}, "single hyphens"),
    ("instance", {**INSTANCE, "identifier": "1acme"}, "a letter first"),
    ("instance", {**INSTANCE, "identifier": "a" * 64}, "up to 63"),
    ("instance", {**INSTANCE, "dbName": "my-app"}, "underscores"),
    ("instance", {**INSTANCE, "dbName": "postgres"}, "reserves the dbName"),
    ("instance", {**INSTANCE, "username": "admin"}, "reserves the username"),
    ("instance", {**INSTANCE, "username": "pg_owner"}, "reserves the username"),
    ("instance", {**INSTANCE, "username": "a" * 17}, "up to 16"),
    ("instance", {**INSTANCE, "engineVersion": "9.6"}, "no PostgreSQL 9.6"),
    ("instance", {**INSTANCE, "instanceClass": "db.t4g.nano"}, "no instance class"),
    ("instance", {**INSTANCE, "instanceClass": "t4g.micro"}, "no instance class"),
    ("instance", {**INSTANCE, "maxAllocatedStorage": 21}, "raise it to 22"),
    ("instance", {**INSTANCE, "allocatedStorage": 10, "maxAllocatedStorage": 20}, "20 to 65,536"),
    ("instance", {**INSTANCE, "iops": 12000}, "below 400 GiB"),
    ("instance", {**INSTANCE, "port": 80}, "1150 to 65535"),
    ("instance", {**INSTANCE, "backupRetentionPeriod": 36}, "0 to 35 days"),
    ("instance", {**INSTANCE, "monitoringInterval": 20}, "no interval of 20"),
    ("instance", {**INSTANCE, "monitoringInterval": 60}, "MonitoringRoleARN"),
    ("instance", {**INSTANCE, "performanceInsightsRetentionPeriod": 8}, "7 or 731"),
    ("instance", {**INSTANCE, "password": "correct-horse"}, "leave out password"),
    ("instance", {**INSTANCE, "manageMasterUserPassword": False}, "nobody sets the master password"),
    ("instance", {**INSTANCE, "skipFinalSnapshot": False}, "final_snapshot_identifier is required"),
    ("instance", {**INSTANCE, "parameterGroupName": "missing"}, "DBParameterGroup"),
    ("parameters", {"family": "postgres9"}, "no parameter group family"),
    ("parameters", {"family": "postgres17", "name": "Capital"}, "lower-case"),
    (
        "parameters",
        {"family": "postgres17", "parameters": [{"name": "work_mem", "value": "1", "applyMethod": "later"}]},
        "pending-reboot",
    ),
    ("parameters", {"family": "postgres17", "parameters": [{"name": "a", "value": "1"}] * 2}, "set twice"),
    ("subnets", {"name": "default", "subnetIds": []}, "group name default"),
    ("events", {**SUBSCRIPTION, "sourceType": "db-table"}, "no events of db-table"),
    ("events", {**SUBSCRIPTION, "sourceType": "db-parameter-group", "eventCategories": ["failure"]}, "event category"),
    ("group", {"name": "aws/rds"}, "begin with /aws/"),
    ("group", {"name": "app", "retentionInDays": 10}, "no retention of 10 days"),
    ("group", {"name": "with space"}, "does not match"),
    ("filter", {**FILTER, "pattern": '{ $.level = "ERROR" '}, "must end with }"),
    ("filter", {**FILTER, "pattern": '{ level = "ERROR" }'}, "needs a selector"),
    ("filter", {**FILTER, "pattern": '{ ($.level = "ERROR" }'}, "parentheses"),
    ("filter", {**FILTER, "pattern": '"ERROR'}, "quotation mark"),
    ("filter", {**FILTER, "pattern": "ERROR: failed"}, "in quotation marks"),
    ("filter", {**FILTER, "pattern": "%(ERROR|FATAL)%"}, "regular expression"),
    (
        "filter",
        {**FILTER, "pattern": "x", "metricTransformation": {"name": "E", "namespace": "AWS/RDS", "value": "1"}},
        "AWS's own",
    ),
    ("log policy", {"policyName": "p", "policyDocument": "{"}, "no JSON"),
    ("log policy", {"policyName": "p", "policyDocument": json.dumps({"x": "y" * 5200})}, "of 5120"),
    ("alarm", {**ALARM, "period": 45}, "multiple of 60"),
    ("alarm", {**ALARM, "evaluationPeriods": 300}, "evaluate fewer"),
    ("alarm", {**ALARM, "datapointsToAlarm": 4}, "datapoints_to_alarm"),
    ("alarm", {key: value for key, value in ALARM.items() if key != "threshold"}, "needs a threshold"),
    ("alarm", {key: value for key, value in ALARM.items() if key != "statistic"}, "either a statistic"),
    ("alarm", {**ALARM, "treatMissingData": "ok"}, "treat_missing_data"),
    ("alarm", {**ALARM, "comparisonOperator": "Above"}, "is not one of"),
    ("alarm", {**ALARM, "alarmActions": [f"arn:aws:sns:eu-west-1:{ACCOUNT}:a"]}, "Only us-east-1 is supported"),
    ("dashboard", {"dashboardName": "a b", "dashboardBody": '{"widgets": []}'}, "rename it"),
    ("dashboard", {"dashboardName": "a", "dashboardBody": "{}"}, "with widgets"),
    ("dashboard", {"dashboardName": "a", "dashboardBody": '{"widgets": [{"type": "pie"}]}'}, "no widgets of type pie"),
    (
        "dashboard",
        {"dashboardName": "a", "dashboardBody": '{"widgets": [{"type": "text", "x": 20, "width": 6}]}'},
        "24 columns",
    ),
    ("topic", {"name": "a.b"}, "topic name"),
    ("topic", {"name": "a", "displayName": "x" * 101}, "display name"),
    (
        "topic policy",
        {"arn": "arn:aws:sns:us-east-1:1:a", "policy": '{"Statement": [{"Action": "sns:*"}]}'},
        "out of service scope",
    ),
    ("subscription", {"topic": "arn:aws:sns:us-east-1:1:a", "protocol": "email", "endpoint": "ops"}, "no e-mail"),
    ("key", {"deletionWindowInDays": 5}, "7 to 30 days"),
    ("key", {"rotationPeriodInDays": 30}, "90 to 2,560"),
    ("key", {"policy": json.dumps({"Statement": []})}, "not allow you to update the key policy"),
    ("alias", {"name": "acme", "targetKeyId": "x"}, "use alias/"),
    ("alias", {"name": "alias/aws/sns", "targetKeyId": "x"}, "but not alias/aws/"),
    ("zone", {"name": "acme_.example..com"}, "no domain name"),
    ("record", {"zoneId": "Z", "name": "a.example.com", "type": "A", "records": ["192.0.2.1"]}, "needs a ttl"),
    (
        "query log",
        {"zoneId": "Z", "cloudwatchLogGroupArn": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:x"},
        "us-east-1",
    ),
    ("certificate", {"domainName": f"{'a' * 60}.example.com", "validationMethod": "DNS"}, "of 64"),
    ("certificate", {"domainName": "example.com", "validationMethod": "EMAIL"}, "validates by DNS only"),
]


@pytest.mark.parametrize(("kind", "inputs", "message"), REFUSED, ids=[f"{row[0]}: {row[2]}" for row in REFUSED])
def test_what_aws_refuses_is_refused_with_what_to_do(
    make: Make, kind: str, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError) as refusal:
        make(kind, **inputs)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"thing ({TYPES[kind]}): ")
    assert "correct-horse" not in str(refusal.value)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "ERROR",
        "?ERROR ?CRITICAL",
        'ERROR -"retrying soon"',
        '{ ($.level = "ERROR") || ($.level = "CRITICAL") }',
        "[ip, user, time, request, status = 5*, size]",
        "%^[^{]*ERROR|^[^{]*CRITICAL%",
    ],
)
def test_patterns_of_aws_s_own_syntax_are_taken(make: Make, pattern: str) -> None:
    make("group", name="app")
    make("filter", **FILTER, pattern=pattern)


@pytest.mark.parametrize(
    "name", ["db.t3.micro", "db.t4g.2xlarge", "db.m6g.large", "db.r8g.48xlarge", "db.x2iedn.32xlarge", "db.m6gd.xlarge"]
)
def test_instance_classes_that_rds_has_are_taken(make: Make, name: str) -> None:
    assert make("instance", **{**INSTANCE, "instanceClass": name})["status"] == "available"


def test_storage_may_grow_from_ten_percent_above_its_start(make: Make) -> None:
    make("instance", **{**INSTANCE, "maxAllocatedStorage": 22})


def test_a_database_has_the_address_secret_and_ids_that_the_provider_gives(make: Make, aws: EmulatedAws) -> None:
    made = make("instance", **INSTANCE)
    assert made["address"].startswith("acme-dev-database.")
    assert made["endpoint"] == f"{made['address']}:5433"
    assert made["id"] == made["resourceId"]
    [secret] = made["masterUserSecrets"]
    value = aws.client("secretsmanager").get_secret_value(SecretId=secret["secretArn"])["SecretString"]
    assert set(json.loads(value)) == {"username", "password"}


def test_a_second_database_of_the_same_name_is_refused(make: Make) -> None:
    make("instance", **INSTANCE)
    with pytest.raises(ProviderError, match="already exists"):
        make("instance", **INSTANCE)


def test_a_subnet_group_needs_two_zones(make: Make, aws: EmulatedAws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone="us-east-1a")["Subnet"][
            "SubnetId"
        ]
        for index in range(2)
    ]
    with pytest.raises(ProviderError, match="second zone"):
        make("subnets", name="one-zone", subnetIds=subnets)


def test_a_database_s_security_group_is_of_its_own_network(make: Make, aws: EmulatedAws) -> None:
    ec2 = aws.client("ec2")
    here, there = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    subnets = [
        ec2.create_subnet(VpcId=here, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for index, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    make("subnets", name="here", subnetIds=subnets)
    foreign = ec2.create_security_group(GroupName="x", Description="x", VpcId=there)["GroupId"]
    with pytest.raises(ProviderError, match="use a security group of that VPC"):
        make("instance", **INSTANCE, dbSubnetGroupName="here", vpcSecurityGroupIds=[foreign])


def test_a_name_that_is_taken_stays_taken(make: Make) -> None:
    make("group", name="app")
    with pytest.raises(ProviderError, match="ResourceAlreadyExistsException"):
        make("group", name="app")


def test_a_metric_filter_needs_its_log_group(make: Make) -> None:
    with pytest.raises(ProviderError, match="ResourceNotFoundException"):
        make("filter", **FILTER, pattern="ERROR")


def test_a_key_policy_must_let_this_account_change_it(make: Make) -> None:
    def policy(account: str) -> str:
        statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})

    assert make("key", policy=policy(ACCOUNT))["arn"].startswith("arn:aws:kms:us-east-1:")
    with pytest.raises(ProviderError, match="not allow you to update the key policy"):
        make("key", policy=policy("210987654321"))


@pytest.mark.parametrize("name", ["www.other.org", "notexample.com"])
def test_a_record_outside_its_zone_is_refused(make: Make, aws: EmulatedAws, name: str) -> None:
    zone = seed_zone(aws, "example.com")
    with pytest.raises(ProviderError, match=r"not permitted in zone example\.com"):
        make("record", zoneId=zone, name=name, type="A", ttl=60, records=["192.0.2.1"])


def test_a_record_in_use_is_not_overwritten_unless_asked(make: Make, aws: EmulatedAws) -> None:
    record = {"zoneId": seed_zone(aws, "example.com"), "name": "www.example.com", "type": "A", "ttl": 60}
    assert make("record", **record, records=["192.0.2.1"])["id"].endswith("_www.example.com_A")
    with pytest.raises(ProviderError, match="already exists"):
        make("record", **record, records=["192.0.2.2"])
    make("record", **record, records=["192.0.2.2"], allowOverwrite=True)


def test_a_certificate_without_its_record_in_dns_is_never_issued(make: Make, aws: EmulatedAws) -> None:
    zone = seed_zone(aws, "example.com")
    certificate = make("certificate", domainName="www.example.com", validationMethod="DNS")
    [proof] = certificate["domainValidationOptions"]
    with pytest.raises(ProviderError, match="waits for ever for the record"):
        make("validation", certificateArn=certificate["arn"])
    make(
        "record",
        zoneId=zone,
        name=proof["resourceRecordName"],
        type=proof["resourceRecordType"],
        ttl=60,
        records=[proof["resourceRecordValue"]],
    )
    assert make("validation", certificateArn=certificate["arn"])["id"].endswith("UTC")


def test_a_name_beside_a_certificate_s_own_record_is_not_enough(make: Make, aws: EmulatedAws) -> None:
    seed_zone(aws, "example.com")
    certificate = make("certificate", domainName="www.example.com", validationMethod="DNS")
    with pytest.raises(ProviderError, match="waits for ever"):
        make("validation", certificateArn=certificate["arn"], validationRecordFqdns=["www.example.com"])


def test_an_alarm_is_made_in_its_own_region(make: Make, aws: EmulatedAws) -> None:
    made = make("alarm", **ALARM, region="eu-west-1", alarmActions=[f"arn:aws:sns:eu-west-1:{ACCOUNT}:a"])
    assert made["arn"] == f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:cpu"
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert len(aws.client("cloudwatch", "eu-west-1").describe_alarms()["MetricAlarms"]) == 1


def test_every_stand_in_says_what_it_does_not_emulate_and_where_its_facts_come_from() -> None:
    for token in TYPES.values():
        kind = RESOURCES[token]
        assert kind.source
        assert (kind.emulated == "full") == (not kind.not_emulated)
