"""Changes of one or a few resources, for tests of what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from changes.change import Change, Judgement, Op, Step
from changes.judge import judge
from changes.property_changes import property_changes
from rehearsal.graph import Graph, Node

STACK = "prod"


def node(
    type_: str,
    name: str = "one",
    *,
    protect: bool = False,
    on: tuple[str, ...] = (),
    project: str = "platform",
    **inputs: Any,
) -> Node:
    """A resource of a type such as `s3/bucket:Bucket`, which depends on the URNs `on`, in a Pulumi project."""
    token = f"aws:{type_}" if ":" in type_ and not type_.startswith(("pulumi:", "platform:", "other:")) else type_
    return Node(
        urn=f"urn:pulumi:{STACK}::{project}::{token}::{name}",
        type=token,
        name=name,
        parent=None,
        inputs=inputs,
        dependencies=on,
        protect=protect,
        custom=not token.startswith("platform:"),
    )


def changed(before: Node | None, after: Node | None, op: Op | None = None) -> Step:
    """The step from one to the other."""
    found: Op = op or ("update" if before and after else "create" if after else "delete")
    changes = property_changes(before.inputs, after.inputs) if before and after else ()
    return Step(op=found, before=before, after=after, changes=changes)


def change(*steps: Step, others: tuple[Node, ...] = ()) -> Change:
    """A change of these steps; `others` are there before and after."""
    before = tuple(step.before for step in steps if step.before) + others
    after = tuple(step.after for step in steps if step.after) + others
    return Change(stack=STACK, origin="a test", steps=steps, before=Graph(before), after=Graph(after), whole=True)


def judged(*steps: Step, others: tuple[Node, ...] = ()) -> dict[str, Judgement]:
    """The judgements by rule."""
    return {one.rule: one for one in judge(change(*steps, others=others)).judgements}


def with_inputs(one: Node, **inputs: Any) -> Node:
    """The same resource with some inputs changed; None takes one away."""
    merged = {**one.inputs, **inputs}
    return replace(one, inputs={key: value for key, value in merged.items() if value is not None})


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
