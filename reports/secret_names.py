"""Which names, resources and texts say that a value is a secret, although nobody marked it as one."""

from __future__ import annotations

import re
from itertools import pairwise

from rehearsal.graph import Node

_WORDS = frozenset({"password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "credential"})
_PAIRS = frozenset({(kind, "key") for kind in ("private", "api", "access", "signing", "encryption", "master")})
# What such a word is followed by where the value only speaks of a secret: its ARN, its age, whether there is one.
_ABOUT = frozenset(
    {"arn", "arns", "id", "ids", "name", "names", "length", "days", "hours", "minutes", "seconds", "age", "date",
     "type", "version", "versions", "stages", "policy", "status", "enabled", "required", "count", "path", "prefix",
     "rotation", "window", "ttl", "expires", "alias", "spec", "usage", "signer", "signers"}
)  # fmt: skip
_NO_SECRETS = frozenset({"httpTokens", "manageMasterUserPassword"})
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Properties that are secrets by their type, whatever they are called.
_SECRET_VALUES = {
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "aws:iam/accessKey:AccessKey": ("secret", "sesSmtpPasswordV4", "encryptedSecret"),
    "aws:ssm/parameter:Parameter": ("value", "insecureValue", "valueWo"),
}
SECRET_TEXT = re.compile(
    r"(?P<lead>\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@]*:)[^\s@\"']{1,256}(?=@)"  # a password in an address
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\bv1:[A-Za-z0-9+/=]{8,}:[A-Za-z0-9+/=]{8,}"  # what `pulumi config set --secret` writes
)


def is_secret_name(name: str) -> bool:
    """Whether a property of this name holds a secret: `ses_smtp_password` does, `passwordLength` does not."""
    if name in _NO_SECRETS:
        return False
    found = [word.lower() for word in _SPLIT.findall(name)]
    if not found or found[-1] in _ABOUT:
        return False
    single = [word if word in _WORDS else word.removesuffix("s") for word in found]
    alone = any(word in _WORDS or word.endswith(("password", "secret")) for word in single)
    return alone or any(pair in _PAIRS for pair in pairwise(single))


def holds_secret(path: str, node: Node) -> bool:
    """Whether the property at `path` of the resource is a secret, by one of the names on its path or by its type."""
    names = [name for name in re.split(r"[.\[\]]+", path) if name and not name.isdigit()]
    if any(is_secret_name(name) for name in names) or "secure" in names:
        return True
    if "customHeaders" in names and names[-1] in ("value", "headerValue"):
        return True
    return bool(names) and names[0] in _SECRET_VALUES.get(node.type, ()) and _is_secure(node)


def _is_secure(node: Node) -> bool:
    """A parameter is one only where it is kept encrypted; with a type that is not known it may be."""
    return node.type != "aws:ssm/parameter:Parameter" or node.inputs.get("type") not in ("String", "StringList")
