"""Each switch: thrown, known too late, or not known before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rows_of_switches import BALANCER, BLOCK, CACHE, DB, FLAGS, ROWS, SITE, Inputs, Row
from small_changes import changed, judged, node, with_inputs

from changes.change import PropertyChange
from changes.judge import RULES
from changes.opened import SWITCHES
from changes.switch import Switch
from rehearsal.graph import UNKNOWN


def throws(switch: Switch, row: Row, after: Inputs) -> bool:
    return switch.thrown(changed(node(row[1], **row[2]), node(row[1], **after))) is not None


def switch_of(row: Row) -> Switch:
    return next(one for one in SWITCHES if one.rule == row[0] and throws(one, row, row[3]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].partition(':')[2]}")
def test_a_switch_that_is_thrown_is_found_and_waits_and_the_change_beside_it_is_not(row: Row) -> None:
    rule, type_, before, bad, good = row
    found = judged(changed(node(type_, **before), node(type_, **bad)))
    assert (found[rule].guarded, found[rule].risk) == (True, next(one.risk for one in RULES if one.id == rule))
    assert found[rule].causes
    assert "{" not in found[rule].sentence
    assert rule not in judged(changed(node(type_, **before), node(type_, **good)))


def test_every_switch_has_a_row_that_throws_it() -> None:
    assert [one for one in SWITCHES if not any(one.rule == row[0] and throws(one, row, row[3]) for row in ROWS)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].partition(':')[2]}")
def test_what_only_the_apply_will_tell_may_throw_it(row: Row) -> None:
    switch = switch_of(row)
    after = {**row[2], switch.top: UNKNOWN}
    assert throws(switch, row, after)
    words = switch.thrown(changed(node(row[1], **row[2]), node(row[1], **after)))
    assert words is not None
    assert "the apply" in words


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].partition(':')[2]}")
def test_what_was_not_known_before_may_have_protected(row: Row) -> None:
    switch = switch_of(row)
    before = node(row[1], **{**row[2], switch.top: UNKNOWN})
    assert switch.thrown(changed(before, node(row[1], **row[3]))) is not None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].partition(':')[2]}")
def test_what_stays_is_not_found_whether_it_is_known_or_not(row: Row) -> None:
    switch = switch_of(row)
    for before in (row[2], row[3], {**row[2], switch.top: UNKNOWN}):
        one = node(row[1], **before)
        assert switch.thrown(changed(one, with_inputs(one, description="d"))) is None


def test_what_is_not_known_on_both_sides_and_changes_is_found() -> None:
    one = node(DB, publiclyAccessible=UNKNOWN)
    step = changed(one, one)
    assert "opened-to-everyone" not in judged(step)
    change = PropertyChange(path="publiclyAccessible", before=UNKNOWN, after=UNKNOWN)
    assert judged(replace(step, changes=(change,)))["opened-to-everyone"].guarded


def test_what_is_new_is_judged_by_those_switches_alone_that_say_so() -> None:
    assert judged(changed(None, node(BLOCK, **FLAGS))).keys() == {"public-access-block-created"}
    assert "public-access-unblocked" in judged(changed(None, node(BLOCK)))
    assert "opened-to-everyone" in judged(changed(None, node(BALANCER)))
    assert judged(changed(None, node(CACHE))).keys() == {"cache-created"}


def test_a_firewall_that_is_made_anew_is_one_although_nobody_knows_its_name_yet() -> None:
    before, after = node(SITE, webAclId="a"), node(SITE, webAclId=UNKNOWN)
    firewall = replace(node("wafv2/webAcl:WebAcl"), outputs={"arn": "a"})
    own = replace(after, property_dependencies={"webAclId": (firewall.urn,)})
    assert "firewall-detached" in judged(changed(before, after), others=(firewall,))
    assert "firewall-detached" not in judged(changed(before, own), others=(firewall,))
    assert "firewall-detached" in judged(changed(before, own))
