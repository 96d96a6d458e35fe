from __future__ import annotations

import random
from itertools import combinations

import pytest
from drawn_graphs import (
    SVG,
    Area,
    Picture,
    component,
    graph_of,
    graphs,
    long,
    platform_of,
    reading,
    resource,
    segments,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drawing.names import FAMILIES, OTHER, Family, family_of, friendly
from drawing.picture import NOTHING, draw
from drawing.svg import INK, MUTED, ON_STRONG, PAGE
from rehearsal.graph import Graph

# The same graphs each time: a rare one in which two arrows meet is a defect to look for, and stands in no other's way.
any_graph = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@any_graph
@given(graphs())
def test_every_component_is_a_box_within_the_canvas_that_overlaps_no_other(graph: Graph) -> None:
    picture = Picture(graph)
    assert set(picture.areas) == {node.urn for node in graph if not node.custom}
    assert all(picture.canvas.holds(area) for area in picture.areas.values())
    assert not any(one.overlaps(other) for one, other in combinations(picture.areas.values(), 2))


@any_graph
@given(graphs())
def test_every_flow_is_one_arrow_from_border_to_border_that_enters_no_box(graph: Graph) -> None:
    picture = Picture(graph)
    parents = {node.urn: node.parent for node in graph}
    flows = {
        (parents[urn], node.parent) for node in graph for urns in node.property_dependencies.values() for urn in urns
    }
    wanted = sorted((a, b) for a, b in flows if a != b)
    assert len(picture.arrows()) == len(wanted)
    for points in picture.arrows():
        assert any(area.has_on_border(points[0]) for area in picture.areas.values())
        assert any(area.has_on_border(points[-1]) for area in picture.areas.values())
        for segment in segments(points):
            assert segment.left == segment.right or segment.top == segment.bottom
            assert picture.canvas.holds(segment)
            assert not any(_enters(segment, area) for area in picture.areas.values())


def _enters(segment: Area, area: Area) -> bool:
    across = segment.left < area.right and area.left < segment.right
    if segment.left == segment.right:
        across = area.left < segment.left < area.right
        return across and segment.top < area.bottom and area.top < segment.bottom
    return across and area.top < segment.top < area.bottom


@any_graph
@given(graphs())
def test_arrows_of_two_components_never_lie_on_each_other(graph: Graph) -> None:
    picture = Picture(graph)
    colours: dict[tuple[int, int], list[Area]] = {}
    for points in picture.arrows():
        colours.setdefault(points[0], []).extend(segments(points))
    for one, other in combinations(colours.values(), 2):
        assert not any(_shared(a, b) for a in one for b in other)


def _shared(one: Area, other: Area) -> bool:
    if one.left == one.right == other.left == other.right:
        return one.top < other.bottom and other.top < one.bottom
    if one.top == one.bottom == other.top == other.bottom:
        return one.left < other.right and other.left < one.right
    return False


@any_graph
@given(graphs())
def test_every_text_fits_its_box(graph: Graph) -> None:
    picture = Picture(graph)
    for group in picture.components:
        area = picture.areas[group.get("data-urn")]
        for text in group.iter(f"{SVG}text"):
            at, end = float(text.get("x")), text.get("text-anchor") == "end"
            assert area.left < (at - long(text) if end else at)
            assert (at if end else at + long(text)) < area.right
            assert area.top < float(text.get("y")) < area.bottom


def test_texts_of_one_line_do_not_run_into_each_other() -> None:
    top = component("storage")
    names = ["a" * 90, "storage-" + "W" * 40]
    picture = Picture(graph_of(top, *(resource(name, top.urn, protect=name[0] == "a") for name in names)))
    (line,) = (group for group in picture.components[0] if group.get("class") == "kind")
    words, lock = line.findall(f"{SVG}text")
    assert lock.text == "1 of 2"
    assert float(words.get("x")) + long(words) <= float(lock.get("x")) - long(lock)


def test_a_flow_goes_from_the_maker_to_the_taker_and_names_the_inputs() -> None:
    network, server = component("network"), component("server", "Server")
    vpc, group = resource("vpc", network.urn), resource("group", server.urn, "aws:ec2/securityGroup:SecurityGroup")
    picture = Picture(graph_of(network, server, vpc, reading(group, {"vpcId": [vpc], "tags": [vpc]})))
    assert picture.tips("flow") == ["Network → Server:\ngroup.tags\ngroup.vpcId"]
    (points,) = picture.arrows()
    assert picture.areas[network.urn].has_on_border(points[0])
    assert picture.areas[server.urn].has_on_border(points[-1])


def test_order_alone_draws_no_arrow() -> None:
    first, second = component("media", "Media"), component("server", "Server")
    made = resource("one", first.urn)
    waits = resource("two", second.urn)
    graph = graph_of(first, second, made, type(waits)(**{**vars(waits), "dependencies": (made.urn,)}))
    assert Picture(graph).arrows() == []


def test_a_component_in_a_component_is_folded_into_the_top_one() -> None:
    media = component("media", "Media")
    inner = component("media-bucket", "Bucket", media.urn)
    bucket = resource("media-bucket", inner.urn)
    policy = resource("media-policy", media.urn, "aws:s3/bucketPolicy:BucketPolicy")
    picture = Picture(graph_of(media, inner, bucket, reading(policy, {"bucket": [bucket]})))
    assert picture.titles() == ["Media"]
    assert picture.tips("kind") == ["S3 bucket:\nmedia-bucket", "Bucket policy:\nmedia-policy"]
    assert picture.arrows() == []


def test_every_protected_resource_has_a_lock_and_is_named() -> None:
    data = component("database", "Database", protect=True)
    kept = resource("main", data.urn, "aws:rds/instance:Instance", protect=True)
    mixed = [resource(f"b{n}", data.urn, protect=n == 1) for n in range(3)]
    picture = Picture(graph_of(data, kept, *mixed))
    locks = [group for group in picture.components[0].iter(f"{SVG}g") if group.get("class") == "lock"]
    assert len(locks) == 3, "the component and two lines"
    assert set(picture.tips("kind")) == {"RDS instance:\nmain, protected", "S3 bucket:\nb0\nb1, protected\nb2"}
    assert "Protected: Database, main, b1." in picture.root.findtext(f"{SVG}desc")
    assert "protected: Pulumi refuses" in "".join(picture.root.itertext())


def test_without_protection_there_is_no_lock() -> None:
    top = component("media", "Media")
    assert "lock" not in draw(graph_of(top, resource("one", top.urn)), title="t")


def test_names_are_hidden_only_where_they_are_many() -> None:
    top = component("network")
    few = [resource(f"network-{part}", top.urn, "aws:ec2/natGateway:NatGateway") for part in ("a", "b")]
    many = [resource(f"network-{n}", top.urn, "aws:ec2/subnet:Subnet") for n in range(6)]
    picture = Picture(graph_of(top, *few, *many))
    shown = [part for text in picture.components[0].iter(f"{SVG}text") for part in text.itertext()]
    assert shown == ["Network", "8", "NAT gateway", "×2", "a, b", "Subnet", "×6"]  # noqa: RUF001 - as drawn
    assert "network-5" in picture.tips("kind")[1]


def test_resources_in_no_component_have_a_box_and_providers_are_left_out() -> None:
    provider = resource("aws", None, "pulumi:providers:aws")
    picture = Picture(graph_of(provider, resource("platform", "urn:of-the-stack", "aws:ssm/parameter:Parameter")))
    assert picture.titles() == ["Stack"]
    assert picture.tips("kind") == ["SSM parameter:\nplatform"]


def test_an_empty_graph_says_so() -> None:
    texts = [text.text for text in Picture(Graph(())).root.iter(f"{SVG}text")]
    assert texts == ["acme: dev", "0 components with 0 resources", NOTHING]


def test_an_unknown_component_is_neutral() -> None:
    assert family_of("acme:any:SomethingNew") is OTHER
    assert friendly("acme:any:SomethingNew") == "Something new"


@settings(max_examples=60)
@given(name=st.text(max_size=60), title=st.text(max_size=60))
def test_markup_and_odd_characters_in_names_are_only_text(name: str, title: str) -> None:
    marked = f'</title><script>alert("1")</script>&{name}'
    top = component(marked)
    picture = Picture(graph_of(top, resource(marked, top.urn)), title=title)
    tags = {element.tag.removeprefix(SVG) for element in picture.root.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "path", "g", "text", "circle"}
    assert "</title><script>" in picture.titles()[0]


def test_the_picture_needs_nothing_beside_it() -> None:
    text = draw(graph_of(*platform_of("a", [(0, 1)], [3, 3])), title="t")
    assert "href" not in text
    assert "url(" not in text
    assert text.count("http") == text.count("http://www.w3.org/2000/svg") == 1


def test_the_picture_is_an_image_with_a_name_and_words_for_those_who_cannot_see_it() -> None:
    picture = Picture(graph_of(*platform_of("network", [(0, 1)], [2, 1])))
    assert picture.root.get("role") == "img"
    ids = {element.get("id"): element.text for element in picture.root if element.get("id")}
    assert ids[picture.root.get("aria-labelledby")] == "acme: dev"
    assert ids[picture.root.get("aria-describedby")].startswith("2 components with 3 resources. ")
    assert "Data flows from Network: network0 to Media: network1." in ids[picture.root.get("aria-describedby")]


@any_graph
@given(graphs(), st.randoms(use_true_random=False))
def test_the_same_graph_gives_the_same_bytes(graph: Graph, shuffle: random.Random) -> None:
    nodes = list(graph)
    shuffle.shuffle(nodes)
    assert draw(Graph(tuple(nodes)), title="t") == draw(graph, title="t")


def test_thirty_two_platforms_stand_below_one_another() -> None:
    edges = [(a, b) for a in range(15) for b in range(a + 1, 15) if (a * b) % 3 == 0]
    nodes = [node for n in range(32) for node in platform_of(f"p{n}x", edges, [10] * 15)]
    picture = Picture(graph_of(*nodes))
    assert len(picture.areas) == 32 * 15
    assert picture.canvas.right < 2200


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.label)
def test_text_stands_out_as_wcag_aa_asks(family: Family) -> None:
    pairs = [(ON_STRONG, family.strong), (INK, family.tint), (MUTED, family.tint), (MUTED, PAGE), (INK, PAGE)]
    assert all(_contrast(*pair) >= 4.5 for pair in pairs)


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
