"""A sample of `make faults`: kill -9 of everything before and after a create, on the real engine."""

from __future__ import annotations

import pytest

from rehearsal.platform import planned
from tests.engine.kills import first_of_each_type, kill_each
from tests.engine.rehearsed import Rehearsed
from tests.scripts.commands import ROOT

pytestmark = pytest.mark.slow
# One with a name, one known by its tags alone, one of whose create alone tells a secret.
SAMPLE = ("aws:cloudwatch/logGroup:LogGroup", "aws:ec2/vpc:Vpc", "aws:iam/accessKey:AccessKey")


def test_what_a_killed_run_had_begun_is_recovered_with_no_orphan(rehearsed: Rehearsed) -> None:
    graph = planned(ROOT, "dev")
    urns = first_of_each_type(graph)
    rehearsed.run("true")
    found = list(kill_each(rehearsed, "dev", graph, {kind: urns[kind] for kind in SAMPLE}))
    assert [one for one in found if not one.good] == []
    assert [one.outcome for one in found] == ["cleared", "imported", "cleared", "imported", "cleared", "removed"]
