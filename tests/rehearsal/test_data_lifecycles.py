"""Databases, keys, topics, secrets, parameters: what is changed is changed in AWS, what AWS refuses is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.emulator import EmulatedAws
from rehearsal.resource import Inputs
from rehearsal.servicer import ProviderError
from tests.rehearsal.lifecycles import Resource, Stack
from tests.rehearsal.lives import ACCOUNT, OTHER, REGION, Life, check_change, check_drift, empty, made, pairs, unchanged

INSTANCE, SUBNETS = "aws:rds/instance:Instance", "aws:rds/subnetGroup:SubnetGroup"
PARAMETERS, EVENTS = "aws:rds/parameterGroup:ParameterGroup", "aws:rds/eventSubscription:EventSubscription"
KEY, ALIAS, TOPIC = "aws:kms/key:Key", "aws:kms/alias:Alias", "aws:sns/topic:Topic"
TOPIC_POLICY, SUBSCRIPTION = "aws:sns/topicPolicy:TopicPolicy", "aws:sns/topicSubscription:TopicSubscription"
SECRET, VERSION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"
PARAMETER, SETTING = "aws:ssm/parameter:Parameter", "aws:ssm/serviceSetting:ServiceSetting"
DOCUMENT = "aws:ssm/document:Document"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/monitoring"
OTHER_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:other"
THIS_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:this"
DATABASE = {
    "identifier": "database",
    "engine": "postgres",
    "engineVersion": "17",
    "instanceClass": "db.t4g.micro",
    "dbName": "app",
    "username": "app",
    "manageMasterUserPassword": True,
    "allocatedStorage": 20,
    "skipFinalSnapshot": True,
}


def key_policy(service: str) -> str:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    own = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    use = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "kms:Decrypt", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [own, use]})


def topic_policy(service: str) -> str:
    principal = {"Service": service}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": THIS_TOPIC}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def document(text: str) -> str:
    step = {"action": "aws:runShellScript", "name": "say", "inputs": {"runCommand": [f"echo {text}"]}}
    return json.dumps({"schemaVersion": "2.2", "description": "says", "mainSteps": [step]})


def database(aws: EmulatedAws, name: str) -> Any:
    return aws.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def told_instance(aws: EmulatedAws, resource: Resource) -> Inputs:
    found = database(aws, resource.plain_inputs["identifier"])
    return {
        "allocatedStorage": found["AllocatedStorage"],
        "autoMinorVersionUpgrade": found["AutoMinorVersionUpgrade"],
        "backupRetentionPeriod": found["BackupRetentionPeriod"],
        "caCertIdentifier": found["CACertificateIdentifier"],
        "copyTagsToSnapshot": found["CopyTagsToSnapshot"],
        "deletionProtection": found["DeletionProtection"],
        "enabledCloudwatchLogsExports": found["EnabledCloudwatchLogsExports"],
        "engineVersion": found["EngineVersion"],
        "iamDatabaseAuthenticationEnabled": found["IAMDatabaseAuthenticationEnabled"],
        "identifier": found["DBInstanceIdentifier"],
        "instanceClass": found["DBInstanceClass"],
        "maxAllocatedStorage": found.get("MaxAllocatedStorage"),
        "multiAz": found["MultiAZ"],
        "parameterGroupName": found["DBParameterGroups"][0]["DBParameterGroupName"],
        "publiclyAccessible": bool(found.get("PubliclyAccessible")),
        "storageType": found["StorageType"],
        "tags": pairs(found["TagList"]),
        "vpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in found["VpcSecurityGroups"]],
    }


def told_subnets(aws: EmulatedAws, _: Resource) -> Inputs:
    [group] = aws.client("rds").describe_db_subnet_groups(DBSubnetGroupName="subnets")["DBSubnetGroups"]
    tags = aws.client("rds").list_tags_for_resource(ResourceName=group["DBSubnetGroupArn"])["TagList"]
    return {"description": group["DBSubnetGroupDescription"], "tags": pairs(tags)}


def told_parameters(aws: EmulatedAws, _: Resource) -> Inputs:
    rds = aws.client("rds")
    [group] = rds.describe_db_parameter_groups(DBParameterGroupName="parameters")["DBParameterGroups"]
    held = rds.describe_db_parameters(DBParameterGroupName="parameters")["Parameters"]
    return {
        "parameters": [
            {"name": one["ParameterName"], "value": one["ParameterValue"], "applyMethod": one["ApplyMethod"]}
            for one in held
        ],
        "tags": pairs(rds.list_tags_for_resource(ResourceName=group["DBParameterGroupArn"])["TagList"]),
    }


def told_events(aws: EmulatedAws, _: Resource) -> Inputs:
    rds = aws.client("rds")
    [found] = rds.describe_event_subscriptions(SubscriptionName="events")["EventSubscriptionsList"]
    return {
        "enabled": found["Enabled"],
        "eventCategories": found["EventCategoriesList"],
        "snsTopic": found["SnsTopicArn"],
        "sourceIds": found["SourceIdsList"],
        "sourceType": found["SourceType"],
        "tags": pairs(rds.list_tags_for_resource(ResourceName=found["EventSubscriptionArn"])["TagList"]),
    }


def told_key(aws: EmulatedAws, resource: Resource) -> Inputs:
    kms = aws.client("kms")
    tags = kms.list_resource_tags(KeyId=resource.id)["Tags"]
    return {
        "description": kms.describe_key(KeyId=resource.id)["KeyMetadata"]["Description"],
        "policy": kms.get_key_policy(KeyId=resource.id, PolicyName="default")["Policy"],
        "enableKeyRotation": kms.get_key_rotation_status(KeyId=resource.id)["KeyRotationEnabled"],
        "tags": {tag["TagKey"]: tag["TagValue"] for tag in tags},
    }


def told_topic(aws: EmulatedAws, resource: Resource) -> Inputs:
    sns = aws.client("sns")
    found = sns.get_topic_attributes(TopicArn=resource.id)["Attributes"]
    return {
        "displayName": found["DisplayName"],
        "kmsMasterKeyId": found.get("KmsMasterKeyId"),
        "tags": pairs(sns.list_tags_for_resource(ResourceArn=resource.id)["Tags"]),
    }


def told_topic_policy(aws: EmulatedAws, _: Resource) -> Inputs:
    held = aws.client("sns").get_topic_attributes(TopicArn=THIS_TOPIC)["Attributes"]["Policy"]
    return {"policy": json.dumps(json.loads(held))}


def told_secret(aws: EmulatedAws, resource: Resource) -> Inputs:
    found = aws.client("secretsmanager").describe_secret(SecretId=resource.id)
    return {"description": found["Description"], "tags": pairs(found.get("Tags", []))}


def told_parameter(aws: EmulatedAws, _: Resource) -> Inputs:
    ssm = aws.client("ssm")
    found = ssm.get_parameter(Name="/app/parameter", WithDecryption=True)["Parameter"]
    only = [{"Key": "Name", "Option": "Equals", "Values": ["/app/parameter"]}]
    [described] = ssm.describe_parameters(ParameterFilters=only)["Parameters"]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/parameter")["TagList"]
    return {
        "value": found["Value"],
        "description": described["Description"],
        "tier": described["Tier"],
        "allowedPattern": described.get("AllowedPattern"),
        "keyId": described.get("KeyId"),
        "tags": pairs(tags),
    }


def told_document(aws: EmulatedAws, _: Resource) -> Inputs:
    ssm = aws.client("ssm")
    default, latest = ssm.get_document(Name="says"), ssm.get_document(Name="says", DocumentVersion="$LATEST")
    assert default["DocumentVersion"] == latest["DocumentVersion"], "the latest version is the one that runs"
    described = ssm.describe_document(Name="says")["Document"]
    return {
        "content": latest["Content"],
        "documentFormat": latest["DocumentFormat"],
        "targetType": described.get("TargetType", "/"),
        "tags": pairs(described.get("Tags", [])),
    }


def nothing(_aws: EmulatedAws, _: Resource) -> Inputs:
    return {}


def parameter(name: str, value: str) -> Inputs:
    return {"name": name, "value": value, "applyMethod": "immediate"}


LIVES = [
    Life(
        token=INSTANCE,
        inputs=DATABASE,
        changes={
            "autoMinorVersionUpgrade": False,
            "backupRetentionPeriod": 14,
            "caCertIdentifier": "rds-ca-ecc384-g1",
            "copyTagsToSnapshot": True,
            "deletionProtection": True,
            "enabledCloudwatchLogsExports": ["postgresql"],
            "iamDatabaseAuthenticationEnabled": True,
            "identifier": "renamed",
            "instanceClass": "db.t4g.small",
            "maxAllocatedStorage": 100,
            "parameterGroupName": "used",
            "performanceInsightsEnabled": True,
            "performanceInsightsRetentionPeriod": 731,
            "port": 5433,
            "publiclyAccessible": True,
            "tags": {"a": "b"},
        },
        told=told_instance,
        drift=lambda aws, _: aws.client("rds").modify_db_instance(
            DBInstanceIdentifier="database", DBInstanceClass="db.m7g.large", DeletionProtection=True
        ),
        drifted=frozenset({"instanceClass"}),
        stays=frozenset({"backupRetentionPeriod", "caCertIdentifier", "parameterGroupName"}),
    ),
    Life(
        token=SUBNETS,
        inputs={"name": "subnets", "subnetIds": ["0", "1"]},
        changes={"description": "ours", "tags": {"a": "b"}},
        told=told_subnets,
    ),
    Life(
        token=PARAMETERS,
        inputs={"name": "parameters", "family": "postgres17", "parameters": [parameter("work_mem", "1")]},
        changes={
            "parameters": [parameter("work_mem", "2"), parameter("max_connections", "5")],
            "tags": {"a": "b"},
        },
        told=told_parameters,
        drift=lambda aws, _: aws.client("rds").modify_db_parameter_group(
            DBParameterGroupName="parameters",
            Parameters=[{"ParameterName": "fsync", "ParameterValue": "0", "ApplyMethod": "immediate"}],
        ),
        drifted=frozenset({"parameters"}),
    ),
    Life(
        token=EVENTS,
        inputs={"name": "events", "snsTopic": THIS_TOPIC, "sourceType": "db-instance", "eventCategories": ["failure"]},
        changes={
            "enabled": False,
            "eventCategories": ["failover", "low storage"],
            "snsTopic": OTHER_TOPIC,
            "sourceIds": ["database"],
            "tags": {"a": "b"},
        },
        told=told_events,
        drift=lambda aws, _: aws.client("rds").add_tags_to_resource(
            ResourceName=f"arn:aws:rds:{REGION}:{ACCOUNT}:es:events", Tags=[{"Key": "who", "Value": "me"}]
        ),
        drifted=frozenset({"tagsAll"}),
    ),
    Life(
        token=KEY,
        inputs={"description": "ours", "policy": key_policy("rds.amazonaws.com"), "enableKeyRotation": True},
        changes={
            "description": "theirs",
            "policy": key_policy("sns.amazonaws.com"),
            "enableKeyRotation": False,
            "rotationPeriodInDays": 90,
            "tags": {"a": "b"},
        },
        told=told_key,
        drift=lambda aws, resource: aws.client("kms").disable_key_rotation(KeyId=resource.id),
        drifted=frozenset({"enableKeyRotation"}),
    ),
    Life(
        token=TOPIC,
        inputs={"name": "topic", "displayName": "first"},
        changes={
            "displayName": "second",
            "kmsMasterKeyId": "alias/aws/sns",
            "signatureVersion": 2,
            "tags": {"a": "b"},
        },
        told=told_topic,
        drift=lambda aws, resource: aws.client("sns").set_topic_attributes(
            TopicArn=resource.id, AttributeName="DisplayName", AttributeValue="somebody's"
        ),
        drifted=frozenset({"displayName"}),
    ),
    Life(
        token=TOPIC_POLICY,
        inputs={"arn": THIS_TOPIC, "policy": topic_policy("cloudwatch.amazonaws.com")},
        changes={"policy": topic_policy("events.rds.amazonaws.com")},
        told=told_topic_policy,
        drift=lambda aws, _: aws.client("sns").set_topic_attributes(
            TopicArn=THIS_TOPIC, AttributeName="Policy", AttributeValue=topic_policy("s3.amazonaws.com")
        ),
        drifted=frozenset({"policy"}),
    ),
    Life(
        token=SECRET,
        inputs={"name": "secret", "description": "first"},
        changes={"description": "second", "kmsKeyId": "alias/aws/secretsmanager", "tags": {"a": "b"}},
        told=told_secret,
        drift=lambda aws, resource: aws.client("secretsmanager").update_secret(
            SecretId=resource.id, Description="somebody's"
        ),
        drifted=frozenset({"description"}),
    ),
    Life(
        token=PARAMETER,
        inputs={"name": "/app/parameter", "type": "String", "value": "first", "description": "a parameter"},
        changes={
            "allowedPattern": "[a-z]+",
            "description": "the parameter",
            "tags": {"a": "b"},
            "value": "second",
        },
        told=told_parameter,
        drift=lambda aws, _: aws.client("ssm").put_parameter(Name="/app/parameter", Value="third", Overwrite=True),
        drifted=frozenset({"value"}),
    ),
    Life(
        token=SETTING,
        inputs={"settingId": "/ssm/automation/customer-script-log-destination", "settingValue": "CloudWatch"},
        changes={"settingValue": "S3"},
        told=nothing,
    ),
    Life(
        token=DOCUMENT,
        inputs={"name": "says", "documentType": "Command", "content": document("one")},
        changes={"content": document("two"), "targetType": "/AWS::EC2::Instance", "tags": {"a": "b"}},
        told=told_document,
        drift=lambda aws, _: aws.client("ssm").update_document(
            Name="says", DocumentVersion="$LATEST", Content=document("three")
        ),
        drifted=frozenset({"content"}),
    ),
]
# Changed by a test of their own below, or not by the program and held by the same request as the others.
ELSEWHERE = {
    INSTANCE: {
        "allocatedStorage",
        "dbSubnetGroupName",
        "engineVersion",
        "iops",
        "manageMasterUserPassword",
        "monitoringInterval",
        "monitoringRoleArn",
        "multiAz",
        "storageThroughput",
        "storageType",
        "vpcSecurityGroupIds",
    },
    SUBNETS: {"subnetIds"},
    EVENTS: {"sourceType"},
    PARAMETER: {"insecureValue", "keyId", "tier", "type"},
    DOCUMENT: {"documentFormat"},
}


def subnets(aws: EmulatedAws) -> list[str]:
    """The default VPC's subnets, each in another zone."""
    return [subnet["SubnetId"] for subnet in aws.client("ec2").describe_subnets()["Subnets"]]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """With topics and a parameter group that the lives refer to."""
    with empty() as stack:
        for name in ("this", "other"):
            made(stack, TOPIC, name=name)
        made(stack, PARAMETERS, name="used", family="postgres17")
        yield stack


@pytest.fixture(scope="module")
def alive(stack: Stack) -> dict[str, Resource]:
    """Each life's resource, as it is now."""
    own = {SUBNETS: {"subnetIds": subnets(stack.aws)[:2]}}
    return {life.token: made(stack, life.token, **{**life.inputs, **own.get(life.token, {})}) for life in LIVES}


@pytest.mark.parametrize(
    ("life", "name"),
    [pytest.param(life, name, id=f"{life.name}-{name}") for life in LIVES for name in sorted(life.changes)],
)
def test_a_change_in_place_is_held_by_aws(stack: Stack, alive: dict[str, Resource], life: Life, name: str) -> None:
    alive[life.token] = check_change(stack, alive[life.token], life, name)


@pytest.mark.parametrize("life", [life for life in LIVES if life.drift], ids=lambda life: life.name)
def test_a_change_by_somebody_else_is_found_and_mended(stack: Stack, alive: dict[str, Resource], life: Life) -> None:
    check_drift(stack, alive[life.token], life)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_each_input_that_changes_in_place_has_been_changed(life: Life) -> None:
    assert unchanged(life) == ELSEWHERE.get(life.token, set())


def test_a_database_takes_many_changes_in_one_update(stack: Stack) -> None:
    made(stack, SUBNETS, name="wide", subnetIds=subnets(stack.aws)[:2])
    [vpc] = {one["VpcId"] for one in stack.aws.client("ec2").describe_subnets()["Subnets"]}
    group = stack.aws.client("ec2").create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    instance = made(stack, INSTANCE, **{**DATABASE, "identifier": "many", "storageType": "gp3"})
    changes = {
        "allocatedStorage": 400,
        "dbSubnetGroupName": "wide",
        "engineVersion": "18",
        "iops": 13_000,
        "monitoringInterval": 60,
        "monitoringRoleArn": ROLE,
        "multiAz": True,
        "storageThroughput": 600,
        "vpcSecurityGroupIds": [group],
    }
    changed = stack.update(instance, **changes, allowMajorVersionUpgrade=True)
    assert stack.differences(changed, stack.read(changed).inputs) == {}
    found = database(stack.aws, "many")
    assert (found["MultiAZ"], found["EngineVersion"], found["MonitoringInterval"]) == (True, "18", 60)
    assert (found["AllocatedStorage"], found["Iops"], found["StorageThroughput"]) == (400, 13_000, 600)
    assert found["DBSubnetGroup"]["DBSubnetGroupName"] == "wide"
    assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == [group]
    quiet = stack.update(changed, monitoringInterval=0, monitoringRoleArn=None)
    assert stack.differences(quiet, stack.read(quiet).inputs) == {}


def test_a_password_of_ones_own_takes_the_place_of_the_one_that_rds_manages(stack: Stack) -> None:
    instance = made(stack, INSTANCE, **{**DATABASE, "identifier": "passwords"})
    assert "MasterUserSecret" in database(stack.aws, "passwords")
    own = stack.update(instance, manageMasterUserPassword=None, password="correct-horse-battery")
    assert "MasterUserSecret" not in database(stack.aws, "passwords")
    assert stack.differences(own, stack.read(own).inputs) == {}


def test_storage_that_rds_lets_grow_is_no_drift(stack: Stack) -> None:
    instance = made(stack, INSTANCE, **{**DATABASE, "identifier": "growing", "maxAllocatedStorage": 100})
    stack.aws.client("rds").modify_db_instance(DBInstanceIdentifier="growing", AllocatedStorage=40)
    assert stack.differences(instance, stack.read(instance).inputs) == {}
    stack.update(instance, backupRetentionPeriod=3)
    assert database(stack.aws, "growing")["AllocatedStorage"] == 40


def test_databases_have_different_resource_ids_that_stay_when_they_are_renamed(stack: Stack) -> None:
    first, second = (made(stack, INSTANCE, **{**DATABASE, "identifier": name}) for name in ("first", "second"))
    assert first.id != second.id
    renamed = stack.update(first, identifier="third")
    assert stack.read(renamed).id == first.id
    assert stack.imported(renamed, "third").id == first.id


def test_a_protected_database_is_not_deleted_and_its_final_snapshot_is_taken_by_name(stack: Stack) -> None:
    inputs = {**DATABASE, "identifier": "precious", "skipFinalSnapshot": False, "finalSnapshotIdentifier": "last"}
    instance = made(stack, INSTANCE, **inputs, deletionProtection=True)
    with pytest.raises(ProviderError, match="disable deletion protection"):
        stack.delete(instance)
    loose = stack.update(instance, deletionProtection=False)
    stack.delete(loose)
    assert stack.read(loose).id == ""
    [snapshot] = stack.aws.client("rds").describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"]
    assert (snapshot["DBInstanceIdentifier"], snapshot["SnapshotType"]) == ("precious", "manual")
    secrets = stack.aws.client("secretsmanager").list_secrets()["SecretList"]
    assert not [one for one in secrets if "db:precious" in one["Description"]]


def test_groups_that_a_database_uses_are_not_deleted() -> None:
    with empty(OTHER) as stack:
        parameters = made(stack, PARAMETERS, name="in-use", family="postgres17")
        group = made(stack, SUBNETS, name="in-use", subnetIds=subnets(stack.aws)[:2])
        uses = {"parameterGroupName": "in-use", "dbSubnetGroupName": "in-use"}
        instance = made(stack, INSTANCE, **{**DATABASE, **uses})
        with pytest.raises(ProviderError, match="still members of this parameter group"):
            stack.delete(parameters)
        with pytest.raises(ProviderError, match="still using it"):
            stack.delete(group)
        for resource in (instance, group, parameters):
            stack.delete(resource)
            assert stack.read(resource).id == ""


def test_a_group_keeps_its_database_and_its_tags_when_its_subnets_change() -> None:
    with empty(OTHER) as stack:
        first, second, third = subnets(stack.aws)[:3]
        group = made(stack, SUBNETS, name="moving", subnetIds=[first, second], tags={"a": "b"})
        made(stack, INSTANCE, **{**DATABASE, "identifier": "moved", "dbSubnetGroupName": "moving"})
        moved = stack.update(group, subnetIds=[second, third])
        assert stack.differences(moved, stack.read(moved).inputs) == {}
        told = database(stack.aws, "moved")["DBSubnetGroup"]
        assert [one["SubnetIdentifier"] for one in told["Subnets"]] == [second, third]
        with pytest.raises(ProviderError, match="add one in a second zone"):
            stack.update(moved, subnetIds=[first])


def test_a_key_waits_to_be_deleted_and_is_gone_for_the_provider(stack: Stack) -> None:
    key = made(stack, KEY, description="short", deletionWindowInDays=7)
    stack.delete(key)
    stack.delete(key)
    held = stack.aws.client("kms").describe_key(KeyId=key.id)["KeyMetadata"]
    assert held["KeyState"] == "PendingDeletion"
    assert stack.read(key).id == ""
    assert key.id not in key.kind.every(stack.aws, REGION)  # type: ignore[misc] # keys have it


def test_an_alias_moves_to_another_key(stack: Stack) -> None:
    first, second = made(stack, KEY, description="first"), made(stack, KEY, description="second")
    alias = made(stack, ALIAS, name="alias/moving", targetKeyId=first.id)
    moved = stack.update(alias, targetKeyId=second.id)
    assert stack.aws.client("kms").describe_key(KeyId="alias/moving")["KeyMetadata"]["KeyId"] == second.id
    stack.aws.client("kms").update_alias(AliasName="alias/moving", TargetKeyId=first.id)
    assert set(stack.differences(moved, stack.read(moved).inputs)) == {"targetKeyId"}


def test_an_alias_may_name_its_key_by_arn(stack: Stack) -> None:
    key = made(stack, KEY, description="by arn")
    arn = stack.aws.client("kms").describe_key(KeyId=key.id)["KeyMetadata"]["Arn"]
    alias = made(stack, ALIAS, name="alias/by-arn", targetKeyId=arn)
    assert stack.differences(alias, stack.read(alias).inputs) == {}


def test_a_topic_gets_the_default_policy_back(stack: Stack) -> None:
    topic = made(stack, TOPIC, name="shared")
    policy = made(stack, TOPIC_POLICY, arn=topic.id, policy=topic_policy("cloudwatch.amazonaws.com"))
    stack.delete(policy)
    assert stack.read(policy).id == ""
    held = stack.aws.client("sns").get_topic_attributes(TopicArn=topic.id)["Attributes"]["Policy"]
    assert json.loads(held)["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": ACCOUNT}}


def test_a_subscription_that_somebody_ended_is_found(stack: Stack) -> None:
    subscription = made(stack, SUBSCRIPTION, topic=THIS_TOPIC, protocol="email", endpoint="ops@example.com")
    assert stack.differences(subscription, stack.read(subscription).inputs) == {}
    stack.aws.client("sns").unsubscribe(SubscriptionArn=subscription.id)
    assert stack.read(subscription).id == ""


def test_a_deleted_secret_can_be_brought_back_and_keeps_its_name_until_then(stack: Stack) -> None:
    secret = made(stack, SECRET, name="recoverable", recoveryWindowInDays=7)
    stack.delete(secret)
    stack.delete(secret)
    assert stack.read(secret).id == ""
    with pytest.raises(ProviderError, match="scheduled for deletion"):
        made(stack, SECRET, name="recoverable")
    stack.aws.client("secretsmanager").restore_secret(SecretId=secret.id)
    assert stack.read(secret).id == secret.id


def test_a_secret_without_a_recovery_window_is_gone_at_once(stack: Stack) -> None:
    stack.delete(made(stack, SECRET, name="gone", recoveryWindowInDays=0))
    assert made(stack, SECRET, name="gone").id


def test_a_description_that_is_taken_from_a_secret_is_missed_only_until_somebody_writes_one(stack: Stack) -> None:
    secret = stack.update(made(stack, SECRET, name="quiet", description="loud"), description=None)
    assert stack.differences(secret, stack.read(secret).inputs) == {}
    stack.aws.client("secretsmanager").update_secret(SecretId=secret.id, Description="louder")
    described = stack.imported(secret, secret.id)
    assert set(stack.differences(secret, described.inputs)) == {"description"}


def test_a_secrets_value_is_read_and_its_labels_move(stack: Stack) -> None:
    secret = made(stack, SECRET, name="labelled")
    first = made(stack, VERSION, secretId=secret.id, secretString="one")
    second = made(stack, VERSION, secretId=secret.id, secretBinary="AAEC/w==")
    assert stack.differences(second, stack.read(second).inputs) == {}
    client = stack.aws.client("secretsmanager")
    assert client.get_secret_value(SecretId=secret.id)["SecretBinary"] == b"\x00\x01\x02\xff"
    stack.update(first, versionStages=["AWSCURRENT", "blue"])
    assert client.get_secret_value(SecretId=secret.id, VersionStage="AWSCURRENT")["SecretString"] == "one"
    labelled = stack.update(second, versionStages=["blue", "AWSPREVIOUS"])
    assert client.get_secret_value(SecretId=secret.id, VersionStage="blue")["VersionId"] == second.id.split("|")[1]
    stack.delete(labelled)
    stages = {one["VersionId"]: one["VersionStages"] for one in _versions(stack, secret)}
    assert stages == {first.id.split("|")[1]: ["AWSCURRENT"], second.id.split("|")[1]: []}


def _versions(stack: Stack, secret: Resource) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.aws.client("secretsmanager").list_secret_version_ids(SecretId=secret.id)[
        "Versions"
    ]
    return found


def test_ssm_changes_neither_a_type_nor_an_advanced_tier_back(stack: Stack) -> None:
    big = made(stack, PARAMETER, name="/app/big", type="String", value="x", tier="Advanced")
    with pytest.raises(ProviderError, match="can't downgrade"):
        stack.update(big, tier=None)
    with pytest.raises(ProviderError, match="give the parameter another name"):
        stack.update(big, type="SecureString")


def test_an_encrypted_parameter_is_compared_decrypted(stack: Stack) -> None:
    secret = made(stack, PARAMETER, name="/app/secret", type="SecureString", value="hush")
    assert stack.differences(secret, stack.read(secret).inputs) == {}
    changed = stack.update(secret, value="hush!")
    assert (
        stack.aws.client("ssm").get_parameter(Name="/app/secret", WithDecryption=True)["Parameter"]["Value"] == "hush!"
    )
    assert stack.differences(changed, stack.read(changed).inputs) == {}


def test_an_insecure_value_is_read_where_the_program_has_it(stack: Stack) -> None:
    plain = made(stack, PARAMETER, name="/app/plain", type="String", insecureValue="seen")
    assert stack.differences(plain, stack.read(plain).inputs) == {}
    stack.aws.client("ssm").put_parameter(Name="/app/plain", Value="other", Overwrite=True)
    assert set(stack.differences(plain, stack.read(plain).inputs)) == {"insecureValue"}


def test_a_document_is_not_made_anew_for_a_tag(stack: Stack) -> None:
    made_once = made(stack, DOCUMENT, name="tagged", documentType="Command", content=document("one"))
    stack.update(made_once, tags={"a": "b"})
    assert stack.aws.client("ssm").describe_document(Name="tagged")["Document"]["LatestVersion"] == "1"
