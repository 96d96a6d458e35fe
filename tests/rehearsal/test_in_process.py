"""The in-process door plays the engine's part: URNs, providers, secrets, default tags, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pulumi
import pulumi_aws as aws
import pytest

from infra.provider import aws_provider
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import SECRET, UNKNOWN
from rehearsal.in_process import Run, run
from rehearsal.servicer import ProviderError

ACCOUNT = "123456789012"


@pytest.fixture
def emulated() -> Iterator[EmulatedAws]:
    with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as found:
        yield found


def provider(account_id: str = ACCOUNT) -> pulumi.ResourceOptions:
    made = aws_provider(region="eu-west-1", account_id=account_id, tags={"Product": "acme"})
    return pulumi.ResourceOptions(provider=made)


def go(program: Callable[[], object], emulated: EmulatedAws, *, preview: bool = False) -> Run:
    return run(program, aws=emulated, project="platform", stack="test", config={}, preview=preview)


class Box(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:test:Box", name, None, opts)


def test_a_resource_is_in_the_emulated_aws_with_the_providers_tags(emulated: EmulatedAws) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("app", name="app", tags={"Own": "yes"}, opts=provider())

    graph = go(program, emulated).graph
    group = graph.named("aws:cloudwatch/logGroup:LogGroup", "app")
    assert group.outputs is not None
    tags = emulated.client("logs").list_tags_log_group(logGroupName="app")["tags"]
    assert tags == {"Product": "acme", "Own": "yes"}
    assert group.outputs["tagsAll"] == tags
    assert group.id == "app"


def test_urns_have_the_types_of_all_parents_but_the_stack(emulated: EmulatedAws) -> None:
    def program() -> None:
        outer = Box("outer", opts=provider())
        inner = Box("inner", opts=pulumi.ResourceOptions(parent=outer))
        aws.cloudwatch.LogGroup("app", opts=pulumi.ResourceOptions(parent=inner))

    graph = go(program, emulated).graph
    group = graph.of("aws:cloudwatch/logGroup:LogGroup")[0]
    assert group.urn == "urn:pulumi:test::platform::acme:test:Box$acme:test:Box$aws:cloudwatch/logGroup:LogGroup::app"
    assert group.parent is not None
    assert graph.by_urn(group.parent).name == "inner"


def test_a_preview_touches_nothing_and_leaves_unknown_what_only_the_apply_tells(emulated: EmulatedAws) -> None:
    def program() -> None:
        group = aws.cloudwatch.LogGroup("app", name="app", opts=provider())
        aws.cloudwatch.LogMetricFilter(
            "errors",
            name="errors",
            pattern="ERROR",
            log_group_name=group.arn,
            metric_transformation={"name": "Errors", "namespace": "acme", "value": "1"},
            opts=pulumi.ResourceOptions(provider=group._provider),
        )

    graph = go(program, emulated, preview=True).graph
    assert emulated.client("logs").describe_log_groups()["logGroups"] == []
    errors = graph.named("aws:cloudwatch/logMetricFilter:LogMetricFilter", "errors")
    assert errors.inputs["logGroupName"] == UNKNOWN
    assert errors.id is None
    assert errors.property_dependencies["logGroupName"] == (graph.named("aws:cloudwatch/logGroup:LogGroup", "app").urn,)


def test_a_secret_stays_one_in_the_graph_and_in_exports(emulated: EmulatedAws) -> None:
    def program() -> None:
        group = aws.cloudwatch.LogGroup("app", name=pulumi.Output.secret("hidden"), opts=provider())
        pulumi.export("name", group.name)

    found = go(program, emulated)
    group = found.graph.of("aws:cloudwatch/logGroup:LogGroup")[0]
    assert group.inputs["name"] == SECRET
    assert group.outputs is not None
    assert group.outputs["name"] == SECRET
    assert found.exports["name"] == SECRET
    assert emulated.client("logs").describe_log_groups()["logGroups"][0]["logGroupName"] == "hidden"


def test_two_resources_of_one_name_are_refused(emulated: EmulatedAws) -> None:
    def program() -> None:
        opts = provider()
        aws.cloudwatch.LogGroup("app", opts=opts)
        aws.cloudwatch.LogGroup("app", opts=opts)

    with pytest.raises(ProviderError, match=r"app \(aws:cloudwatch/logGroup:LogGroup\) is registered twice"):
        go(program, emulated)


def test_an_unknown_type_is_refused_by_name(emulated: EmulatedAws) -> None:
    def program() -> None:
        aws.chime.VoiceConnector("calls", require_encryption=True, opts=provider())

    with pytest.raises(ProviderError, match="does not know the type aws:chime/voiceConnector:VoiceConnector"):
        go(program, emulated)


def test_an_undeclared_input_is_refused_by_name(emulated: EmulatedAws) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup(
            "app", log_group_class="INFREQUENT_ACCESS", deletion_protection_enabled=True, opts=provider()
        )

    with pytest.raises(ProviderError, match="does not know the input"):
        go(program, emulated)


def test_a_resource_without_an_explicit_provider_is_refused(emulated: EmulatedAws) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("app")

    with pytest.raises(ProviderError, match="names no provider"):
        go(program, emulated)


def test_another_account_is_refused_before_anything_is_made(emulated: EmulatedAws) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("app", opts=provider(account_id="999999999999"))

    with pytest.raises(ProviderError, match="123456789012 is not allowed here, only 999999999999"):
        go(program, emulated)
    assert emulated.client("logs").describe_log_groups()["logGroups"] == []


def test_an_auto_name_is_the_logical_name_and_seven_characters_and_the_same_in_two_runs(emulated: EmulatedAws) -> None:
    def program() -> None:
        group = aws.cloudwatch.LogGroup("app", opts=provider())
        pulumi.export("name", group.name)

    planned = go(program, emulated, preview=True).exports["name"]
    applied = go(program, emulated).exports["name"]
    assert planned == applied
    assert len(applied) == len("app-1234567")
    assert applied.startswith("app-")


def test_a_failure_names_the_resource_and_what_depends_on_it_never_runs(emulated: EmulatedAws) -> None:
    def program() -> None:
        opts = provider()
        first = aws.cloudwatch.LogGroup("bad", name="not a name!", opts=opts)
        aws.cloudwatch.LogGroup("after", name=first.arn.apply(lambda _: "after"), opts=opts)

    with pytest.raises(ProviderError, match=r"bad \(aws:cloudwatch/logGroup:LogGroup\)"):
        go(program, emulated)
    assert emulated.client("logs").describe_log_groups()["logGroups"] == []


def test_options_that_change_how_a_resource_is_replaced_are_recorded(emulated: EmulatedAws) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(protect=True, ignore_changes=["tags"], replace_on_changes=["*"])
        aws.cloudwatch.LogGroup("app", opts=pulumi.ResourceOptions.merge(provider(), opts))

    group = go(program, emulated).graph.of("aws:cloudwatch/logGroup:LogGroup")[0]
    assert group.protect
    assert group.options == {"ignoreChanges": ["tags"], "replaceOnChanges": ["*"]}
