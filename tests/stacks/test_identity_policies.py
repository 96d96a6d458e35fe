"""Every identity policy of both real environments, as the program registers it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.policies import UNNAMEABLE
from rehearsal.graph import UNKNOWN, Graph
from rehearsal.platform import rehearsed

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

ROOT = Path(__file__).parents[2]
IDENTITY_POLICIES = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/groupPolicy:GroupPolicy")


@pytest.fixture(scope="module", params=["dev", "prod"])
def graph(request: pytest.FixtureRequest) -> Iterator[Graph]:
    with rehearsed(ROOT, request.param) as rehearsal:
        yield rehearsal.run.graph


def statements(graph: Graph) -> list[tuple[str, dict[str, Any]]]:
    nodes = [node for type_ in IDENTITY_POLICIES for node in graph.of(type_)]
    assert len(nodes) >= 5
    assert not [node.name for node in nodes if UNKNOWN in node.inputs["policy"]]
    return [(node.name, one) for node in nodes for one in json.loads(node.inputs["policy"])["Statement"]]


def listed(found: Any) -> list[str]:
    return list(found) if isinstance(found, list) else [found]


def test_no_identity_may_do_everything_of_a_service(graph: Graph) -> None:
    actions = [(name, action) for name, one in statements(graph) for action in listed(one["Action"])]
    assert [pair for pair in actions if pair[1] == "*" or pair[1].endswith(":*")] == []


def test_every_resource_is_named_unless_a_reason_is_stated(graph: Graph) -> None:
    wide = [(name, one.get("Sid")) for name, one in statements(graph) if "*" in listed(one["Resource"])]
    assert [pair for pair in wide if pair[1] not in UNNAMEABLE] == []


def test_no_identity_policy_of_an_environment_touches_iam(graph: Graph) -> None:
    actions = [(name, action) for name, one in statements(graph) for action in listed(one["Action"])]
    assert [pair for pair in actions if pair[1].startswith(("iam:", "sts:"))] == []


def test_every_role_is_taken_by_an_aws_service_only(graph: Graph) -> None:
    for node in graph.of("aws:iam/role:Role"):
        for statement in json.loads(node.inputs["assumeRolePolicy"])["Statement"]:
            assert set(statement["Principal"]) == {"Service"}, node.name
