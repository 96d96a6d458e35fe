"""FSBP controls for AWS WAF, AWS Certificate Manager and Route 53."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from controls.control import Control, each
from controls.inputs import is_true, known, rows, value
from controls.references import pointing
from rehearsal.graph import Graph, Node

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
WEB_ACL_RULE = "aws:wafv2/webAclRule:WebAclRule"
RULE_GROUP = "aws:wafv2/ruleGroup:RuleGroup"
CERTIFICATE = "aws:acm/certificate:Certificate"
ZONE = "aws:route53/zone:Zone"
QUERY_LOG = "aws:route53/queryLog:QueryLog"

_STRONG_KEYS = ("RSA_2048", "RSA_3072", "RSA_4096", "EC_")


def _rules(acl: Node, graph: Graph) -> list[Mapping[str, Any]]:
    as_json = value(acl, "ruleJson")
    separate = [rule.inputs for rule in pointing(graph, WEB_ACL_RULE, "webAclArn", acl)]
    return [*rows(acl, "rules"), *(json.loads(as_json) if as_json else []), *separate]


def _has_rules(acl: Node, graph: Graph) -> str | None:
    return None if _rules(acl, graph) else "it has no rule"


def _measured(acl: Node, graph: Graph) -> str | None:
    for rule in (acl.inputs, *_rules(acl, graph)):
        visible = (
            known(rule.get("visibilityConfig"), f"a visibility of {acl.name}") or rule.get("VisibilityConfig") or {}
        )
        if not is_true(visible.get("cloudwatchMetricsEnabled", visible.get("CloudWatchMetricsEnabled"))):
            return f"{rule.get('name', 'a rule')} reports no metrics"
    return None


def _strong_key(certificate: Node, _: Graph) -> str | None:
    algorithm = str(value(certificate, "keyAlgorithm", "RSA_2048"))
    return None if algorithm.startswith(_STRONG_KEYS) else f"its key is {algorithm}, under 2,048 bits"


def _queries_logged(zone: Node, graph: Graph) -> str | None:
    if value(zone, "vpcs") or pointing(graph, QUERY_LOG, "zoneId", zone):
        return None
    return "its DNS queries are not logged"


CONTROLS = (
    Control(
        id="ACM.2",
        title="RSA certificates managed by ACM should use a key length of at least 2,048 bits",
        severity="high",
        rule=each(CERTIFICATE, _strong_key),
        remedy="leave keyAlgorithm unset, or choose RSA_2048 or EC_prime256v1",
    ),
    Control(
        id="Route53.2",
        title="Route 53 public hosted zones should log DNS queries",
        severity="medium",
        rule=each(ZONE, _queries_logged),
        remedy="give the hosted zone a QueryLog, as the dns component does",
    ),
    Control(
        id="WAF.10",
        title="AWS WAF web ACLs should have at least one rule or rule group",
        severity="medium",
        rule=each(WEB_ACL, _has_rules),
        remedy="keep the managed rule groups of website.waf",
    ),
    Control(
        id="WAF.12",
        title="AWS WAF rules should have CloudWatch metrics enabled",
        severity="medium",
        rule=each((WEB_ACL, RULE_GROUP), _measured),
        remedy="set cloudwatchMetricsEnabled on every rule, as the website component does",
    ),
)
