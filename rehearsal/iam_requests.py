"""What the IAM tables share: forms of what IAM answers, boundaries, inline policies, and refusals of deletions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rehearsal import policy_documents
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs

UNEVALUATED = ("no request is checked against the policy: what it allows is shown by the policy tests instead",)


def given(**values: Any) -> dict[str, Any]:
    """The request's members that have a value."""
    return {name: value for name, value in values.items() if value is not None}


def known(entity: Inputs, unique: str) -> Inputs:
    """The outputs that roles, users and instance profiles have in common."""
    return {
        "path": entity["Path"],
        "arn": entity["Arn"],
        "uniqueId": entity[unique],
        "createDate": entity["CreateDate"].isoformat(),
    }


def text(document: Any) -> str:
    """A policy as JSON text: botocore parses those that IAM answers percent-encoded."""
    return document if isinstance(document, str) else json.dumps(document)


def boundary(entity: Inputs) -> str | None:
    """The ARN of the permissions boundary of a role or user."""
    arn: str | None = (entity.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return arn


def require_boundary(client: Any, inputs: Inputs, operation: str) -> None:
    """The boundary that the inputs name exists."""
    arn = inputs.get("permissionsBoundary")
    try:
        if arn:
            client.get_policy(PolicyArn=arn)
    except client.exceptions.NoSuchEntityException:
        message = f"Scope ARN: {arn} does not exist or is not attachable: bring the account project up first"
        raise refusal(operation, "NoSuchEntity", message) from None


def delete_conflict(operation: str, message: str) -> ClientError:
    """IAM deletes no entity that others are attached to."""
    return refusal(operation, "DeleteConflict", f"Cannot delete entity, {message}")


class InlinePolicies:
    """Create, read and delete of the inline policies of roles or of groups, which IAM has one set of calls for each."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def put(self, aws: Aws, inputs: Inputs) -> Created:
        """PutRolePolicy or PutGroupPolicy, within the size of all inline policies of the role or group."""
        owner, name = inputs[self.kind], inputs["name"]
        self._require_room(aws, inputs)
        self._call(aws, "put_{}_policy", owner, PolicyName=name, PolicyDocument=inputs["policy"])
        return Created(id=f"{owner}:{name}")

    def read(self, aws: Aws, identifier: str, _state: Inputs) -> Created:
        """The policy; imported, as known, by `<role or group>:<name>`."""
        owner, _, name = identifier.rpartition(":")
        found = self._call(aws, "get_{}_policy", owner, PolicyName=name)
        outputs = {"name": name, self.kind: owner, "policy": text(found["PolicyDocument"])}
        return Created(id=identifier, outputs=outputs)

    def delete(self, aws: Aws, identifier: str, _state: Inputs) -> None:
        """DeleteRolePolicy or DeleteGroupPolicy."""
        owner, _, name = identifier.rpartition(":")
        self._call(aws, "delete_{}_policy", owner, PolicyName=name)

    def names(self, aws: Aws, owner: str) -> list[str]:
        """Names of all inline policies of the role or group."""
        found: list[str] = self._call(aws, "list_{}_policies", owner)["PolicyNames"]
        return found

    def _require_room(self, aws: Aws, inputs: Inputs) -> None:
        owner = inputs[self.kind]
        held = [
            text(self._call(aws, "get_{}_policy", owner, PolicyName=name)["PolicyDocument"])
            for name in self.names(aws, owner)
            if name != inputs["name"]
        ]
        total = sum(map(policy_documents.size, (inputs["policy"], *held)))
        limit = policy_documents.INLINE_SIZES[self.kind]
        if total > limit:
            message = f"the inline policies of {owner} have {total:,} characters of {limit:,}: use managed ones"
            raise refusal(f"Put{self.kind.title()}Policy", "LimitExceeded", message)

    def _call(self, aws: Aws, operation: str, owner: str, **params: str) -> Any:  # Any: boto3 has no types
        call: Callable[..., Any] = getattr(aws.client("iam"), operation.format(self.kind))
        return call(**{f"{self.kind.title()}Name": owner}, **params)
