"""`diceytech config schema` and `config docs`: made from the schema, so that they cannot say anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from infra import account_config
from infra.account_config import AccountConfig
from infra.config import PlatformConfig
from infra.config_lint import RULES
from infra.config_source import NAMESPACE

Schema = Mapping[str, Any]

INTRODUCTION = """# Configuration

Made by `diceytech config docs` from `infra/config.py`; do not edit by hand.

`Pulumi.yaml` sets `product` for every environment; `Pulumi.<env>.yaml` holds everything else, each part under its own
`platform:` key. Unknown keys are refused, and nothing is converted: `"123456789012"` is text, `20` is a number.
`diceytech config check` prints every error at once. Values of secrets are never in these files, only their names.
"""

ACCOUNT_INTRODUCTION = """# The account project

Made from `infra/account_config.py` by `make docs`; do not edit by hand.

`account/` is a small Pulumi project of its own, one stack per AWS account, brought up by an administrator before the
environments: GitHub's OIDC provider, three deploy roles for each environment with their permissions boundary,
account-wide guards and a budget alarm. A deployer's own policy is never in the stack that it deploys.
`account/Pulumi.<stack>.yaml` holds these keys; the product is read from `Pulumi.yaml`.
"""


def schema() -> str:
    """JSON Schema of `Pulumi.<env>.yaml`, for editors that know `# yaml-language-server: $schema=`."""
    root = PlatformConfig.model_json_schema(ref_template="#/$defs/{model}")
    properties = {f"{NAMESPACE}:{name}": value for name, value in root["properties"].items()}
    required = [f"{NAMESPACE}:{name}" for name in root["required"] if name != "product"]
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi.<env>.yaml",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": properties,
                "patternProperties": {"^pulumi:": {}},
                "required": required,
                "additionalProperties": False,
            }
        },
        "required": ["config"],
        "$defs": root["$defs"],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def docs() -> str:
    """docs/configuration.md."""
    return "\n".join([INTRODUCTION, *_sections(PlatformConfig, NAMESPACE), *_lint_rules()]).rstrip() + "\n"


def account_docs() -> str:
    """docs/account.md."""
    return "\n".join([ACCOUNT_INTRODUCTION, *_sections(AccountConfig, account_config.NAMESPACE)]).rstrip() + "\n"


def _sections(model: type[BaseModel], namespace: str) -> Iterator[str]:
    root = model.model_json_schema()
    definitions = root["$defs"]
    for name, field in model.model_fields.items():
        if name == "product" and namespace != NAMESPACE:
            continue  # read from Pulumi.yaml
        yield f"## `{namespace}:{name}`\n\n{field.description}"
        required = "Required." if field.is_required() else f"Default: {_default(field)}."
        yield f"{required}\n"
        described = root["properties"][name]
        target = _definition(described, definitions)
        if target is None:
            yield f"Type: {_type(described, definitions)}.\n"
        else:
            yield "| key | type | default | meaning |\n|---|---|---|---|"
            yield from _rows("", target, definitions)
            yield ""


def _rows(prefix: str, model: Schema, definitions: Schema) -> Iterator[str]:
    required = model.get("required", [])
    for key, described in model["properties"].items():
        path = f"{prefix}{key}"
        default = "required" if key in required else f"`{_yaml(described.get('default'))}`"
        nested = _definition(described, definitions)
        text = described.get("description") or (nested or {}).get("description", "")
        meaning = " ".join(text.split()).replace("|", "\\|")
        yield f"| `{path}` | {_type(described, definitions)} | {default} | {meaning} |"
        if nested is not None:
            yield from _rows(f"{path}.", nested, definitions)


def _definition(described: Schema, definitions: Schema) -> Schema | None:
    """The model behind a field, where it is one, or is one or null, or a list of one."""
    candidates = [described, *described.get("anyOf", []), described.get("items", {})]
    for candidate in candidates:
        if "$ref" in candidate:
            found: Schema = definitions[candidate["$ref"].rsplit("/", 1)[1]]
            return found
    return None


def _type(described: Schema, definitions: Schema) -> str:
    if "anyOf" in described:
        return " or ".join(_type(option, definitions) for option in described["anyOf"])
    if "$ref" in described:
        return "mapping"
    if "enum" in described:
        return "one of " + ", ".join(f"`{value}`" for value in described["enum"])
    if "const" in described:
        return f"`{described['const']}`"
    match described.get("type"):
        case "array":
            return f"list of {_type(described.get('items', described.get('prefixItems', [{}])[0]), definitions)}"
        case "integer":
            return "number" + _bounds(described)
        case "string":
            return "text"
        case "boolean":
            return "true or false"
        case "null":
            return "null"
    return "mapping"


def _bounds(described: Schema) -> str:
    low, high = described.get("minimum"), described.get("maximum")
    return f" {low} to {high}" if low is not None and high is not None else ""


def _yaml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return "null"
    return "the defaults below" if hasattr(value, "model_dump") else f"`{_yaml(value)}`"


def _lint_rules() -> Iterator[str]:
    yield "## Lint of production environments\n"
    yield "`config check` exits 2 for a finding, unless `platform:accepted` has a line `- {id: …, reason: …}` for it.\n"
    yield "| id | looks at | why | what to do |\n|---|---|---|---|"
    for rule in RULES:
        yield f"| `{rule.id}` | `{rule.path}` | {rule.reason} | {rule.remedy} |"
