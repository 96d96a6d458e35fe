"""What S3 refuses in the settings of a bucket.

Sources: Amazon S3 User Guide, "Bucket naming rules", "Policies and permissions", "CORS configuration", and "Lifecycle
configuration elements".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.policy_documents import fault, listed
from rehearsal.resource import Inputs

POLICY_LIMIT = 20_480  # bytes
CORS_RULES, LIFECYCLE_RULES, RULE_ID = 100, 1000, 255
CORS_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"})

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_RESERVED = ("xn--", "sthree-", "amzn-s3-demo-"), ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def bucket_name(inputs: Inputs) -> str | None:
    """AWS's naming rules for general purpose buckets."""
    name = str(inputs.get("bucket", "aaa"))
    starts, ends = _RESERVED
    if _NAME.fullmatch(name) is None or ".." in name or _ADDRESS.fullmatch(name):
        rule = "3 to 63 lower-case letters, digits, hyphens and single dots, and no IP address"
        return f"S3 refuses the bucket name {name}: choose {rule}"
    if name.startswith(starts) or name.endswith(ends):
        return f"the bucket name {name} begins or ends with what AWS keeps for itself: choose another"
    return None


def no_acl(inputs: Inputs) -> str | None:
    """New buckets have BucketOwnerEnforced, which refuses ACLs."""
    if inputs.get("acl") or inputs.get("grants"):
        return "AccessControlListNotSupported: the bucket does not allow ACLs; write a bucket policy"
    return None


def cors_rules(inputs: Inputs) -> str | None:
    """At most 100 rules, five methods, one asterisk in an origin or a header."""
    rules = inputs.get("corsRules")
    if rules is None:
        return None
    if not 0 < len(rules) <= CORS_RULES:
        return f"a CORS configuration has 1 to {CORS_RULES} rules, not {len(rules)}: change their number"
    for rule in rules:
        if wrong := sorted(set(rule.get("allowedMethods") or []) - CORS_METHODS):
            return f"CORS knows no method {wrong[0]}: use {', '.join(sorted(CORS_METHODS))}"
        if not rule.get("allowedMethods") or not rule.get("allowedOrigins"):
            return "a CORS rule needs an allowed method and an allowed origin: add it"
        for text in (*rule["allowedOrigins"], *(rule.get("allowedHeaders") or [])):
            if text.count("*") > 1:
                return f"the CORS value {text} has more than one asterisk: leave one"
    return None


def lifecycle_rules(inputs: Inputs) -> str | None:
    """At most 1,000 rules with ids of their own, each with an action."""
    rules = inputs.get("rules")
    if rules is None:
        return None
    ids = [rule.get("id") for rule in rules]
    if not 0 < len(rules) <= LIFECYCLE_RULES:
        return f"a lifecycle configuration has 1 to {LIFECYCLE_RULES:,} rules, not {len(rules)}: change their number"
    if len(ids) != len(set(ids)):
        return "two lifecycle rules have the same id: give each its own"
    return next((found for rule in rules if (found := _lifecycle_fault(rule))), None)


def _lifecycle_fault(rule: Mapping[str, Any]) -> str | None:
    name = rule.get("id", "")
    actions = ("abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration", "transitions")
    if not 0 < len(name) <= RULE_ID:
        return f"a lifecycle rule's id has 1 to {RULE_ID} characters: {name[:40]}"
    if not any(rule.get(action) for action in actions):
        return f"the lifecycle rule {name} does nothing: give it an action"
    expiration = rule.get("expiration") or {}
    if expiration.get("expiredObjectDeleteMarker") and (expiration.get("days") or expiration.get("date")):
        return f"the lifecycle rule {name} has both expiredObjectDeleteMarker and a date: make two rules"
    ages = (
        expiration.get("days", 1),
        (rule.get("noncurrentVersionExpiration") or {}).get("noncurrentDays", 1),
        (rule.get("abortIncompleteMultipartUpload") or {}).get("daysAfterInitiation", 1),
    )
    return f"the lifecycle rule {name} has days below 1: raise them" if min(ages) < 1 else None


def policy_document(inputs: Inputs) -> str | None:
    """JSON of a limited size, in IAM's grammar."""
    text = inputs.get("policy")
    if text is None:
        return None
    if len(str(text).encode()) > POLICY_LIMIT:
        return f"a bucket policy has at most {POLICY_LIMIT:,} bytes: shorten it"
    return fault(text, "resource")


def foreign_resources(inputs: Inputs) -> str | None:
    """A bucket's policy speaks of that bucket alone, and of objects where the action is on objects."""
    if "policy" not in inputs or "bucket" not in inputs:
        return None
    own = f"arn:aws:s3:::{inputs['bucket']}"
    for statement in listed(json.loads(inputs["policy"]).get("Statement")):
        named = [str(one) for one in listed(statement.get("Resource"))]
        if foreign := [one for one in named if one != own and not one.startswith(f"{own}/")]:
            return f"MalformedPolicy: the policy of {inputs['bucket']} names {foreign[0]}: name the bucket itself"
        actions = {str(one) for one in listed(statement.get("Action"))}
        if own not in named and actions & {"s3:ListBucket", "s3:GetBucketLocation"} == actions:
            return f"MalformedPolicy: {min(actions)} does not apply to objects: name {own}"
        if named == [own] and actions & {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} == actions:
            return f"MalformedPolicy: {min(actions)} does not apply to the bucket: name {own}/*"
    return None
