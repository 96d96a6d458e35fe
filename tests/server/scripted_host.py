"""A machine whose release program only says what a test wants it to say: for the order in which a deploy goes about.

Run as `python scripted_host.py DIRECTORY SCRIPT`: what the document's step would run. In the directory are `live` (the
release), `python` (its version), `unsteady` (JSON) and `fails` (how the next deploy fails);
`../orders` has a line for each order.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any


@dataclass
class ScriptedHost:
    """One machine as the stand-in for the SSM agents sees it; without a `pid` it does not answer."""

    id: str
    directory: Path
    tags: dict[str, str]
    pid: int | None = 1

    @property
    def instance(self) -> Any:
        """Its id, address and tags."""
        return SimpleNamespace(id=self.id, tags=self.tags, private_ip="10.0.0.9", private_dns="host")

    def command(self, words: Sequence[str]) -> list[str]:
        """What runs the step."""
        return [sys.executable, str(Path(__file__)), str(self.directory), words[-1]]

    @property
    def live(self) -> str | None:
        """Its release."""
        file = self.directory / "live"
        return file.read_text() if file.exists() else None

    def fail(self, code: int, *, switched: bool = False, told: bool = True) -> None:
        """Makes its next deploy fail: after the switch, or without its last line, where that is said."""
        (self.directory / "fails").write_text(json.dumps([code, switched, told]))


def main(directory: Path, script: str) -> int:
    """Says what the release program would say."""
    found = re.search(r"'([a-z-]+)' '([^']*)'$", script)
    assert found, script
    action, release = found[1], found[2]
    with (directory.parent / "orders").open("a") as orders:
        orders.write(f"{directory.name} {action} {release}\n")
    live, fails = directory / "live", directory / "fails"
    before = live.read_text() if live.exists() else None
    if action == "status":
        here: dict[str, object] = {
            "python": (directory / "python").read_text(),
            "platform": f"linux-{platform.machine()}",
        }
        unsteady = directory / "unsteady"
        here["unsteady"] = json.loads(unsteady.read_text()) if unsteady.exists() else {}
        return end(0, release=before, problem=None, slot="blue", maintenance=False, free_bytes=10**9, **here)
    print(json.dumps({"step": "probe", "state": "done", "seconds": 0.1}))
    if fails.exists():
        code, switched, told = json.loads(fails.read_text())
        fails.unlink()
        if switched:
            live.write_text(release)
            print(json.dumps({"step": "switch", "state": "done", "seconds": 0.1}))
        return (
            end(code, state="failed", message="it is not well", live=release if switched else before) if told else code
        )
    if release != "none":
        live.write_text(release)
    return end(0, live=release)


def end(code: int, state: str = "done", **more: object) -> int:
    """The last line."""
    print(json.dumps({"step": "end", "state": state, "exit": code, **more}))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
