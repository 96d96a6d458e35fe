"""Which names, resources and texts say that a value is a secret, although nobody marked it as one."""

from __future__ import annotations

import base64
import re
from itertools import pairwise

from rehearsal.graph import SECRET, Node

_WORDS = frozenset({"password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "credential"})
_PAIRS = frozenset({(kind, "key") for kind in ("private", "api", "access", "signing", "encryption", "master")})
# What such a word is followed by where the value only speaks of a secret: its ARN, its age, whether there is one.
_ABOUT = frozenset(
    {"arn", "arns", "id", "ids", "name", "names", "length", "days", "hours", "minutes", "seconds", "age", "date",
     "type", "version", "versions", "stages", "policy", "status", "enabled", "required", "count", "path", "prefix",
     "rotation", "window", "ttl", "expires", "alias", "spec", "usage", "signer", "signers", "store"}
)  # fmt: skip
_NO_SECRETS = frozenset({"httpTokens", "manageMasterUserPassword"})
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Properties that are secrets by their type, whatever they are called.
_SECRET_VALUES = {
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "aws:iam/accessKey:AccessKey": ("secret", "sesSmtpPasswordV4", "encryptedSecret"),
    "aws:ssm/parameter:Parameter": ("value", "insecureValue", "valueWo"),
}
_FORMS = re.compile(
    r"(?P<lead>\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@]*:)[^\s\"']{1,256}(?=@)"  # a password in an address
    r"|(?P<user>\b[a-z][a-z0-9+.-]{0,30}://)[^\s/:@\"']{16,256}(?=@)"  # a token in its place
    r"|(?P<query>[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|sig|access_token|token|AWSAccessKeyId)=)"
    r"[^&\s\"'#]{1,2048}"  # what signs an address
    r"|(?P<scheme>\b(?:Basic|Bearer)\s+)(?=\S*(?:\d|[a-z][A-Z]|=))[\w+/=.~-]{8,4096}"  # a header of HTTP
    r"|(?P<option>(?<!\S)(?:-u|--user|--(?:[\w-]{0,30}(?:password|secret|token)))[ =])[^\s\"']{3,512}"  # of a command
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\bv1:[A-Za-z0-9+/=]{8,}:[A-Za-z0-9+/=]{8,}"  # what `pulumi config set --secret` writes
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"  # a JSON web token
    r"|\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abprs]-[\w-]{10,}|sk_live_\w{10,})"  # GitHub's, Slack's, Stripe's
)
_ASSIGNED = re.compile(
    r"(?P<name>(?<![\w.-])[A-Za-z_][\w.-]{1,64})(?P<sign>[\"']?(?:[ \t]?=[ \t]?|:[ \t]+))"
    r"(?P<value>\"[^\"\n]{1,4096}\"|'[^'\n]{1,4096}'|[^\s;&,\"']{1,4096})"
)
_NO_VALUE = re.compile(r"\$.*|/[\w/.-]+|arn:.*|" + re.escape(SECRET))  # a variable, a path, an ARN: where it is
_BASE64 = re.compile(r"[A-Za-z0-9+/\n]{24,}={0,2}\n?")


def masked_text(text: str) -> str:
    """The text with SECRET for what has the form of one, is assigned to a name of one, or is so once it is decoded."""
    if _BASE64.fullmatch(text) and _hides_secret(text):
        return SECRET
    return _ASSIGNED.sub(_masked_value, _FORMS.sub(_masked_form, text))


def _masked_form(found: re.Match[str]) -> str:
    return f"{next((lead for lead in found.groups() if lead), '')}{SECRET}"


def _masked_value(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"]) or _NO_VALUE.fullmatch(found["value"].strip("\"'")):
        return found[0]
    return f"{found['name']}{found['sign']}{SECRET}"


def _hides_secret(text: str) -> bool:
    """Whether it is Base64, such as a machine's user data, of a text that holds a secret."""
    try:
        held = base64.b64decode(text, validate=False).decode("utf-8")
    except ValueError:
        return False
    return masked_text(held) != held


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
