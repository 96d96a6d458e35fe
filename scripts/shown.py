"""Text as a terminal may show it, whoever wrote it."""

from __future__ import annotations

import os
import re

# Control characters, as YAML and names of files may hold them, and those that turn the direction of what follows.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """The text with `?` for whatever would steer the terminal."""
    return CONTROL.sub("?", text)


def shown_name(name: str) -> str:
    """A file's name likewise, with the bytes of one that is no text as `\\xe9`."""
    return shown(os.fsencode(name).decode(errors="backslashreplace"))
