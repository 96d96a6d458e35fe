"""Rows for what counts in the account project alone: (rule, type, before, what is found, what is not)."""

from __future__ import annotations

from small_changes import policy

from tests.changes.rows_of_rules import READ, ROLE, TAKE, Row

RIGHTS, POLICY = "iam/rolePolicy:RolePolicy", "iam/policy:Policy"
ATTACHED = "iam/rolePolicyAttachment:RolePolicyAttachment"
WRITE = {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}
ROWS: list[Row] = [
    ("deploy-rights-widened", POLICY, {"policy": policy(READ)}, {"policy": policy(WRITE)},
     {"policy": policy({**READ, "Resource": "arn:aws:s3:::b/x/*"})}),
    ("deploy-rights-widened", RIGHTS, {"policy": policy(READ)}, {"policy": policy(READ, WRITE)},
     {"policy": policy(READ, {**WRITE, "Effect": "Deny"})}),
    ("deploy-rights-widened", ROLE, {"assumeRolePolicy": policy(TAKE), "managedPolicyArns": ["arn:a"]},
     {"assumeRolePolicy": policy(TAKE), "managedPolicyArns": ["arn:a", "arn:b"]},
     {"assumeRolePolicy": policy(TAKE), "managedPolicyArns": []}),
    ("deploy-rights-widened", ATTACHED, {"policyArn": "arn:a"}, {"policyArn": "arn:b"},
     {"policyArn": "arn:a", "role": "another"}),
]  # fmt: skip
