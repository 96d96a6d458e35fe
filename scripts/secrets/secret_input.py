"""Reading a secret's value: from a prompt without echo, or from standard input; never from arguments."""

from __future__ import annotations

import getpass
import sys
import warnings

from scripts.secrets.secrets import SecretsError


def read(name: str) -> str:
    """The value: asked for twice on a terminal, otherwise all of standard input without its last line end.

    Raises SecretsError where the two differ, the terminal cannot hide what is typed, or the input is not text.
    """
    if sys.stdin is None:
        raise SecretsError(f"{name}: standard input is closed; pipe the value in, or run this on a terminal")
    return _asked(name) if sys.stdin.isatty() else _piped(name)


def read_known(name: str) -> str:
    """A value that exists already, so it is asked for once; otherwise as `read`."""
    if sys.stdin is not None and sys.stdin.isatty():
        return _typed(name, f"{name[0].upper()}{name[1:]}: ")
    return read(name)


def _asked(name: str) -> str:
    value = _typed(name, f"Value of {name}: ")
    if value != _typed(name, f"Value of {name}, again: "):
        raise SecretsError(f"{name}: the two values differ; nothing was changed")
    return value


def _typed(name: str, prompt: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except getpass.GetPassWarning:
            raise SecretsError(f"{name}: this terminal cannot hide what is typed; pipe the value in") from None
        except EOFError:
            raise SecretsError(f"{name}: no value was typed; nothing was changed") from None


def _piped(name: str) -> str:
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise SecretsError(f"{name}: standard input is not UTF-8 text; nothing was changed") from None
    return text.removesuffix("\n").removesuffix("\r")
