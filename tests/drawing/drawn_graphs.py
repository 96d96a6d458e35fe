"""Graphs to draw, and what a reader finds in their pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import strategies as st

from drawing.picture import draw
from drawing.text import width
from rehearsal.graph import Graph, Node

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("aws:s3/bucket:Bucket", "aws:ec2/subnet:Subnet", "aws:rds/instance:Instance", "acme:x/quiteUnheardOf:Thing")
COMPONENTS = ("Network", "Media", "Server", "Alarms", "SomethingNew")


def component(name: str, type_: str = "Network", parent: str | None = None, *, protect: bool = False) -> Node:
    token = f"platform:components:{type_}"
    urn = f"urn:pulumi:t::p::{token}::{name}"
    return Node(urn=urn, type=token, name=name, parent=parent, inputs={}, custom=False, protect=protect)


def resource(name: str, parent: str | None, type_: str = KINDS[0], *, protect: bool = False) -> Node:
    urn = f"urn:pulumi:t::p::{type_}::{name}"
    return Node(urn=urn, type=type_, name=name, parent=parent, inputs={}, protect=protect)


def reading(node: Node, inputs: Mapping[str, Sequence[Node]]) -> Node:
    found = {name: tuple(one.urn for one in nodes) for name, nodes in inputs.items()}
    return replace(node, property_dependencies=found)


def graph_of(*nodes: Node) -> Graph:
    return Graph(tuple(sorted(nodes, key=lambda node: node.urn)))


def platform_of(name: str, edges: Iterable[tuple[int, int]], sizes: Sequence[int]) -> list[Node]:
    """A platform with as many components as `sizes`; an edge goes from one's first resource to another's."""
    tops = [component(f"{name}{n}", COMPONENTS[n % len(COMPONENTS)]) for n in range(len(sizes))]
    inside = [
        [resource(f"{name}{n}-r{k}", tops[n].urn, KINDS[k % len(KINDS)], protect=k % 3 == 0) for k in range(size)]
        for n, size in enumerate(sizes)
    ]
    for producer, consumer in edges:
        node = inside[consumer][0]
        known = dict(node.property_dependencies) | {f"input{producer}": (inside[producer][0].urn,)}
        inside[consumer][0] = replace(node, property_dependencies=known)
    return [*tops, *(node for nodes in inside for node in nodes)]


@st.composite
def graphs(drawn: st.DrawFn) -> Graph:
    """Any flow between up to 14 components, cycles and islands among them."""
    sizes = drawn(st.lists(st.integers(1, 30), min_size=1, max_size=14))
    ends = st.integers(0, len(sizes) - 1)
    return graph_of(*platform_of("c", drawn(st.lists(st.tuples(ends, ends), max_size=40)), sizes))


@dataclass(frozen=True, kw_only=True)
class Area:
    """A rectangle of a picture."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Area) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Area) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def has_on_border(self, point: tuple[int, int]) -> bool:
        return self.left < point[0] < self.right and point[1] in (self.top, self.bottom)


class Picture:
    """A drawn graph, read back from its XML."""

    def __init__(self, graph: Graph, title: str = "acme: dev") -> None:
        self.text = draw(graph, title=title)
        self.root = ElementTree.fromstring(self.text)  # noqa: S314 - our own output
        self.canvas = Area(left=0, top=0, right=float(self.root.get("width")), bottom=float(self.root.get("height")))
        self.components = self.root.findall(f"{SVG}g[@class='component']")
        self.areas = {group.get("data-urn"): area(group.find(f"{SVG}rect")) for group in self.components}

    def titles(self) -> list[str]:
        return [group.find(f"{SVG}title").text for group in self.components]

    def arrows(self) -> list[list[tuple[int, int]]]:
        return [corners(found.get("d")) for found in self.root.iter(f"{SVG}path") if found.get("class") == "arrow"]

    def tips(self, css_class: str) -> list[str]:
        groups = (group for group in self.root.iter(f"{SVG}g") if group.get("class") == css_class)
        return [group.findtext(f"{SVG}title") for group in groups]


def long(text: ElementTree.Element) -> float:
    """Pixels of a text with all its parts."""
    total = 0.0
    for part in text.iter():
        size = float(part.get("font-size", "13"))
        total += float(part.get("dx", "0")) + width(part.text, size, bold=part.get("font-weight") is not None)
    return total


def area(rect: ElementTree.Element) -> Area:
    left, top, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
    return Area(left=left, top=top, right=left + width, bottom=top + height)


def corners(d: str) -> list[tuple[int, int]]:
    """Beginning, bends and end of a line with round bends."""
    numbers = [int(one) for one in re.findall(r"-?\d+", d)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    bends = re.findall(r"Q(-?\d+) (-?\d+)", d)
    return [points[0], *((int(x), int(y)) for x, y in bends), points[-1]]


def segments(points: Sequence[tuple[int, int]]) -> list[Area]:
    return [
        Area(left=min(a[0], b[0]), top=min(a[1], b[1]), right=max(a[0], b[0]), bottom=max(a[1], b[1]))
        for a, b in pairwise(points)
    ]
