"""How a refused change is acknowledged: the option to type, or the lines to write."""

from __future__ import annotations

import json
import re
import shlex

from changes.change import Acknowledgement, Judgement
from changes.stack_titles import kind_and_name
from reports.safe_text import safe

REASON = "why you want it"
_BARE = re.compile(r"[A-Za-z][\w./-]*(?<!-)")
_WORDS_OF_YAML = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])


def option(judgement: Judgement) -> str:
    """The option as a shell takes it: `--acknowledge 'database-replaced:database-instance=why you want it'`."""
    return f"--acknowledge {shlex.quote(f'{judgement.rule}:{safe(judgement.step.node.name)}={REASON}')}"


def lines(judgement: Judgement, stack: str) -> list[str]:
    """The entry of changes.ack.yaml; reason and day are the person's to write."""
    kind, name = kind_and_name(stack)
    return [
        f"- {kind}: {_scalar(name)}",
        f"  resource: {_scalar(judgement.step.node.name)}",
        f"  rule: {_scalar(judgement.rule)}",
        f"  reason: {REASON}",
        "  until: YYYY-MM-DD  # the last day on which it counts",
    ]


def said(word: Acknowledgement) -> str:
    """Who says why, and until when."""
    until = "for this command" if word.until is None else f"until {word.until}"
    return f"{safe(word.reason)} ({safe(word.source)}, {until})"


def _scalar(text: str) -> str:
    shown = safe(text)
    return shown if _BARE.fullmatch(shown) and shown.lower() not in _WORDS_OF_YAML else json.dumps(shown)
