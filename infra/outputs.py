"""The contract between the platform and whatever deploys to it.

One dataclass: exported field by field by the stack, and written as JSON to the SSM parameter
`/<product>/<env>/platform`, which scripts read: a deployer needs neither the state nor its secrets. Nothing in it is
a secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import UnionType
from typing import Any

from infra.errors import PlatformError

SCHEMA = 1  # raised when a field that scripts need is added or changes its meaning
KINDS: Mapping[str, type | UnionType] = {
    "int": int,
    "str": str,
    "str | None": str | None,
    "list[str] | None": list | None,
}
SSM_STANDARD_LIMIT = 4096  # characters: AWS Systems Manager, "Managing parameter tiers"


class OutputsError(PlatformError):
    """The parameter cannot be used; the message says what renews it."""


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """What one environment is made of, by the names that AWS knows."""

    schema: int
    product: str
    environment: str
    account_id: str
    region: str
    site_url: str
    website_bucket: str
    distribution_id: str
    distribution_domain: str
    media_bucket: str
    artifacts_bucket: str
    logs_bucket: str
    database_address: str
    database_port: int
    database_name: str
    database_instance: str
    database_secret_arn: str
    server_mode: str
    server_tag: str
    release_document: str
    origin_domain: str
    backend_log_group: str
    worker_log_group: str
    nginx_log_group: str
    alarm_topic_arn: str
    dashboard_url: str
    media_user: str | None
    media_user_secret_arn: str | None
    secrets_store: str
    name_servers: list[str] | None

    def to_parameter(self) -> str:
        """The JSON of the SSM parameter; raises OutputsError when it outgrows the standard tier."""
        text = json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)
        if len(text) > SSM_STANDARD_LIMIT:
            raise OutputsError(f"the platform parameter has {len(text)} characters, SSM takes {SSM_STANDARD_LIMIT}")
        return text


def from_parameter(text: str, *, environment: str, account_id: str) -> Outputs:
    """Reads the parameter's JSON, ignoring fields of newer platforms.

    Raises OutputsError for text that is no such JSON, a value of another kind, another schema, another environment or
    another account.
    """
    renew = f"run `diceytech up --env {environment}`"
    try:
        found: Mapping[str, Any] = json.loads(text)
        schema = found["schema"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise OutputsError(f"the platform parameter of {environment} is not one of ours; {renew}") from None
    if schema != SCHEMA:
        older = isinstance(schema, int) and schema < SCHEMA
        what = f"is older than these scripts (schema {schema}, needed {SCHEMA}); {renew}"
        newer = f"is newer than these scripts (schema {schema}, known {SCHEMA}); update your checkout"
        raise OutputsError(f"the platform parameter of {environment} {what if older else newer}")
    missing = [field.name for field in fields(Outputs) if field.name not in found]
    if missing:
        raise OutputsError(f"the platform parameter of {environment} lacks {', '.join(missing)}; {renew}")
    other = [field.name for field in fields(Outputs) if not _is(found[field.name], KINDS[str(field.type)])]
    if other:
        raise OutputsError(f"the platform parameter of {environment} has another kind of {', '.join(other)}; {renew}")
    outputs = Outputs(**{field.name: found[field.name] for field in fields(Outputs)})
    if (outputs.environment, outputs.account_id) != (environment, account_id):
        raise OutputsError(
            f"the platform parameter is of {outputs.environment} in account {outputs.account_id}, "
            f"not of {environment} in {account_id}; check your credentials"
        )
    return outputs


def _is(value: object, kind: type | UnionType) -> bool:
    """Whether it is of this kind; no text of ours has a line's end or half of a character, as JSON can hold them."""
    return isinstance(value, kind) and (not isinstance(value, str) or value.isprintable())
