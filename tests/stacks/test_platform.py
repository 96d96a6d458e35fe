"""Both environments, whole: what comes up, what they promise, and what else the YAML can ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest

from infra.errors import PlatformError
from infra.outputs import SSM_STANDARD_LIMIT, Outputs, from_parameter
from rehearsal import graph_json
from rehearsal.graph import SECRET, UNKNOWN, Graph
from rehearsal.platform import Rehearsal, planned, rehearsed
from rehearsal.resources import RESOURCES
from tests.stacks.environments import ROOT

COMPONENTS = {
    "Alarms", "Artifacts", "Dashboard", "Database", "Identity", "LogGroups", "LogsBucket", "Media", "Network", "Server",
    "Topics", "Website",
}  # fmt: skip


@pytest.fixture(scope="module", params=["dev", "prod"])
def up(request: pytest.FixtureRequest) -> Iterator[Rehearsal]:
    with rehearsed(ROOT, request.param) as found:
        yield found


def components(graph: Graph) -> set[str]:
    return {node.type.rsplit(":", 1)[1] for node in graph if not node.custom}


def test_every_component_comes_up(up: Rehearsal) -> None:
    wanted = COMPONENTS | ({"Dns", "SiteRecords"} if up.environment == "prod" else set())
    assert components(up.run.graph) >= wanted
    assert all(node.id for node in up.run.graph if node.custom and not node.type.startswith("pulumi:"))


def test_every_output_is_set_and_none_is_a_secret(up: Rehearsal) -> None:
    optional = {"name_servers"} if up.environment == "dev" else {"media_user", "media_user_secret_arn"}
    for field in fields(Outputs):
        value = getattr(up.outputs, field.name)
        assert value != SECRET
        assert value is not None or field.name in optional, field.name


def test_scripts_read_the_outputs_from_the_parameter(up: Rehearsal) -> None:
    name = f"/diceytech/{up.environment}/platform"
    text = up.aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert len(text) < SSM_STANDARD_LIMIT
    assert from_parameter(text, environment=up.environment, account_id=up.config.aws.account_id) == up.outputs


def test_a_parameter_that_ssm_would_not_take_is_refused_before_it_is_sent(up: Rehearsal) -> None:
    with pytest.raises(PlatformError, match=f"SSM takes {SSM_STANDARD_LIMIT}"):
        replace(up.outputs, name_servers=["ns-1.awsdns-01.example"] * SSM_STANDARD_LIMIT).to_parameter()


def test_a_parameter_of_another_environment_or_account_or_schema_is_refused(up: Rehearsal) -> None:
    text = up.outputs.to_parameter()
    account = up.config.aws.account_id
    with pytest.raises(PlatformError, match=f"is of {up.environment}"):
        from_parameter(text, environment="other", account_id=account)
    with pytest.raises(PlatformError, match="not of"):
        from_parameter(text, environment=up.environment, account_id="999999999999")
    older = json.dumps({**json.loads(text), "schema": 0})
    with pytest.raises(PlatformError, match=f"older than these scripts.*diceytech up --env {up.environment}"):
        from_parameter(older, environment=up.environment, account_id=account)
    newer = json.dumps({**json.loads(text), "schema": 99, "new_field": 1})
    with pytest.raises(PlatformError, match="newer than these scripts"):
        from_parameter(newer, environment=up.environment, account_id=account)
    with pytest.raises(PlatformError, match="lacks site_url"):
        from_parameter(text.replace('"site_url"', '"no_url"'), environment=up.environment, account_id=account)
    other = json.dumps({**json.loads(text), "region": 5, "website_bucket": "\ud800", "name_servers": "x"})
    with pytest.raises(PlatformError, match="has another kind of region, website_bucket, name_servers"):
        from_parameter(other, environment=up.environment, account_id=account)
    for none in ("[]", "[" * 100_000):
        with pytest.raises(PlatformError, match="not one of ours"):
            from_parameter(none, environment=up.environment, account_id=account)


def test_everything_that_takes_tags_has_the_environments(up: Rehearsal) -> None:
    for node in up.run.graph:
        if node.type in RESOURCES and RESOURCES[node.type].taggable:
            assert node.outputs is not None
            tags = node.outputs["tagsAll"]
            assert tags["Product"] == "diceytech", node.urn
            assert tags["Environment"] == up.environment, node.urn


def test_launched_machines_and_their_volumes_have_the_tags_that_the_provider_cannot_set(up: Rehearsal) -> None:
    ec2 = up.aws.client("ec2")
    machines = [one for found in ec2.describe_instances()["Reservations"] for one in found["Instances"]]
    assert machines
    for machine in machines:
        assert {"Key": "Environment", "Value": up.environment} in machine["Tags"]


def test_no_secret_value_stands_in_the_graph(up: Rehearsal) -> None:
    ssm = up.aws.client("ssm")
    text = graph_json.dump(up.run.graph) + json.dumps(dict(up.run.exports), default=str)
    for name in up.config.secret_names():
        value = ssm.get_parameter(Name=f"/diceytech/{up.environment}/secrets/{name}", WithDecryption=True)
        assert value["Parameter"]["Value"] not in text
    for key in up.run.graph.of("aws:iam/accessKey:AccessKey"):
        assert key.outputs is not None
        assert key.outputs["secret"] == SECRET
    assert len(up.run.graph.of("aws:iam/accessKey:AccessKey")) == (1 if up.environment == "dev" else 0)


def test_what_holds_data_is_protected_in_prod_and_nothing_in_dev(up: Rehearsal) -> None:
    protected = {node.type for node in up.run.graph if node.protect}
    if up.environment == "dev":
        assert protected == set()
    else:
        assert protected >= {"aws:rds/instance:Instance", "aws:s3/bucket:Bucket"}
    kept = [node for node in up.run.graph.of("aws:s3/bucket:Bucket") if not node.inputs.get("forceDestroy")]
    assert bool(kept) == (up.environment == "prod")


def test_only_the_server_can_reach_the_database(up: Rehearsal) -> None:
    ec2, outputs = up.aws.client("ec2"), up.outputs
    rds = up.aws.client("rds").describe_db_instances(DBInstanceIdentifier=outputs.database_instance)["DBInstances"][0]
    assert rds["PubliclyAccessible"] is False
    group = rds["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    incoming = [rule for rule in rules if not rule["IsEgress"]]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in incoming] == [(outputs.database_port,) * 2]
    source = incoming[0]["ReferencedGroupInfo"]["GroupId"]
    machines = [one for found in ec2.describe_instances()["Reservations"] for one in found["Instances"]]
    assert {one["GroupId"] for machine in machines for one in machine["SecurityGroups"]} == {source}


def test_the_databases_subnets_have_no_way_out(up: Rehearsal) -> None:
    ec2 = up.aws.client("ec2")
    rds = up.aws.client("rds").describe_db_instances()["DBInstances"][0]
    for subnet in rds["DBSubnetGroup"]["Subnets"]:
        filters = [{"Name": "association.subnet-id", "Values": [subnet["SubnetIdentifier"]]}]
        tables = ec2.describe_route_tables(Filters=filters)["RouteTables"]
        assert len(tables) == 1
        assert all(
            route["DestinationCidrBlock"] != "0.0.0.0/0"
            for route in tables[0]["Routes"]
            if "DestinationCidrBlock" in route
        )


def test_nothing_lets_the_world_in(up: Rehearsal) -> None:
    rules = up.aws.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    ours = {node.id for node in up.run.graph.of("aws:ec2/securityGroup:SecurityGroup")}
    assert ours
    for rule in rules:
        if rule["GroupId"] in ours and not rule["IsEgress"]:
            assert rule.get("CidrIpv4") != "0.0.0.0/0"
            assert rule.get("CidrIpv6") != "::/0"


def test_the_plan_has_the_resources_of_the_run_and_inputs_that_differ_only_where_it_says_unknown(up: Rehearsal) -> None:
    plan = planned(ROOT, up.environment)
    assert [node.urn for node in plan] == [node.urn for node in up.run.graph]
    for before, after in zip(plan, up.run.graph, strict=True):
        for name, value in before.inputs.items():
            if UNKNOWN not in json.dumps(value) and SECRET not in json.dumps(value):
                assert value == after.inputs[name], (before.urn, name)
        assert dict(before.property_dependencies) == dict(after.property_dependencies), before.urn


def test_the_graph_survives_its_json_form(up: Rehearsal) -> None:
    assert graph_json.load(graph_json.dump(up.run.graph)) == up.run.graph
    with pytest.raises(PlatformError, match="this is not a graph"):
        graph_json.load('{"a": 1}')
