"""What the database is, who can reach it, and what is left of it when it is deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from infra.components.database import Database, DatabaseArgs
from infra.postgres_parameters import STATIC, parameter_list
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import Graph, Node

ACCOUNT, REGION = "123456789012", "us-east-1"
INSTANCE = "aws:rds/instance:Instance"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"

Deploy = Callable[..., tuple[Graph, EmulatedAws]]


@pytest.fixture
def network(aws: EmulatedAws) -> dict[str, Any]:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for index, zone in enumerate("ab")
    ]
    topic = aws.client("sns").create_topic(Name="alarms")["TopicArn"]
    return {"vpc_id": vpc, "subnet_ids": [subnet["SubnetId"] for subnet in subnets], "alarm_topic_arn": topic}


@pytest.fixture
def production(network: dict[str, Any]) -> DatabaseArgs:
    return DatabaseArgs(
        identifier="acme-prod-database",
        account_id=ACCOUNT,
        region=REGION,
        engine_version="17",
        instance_class="db.t4g.medium",
        name="app",
        username="app",
        port=5433,
        storage_gb=50,
        max_storage_gb=500,
        multi_az=True,
        backup_retention_days=30,
        deletion_protection=True,
        final_snapshot=True,
        monitoring_interval=60,
        monitoring_role_name="acme-prod-rds-monitoring",
        log_retention_days=365,
        protect=True,
        **network,
    )


@pytest.fixture
def deploy(bring_up: Deploy) -> Deploy:
    def deployed(args: DatabaseArgs, **options: bool) -> tuple[Graph, EmulatedAws]:
        return bring_up(lambda opts: Database("database", args, opts), **options)

    return deployed


def instance(graph: Graph) -> Node:
    return graph.named(INSTANCE, "database-instance")


def held(aws: EmulatedAws) -> dict[str, Any]:
    [found] = aws.client("rds").describe_db_instances()["DBInstances"]
    return dict(found)


def test_the_database_is_encrypted_private_and_takes_only_tls(deploy: Deploy, production: DatabaseArgs) -> None:
    _, aws = deploy(production)
    found = held(aws)
    assert found["StorageEncrypted"]
    assert not found["PubliclyAccessible"]
    [group] = found["DBParameterGroups"]
    parameters = aws.client("rds").describe_db_parameters(DBParameterGroupName=group["DBParameterGroupName"])
    values = {each["ParameterName"]: each.get("ParameterValue") for each in parameters["Parameters"]}
    assert values["rds.force_ssl"] == "1"
    assert found["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"


def test_nothing_reaches_the_database_by_its_own_rules(deploy: Deploy, production: DatabaseArgs) -> None:
    _, aws = deploy(production)
    [attached] = held(aws)["VpcSecurityGroups"]
    [group] = aws.client("ec2").describe_security_groups(GroupIds=[attached["VpcSecurityGroupId"]])["SecurityGroups"]
    assert group["IpPermissions"] == []
    assert group["IpPermissionsEgress"] == []


def test_it_stands_in_the_database_subnets(deploy: Deploy, production: DatabaseArgs) -> None:
    _, aws = deploy(production)
    subnets = held(aws)["DBSubnetGroup"]["Subnets"]
    assert {subnet["SubnetIdentifier"] for subnet in subnets} == set(production.subnet_ids)


def test_its_password_is_made_by_rds_and_known_to_nobody_else(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, aws = deploy(production)
    inputs = instance(graph).inputs
    assert inputs["manageMasterUserPassword"] is True
    assert not {"password", "passwordWo"} & inputs.keys()
    assert held(aws)["MasterUserSecret"]["SecretArn"].startswith("arn:aws:secretsmanager:")


def test_the_component_names_the_secret_by_its_arn(bring_up: Deploy, production: DatabaseArgs) -> None:
    found: dict[str, Any] = {}

    def program(opts: pulumi.ResourceOptions) -> None:
        database = Database("database", production, opts)
        for name in ("secret_arn", "address", "port", "instance_identifier", "database_name"):
            getattr(database, name).apply(lambda value, name=name: found.update({name: value}))

    _, aws = bring_up(program)
    there = held(aws)
    assert found["secret_arn"] == there["MasterUserSecret"]["SecretArn"]
    assert found["address"] == there["Endpoint"]["Address"]
    assert found["port"] == 5433
    assert (found["instance_identifier"], found["database_name"]) == ("acme-prod-database", "app")


def test_only_the_major_version_is_pinned(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, _ = deploy(production)
    inputs = instance(graph).inputs
    assert inputs["engineVersion"] == "17"
    assert inputs["autoMinorVersionUpgrade"] is True


def test_what_a_preview_showed_happens_at_once_and_is_not_shown_again(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, _ = deploy(production, preview=True)
    assert instance(graph).inputs["applyImmediately"] is True


def test_production_survives_mistakes(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, aws = deploy(production)
    node, found = instance(graph), held(aws)
    assert node.protect
    assert found["DeletionProtection"]
    assert found["MultiAZ"]
    assert found["BackupRetentionPeriod"] == 30
    assert found["CopyTagsToSnapshot"]
    assert node.inputs["skipFinalSnapshot"] is False
    assert node.inputs["deleteAutomatedBackups"] is False


def test_a_database_without_final_snapshot_leaves_nothing_behind(deploy: Deploy, production: DatabaseArgs) -> None:
    cheap = replace(production, final_snapshot=False, protect=False, deletion_protection=False)
    graph, _ = deploy(cheap)
    node = instance(graph)
    assert not node.protect
    assert node.inputs["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in node.inputs
    assert node.inputs["deleteAutomatedBackups"] is True


def test_the_final_snapshot_is_named_by_characters_kept_in_the_state(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, _ = deploy(production)
    [group] = graph.of(PARAMETER_GROUP)
    assert group.outputs is not None
    snapshot = instance(graph).inputs["finalSnapshotIdentifier"]
    assert snapshot == f"acme-prod-database-final-{group.outputs['name'][-7:]}"
    assert "name" not in group.inputs, "a name of our own would be the same in every life of the database"


@pytest.mark.parametrize("change", [{"name": "other"}, {"username": "other"}, {"identifier": "acme-other-database"}])
def test_whatever_replaces_the_instance_renews_the_snapshot_name(
    deploy: Deploy, production: DatabaseArgs, change: dict[str, str]
) -> None:
    """The provider replaces a parameter group when its description changes, and gives it a new auto-name."""
    [before] = deploy(production, preview=True)[0].of(PARAMETER_GROUP)
    [after] = deploy(replace(production, **change), preview=True)[0].of(PARAMETER_GROUP)  # type: ignore[arg-type]
    assert before.inputs["description"] != after.inputs["description"]


def test_a_replaced_instance_goes_before_the_new_one_takes_its_identifier(
    deploy: Deploy, production: DatabaseArgs
) -> None:
    graph, _ = deploy(production, preview=True)
    assert instance(graph).options["deleteBeforeReplace"] is True


def test_storage_grows_by_itself_up_to_the_limit(deploy: Deploy, production: DatabaseArgs) -> None:
    _, aws = deploy(production)
    assert (held(aws)["AllocatedStorage"], held(aws)["MaxAllocatedStorage"]) == (50, 500)
    assert held(aws)["StorageType"] == "gp3"


def test_equal_sizes_switch_storage_autoscaling_off(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, _ = deploy(replace(production, max_storage_gb=50), preview=True)
    assert "maxAllocatedStorage" not in instance(graph).inputs


def test_rds_finds_its_log_groups_there_with_retention(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, aws = deploy(production)
    groups = graph.of("aws:cloudwatch/logGroup:LogGroup")
    assert {group.urn for group in groups} <= set(instance(graph).dependencies)
    kept = {
        group["logGroupName"]: group["retentionInDays"]
        for group in aws.client("logs").describe_log_groups()["logGroups"]
    }
    assert kept == {f"/aws/rds/instance/acme-prod-database/{log}": 365 for log in ("postgresql", "upgrade")}
    assert set(held(aws)["EnabledCloudwatchLogsExports"]) == {"postgresql", "upgrade"}


def test_enhanced_monitoring_has_a_role_that_only_this_database_takes(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, aws = deploy(production)
    role = aws.client("iam").get_role(RoleName="acme-prod-rds-monitoring")["Role"]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":db:acme-prod-database")
    assert held(aws)["MonitoringRoleArn"] == role["Arn"]
    [attachment] = graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attachment.urn in instance(graph).dependencies


def test_without_enhanced_monitoring_there_is_no_role(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, _ = deploy(replace(production, monitoring_interval=0))
    assert graph.of("aws:iam/role:Role") == []
    assert "monitoringRoleArn" not in instance(graph).inputs


def test_rds_reports_failures_and_changes_of_what_guards_the_database(deploy: Deploy, production: DatabaseArgs) -> None:
    _, aws = deploy(production)
    found = aws.client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
    reported = {each["SourceType"]: set(each["EventCategoriesList"]) for each in found if each["Enabled"]}
    assert {"maintenance", "configuration change", "failure"} <= reported["db-instance"]
    assert reported["db-parameter-group"] == {"configuration change"}
    assert reported["db-security-group"] == {"configuration change", "failure"}
    assert {each["SnsTopicArn"] for each in found} == {production.alarm_topic_arn}
    assert not any(each.get("SourceIdsList") for each in found)


def test_iam_users_of_the_database_and_performance_insights_are_on(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, aws = deploy(production)
    assert held(aws)["IAMDatabaseAuthenticationEnabled"]
    assert instance(graph).inputs["performanceInsightsEnabled"] is True


def test_static_parameters_wait_for_a_restart_and_tls_cannot_be_switched_off() -> None:
    found = {
        each["name"]: each
        for each in parameter_list({"max_connections": "200", "rds.force_ssl": "0", "work_mem": "8192"})
    }
    assert found["rds.force_ssl"] == {"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"}
    assert found["max_connections"]["apply_method"] == "pending-reboot"
    assert found["work_mem"]["apply_method"] == "immediate"
    assert "rds.force_ssl" not in STATIC


def test_what_rds_names_begins_with_the_identifier_so_that_policies_can_name_it(
    deploy: Deploy, production: DatabaseArgs
) -> None:
    graph, _ = deploy(production)
    for node in graph:
        if node.type.startswith("aws:rds/") and node.type != INSTANCE:
            assert node.outputs is not None
            assert node.outputs["name"].startswith("acme-prod-database-")


def test_no_secret_is_in_the_plan(deploy: Deploy, production: DatabaseArgs) -> None:
    graph, aws = deploy(production)
    arn = held(aws)["MasterUserSecret"]["SecretArn"]
    secret = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])["password"]
    assert all(secret not in json.dumps([node.inputs, node.outputs], default=str) for node in graph)
