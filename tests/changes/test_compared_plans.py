"""Plans of the real environments compared: what the real engine's preview says of the same edits, it says too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from changes.change import Change
from changes.compared import compared
from changes.judge import judge
from cost.estimate import estimate
from rehearsal.foretold import as_planned, names_an_output
from rehearsal.graph import Graph
from rehearsal.platform import planned_config
from tests.engine.preview_fixture import CHANGES, FILE
from tests.stacks.environments import varied

pytestmark = pytest.mark.slow
SAME = ("same", "read", "refresh")
EDITS: dict[str, dict[str, Any]] = {  # what CHANGES edits in the YAML
    "database": {
        "instance_class": "db.t4g.small",
        "name": "other",
        "backup_retention_days": 14,
        "deletion_protection": False,
    },
    "environment": {"protect": False},
    "tags": {"Team": "core"},
}


def foretold(env: str, /, **sections: dict[str, Any] | None) -> Graph:
    return planned_config(varied(env, **sections), env, foretell=True)


@pytest.fixture(scope="module")
def prod() -> Graph:
    return foretold("prod")


@pytest.fixture(scope="module")
def dev() -> Graph:
    return foretold("dev")


def change(before: Graph, after: Graph) -> Change:
    return compared(before, after, stack="x", origin="a..b")


def rules(found: Change) -> set[str]:
    return {one.rule for one in judge(found).judgements}


def test_the_engine_says_the_same_of_the_same_edits(prod: Graph) -> None:
    """tests/fixtures/preview-prod.json is the real engine's preview of prod with CHANGES made to its YAML."""
    assert len(CHANGES) == 5  # and EDITS are the same
    told = {
        step["urn"]: "replace" if "replace" in step["op"] else step["op"]
        for step in json.loads(FILE.read_text(encoding="utf-8"))["steps"]
        if step["op"] not in SAME
    }
    steps = change(prod, foretold("prod", **EDITS)).steps
    # Its preview says nothing of options alone, such as protection that goes.
    options = {step.node.urn for step in steps if {one.path for one in step.changes} == {"protect"}}
    assert not options & told.keys()
    assert {step.node.urn: step.op for step in steps if step.node.urn not in options} == told


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_a_plan_with_stand_ins_is_the_ordinary_plan_but_for_them(env: str, request: pytest.FixtureRequest) -> None:
    with_names: Graph = request.getfixturevalue(env)
    ordinary = planned_config(varied(env), env)
    assert [node.urn for node in with_names] == [node.urn for node in ordinary]
    assert estimate(as_planned(with_names)).monthly == estimate(ordinary).monthly
    for one, other in zip(with_names, ordinary, strict=True):
        assert one.property_dependencies == other.property_dependencies
        for name, value in other.inputs.items():
            if one.inputs[name] != value:
                assert names_an_output(json.dumps(one.inputs[name])), (one.name, name)
    assert not any("[the " in json.dumps(node.inputs) for node in ordinary)


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_a_first_up_is_refused_nothing_and_taking_it_all_away_is(env: str, request: pytest.FixtureRequest) -> None:
    graph: Graph = request.getfixturevalue(env)
    there, back = change(Graph(()), graph), change(graph, Graph(()))
    assert [one.sentence for one in judge(there).judgements if one.guarded] == []
    assert {"database-deleted", "bucket-deleted", "public-access-block-deleted"} & rules(back)


@pytest.mark.parametrize(
    ("env", "edit"),
    [
        ("dev", {"database": {"instance_class": "db.t4g.small"}}),
        ("dev", {"server": {"instance_type": "t3.small"}}),
        ("dev", {"website": {"waf": True}}),
        ("prod", {"tags": {"Team": "core"}}),
        ("prod", {"database": {"storage_gb": 60}}),
    ],
)
def test_what_grows_or_protects_more_is_refused_nothing(
    env: str, edit: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    found = change(request.getfixturevalue(env), foretold(env, **edit))
    assert found.steps
    assert [one.sentence for one in judge(found).judgements if one.guarded] == []


def test_an_unchanged_environment_has_no_step(dev: Graph) -> None:
    assert change(dev, foretold("dev")).steps == ()


def test_uploads_that_are_opened_to_everyone_are_seen_without_an_account(dev: Graph) -> None:
    assert {"opened-to-everyone", "public-access-unblocked"} <= rules(
        change(dev, foretold("dev", media={"access": "public"}))
    )


def test_a_network_that_is_replaced_takes_along_what_is_in_it(dev: Graph) -> None:
    found = change(dev, foretold("dev", network={"cidr": "10.40.0.0/16"}))
    replaced = {step.node.name for step in found.steps if step.op == "replace"}
    assert {"network-vpc", "server-instance", "server-machines", "network-public-us-east-1a"} <= replaced
    assert not replaced & {"database-instance", "media", "website"}
    assert "may replace" in found.warnings[0]
    assert "server-instance" in found.warnings[0]


def test_another_region_replaces_the_database_and_the_guard_knows(dev: Graph) -> None:
    there = {"aws": {"region": "eu-west-1"}, "network": {"zones": ["eu-west-1a", "eu-west-1b"]}}
    assert {"database-replaced", "bucket-replaced"} <= rules(change(dev, foretold("dev", **there)))


def test_what_a_test_edits_is_in_the_yaml() -> None:
    text = Path("Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert all(old in text for old, _ in CHANGES)
