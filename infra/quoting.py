"""Quoting a value for the format of the file it goes into, so that no value can become anything but a value.

Each function returns the value as the format writes it, quotes included where it has them, or raises QuotingError for
what the format cannot hold. A value is never shown in the error, as it may be one that its owner keeps to himself.
"""

from __future__ import annotations

import json
import re
import shlex

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NOT_IN_ENVIRONMENT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class QuotingError(ValueError):
    """The format has no way to write this value."""


def shell(value: object) -> str:
    """One word of a POSIX shell command."""
    return shlex.quote(_without(re.compile("\x00"), str(value), "a shell word"))


def environment_file(value: object) -> str:
    """A value of a systemd EnvironmentFile, which a POSIX shell reads alike.

    In double quotes systemd takes a backslash away before `"`, `\\`, a backtick and `$`, and keeps newlines
    (systemd.exec(5), EnvironmentFile=). It drops values with other control characters than tab and newline.
    """
    text = _without(NOT_IN_ENVIRONMENT, str(value), "an environment file")
    return '"' + re.sub(r'(["\\`$])', r"\\\1", text) + '"'


def dotenv(value: object) -> str:
    """A value of a .env file that a JavaScript build reads (dotenv with dotenv-expand).

    There is no escape for a quote: the first kind that the value does not have is used. `$` would be expanded.
    """
    text = _without(CONTROL, str(value), "a .env file")
    if text.endswith("\\"):
        raise QuotingError("a value that ends in a backslash cannot be written in a .env file; change the value")
    for quote in "'`\"":
        if quote not in text and not (quote == '"' and re.search(r"\\[nr]", text)):
            return quote + text.replace("$", "\\$") + quote
    raise QuotingError("a value with all kinds of quotes cannot be written in a .env file; use two kinds at most")


def nginx(value: object) -> str:
    """One parameter of an nginx directive; nginx has no escape for `$`."""
    text = _without(CONTROL, str(value), "nginx's configuration")
    if "$" in text:
        raise QuotingError("a value with `$` would be a variable of nginx; change the value")
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def unit(value: object) -> str:
    """A plain setting of a systemd unit, such as a path or a description: without `%` as a specifier."""
    return _without(CONTROL, str(value), "a systemd unit").replace("\\", "\\\\").replace("%", "%%")


def command(value: object) -> str:
    """Words for ExecStart=, separated by blanks in `value`, each quoted (systemd.service(5), "Command lines")."""
    text = _without(CONTROL, str(value), "a systemd unit")
    return " ".join(
        '"' + re.sub(r'(["\\])', r"\\\1", word).replace("%", "%%").replace("$", "$$") + '"' for word in text.split()
    )


def json_text(value: object) -> str:
    """JSON, in ASCII."""
    return json.dumps(value, indent=2)


def javascript(value: object) -> str:
    """A JavaScript literal that cannot end the script element it may stand in."""
    return json.dumps(value).replace("</", "<\\/")


def comment(value: object) -> str:
    """Text for a comment that ends with its line."""
    return _without(CONTROL, str(value), "a comment")


def _without(forbidden: re.Pattern[str], text: str, place: str) -> str:
    if found := forbidden.search(text):
        raise QuotingError(f"a value with the character U+{ord(found[0]):04X} cannot be written in {place}; remove it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise QuotingError(f"a value that is not Unicode text cannot be written in {place}; remove it") from None
    return text
