"""Rows for what counts in the account project alone: (rule, type, before, what is found, what is not)."""

from __future__ import annotations

from typing import Any

from small_changes import policy

from tests.changes.rows_of_rules import READ, ROLE, TAKE, Row

RIGHTS, POLICY = "iam/rolePolicy:RolePolicy", "iam/policy:Policy"
ATTACHED = "iam/rolePolicyAttachment:RolePolicyAttachment"
ISSUER, BUDGET = "iam/openIdConnectProvider:OpenIdConnectProvider", "budgets/budget:Budget"
WRITE = {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A budget with the notifications of two."""
    return {**one, "notifications": [*one["notifications"], *other["notifications"]]}


def told(*emails: str, limit: str = "300", percent: int = 80, **more: Any) -> dict[str, Any]:
    """A budget's inputs."""
    notification = {
        "threshold": percent,
        "thresholdType": "PERCENTAGE",
        "subscriberEmailAddresses": list(emails),
        **more,
    }
    return {"limitAmount": limit, "notifications": [notification]}


ROWS: list[Row] = [
    ("deploy-rights-widened", POLICY, {"policy": policy(READ)}, {"policy": policy(WRITE)},
     {"policy": policy({**READ, "Resource": "arn:aws:s3:::b/x/*"})}),
    ("deploy-rights-widened", RIGHTS, {"policy": policy(READ)}, {"policy": policy(READ, WRITE)},
     {"policy": policy(READ, {**WRITE, "Effect": "Deny"})}),
    ("deploy-rights-widened", ROLE, {"assumeRolePolicy": policy(TAKE), "managedPolicyArns": ["arn:a"]},
     {"assumeRolePolicy": policy(TAKE), "managedPolicyArns": ["arn:a", "arn:b"]},
     {"assumeRolePolicy": policy(TAKE), "managedPolicyArns": []}),
    ("deploy-rights-widened", ATTACHED, {"policyArn": "arn:a", "role": "one"}, {"policyArn": "arn:b", "role": "one"},
     {"policyArn": "arn:a", "role": "one", "id": "other"}),
    ("deploy-rights-widened", ATTACHED, {"policyArn": "arn:a", "role": "one"},
     {"policyArn": "arn:a", "role": "another"}, {"policyArn": "arn:a", "role": "one", "id": "other"}),
    ("deploy-rights-widened", RIGHTS, {"policy": policy(READ), "role": "one"},
     {"policy": policy(READ), "role": "another"}, {"policy": policy(READ), "role": "one", "name": "other"}),
    ("deploy-issuer-added", ISSUER, {}, {"url": "https://issuer.example"}, {"clientIdLists": ["a"]}),
    ("deploy-session-lengthened", ROLE, {"maxSessionDuration": 7200}, {"maxSessionDuration": 43200},
     {"maxSessionDuration": 3600}),
    ("deploy-session-lengthened", ROLE, {}, {"maxSessionDuration": 43200}, {"maxSessionDuration": 3600}),
    ("budget-weakened", BUDGET, told("a@example.com", "b@example.com"), told("c@example.com"),
     told("b@example.com", "c@example.com")),
    ("budget-weakened", BUDGET, told("a@example.com"), told("a@example.com", limit="3000"),
     told("a@example.com", limit="600")),
    ("budget-weakened", BUDGET, told("a@example.com"), told("a@example.com", percent=1000),
     told("a@example.com", percent=120)),
    ("budget-weakened", BUDGET, told("a@example.com"),
     both(told("b@example.com"), told("a@example.com", percent=900_000)),
     both(told("b@example.com", percent=900_000), told("a@example.com"))),
    ("budget-weakened", BUDGET, both(told("a@example.com"), told("b@example.com", percent=100)),
     both(told("c@example.com"), told("b@example.com", percent=900)),
     both(told("a@example.com"), told("c@example.com"))),
    *(("budget-weakened", BUDGET, told("a@example.com"), {**told("a@example.com"), name: value},
       {**told("a@example.com"), name: empty})
      for name, value, empty in (
          ("autoAdjustData", {"autoAdjustType": "HISTORICAL"}, None),
          ("billingViewArn", "arn:aws:billing::111111111111:billingview/custom-x",
           "arn:aws:billing::111111111111:billingview/primary"),
          ("filterExpression", {"dimensions": {"key": "SERVICE", "values": ["none"]}}, {}),
          ("metrics", ["BlendedCost"], []),
          ("plannedLimits", [{"amount": "10000000", "startTime": "2026-12-01_00:00", "unit": "USD"}], []),
          ("timePeriodStart", "2080-01-01_00:00", ""),
      )),
    *(("budget-weakened", BUDGET, told("a@example.com", comparisonOperator="GREATER_THAN"),
       told("a@example.com", comparisonOperator=other), told("a@example.com", comparisonOperator="GREATER_THAN", n=1))
      for other in ("LESS_THAN", "EQUAL_TO")),
    *(("budget-weakened", BUDGET, {**told("a@example.com"), name: "a"}, {**told("a@example.com"), name: "b"},
       {**told("a@example.com"), name: "a", "name": "other"})
      for name in ("accountId", "budgetType", "limitUnit", "timeUnit", "timePeriodEnd")),
    ("budget-weakened", BUDGET, told("a@example.com"),
     {**told("a@example.com"), "costFilters": [{"name": "Service", "values": ["none"]}]},
     {**told("a@example.com"), "name": "other"}),
    ("budget-weakened", BUDGET, told("a@example.com"),
     {**told("a@example.com"), "costTypes": {"includeSubscription": False}},
     {**told("a@example.com"), "accountId": "111111111111", "timePeriodEnd": "2087-06-15_00:00",
      "costTypes": {"includeSubscription": True, "useBlended": False}}),
]  # fmt: skip
