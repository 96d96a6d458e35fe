"""What is logged, counted and watched, and who hears of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from infra.alarm_rules import Thresholds
from infra.components.alarms import Alarms, AlarmsArgs
from infra.components.dashboard import Dashboard, DashboardArgs
from infra.components.log_groups import ANSWERED_5XX, JSON_ERRORS, PLAIN_ERRORS, LogGroups, LogGroupsArgs
from infra.components.topics import Topics, TopicsArgs
from infra.dashboard_body import Shown, dashboard_body
from infra.provider import aws_provider
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import Graph
from rehearsal.in_process import run

ACCOUNT = "123456789012"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
THRESHOLDS = Thresholds(errors=5, cpu_percent=85, free_storage_gb=4, connections=60, disk_percent=85)
SINGLE = {"instance_id": "i-0123456789abcdef0"}
FLEET = {
    "autoscaling_group_name": "acme-dev-servers",
    "load_balancer_arn_suffix": "app/acme-dev/50dc6c495c0c9188",
    "target_group_arn_suffix": "targetgroup/acme-dev/73e2d6bc24d8a067",
}

BringUp = Callable[..., tuple[Graph, EmulatedAws]]


def log_groups(opts: pulumi.ResourceOptions) -> None:
    args = LogGroupsArgs(
        backend="diceytech-backend",
        worker="acme-dev-worker",
        nginx="acme-dev-nginx",
        retention_days=30,
        metric_namespace="acme-dev",
    )
    LogGroups("logs", args, opts)


def everything(region: str, machines: dict[str, str]) -> Callable[[pulumi.ResourceOptions], None]:
    def program(opts: pulumi.ResourceOptions) -> None:
        topics = Topics(
            "topics",
            TopicsArgs(name_prefix="acme-dev", account_id=ACCOUNT, region=region, emails=["ops@example.com"]),
            opts,
        )
        args = AlarmsArgs(
            name_prefix="acme-dev",
            metric_namespace="acme-dev",
            topic_arn=topics.topic_arn,
            us_east_1_topic_arn=topics.us_east_1_topic_arn,
            distribution_id="E2QWRUHAPOMQZL",
            database_identifier="acme-dev-database",
            thresholds=THRESHOLDS,
            **machines,
        )
        Alarms("alarms", args, opts)

    return program


@pytest.fixture
def in_ireland() -> Any:
    def up(machines: dict[str, str]) -> tuple[Graph, EmulatedAws]:
        with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as aws:

            def program() -> None:
                provider = aws_provider(region="eu-west-1", account_id=ACCOUNT, tags={})
                everything("eu-west-1", machines)(pulumi.ResourceOptions(providers={"aws": provider}))

            return run(program, aws=aws, project="platform", stack="dev", config={}).graph, aws

    return up


def alarms(aws: EmulatedAws, region: str | None = None) -> dict[str, dict[str, Any]]:
    found = aws.client("cloudwatch", region).describe_alarms()["MetricAlarms"]
    return {alarm["AlarmName"]: alarm for alarm in found}


def test_every_log_group_ends_and_has_the_name_that_the_yaml_gives(bring_up: BringUp) -> None:
    _, aws = bring_up(log_groups)
    found = {
        group["logGroupName"]: group.get("retentionInDays")
        for group in aws.client("logs").describe_log_groups()["logGroups"]
    }
    assert found == {"diceytech-backend": 30, "acme-dev-worker": 30, "acme-dev-nginx": 30}


def test_errors_are_counted_in_the_logs_of_backend_and_worker_and_5xx_in_those_of_nginx(bring_up: BringUp) -> None:
    _, aws = bring_up(log_groups)
    counted: dict[str, set[tuple[str, str]]] = {}
    for each in aws.client("logs").describe_metric_filters()["metricFilters"]:
        [metric] = each["metricTransformations"]
        assert (metric["metricNamespace"], metric["metricValue"], metric["defaultValue"]) == ("acme-dev", "1", 0.0)
        counted.setdefault(each["logGroupName"], set()).add((metric["metricName"], each["filterPattern"]))
    application = {("ApplicationErrors", JSON_ERRORS), ("ApplicationErrors", PLAIN_ERRORS)}
    assert counted == {
        "diceytech-backend": application,
        "acme-dev-worker": application,
        "acme-dev-nginx": {("ServerErrors", ANSWERED_5XX)},
    }


def test_a_single_server_is_watched_and_no_load_balancer(bring_up: BringUp) -> None:
    _, aws = bring_up(everything("us-east-1", SINGLE))
    assert set(alarms(aws)) == {
        f"acme-dev-{key}"
        for key in (
            "application-errors",
            "server-errors",
            "disk",
            "website-errors",
            "database-cpu",
            "database-connections",
            "database-storage",
            "server-status",
            "server-cpu",
        )
    }


def test_a_fleet_is_watched_through_its_load_balancer(bring_up: BringUp) -> None:
    _, aws = bring_up(everything("us-east-1", FLEET))
    found = alarms(aws)
    assert {"acme-dev-balancer-errors", "acme-dev-unhealthy-hosts", "acme-dev-healthy-hosts"} <= set(found)
    assert "acme-dev-server-status" not in found
    dimensions = {each["Name"]: each["Value"] for each in found["acme-dev-unhealthy-hosts"]["Dimensions"]}
    assert dimensions == {
        "LoadBalancer": FLEET["load_balancer_arn_suffix"],
        "TargetGroup": FLEET["target_group_arn_suffix"],
    }


@pytest.mark.parametrize("machines", [SINGLE, FLEET], ids=["single", "fleet"])
def test_every_alarm_tells_the_topic_when_it_goes_off_and_when_it_ends(
    bring_up: BringUp, machines: dict[str, str]
) -> None:
    _, aws = bring_up(everything("us-east-1", machines))
    [topic] = aws.client("sns").list_topics()["Topics"]
    for alarm in alarms(aws).values():
        assert alarm["ActionsEnabled"]
        assert alarm["AlarmActions"] == alarm["OKActions"] == [topic["TopicArn"]]
        assert alarm["InsufficientDataActions"] == [], "every first `up` would send a mail for each alarm"


def test_silence_is_an_outage_of_a_machine_and_no_error_of_a_website(bring_up: BringUp) -> None:
    missing: dict[str, str] = {}
    for machines in (SINGLE, FLEET):
        graph, _ = bring_up(everything("us-east-1", machines), preview=True)
        missing |= {node.name.removeprefix("alarms-"): node.inputs["treatMissingData"] for node in graph.of(ALARM)}
    assert missing == {
        "application-errors": "notBreaching",
        "server-errors": "notBreaching",
        "website-errors": "notBreaching",
        "balancer-errors": "notBreaching",
        "unhealthy-hosts": "notBreaching",
        "healthy-hosts": "breaching",
        "server-status": "breaching",
        "server-cpu": "missing",
        "disk": "missing",
        "database-cpu": "missing",
        "database-connections": "missing",
        "database-storage": "missing",
    }


def test_alarms_go_off_where_the_yaml_says(bring_up: BringUp) -> None:
    _, aws = bring_up(everything("us-east-1", SINGLE))
    limits = {name.removeprefix("acme-dev-"): alarm["Threshold"] for name, alarm in alarms(aws).items()}
    assert limits["application-errors"] == limits["server-errors"] == 5
    assert limits["server-cpu"] == limits["database-cpu"] == 85
    assert limits["database-storage"] == 4 * 1024**3
    assert limits["database-connections"] == 60
    assert limits["disk"] == 85


def test_the_counted_errors_are_the_watched_ones(bring_up: BringUp) -> None:
    def both(opts: pulumi.ResourceOptions) -> None:
        log_groups(opts)
        everything("us-east-1", SINGLE)(opts)

    _, aws = bring_up(both)
    counted = {
        (metric["metricNamespace"], metric["metricName"])
        for each in aws.client("logs").describe_metric_filters()["metricFilters"]
        for metric in each["metricTransformations"]
    }
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms(aws).values()}
    assert counted <= watched


def test_in_us_east_1_are_only_what_cloudfront_needs_and_its_topic(in_ireland: Any) -> None:
    graph, _ = in_ireland(SINGLE)
    assert {
        node.name
        for node in graph
        if node.custom and node.type != "pulumi:providers:aws" and node.inputs.get("region") == "us-east-1"
    } == {
        "alarms-website-errors",
        "topics-us-east-1-topic",
        "topics-us-east-1-policy",
        "topics-us-east-1-key",
        "topics-us-east-1-alias",
        "topics-us-east-1-ops@example.com",
    }


def test_an_alarm_and_its_topic_are_in_one_region(in_ireland: Any) -> None:
    graph, _ = in_ireland(FLEET)
    for node in graph.of(ALARM):
        region = node.inputs.get("region", "eu-west-1")
        assert node.inputs["alarmActions"] == [f"arn:aws:sns:{region}:{ACCOUNT}:acme-dev-alarms"]


def test_an_environment_in_us_east_1_has_one_topic(bring_up: BringUp) -> None:
    graph, _ = bring_up(everything("us-east-1", SINGLE))
    assert len(graph.of("aws:sns/topic:Topic")) == len(graph.of("aws:kms/key:Key")) == 1


def test_the_topics_are_encrypted_with_a_key_that_lets_alarms_and_database_events_in(bring_up: BringUp) -> None:
    _, aws = bring_up(everything("us-east-1", SINGLE))
    [topic] = aws.client("sns").list_topics()["Topics"]
    key = aws.client("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]["KmsMasterKeyId"]
    kms = aws.client("kms")
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    [publishers] = [each for each in policy["Statement"] if each["Sid"] == "KeyUse"]
    assert set(publishers["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "events.rds.amazonaws.com"}
    assert publishers["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert publishers["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_the_account_administers_the_key_but_does_not_use_it(bring_up: BringUp) -> None:
    graph, _ = bring_up(everything("us-east-1", SINGLE), preview=True)
    [key] = graph.of("aws:kms/key:Key")
    administer = json.loads(key.inputs["policy"])["Statement"][0]
    assert administer["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert "kms:PutKeyPolicy" in administer["Action"], "nobody could change the policy any more"
    assert not [action for action in administer["Action"] if "*" in action or "crypt" in action]


def test_only_this_account_s_alarms_and_events_are_published_and_only_over_tls(bring_up: BringUp) -> None:
    _, aws = bring_up(everything("us-east-1", SINGLE))
    [topic] = aws.client("sns").list_topics()["Topics"]
    attributes = aws.client("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    allow, deny = json.loads(attributes["Policy"])["Statement"]
    assert allow["Effect"] == "Allow"
    assert set(allow["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "events.rds.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Resource"] == deny["Resource"] == [topic["TopicArn"]]


def test_every_address_is_subscribed_under_its_own_name(bring_up: BringUp) -> None:
    """An address that is removed must not renumber the others: a new subscription has to be confirmed again."""
    graph, aws = bring_up(everything("us-east-1", SINGLE))
    [subscription] = aws.client("sns").list_subscriptions()["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")
    [node] = graph.of("aws:sns/topicSubscription:TopicSubscription")
    assert node.name.endswith("ops@example.com")


def shown(machines: dict[str, str]) -> Shown:
    return Shown(
        region="eu-west-1",
        metric_namespace="acme-dev",
        distribution_id="E2QWRUHAPOMQZL",
        database_identifier="acme-dev-database",
        backend_log_group="acme-dev-backend",
        **machines,
    )


@pytest.mark.parametrize("machines", [SINGLE, FLEET], ids=["single", "fleet"])
def test_the_dashboard_names_what_exists_and_its_widgets_do_not_overlap(machines: dict[str, str]) -> None:
    body = dashboard_body(shown(machines))
    text = json.dumps(body)
    assert "null" not in text
    assert all(name in text for name in machines.values())
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(places) == len(set(places))


def test_only_a_fleet_s_dashboard_shows_a_load_balancer() -> None:
    assert "ApplicationELB" in json.dumps(dashboard_body(shown(FLEET)))
    assert "ApplicationELB" not in json.dumps(dashboard_body(shown(SINGLE)))


def test_the_cdn_is_shown_from_us_east_1_and_the_rest_from_the_region() -> None:
    regions: dict[bool, set[str]] = {True: set(), False: set()}
    for widget in dashboard_body(shown(SINGLE))["widgets"]:
        regions[widget["properties"]["title"].startswith("CDN")].add(widget["properties"]["region"])
    assert regions == {True: {"us-east-1"}, False: {"eu-west-1"}}


def test_the_dashboard_can_be_opened_by_its_address(bring_up: BringUp) -> None:
    made: list[Dashboard] = []
    _, aws = bring_up(
        lambda opts: made.append(Dashboard("dashboard", DashboardArgs(name="acme-dev", shown=shown(SINGLE)), opts))
    )
    held = aws.client("cloudwatch").get_dashboard(DashboardName="acme-dev")
    assert json.loads(held["DashboardBody"]) == dashboard_body(shown(SINGLE))
    assert made[0].url.endswith("region=eu-west-1#dashboards/dashboard/acme-dev")
