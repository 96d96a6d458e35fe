"""What a resource names for its protection, and names otherwise than before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rows_of_rules import LOWER, RATE
from small_changes import changed, judged, node

from rehearsal.graph import UNKNOWN, Node

FIREWALL, SITE = "wafv2/webAcl:WebAcl", "cloudfront/distribution:Distribution"
PARAMETERS, DB = "rds/parameterGroup:ParameterGroup", "rds/instance:Instance"
TLS = {"parameters": [{"name": "rds.force_ssl", "value": "1"}]}
CLEAR = {"parameters": [{"name": "rds.force_ssl", "value": "0"}]}


def naming(type_: str, path: str, other: Node, value: str) -> Node:
    one = node(type_, **{path: value, "storageEncrypted": True})
    return replace(one, property_dependencies={path: (other.urn,)})


@pytest.mark.parametrize(
    ("rules", "found"), [([], True), ([RATE], False), ([LOWER], False), (UNKNOWN, True)], ids=["none", "=", "<", "?"]
)
def test_another_firewall_waits_unless_it_is_known_to_refuse_as_much(rules: Any, found: bool) -> None:
    old, new = node(FIREWALL, "old", rules=[RATE]), node(FIREWALL, "new", rules=rules)
    before = naming(SITE, "webAclId", old, "[the arn of WebAcl/old]")
    for value in (UNKNOWN, "[the arn of WebAcl/new]"):
        step = changed(before, naming(SITE, "webAclId", new, value))
        assert ("firewall-detached" in judged(step, changed(None, new), others=(old,))) == found


def test_a_firewall_that_is_written_as_text_is_no_output_of_the_one_that_it_depends_on() -> None:
    old = node(FIREWALL, "old", rules=[RATE])
    before = naming(SITE, "webAclId", old, "[the arn of WebAcl/old]")
    assert "firewall-detached" in judged(changed(before, naming(SITE, "webAclId", old, "arn:other")), others=(old,))


@pytest.mark.parametrize(("inputs", "found"), [(TLS, False), (CLEAR, True), ({}, True)], ids=["tls", "clear", "none"])
def test_a_database_that_goes_to_other_parameters_waits_unless_they_ask_for_tls(
    inputs: dict[str, Any], found: bool
) -> None:
    old, new = node(PARAMETERS, "old", **TLS), node(PARAMETERS, "new", **inputs)
    before = naming(DB, "parameterGroupName", old, UNKNOWN)
    step = changed(before, naming(DB, "parameterGroupName", new, "[the name of ParameterGroup/new]"))
    rules = {
        one.step.node.name for one in judged(step, others=(old, new)).values() if one.rule == "protection-weakened"
    }
    assert ("one" in rules) == found


def test_new_parameters_wait_where_they_let_in_without_tls_by_their_own_word() -> None:
    assert judged(changed(None, node(PARAMETERS, **CLEAR)))["protection-weakened"].guarded
    for inputs in (TLS, {}):
        assert "protection-weakened" not in judged(changed(None, node(PARAMETERS, **inputs)))
