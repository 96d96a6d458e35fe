"""What a program asks of the engine for a resource is in the graph, or refused; nothing of it goes unseen."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.proto import resource_pb2

from infra.provider import aws_provider
from rehearsal import graph_json, registration
from rehearsal.graph import SECRET, Graph, Node
from rehearsal.in_process import run
from rehearsal.platform import NoAws
from rehearsal.servicer import ProviderError

ACCOUNT, REGION = "123456789012", "eu-west-1"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
Options = pulumi.ResourceOptions


def planned(program: Callable[[Options], object]) -> Graph:
    """The plan of a program, which is given the options that name its provider."""

    def whole() -> None:
        program(Options(provider=aws_provider(region=REGION, account_id=ACCOUNT, tags={})))

    aws_ = NoAws(account_id=ACCOUNT, region=REGION)
    return run(whole, aws=aws_, project="platform", stack="test", config={}, preview=True, foretell=True).graph


def group(name: str, by: Options, **options: object) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(name, opts=Options.merge(by, Options(**options)))  # type: ignore[arg-type] # each has its own type


def only(program: Callable[[Options], object]) -> Node:
    return planned(program).of(GROUP)[0]


def test_every_field_of_the_request_has_its_place() -> None:
    """A new one may change what is done: look what the engine does with it, and put it into one of the three."""
    fields = {field.name for field in resource_pb2.RegisterResourceRequest.DESCRIPTOR.fields}
    placed = [*registration.TAKEN, *registration.WITHOUT_EFFECT, *registration.REFUSED]
    assert sorted(placed) == sorted(fields)


def test_options_that_change_what_is_done_are_in_the_graph() -> None:
    def program(by: Options) -> None:
        first = group("first", by)
        hooks = pulumi.ResourceHookBinding(before_create=[pulumi.ResourceHook("look", lambda _: None)])
        group("second", by, replace_with=[first], deleted_with=first, replacement_trigger=0, hooks=hooks,
              additional_secret_outputs=["arn"], import_="there")  # fmt: skip

    graph = planned(program)
    first, second = graph.named(GROUP, "first"), graph.named(GROUP, "second")
    assert first.options == {}
    assert second.options == {
        "replaceWith": [first.urn],
        "deletedWith": first.urn,
        "replacementTrigger": [0],
        "resourceHooks": {"before_create": ["look"]},
        "additionalSecretOutputs": ["arn"],
        "importID": "there",
    }


def test_a_trigger_shows_what_it_is_made_of_and_no_secret() -> None:
    def program(by: Options) -> None:
        first = group("first", by)
        group("second", by, replacement_trigger=[first.arn, pulumi.Output.secret("hidden")])

    trigger = planned(program).named(GROUP, "second").options["replacementTrigger"]
    assert trigger == [["[the arn of LogGroup/first]", SECRET]]


def test_the_provider_is_named_and_what_it_is_downloaded_from() -> None:
    def program(by: Options) -> None:
        west = aws.Provider("west", region="us-west-2", opts=Options(plugin_download_url="https://example.net"))
        group("here", by)
        group("there", Options(provider=west))

    graph = planned(program)
    for name, provider, source in (("here", "aws", None), ("there", "west", "https://example.net")):
        found = graph.named("pulumi:providers:aws", provider)
        assert graph.named(GROUP, name).provider == found.urn
        assert (found.options.get("pluginDownloadURL"), found.options.get("version")) == (source, None)
    assert graph_json.load(graph_json.dump(graph)) == graph


def test_a_version_is_in_the_graph_where_the_program_asks_for_another_than_the_sdks_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever this tree's stand-in speaks: an upgrade changes that, and both of its sides are planned with one SDK."""
    monkeypatch.setattr("rehearsal.servicer.PROVIDER_VERSION", "0.0.1")
    monkeypatch.setattr("rehearsal.registration.PROVIDER_VERSION", "0.0.1", raising=False)

    def program(by: Options) -> None:
        group("here", by)
        group("there", Options(provider=aws.Provider("pinned", region=REGION, opts=Options(version="6.0.0"))))

    graph = planned(program)
    found = {one.name: one.options.get("version") for one in graph.of("pulumi:providers:aws")}
    assert found == {"aws": None, "pinned": "6.0.0"}


def test_former_names_are_in_the_order_in_which_the_engine_looks_for_them() -> None:
    names = ["z", "a", "m"]
    node = only(lambda by: group("app", by, aliases=[pulumi.Alias(name=name) for name in names]))
    assert [urn.rpartition("::")[2] for urn in node.options["aliases"]] == names


def nothing(_args: object) -> None:
    return None


def test_what_only_the_engine_runs_is_refused() -> None:
    with pytest.raises(ProviderError, match=r"app \(aws:cloudwatch/logGroup:LogGroup\) has transforms"):
        planned(lambda by: group("app", by, transforms=[nothing]))
    with pytest.raises(ProviderError, match="a transform of the stack runs in the engine alone"):
        planned(lambda _by: pulumi.runtime.register_resource_transform(nothing))  # type: ignore[arg-type] # never called
