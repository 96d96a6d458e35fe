"""The web ACL before the distribution: AWS's managed rules and a rate limit; an ACL for CloudFront is in us-east-1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.regions import GLOBAL_REGION

if TYPE_CHECKING:  # the SDK's WAF types take 0.5 s to load, and an environment without a WAF needs none
    Rule = aws.wafv2.WebAclRuleArgsDict

RATE_SECONDS = 300  # that a rate limit counts over

# AWS WAF Developer Guide, "AWS Managed Rules rule groups list". SizeRestrictions_BODY would refuse every upload over
# 8 KB, so it only counts; nginx holds bodies to server.max_upload_mb.
MANAGED_GROUPS: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}


def web_acl(parent: pulumi.Resource, name: str, *, rate_limit: int) -> aws.wafv2.WebAcl:
    """An ACL that blocks what the managed groups know as harmful, and addresses over `rate_limit` in five minutes."""
    groups = [_managed(group, counted, priority) for priority, (group, counted) in enumerate(MANAGED_GROUPS.items(), 1)]
    return aws.wafv2.WebAcl(
        f"{name}-waf",
        region=GLOBAL_REGION,
        scope="CLOUDFRONT",
        default_action={"allow": {}},
        rules=[_rate(rate_limit), *groups],
        visibility_config=_visible("web-acl"),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _rate(limit: int) -> Rule:
    return {
        "name": "rate-limit",
        "priority": 0,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {
                "limit": limit,
                "aggregate_key_type": "IP",
                "evaluation_window_sec": RATE_SECONDS,
            }
        },
        "visibility_config": _visible("rate-limit"),
    }


def _managed(group: str, counted: tuple[str, ...], priority: int) -> Rule:
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                "rule_action_overrides": [{"name": rule, "action_to_use": {"count": {}}} for rule in counted],
            }
        },
        "visibility_config": _visible(group),
    }


def _visible(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": metric}
