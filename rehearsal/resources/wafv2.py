"""WAF: web ACLs.

Sources besides the provider's documentation: AWS WAF Developer Guide, "AWS WAF quotas", "AWS Managed Rules rule groups
list", and "Rate-based rule statement".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal import tagging
from rehearsal.api import camel, pascal, refusal
from rehearsal.emulator import NotEmulated
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
        **_settings(inputs), **({"Tags": name_tags(inputs)} if inputs["tagsAll"] else {})
    )["Summary"]
    outputs = {
        "arn": found["ARN"],
        "applicationIntegrationUrl": "",
        "capacity": sum(map(_capacity, inputs.get("rules") or [])),
        "lockToken": found["LockToken"],
    }
    return Created(id=found["Id"], outputs=outputs)


def _settings(inputs: Inputs) -> dict[str, Any]:
    return {
        "Name": inputs["name"],
        "Scope": inputs["scope"],
        "DefaultAction": pascal(inputs["defaultAction"]),
        "Rules": [_rule(rule) for rule in inputs.get("rules") or []],
        "VisibilityConfig": _visibility(inputs["visibilityConfig"]),
    }


def read_web_acl(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetWebACL. Imported as `<id>/<name>/<scope>`."""
    identifier, name, scope = _named(identifier, state)
    client = aws.client("wafv2", state.get("region"))
    answer = client.get_web_acl(Name=name, Scope=scope, Id=identifier)
    found = answer["WebACL"]
    held = {
        "name": found["Name"],
        "scope": scope,
        "defaultAction": camel(found["DefaultAction"]),
        "visibilityConfig": _visibility_held(found["VisibilityConfig"]),
        "rules": [_rule_held(rule) for rule in found["Rules"]],
        "arn": found["ARN"],
        "applicationIntegrationUrl": "",
        "lockToken": answer["LockToken"],
        "tagsAll": _tags(client, found["ARN"]),
    }
    return Created(id=identifier, outputs={**held, "capacity": sum(map(_capacity, held["rules"]))})


def _named(identifier: str, state: Inputs) -> tuple[str, str, str]:
    if "name" in state:
        return identifier, state["name"], state["scope"]
    bare, name, scope = identifier.split("/")
    return bare, name, scope


def update_web_acl(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateWebACL by its present lock token, then the tags."""
    client, arn = aws.client("wafv2", inputs.get("region")), state["arn"]
    found = client.get_web_acl(Name=inputs["name"], Scope=inputs["scope"], Id=identifier)
    if found["WebACL"]["Rules"] and not inputs.get("rules"):
        raise NotEmulated("wafv2", "UpdateWebACL", "it keeps the last rules where none are sent")
    answer = client.update_web_acl(Id=identifier, LockToken=found["LockToken"], **_settings(inputs))
    tagging.retag(
        _tags(client, arn),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(ResourceARN=arn, Tags=tagging.as_list(tags)),
        untag=lambda keys: client.untag_resource(ResourceARN=arn, TagKeys=keys),
    )
    return {"lockToken": answer["NextLockToken"], "capacity": sum(map(_capacity, inputs.get("rules") or []))}


def delete_web_acl(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteWebACL by its present lock token, refused while a distribution uses it."""
    client, name, scope = aws.client("wafv2", state.get("region")), state["name"], state["scope"]
    token = client.get_web_acl(Name=name, Scope=scope, Id=identifier)["LockToken"]
    if scope == "CLOUDFRONT":
        listed = aws.client("cloudfront").list_distributions().get("DistributionList", {}).get("Items", [])
        if users := [one["Id"] for one in listed if one.get("WebACLId") == state["arn"]]:
            message = f"AWS WAF couldn't perform the operation: {users[0]} uses the web ACL {name}; take it off first"
            raise refusal("DeleteWebACL", "WAFAssociatedItemException", message)
    client.delete_web_acl(Name=name, Scope=scope, Id=identifier, LockToken=token)


def find_web_acl(aws: Aws, inputs: Inputs) -> list[str]:
    """The one of that name and scope."""
    acls = aws.client("wafv2", inputs.get("region")).list_web_acls(Scope=inputs["scope"])["WebACLs"]
    return [f"{one['Id']}/{one['Name']}/{inputs['scope']}" for one in acls if one["Name"] == inputs["name"]]


def every_web_acl(aws: Aws, region: str) -> list[str]:
    """Ids of all: those of CloudFront in us-east-1."""
    scopes = ("REGIONAL", "CLOUDFRONT") if region == "us-east-1" else ("REGIONAL",)
    client = aws.client("wafv2", region)
    return [one["Id"] for scope in scopes for one in client.list_web_acls(Scope=scope)["WebACLs"]]


def _tags(client: Any, arn: str) -> tagging.Tags:
    return tagging.as_mapping(client.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"])


def _rule_held(rule: Mapping[str, Any]) -> dict[str, Any]:
    held = {
        name: camel(rule[name[0].upper() + name[1:]]) for name in ("action", "overrideAction") if _given(rule, name)
    }
    statement = rule["Statement"]
    return {
        **held,
        "name": rule["Name"],
        "priority": rule["Priority"],
        "statement": {key[0].lower() + key[1:]: camel(value) for key, value in statement.items()},
        "visibilityConfig": _visibility_held(rule["VisibilityConfig"]),
    }


def _given(rule: Mapping[str, Any], name: str) -> bool:
    return name[0].upper() + name[1:] in rule


def _visibility_held(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sampledRequestsEnabled": config["SampledRequestsEnabled"],
        "cloudwatchMetricsEnabled": config["CloudWatchMetricsEnabled"],
        "metricName": config["MetricName"],
    }


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
        read=read_web_acl,
        update=update_web_acl,
        delete=delete_web_acl,
        find=find_web_acl,
        every=every_web_acl,
        computed=("applicationIntegrationUrl", "arn", "capacity", "lockToken"),
        renewed=frozenset({"capacity", "lockToken"}),
        replace_on=frozenset({"name", "region", "scope"}),
        in_place=frozenset({"defaultAction", "rules", "tags", "visibilityConfig"}),
        unordered=frozenset({"rules"}),
        limits=(acl_name, rules),
        emulated="partial",
        not_emulated=(
            "the web ACL's rules are kept, but no request is filtered or counted",
            "taking away all rules of a web ACL: it is refused",
        ),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_wafv2_web_acl",
    ),
)
