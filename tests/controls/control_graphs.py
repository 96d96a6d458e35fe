"""Small graphs written by hand: applied resources, whose id is their name with `-id`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rehearsal.graph import Graph, Node

Nodes = Sequence[Node]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A control with a graph that meets it and one, changed in one place, that does not."""

    control: str
    good: Nodes
    bad: Nodes


def node(type_: str, name: str, **inputs: Any) -> Node:
    arn = f"arn:aws:any:eu-west-1:111111111111:{name}"
    return Node(
        urn=f"urn:pulumi:t::p::{type_}::{name}",
        type=type_,
        name=name,
        parent=None,
        inputs=inputs,
        id=f"{name}-id",
        outputs={"arn": arn},
    )


def graph(nodes: Nodes) -> Graph:
    return Graph(tuple(nodes))


def changed(nodes: Nodes, name: str, **inputs: Any) -> list[Node]:
    assert any(one.name == name for one in nodes), f"no node {name} to change"
    return [replace(one, inputs={**one.inputs, **inputs}) if one.name == name else one for one in nodes]


def without(nodes: Nodes, name: str) -> list[Node]:
    left = [one for one in nodes if one.name != name]
    assert len(left) < len(nodes), f"no node {name} to leave out"
    return left


def row(control: str, good: Nodes, bad: Nodes) -> Row:
    return Row(control=control, good=good, bad=bad)


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "arn:x", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
