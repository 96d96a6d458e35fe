"""What the picture shows of a graph: top components, their resources by kind, and the data between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drawing.names import Family, family_of, friendly
from rehearsal.graph import Graph, Node

LOOSE = ""  # key of the box for resources that are in no component
PROVIDERS = "pulumi:providers:"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The resources of one type in one component, as full names and URNs; `short` are the names that say more."""

    label: str
    names: tuple[str, ...]
    urns: tuple[str, ...]
    short: tuple[str, ...]
    protected: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Component:
    """A top component with all that is below it; `key` is its URN."""

    key: str
    title: str
    family: Family
    protect: bool
    kinds: tuple[Kind, ...]

    @property
    def count(self) -> int:
        """Number of resources."""
        return sum(len(kind.names) for kind in self.kinds)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Data from one component to another; `inputs` are `resource.input` of the consumer."""

    producer: str
    consumer: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Model:
    """Components and flows, each in a stable order."""

    components: tuple[Component, ...]
    flows: tuple[Flow, ...]


def model(graph: Graph) -> Model:
    """Folds sub-components into their top one; providers are left out, as they are no part of the platform."""
    nodes = sorted((node for node in graph if not node.type.startswith(PROVIDERS)), key=lambda node: node.urn)
    tops = _tops(nodes)
    members: dict[str, list[Node]] = {top: [] for top in dict.fromkeys(tops.values())}
    for node in nodes:
        if node.custom:
            members[tops[node.urn]].append(node)
    uses = Counter(urn for node in nodes for urns in node.property_dependencies.values() for urn in urns)
    by_urn = {node.urn: node for node in nodes}
    components = [_component(by_urn.get(key), inside, uses) for key, inside in members.items()]
    return Model(
        components=tuple(sorted(components, key=lambda one: (one.title, one.key))), flows=tuple(_flows(nodes, tops))
    )


def _tops(nodes: Sequence[Node]) -> dict[str, str]:
    """URN to the URN of the highest component above, or LOOSE."""
    by_urn = {node.urn: node for node in nodes}
    tops: dict[str, str] = {}
    for node in nodes:
        top, above = LOOSE, by_urn.get(node.urn)
        while above is not None:
            top = top if above.custom else above.urn
            above = by_urn.get(above.parent or "")
        tops[node.urn] = top
    return tops


def _component(node: Node | None, inside: Sequence[Node], uses: Mapping[str, int]) -> Component:
    by_type: dict[str, list[Node]] = {}
    for one in inside:
        by_type.setdefault(one.type, []).append(one)
    name = "" if node is None else node.name
    kinds = tuple(_kind(type_, by_type[type_], name) for type_ in _main_first(by_type, uses))
    return Component(
        key=LOOSE if node is None else node.urn,
        title="Stack" if node is None else titled(node.type, node.name),
        family=family_of("" if node is None else node.type),
        protect=node is not None and node.protect,
        kinds=kinds,
    )


def _main_first(by_type: Mapping[str, Sequence[Node]], uses: Mapping[str, int]) -> list[str]:
    """Types that hold data first, then those that most others use; a policy only guards another resource."""

    def rank(type_: str) -> tuple[bool, bool, int, str, str]:
        nodes, label = by_type[type_], friendly(type_)
        safe = not any(one.protect for one in nodes)
        return safe, label.endswith("policy"), -max(uses[one.urn] for one in nodes), label, type_

    return sorted(by_type, key=rank)


def titled(type_: str, name: str) -> str:
    """What a component is called: its type, and its name where that says more."""
    label = friendly(type_)
    return label if _words(name) <= _words(label) else f"{label}: {name}"


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def _kind(type_: str, nodes: Sequence[Node], component: str) -> Kind:
    label = friendly(type_)
    names = tuple(node.name for node in nodes)
    short = (name.split(component, 1)[-1].lstrip("-_. ") if component else name for name in names)
    return Kind(
        label=label,
        names=names,
        urns=tuple(node.urn for node in nodes),
        short=tuple(name for name in short if not _words(name) <= _words(label)),
        protected=tuple(node.name for node in nodes if node.protect),
    )


def _flows(nodes: Sequence[Node], tops: Mapping[str, str]) -> list[Flow]:
    inputs: dict[tuple[str, str], set[str]] = {}
    for node in nodes:
        for name, urns in node.property_dependencies.items():
            for urn in urns:
                if urn in tops and tops[urn] != tops[node.urn]:
                    inputs.setdefault((tops[urn], tops[node.urn]), set()).add(f"{node.name}.{name}")
    return [
        Flow(producer=producer, consumer=consumer, inputs=tuple(sorted(found)))
        for (producer, consumer), found in sorted(inputs.items())
    ]
