"""What a change costs, resource by resource."""

from __future__ import annotations

from decimal import Decimal

from cost_graphs import alarms, database, graph, node, server, sheet

from cost.difference import difference
from rehearsal.graph import Graph

NAT = node("aws:ec2/natGateway:NatGateway", "nat")


def test_a_dearer_database_and_a_new_gateway_are_named_the_larger_first() -> None:
    found = difference(graph(server(), database()), graph(server(), database(multiAz=True), NAT), sheet=sheet())
    assert [(row.resource, row.before, row.after) for row in found.rows] == [
        ("database", Decimal("7.0"), Decimal("14.0")),
        ("nat", Decimal(0), Decimal("5.0")),
    ]
    assert (found.before, found.after, found.delta) == (Decimal("8.8"), Decimal("20.8"), Decimal("12.0"))
    assert found.sentence == "costs 12.00 USD a month more (8.80 -> 20.80 USD a month fixed)"
    assert found.more_usage == ("data through NAT gateways, 0.05 USD per piece",)


def test_what_goes_costs_less() -> None:
    found = difference(graph(server(), NAT), graph(server()), sheet=sheet())
    assert found.sentence == "costs 5.00 USD a month less (6.80 -> 1.80 USD a month fixed)"
    assert (found.more_usage, len(found.less_usage)) == ((), 1)


def test_the_rows_add_up_also_where_an_allowance_covers_some() -> None:
    found = difference(graph(), graph(*alarms(3)), sheet=sheet())
    assert sum(row.delta for row in found.rows) == found.delta == Decimal("0.1")


def test_what_is_not_priced_is_said_on_either_side() -> None:
    found = difference(graph(server()), graph(server(instanceType="m9z.huge")), sheet=sheet())
    assert [one.resource for one in found.not_priced] == ["server"]
    assert found.sentence.endswith("; 1 resources are not priced")


def test_what_has_a_price_on_one_side_alone_is_no_saving() -> None:
    priced, other = graph(server(), database()), graph(server(instanceType="m9z.huge"), database(multiAz=True))
    found = difference(priced, other, sheet=sheet())
    assert [(row.resource, row.delta) for row in found.rows] == [("database", Decimal("7.0"))]
    assert found.sentence.startswith("costs 7.00 USD a month more (7.00 -> 14.00")
    assert difference(priced, graph(server(instanceType="m9z.huge"), database()), sheet=sheet()).delta == 0


def test_a_new_and_a_gone_stack_are_compared_with_nothing() -> None:
    assert difference(Graph(()), graph(server()), sheet=sheet()).delta == Decimal("1.80")
    assert difference(graph(server()), Graph(()), sheet=sheet()).delta == Decimal("-1.80")
    assert difference(Graph(()), Graph(())).sentence == "costs the same: 0.00 USD a month fixed"
