"""Which names, resources and blocks say that a value is a secret, although nobody marked it as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from changes.property_changes import document
from rehearsal.graph import Node
from rehearsal.wire import SIGNATURE

_WORDS = frozenset({"password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "credential", "dsn"})
_PAIRS = frozenset({(kind, "key") for kind in ("private", "api", "access", "signing", "encryption", "master")})
_ENDS = ("password", "secret", "token", "secretkey", *("".join(pair) for pair in _PAIRS))  # of what is written as one
# What such a word is followed by where the value only speaks of a secret: its ARN, its age, whether there is one.
_ABOUT = frozenset(
    {"arn", "arns", "id", "ids", "name", "names", "length", "days", "hours", "minutes", "seconds", "age", "date",
     "type", "version", "versions", "stages", "policy", "status", "enabled", "required", "count", "path", "prefix",
     "rotation", "window", "ttl", "expires", "alias", "spec", "usage", "signer", "signers", "store", "encryption",
     "file", "stdin", "dir", "url", "uri", "endpoint", "timeout", "lifetime", "validation", "validators", "hashers",
     "prevention", "provider", "place"}
)  # fmt: skip
_NO_SECRETS = frozenset({"httpTokens", "manageMasterUserPassword"})
# Keys of a policy's conditions, which IAM reads in any case, that can hold anything, so that people put a secret there.
_ANYTHING = frozenset({"aws:referer", "aws:useragent"})
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-origin-verify"})
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Properties that are secrets by their type, whatever they are called.
_SECRET_VALUES = {
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "aws:iam/accessKey:AccessKey": ("secret", "sesSmtpPasswordV4", "encryptedSecret"),
    "aws:ssm/parameter:Parameter": ("value", "insecureValue", "valueWo"),
}
_NAME: Final = re.compile(r"(?:.*N|n)ame|(?:.*K|k)ey|settingI[dD]|NAME|KEY", re.ASCII)
_VALUE: Final = re.compile(r"(?:.*V|v)alues?|(?:search|Search|regex|Regex)String|VALUES?", re.ASCII)
_CUSTOM: Final = ("customHeaders", "CustomHeaders")
_OPTION: Final = re.compile(r"--?([\w-]+)")
_OPERATOR: Final = re.compile(
    r"(?:ForA(?:ny|ll)Values:)?(?:(?:String|Arn|Numeric|Date|Binary)(?:Not)?(?:Equals|Like|LessThan|GreaterThan)\w*"
    r"|(?:Bool|(?:Not)?IpAddress)(?:IfExists)?)"
)
_ISSUER = r"(?:[\w-]+\.)+(?:com|net|org|io|dev|example)"  # of tokens; its domain may speak of them
# AWS's own keys (`aws:SourceArn`, in any case, `kms:ViaService`) and those of whoever issues tokens
# (`issuer.example:sub`).
_OF_ISSUER: Final = re.compile(rf"{_ISSUER}(?:[:/].*)?")
_KNOWN_KEY: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z][\w-]*(?:/.*)?|[\w-]+\.[\w./-]+:[a-z_]+", re.ASCII)


@lru_cache(maxsize=16384)
def is_secret_name(name: str) -> bool:
    """Whether a property of this name holds a secret: `ses_smtp_password` does, `passwordLength` does not."""
    if name in _NO_SECRETS or _OF_ISSUER.fullmatch(name):
        return False
    found = [word.lower() for word in _SPLIT.findall(name)]
    if name == "Authorization" or name.lower() in _ANYTHING:
        return True
    if not found or found[-1] in _ABOUT:
        return False
    single = [word if word in _WORDS else word.removesuffix("s") for word in found]
    alone = any(word in _WORDS or word.endswith(_ENDS) for word in single)
    return alone or any(pair in _PAIRS for pair in pairwise(single))


def is_secret_in(block: Any, key: str | int, above: str | int = "") -> bool:
    """Whether what stands at `key` of the block, a mapping or a list, is a secret, by the key and by its neighbours.

    `{name: DB_PASSWORD, value: …}` holds one, `["--password", …]` too, and a condition of a policy under a key that
    neither AWS nor an issuer of tokens knows; `above` is the key of the block itself.
    """
    if isinstance(key, int):
        before = block[key - 1] if isinstance(block, list | tuple) and 0 < key < len(block) else None
        option = _OPTION.fullmatch(before) if isinstance(before, str) else None
        return option is not None and (option[1] == "user" or is_secret_name(option[1]))
    if is_secret_name(key) or key == "secure":
        return True
    if _VALUE.fullmatch(key) and (above in _CUSTOM or (isinstance(block, Mapping) and _is_named_secret(block))):
        return True
    return _OPERATOR.fullmatch(str(above)) is not None and not _KNOWN_KEY.fullmatch(key)


def _is_named_secret(block: Mapping[Any, Any]) -> bool:
    """`{name: X-Origin-Secret, value: …}`, what a firewall compares such a header with, Pulumi's form of a secret."""
    names = [value for key, value in block.items() if _NAME.fullmatch(str(key))]
    field = block.get("fieldToMatch", block.get("FieldToMatch"))
    parts = field if isinstance(field, list) else [field]
    held = [one for part in parts if isinstance(part, Mapping) for one in part.values()]
    names += [name for one in held if isinstance(one, Mapping) for name in one.values()]
    return any(isinstance(name, str) and _names_secret(name) for name in names) or SIGNATURE in block


def _names_secret(name: str) -> bool:
    return is_secret_name(name) or name.lower() in _HEADERS


def holds_secret(path: str, *nodes: Node) -> bool:
    """Whether the property at `path` is a secret, by a name on its path, by the resource's type or by its neighbours.

    The nodes are the resource before and after, as far as there is one.
    """
    bare = re.sub(rf"(?<![\w-]){_ISSUER}(?=[:/])", "", path)
    names = [name for name in re.split(r"[.\[\]\"]+", bare) if name and not name.isdigit()]
    if any(is_secret_name(name) for name in names) or "secure" in names:
        return True
    if names and any(names[0] in _SECRET_VALUES.get(node.type, ()) and _is_secure(node) for node in nodes):
        return True
    held = [values for node in nodes for values in (node.inputs, node.outputs) if values is not None]
    return any(is_secret_in(*one) for values in held for one in _around(values, path))


def _around(values: Any, path: str) -> Iterator[tuple[Any, str | int, str | int]]:
    """Every block on the way along the path, the key that the way takes there, and the key of the block itself.

    What the resource does not hold is None, and the way goes on by what the path says.
    """
    above: str | int = ""
    rest = path
    while rest:
        values = document(values)
        key, rest = _step(values, rest)
        yield values, key, above
        above = key if isinstance(key, str) else above
        values = _held(values, key)


def _step(block: Any, path: str) -> tuple[str | int, str]:
    """The key with which the path goes on, which may hold dots where the block has such a one, and the rest of it."""
    for name in sorted((str(one) for one in block), key=len, reverse=True) if isinstance(block, Mapping) else ():
        for form in (name, f'["{name}"]'):
            rest = path.removeprefix(form)
            if rest != path and (not rest or rest[0] in ".["):
                return name, rest.removeprefix(".")
    if found := re.match(r"\[(\d{1,9})\]\.?", path):
        return int(found[1]), path[found.end() :]
    found = re.match(r'\["((?:[^"\\]|\\.)*)"\]\.?|([^.\[]+)\.?', path)
    return (path, "") if found is None else (found[1] or found[2], path[found.end() :])


def _held(block: Any, key: str | int) -> Any:
    if isinstance(block, Mapping):
        return block.get(key)
    return block[key] if isinstance(block, list | tuple) and isinstance(key, int) and key < len(block) else None


def _is_secure(node: Node) -> bool:
    """A parameter is one only where it is kept encrypted; with a type that is not known it may be."""
    return node.type != "aws:ssm/parameter:Parameter" or node.inputs.get("type") not in ("String", "StringList")
