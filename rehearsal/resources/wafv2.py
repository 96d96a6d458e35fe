"""WAF: web ACLs.

Sources besides the provider's documentation: AWS WAF Developer Guide, "AWS WAF quotas", "AWS Managed Rules rule groups
list", and "Rate-based rule statement".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.api import pascal, refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

CAPACITIES = {  # web ACL capacity units of AWS's managed rule groups
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
}
RATE_CAPACITY = 2
CAPACITY_LIMIT = 5000
RATE_LIMITS = (10, 2_000_000_000)
WINDOWS = (60, 120, 300, 600)
_NAME = re.compile(r"[\w-]{1,128}", re.ASCII)


def acl_name(inputs: Inputs) -> str | None:
    """Letters, digits, hyphens and underscores."""
    name = str(inputs.get("name", "x"))
    return None if _NAME.fullmatch(name) else f"WAF refuses the name {name}: use 1 to 128 letters, digits, - and _"


def rules(inputs: Inputs) -> str | None:
    """Names and priorities once each; an action for own rules, an override for groups; known groups; sane rates."""
    found = inputs.get("rules") or []
    for key in ("name", "priority"):
        values = [rule[key] for rule in found]
        if len(values) != len(set(values)):
            return f"WAFDuplicateItemException: two rules have the same {key}: give each its own"
    if faults := [fault for rule in found if (fault := _rule_fault(rule))]:
        return faults[0]
    if (capacity := sum(map(_capacity, found))) > CAPACITY_LIMIT:
        return f"WAFLimitsExceeded: the rules need {capacity} capacity units of {CAPACITY_LIMIT}: remove some"
    return None


def _rule_fault(rule: Mapping[str, Any]) -> str | None:
    name, statement = rule["name"], rule["statement"]
    group = statement.get("managedRuleGroupStatement")
    if bool(group) != bool(rule.get("overrideAction")) or bool(group) == bool(rule.get("action")):
        return f"the rule {name}: a rule group takes an overrideAction, any other rule an action: set that one"
    if group and (group["vendorName"] != "AWS" or group["name"] not in CAPACITIES):
        return f"the rule {name}: there is no managed rule group {group['vendorName']} {group['name']}: correct it"
    rate = statement.get("rateBasedStatement")
    low, high = RATE_LIMITS
    if rate and not low <= rate["limit"] <= high:
        return f"the rule {name}: a rate limit is {low} to {high:,}, not {rate['limit']}: change website.waf_rate_limit"
    if rate and rate.get("evaluationWindowSec", 300) not in WINDOWS:
        return f"the rule {name}: a rate is counted over {', '.join(map(str, WINDOWS))} seconds: use one of these"
    return None


def _capacity(rule: Mapping[str, Any]) -> int:
    group = rule["statement"].get("managedRuleGroupStatement")
    return CAPACITIES[group["name"]] if group else RATE_CAPACITY


def create_web_acl(aws: Aws, inputs: Inputs) -> Created:
    """CreateWebACL; the scope CLOUDFRONT exists in us-east-1 only."""
    region = inputs.get("region") or aws.region
    if inputs["scope"] == "CLOUDFRONT" and region != "us-east-1":
        message = f"the scope CLOUDFRONT is not valid in {region}: set the region us-east-1"
        raise refusal("CreateWebACL", "WAFInvalidParameterException", message)
    found = aws.client("wafv2", region).create_web_acl(
        Name=inputs["name"],
        Scope=inputs["scope"],
        DefaultAction=pascal(inputs["defaultAction"]),
        Rules=[_rule(rule) for rule in inputs.get("rules") or []],
        VisibilityConfig=_visibility(inputs["visibilityConfig"]),
        **({"Tags": name_tags(inputs)} if inputs["tagsAll"] else {}),
    )["Summary"]
    outputs = {
        "arn": found["ARN"],
        "applicationIntegrationUrl": "",
        "capacity": sum(map(_capacity, inputs.get("rules") or [])),
        "lockToken": found["LockToken"],
    }
    return Created(id=found["Id"], outputs=outputs)


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Name": rule["name"],
        "Priority": rule["priority"],
        "Statement": _statement(rule["statement"]),
        "VisibilityConfig": _visibility(rule["visibilityConfig"]),
    }
    for ours, theirs in (("action", "Action"), ("overrideAction", "OverrideAction")):
        if rule.get(ours):
            shown[theirs] = pascal(rule[ours])
    return shown


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    if rate := statement.get("rateBasedStatement"):
        return {"RateBasedStatement": pascal(rate)}
    group = statement["managedRuleGroupStatement"]
    shown = {"VendorName": group["vendorName"], "Name": group["name"]}
    overrides = [pascal(one) for one in group.get("ruleActionOverrides") or []]
    return {"ManagedRuleGroupStatement": {**shown, **({"RuleActionOverrides": overrides} if overrides else {})}}


def _visibility(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "SampledRequestsEnabled": config["sampledRequestsEnabled"],
        "CloudWatchMetricsEnabled": config["cloudwatchMetricsEnabled"],
        "MetricName": config["metricName"],
    }


_VISIBILITY = spec("cloudwatchMetricsEnabled metricName sampledRequestsEnabled")

RESOURCES = (
    ResourceType(
        token="aws:wafv2/webAcl:WebAcl",
        inputs=spec(
            "name region scope tags",
            defaultAction=spec("allow block"),
            visibilityConfig=_VISIBILITY,
            rules=spec(
                "name priority",
                action=spec("allow block count"),
                overrideAction=spec("none count"),
                statement=spec(
                    "",
                    rateBasedStatement=spec("limit aggregateKeyType evaluationWindowSec"),
                    managedRuleGroupStatement=spec(
                        "name vendorName",
                        ruleActionOverrides=spec("name", actionToUse=spec("allow block count")),
                    ),
                ),
                visibilityConfig=_VISIBILITY,
            ),
        ),
        create=create_web_acl,
        computed=("applicationIntegrationUrl", "arn", "capacity", "lockToken", "tagsAll"),
        replace_on=frozenset({"name", "region", "scope"}),
        limits=(acl_name, rules),
        emulated="partial",
        not_emulated=("the web ACL's rules are kept, but no request is filtered or counted",),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_wafv2_web_acl",
    ),
)
