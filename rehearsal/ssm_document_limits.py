"""What Systems Manager refuses in the name and the content of a Command document."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.resource import Inputs

NAME = re.compile(r"[A-Za-z0-9_.-]{3,128}")
RESERVED = ("aws", "amazon", "amzn")
SIZE_LIMIT = 64 * 1024  # bytes: AWS Systems Manager endpoints and quotas, "SSM document size"
REFERENCE = re.compile(r"\{\{\s*([^}\s]+)\s*\}\}")


def document_name(inputs: Inputs) -> str | None:
    """Names that AWS has not kept for itself."""
    name = str(inputs.get("name", ""))
    if not NAME.fullmatch(name):
        return f"the document name {name!r} is not allowed: use 3 to 128 letters, digits, '_', '-' and '.'"
    if name.lower().startswith(RESERVED):
        return f"the document name {name} begins with a word that AWS keeps for itself: choose another"
    return None


def command(inputs: Inputs) -> str | None:
    """What AWS checks in a Command document of schema 2.2."""
    content = inputs.get("content")
    if content is None or inputs.get("documentFormat", "JSON") != "JSON" or inputs.get("documentType") != "Command":
        return None
    if len(content.encode()) > SIZE_LIMIT:
        return f"the document has {len(content.encode())} bytes of {SIZE_LIMIT}: shorten it"
    try:
        document = json.loads(content)
    except ValueError as error:
        return f"the document is no JSON ({error}): mend its template"
    if not isinstance(document, dict) or document.get("schemaVersion") != "2.2":
        return "a Command document has the schema version 2.2: set schemaVersion to it"
    return _steps(document) or _references(document)


def _steps(document: dict[str, Any]) -> str | None:
    steps = document.get("mainSteps") or []
    if not steps:
        return "the document has no mainSteps: add one"
    for step in steps:
        if not {"action", "name", "inputs"} <= step.keys():
            return "each step of a document has action, name and inputs: complete it"
        if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", step["name"]):
            return f"the step name {step['name']!r} is not allowed: use letters, digits and '_'"
    return None


def _references(document: dict[str, Any]) -> str | None:
    """Every `{{ name }}` is a parameter, and each default fits its own pattern."""
    parameters: dict[str, dict[str, Any]] = document.get("parameters") or {}
    for name in REFERENCE.findall(json.dumps(document["mainSteps"])):
        if name not in parameters and not name.startswith(("global:", "platformType")):
            return f"the document uses {{{{ {name} }}}}, which is no parameter of it: declare it"
    for name, parameter in parameters.items():
        pattern, default = parameter.get("allowedPattern"), parameter.get("default")
        if pattern and isinstance(default, str) and not re.search(pattern, default):
            return f"the default of the parameter {name} does not fit its pattern {pattern}: change one of them"
    return None
