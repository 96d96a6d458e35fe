"""Secrets within texts: commands, settings, scripts, headers and the words of the engine."""

from __future__ import annotations

import base64
import re
from typing import Final

from rehearsal.graph import SECRET
from reports.secret_names import is_secret_name

# A value ends at a blank, in quotes at their end, which may be several lines below.
_VALUE: Final = re.compile(
    r"(?P<value>\\(?P<quote>[\"'])[^\n]{1,4096}?\\(?P=quote)|\"(?:[^\"\\]|\\.){1,4096}\"|'(?:[^'\\]|\\.|'\\''){1,4096}'"
    r"|\[\s*[\"'][^\]\n]{1,4096}\]|[\"'][^\"'\n]{1,4096}"
    r"|(?:\\\n[ \t]*)?[^\s\"']{1,4096}(?:[\"'](?=[^\s\"',:;)\]}])[^\s\"']{1,4096}[\"']?){0,8}(?<![;,&]))",
    re.DOTALL,
)
_FORMS: Final = re.compile(
    r"(?P<lead>\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@]*:)[^\s\"']{1,256}(?=@)"  # a password in an address
    r"|(?P<user>\b[a-z][a-z0-9+.-]{0,30}://)[^\s/:@\"']{16,256}(?=@)"  # a token in its place
    r"|(?P<query>[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|sig|access_token|token|AWSAccessKeyId)=)"
    r"[^&\s\"'#]{1,2048}"  # what signs an address
    r"|(?P<hook>\bhttps://(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks)/)"
    r"[\w/+-]+"  # an address that is a secret as a whole
    r"|(?P<scheme>\b(?:Basic|Bearer)\s+)(?=\S*(?:\d|[a-z][A-Z]|=))[\w+/=.~-]{8,4096}"  # a header of HTTP
    r"|(?P<login>(?<!\S)(?:-u|--user)[ =][\"']?)[^\s\"':$]{1,256}:[^\s\"']{1,256}"  # of a command
    r"|(?P<machine>\blogin\s+\S{1,256}\s+password\s+)\S+"  # of a .netrc
    r"|(?P<database>\bmysql(?:dump|admin)?\b[^\n|;]{0,500}?\s-p)(?![\"']?\$)[^\s\"']+"
    r"|(?P<mark><(?P<tag>[\w.-]{0,30}(?:password|secret|token))>)[^<\s]{1,4096}(?=</(?P=tag)>)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\bv1:[A-Za-z0-9+/=]{8,}:[A-Za-z0-9+/=]{8,}"  # what `pulumi config set --secret` writes
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"  # a JSON web token
    r"|\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{10,}|xox[abprs]-[\w-]{10,}|sk_live_\w{10,})"  # of hosts
    r"|\b(?:sk-(?:proj|ant)-[\w-]{10,}|SG\.[\w-]{8,}\.[\w-]{8,}|AIza[\w-]{30,}|npm_\w{30,}|pypi-[\w-]{16,})"
)
_HEADER: Final = re.compile(
    r"(?P<name>\b(?:Proxy-)?Authorization)(?P<sign>(?:\\?[\"'])?[ \t]{0,8}[:=][ \t]{0,8}(?:\\?[\"'])?)"
    r"(?P<value>[^\s\"'\\][^\"'\n\\]{0,4096})",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(r"(?<!\S)(?P<lead>--(?P<name>[A-Za-z][\w-]{0,60})(?:=|[ \t]+(?!-)))")
_ASSIGNED: Final = re.compile(
    r"(?P<lead>(?<![\w.:/-])(?P<name>(?:aws:)?[A-Za-z_][\w.-]{1,64})(?:\\?[\"'])?"
    r"(?P<sign>[ \t]?(?:===?|!==?|:=|=>|=)[ \t]?|[ \t]?:[ \t]*))"
)
_BLOCK: Final = re.compile(
    r"^(?P<indent>[ \t]{0,80})(?P<item>(?:- )?)(?P<name>[\"']?[A-Za-z_][\w.-]{1,64}[\"']?)"
    r"(?P<sign>[ \t]?:[ \t]*[|>][+\d-]{0,2})[ \t]*\n"
    r"(?P<held>(?:(?P=indent)[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n)+)",
    re.MULTILINE,
)
# What says where a secret is, or that there is one: a variable, a path, an ARN, a template's field, a type, a word.
_VARIABLE: Final = r"\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+|[\d@*#?]|\{\w+\})"
_NO_VALUE: Final = re.compile(
    rf"(?:{_VARIABLE})+[)}};,]*|\$\([a-z].*|\$?\{{[{{%].*|arn:aws[a-z-]*:[a-z0-9-]+:.*|[|>][+\d-]{{0,2}}"
    r"|/(?:etc|run|var|opt|home|usr|tmp|srv|dev|proc|mnt)/[\w./@-]+|/[a-z][\w-]*/[\w./-]*[A-Z][A-Z0-9_]{3,}"
    r"|(?:os\.environ|os\.getenv|process\.env|env|getenv)[.(\[][\w\"'.)\]]*"
    r"|(?i:true|false|null|none|yes|no|~|[\[{(][\]})]?|required|optional|enabled|disabled|read|write|inherit|aws_iam|custom"
    r"|str|string|bytes|int|bool|secretstr)[)\]},;]*|" + re.escape(SECRET) + r"[)\]},;]*",
    re.DOTALL,
)
_BARE_WORD: Final = re.compile(r"[A-Za-z]?[a-z]*[.,;:!?)]*")
_BASE64: Final = re.compile(r"(?<![\w+/.-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=])")
_FOLDED_BASE64: Final = re.compile(r"[A-Za-z0-9+/\n]{24,}={0,2}\n?")


def masked_text(text: str) -> str:
    """The text with SECRET for what has the form of one, is assigned to a name of one, or is so once it is decoded."""
    if _FOLDED_BASE64.fullmatch(text) and _hides_secret(text):
        return SECRET
    text = _FORMS.sub(_masked_form, text)
    text = _HEADER.sub(_masked_header, text)
    text = _BLOCK.sub(_masked_block, text)
    for lead in (_OPTION, _ASSIGNED):
        text = _masked_values(text, lead)
    return _BASE64.sub(lambda found: SECRET if _hides_secret(found[0]) else found[0], text)


def _masked_form(found: re.Match[str]) -> str:
    leads = (text for name, text in found.groupdict().items() if text and name != "tag")
    return f"{next(leads, '')}{SECRET}"


def _masked_header(found: re.Match[str]) -> str:
    """The scheme stays, such as `Bearer`, where something follows it."""
    scheme, _, rest = found["value"].partition(" ")
    if _NO_VALUE.fullmatch(rest or scheme):
        return found[0]
    return f"{found['name']}{found['sign']}{f'{scheme} ' if rest else ''}{SECRET}"


def _masked_block(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"].strip("\"'")) or _NO_VALUE.fullmatch(found["held"].strip()):
        return found[0]
    end = "\n" if found["held"].endswith("\n") else ""
    return f"{found['indent']}{found['item']}{found['name']}{found['sign']}\n{found['indent']}  {SECRET}{end}"


def _masked_values(text: str, lead: re.Pattern[str]) -> str:
    """What follows a name of a secret; after another name the search goes on within its value."""
    parts: list[str] = []
    rest = 0
    for found in lead.finditer(text):
        if found.start() < rest or not is_secret_name(found["name"]) or found["name"] == "Authorization":
            continue
        value = _VALUE.match(text, found.end())
        if value and not _is_harmless(found, value[0]):
            parts += [text[rest : found.end()], _in_quotes(value[0])]
            rest = value.end()
    return "".join([*parts, text[rest:]])


def _is_harmless(found: re.Match[str], value: str) -> bool:
    bare = value.strip("\\\"'")
    return not bare or _NO_VALUE.fullmatch(bare) is not None or _is_prose(found, value)


def _in_quotes(value: str) -> str:
    """SECRET in the quotes of the value, so that a document stays one."""
    quotes = re.match(r"\\?[\"']", value)
    return f"{quotes[0]}{SECRET}{quotes[0]}" if quotes else SECRET


def _is_prose(found: re.Match[str], value: str) -> bool:
    """`the password: it must …`: a colon within a line, followed by a word."""
    if found.groupdict().get("sign", "").strip() != ":":
        return False
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    before = line.rstrip()
    return line != before and before[-1:].isalnum() and _BARE_WORD.fullmatch(value) is not None


def _hides_secret(text: str) -> bool:
    """Whether it is Base64, such as a machine's user data, of a text that holds a secret."""
    bare = "".join(text.split()).rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        held = base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8")
    except ValueError:
        return False
    return masked_text(held) != held
