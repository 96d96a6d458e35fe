"""Pydantic's errors in the words of the YAML: the key's path, what was wrong, what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from infra.config_checks import Problem

KINDS = {
    "string_type": "text (quote it where YAML would read a number)",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LETTERS_AND_DIGITS = "lower-case letters, digits and"
ACCOUNT = "as AWS shows it"
PATTERN_WORDS = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": f"{LETTERS_AND_DIGITS} single hyphens, a letter first",
    r"^[0-9]{12}$": '12 digits in quotes, such as "123456789012"',
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$": "a region such as us-east-1",
    r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$": "a range such as 10.20.0.0/16",
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": f"{LETTERS_AND_DIGITS} hyphens, 3 to 63 characters",
    r"^[A-Za-z0-9_.\-/#]{1,512}$": "letters, digits and . _ - / #, at most 512 characters",
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$": "a domain in lower case, such as www.example.com",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an address such as ops@example.com",
    r"^[A-Z][A-Z0-9_]{0,63}$": "capital letters, digits and underscores, such as SECRET_KEY, 64 characters at most",
    r"^/[A-Za-z0-9_\-.*$/~\"'@:+&?]{0,254}$": "a path that begins with /, such as /api/*",
    r"^[A-Za-z0-9_\-.]+(/[A-Za-z0-9_\-.]+)*/$": "a prefix that ends with /, such as resumes/",
    r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$": "an origin without a path, such as https://www.example.com",
    r"^[A-Za-z0-9_][A-Za-z0-9_\-./]*$": "a path inside the repository, such as examples/backend",
    r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$": "a Python module, such as acme.wsgi",
    r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$": "an instance type such as t3.micro",
    r"^[^\x00-\x1f\x7f%$`\"'\\;|&<>]+$": "a plain command on one line, without quotes, variables or pipes",
    r"^[A-Z][A-Z0-9_]*$": "capital letters, digits and underscores, a letter first",
    r"^[^\x00-\x1f\x7f]*$": "text on one line, without tabs and other control characters",
    r"^vpc-[0-9a-f]{8,17}$": f"the VPC's id {ACCOUNT}, such as vpc-0123456789abcdef0",
    r"^subnet-[0-9a-f]{8,17}$": f"the subnet's id {ACCOUNT}, such as subnet-0123456789abcdef0",
    r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$": "a zone such as us-east-1a",
    r"^[^:\s\x00-\x1f\x7f]{1,64}$": "1 to 64 characters without colon or space",
    r"^REACT_APP_[A-Z0-9_]+$": "REACT_APP_ and capital letters, digits and underscores",
    r"^[0-9]{2}$": 'a major version in quotes, such as "17"',
    r"^db\.[a-z0-9]+\.[a-z0-9]+$": "an instance class such as db.t4g.micro",
    r"^[a-z][a-z0-9_]{0,62}$": f"{LETTERS_AND_DIGITS} underscores, a letter first, 63 characters at most",
    r"^[a-z][a-z0-9_]{0,15}$": f"{LETTERS_AND_DIGITS} underscores, a letter first, 16 characters at most",
    r"^[ -~]+$": "a header's text: ASCII letters, digits and signs on one line",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$": "a PostgreSQL parameter such as work_mem",
    r"^ami-[0-9a-f]{8,17}$": f"the image's id {ACCOUNT}, such as ami-0123456789abcdef0",
    r"^\.?[a-z0-9.-]+$": "a host such as api.example.com, or .example.com with all below it",
    r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$": "the id of a control or lint rule, such as RDS.5 or short-backups",
    r"^[A-Za-z0-9_ .:/=+\-@\u00aa-\uffff]{1,128}$": "1 to 128 letters, digits, spaces and _ . : / = + - @",
    r"^[A-Za-z0-9_ .:/=+\-@\u00aa-\uffff]{0,256}$": "at most 256 letters, digits, spaces and _ . : / = + - @",
    r"^[a-z][a-z0-9]{1,11}$": "2 to 12 lower-case letters and digits, a letter first",
    r"^[A-Za-z0-9_.-]{1,255}$": "letters, digits and . _ -, 255 characters at most",
    r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$": "owner/name as GitHub spells it",
    r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$": "a branch such as main",
    r"^arn:aws:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com$": "`create`, or the provider's ARN",
    r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]{36}$": "the ARN of a KMS key, not of an alias",
}


def problem_of(section: str, detail: Mapping[str, Any], *, model: object) -> Problem:
    """The Problem for one entry of `ValidationError.errors()` of the section `section`."""
    path = section + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"] if part != "[key]"
    )
    kind, context = str(detail["type"]), detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = ", ".join(_known_keys(model, detail["loc"][:-1]))
        return Problem(path=path, message="is not a setting", remedy=f"use one of {known}" if known else "remove it")
    if kind == "missing":
        return Problem(path=path, message="is missing", remedy="add it; docs/configuration.md says what it holds")
    if kind in KINDS:
        return Problem(path=path, message=f"is {_shown(detail['input'])}", remedy=f"write {KINDS[kind]}")
    if kind == "string_pattern_mismatch":
        words = PATTERN_WORDS.get(context["pattern"])
        remedy = f"write {words}" if words else f"it must match {context['pattern']}"
        if control := CONTROL.search(str(detail["input"])):  # the value may be one that nobody should see
            return Problem(path=path, message=f"holds U+{ord(control[0]):04X}", remedy=remedy)
        return Problem(path=path, message=f"{_shown(detail['input'])} is not allowed", remedy=remedy)
    if kind == "literal_error":
        return Problem(
            path=path, message=f"{_shown(detail['input'])} is not allowed", remedy=f"use {context['expected']}"
        )
    return Problem(
        path=path,
        message=f"{_shown(detail['input'])} is not allowed",
        remedy=str(detail["msg"]).removeprefix("Input ").lower(),
    )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _known_keys(model: object, location: tuple[object, ...]) -> list[str]:
    """Field names of the model at this place, where it is a model."""
    candidates = [model, *get_args(model)]
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            if not location:
                return list(candidate.model_fields)
            field = candidate.model_fields.get(str(location[0]))
            return _known_keys(field.annotation, location[1:]) if field else []
    if location and isinstance(location[0], int):
        for candidate in candidates:
            if found := _known_keys(candidate, location[1:]) if candidate is not model else []:
                return found
    return []
