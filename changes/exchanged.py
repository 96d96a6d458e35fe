"""What a resource is protected by and only names: a site's firewall, a database's parameters.

Named otherwise than before, it is held against what was named before, where the change tells of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from changes.change import Step
from changes.own import Own
from changes.rule import DATABASE, DISTRIBUTION, EMPTY, OPEN
from changes.rules_firewall import filters_less
from changes.switches_listed import clear_allowed, only_tls
from controls.inputs import peek
from rehearsal.foretold import names_an_output
from rehearsal.graph import Graph, Node


@dataclass(frozen=True, kw_only=True)
class Link:
    """A property `path` that names a resource of type `target`; `weaker` says whether that one protects less.

    It is asked with None for what the change does not tell of. `rule` speaks of it, in `words`.
    """

    rule: str
    types: frozenset[str]
    path: str
    target: str
    weaker: Callable[[Node | None, Node | None], bool]
    words: str


def exchanged(step: Step, own: Own) -> Iterator[tuple[str, str]]:
    """The rule and the words of each protection that becomes weaker by another one in its place."""
    if step.before is None or step.after is None:
        return
    for link in LINKS:
        if step.node.type in link.types and _differs(step.before, step.after, link.path):
            old, new = _named(step.before, link, own.before), _named(step.after, link, own.after)
            same = old is not None and new is not None and old.urn == new.urn
            if not same and link.weaker(old, new):
                yield link.rule, link.words.format(new="what only the apply will tell" if new is None else new.name)


def _differs(before: Node, after: Node, path: str) -> bool:
    """Whether one is named on both sides, and not the same; what goes or only may be there is a switch's."""
    old, new = peek(before, path), peek(after, path)
    owners = before.property_dependencies.get(path), after.property_dependencies.get(path)
    return old not in EMPTY and new not in EMPTY and (old != new or (new in OPEN and owners[0] != owners[1]))


def _named(node: Node, link: Link, graph: Graph) -> Node | None:
    """What the property names, by its own value, or by whose output it is where only the apply tells the value."""
    value = peek(node, link.path)
    if value in OPEN or names_an_output(str(value)):
        owners = node.property_dependencies.get(link.path, ())
        return next((one for one in graph.of(link.target) if list(owners) == [one.urn]), None)
    return next((one for one in graph.of(link.target) if value in _names(one)), None)


def _names(node: Node) -> tuple[Any, ...]:
    outputs = node.outputs or {}
    return (node.id, node.inputs.get("name"), outputs.get("arn"), outputs.get("name"))


def _another_firewall(old: Node | None, new: Node | None) -> bool:
    if old is None or new is None:
        return True
    return filters_less(Step(op="update", before=old, after=new)) is not None


def _other_parameters(old: Node | None, new: Node | None) -> bool:
    if new is None:
        return True
    parameters = peek(new, "parameters")
    return not only_tls(parameters) and (old is None or clear_allowed(peek(old, "parameters"), parameters))


LINKS: Final = (
    Link(rule="firewall-detached", types=DISTRIBUTION, path="webAclId", target="aws:wafv2/webAcl:WebAcl",
         weaker=_another_firewall, words="is behind another web application firewall ({new}), which may let more pass"),
    *(
        Link(rule="protection-weakened", types=DATABASE, path=path, target=target, weaker=_other_parameters,
             words="has other parameters ({new}), by which clients may connect without TLS")
        for path, target in (
            ("parameterGroupName", "aws:rds/parameterGroup:ParameterGroup"),
            ("dbClusterParameterGroupName", "aws:rds/clusterParameterGroup:ClusterParameterGroup"),
        )
    ),
)  # fmt: skip
