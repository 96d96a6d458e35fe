"""A program in the engine's place that answers as it was told and writes down how it was called."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python}
import json, os, pathlib, signal, sys
here, words = pathlib.Path(__file__).parent, sys.argv[1:]
told = json.loads((here / "told.json").read_text())
if words == ["version"]:
    print("v3.259.0")
    sys.exit(0)
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
if words[:2] == ["stack", "export"]:
    states = told["states"]
    print(json.dumps({{"deployment": {{"resources": states.pop(0) if len(states) > 1 else states[0]}}}}))
    (here / "told.json").write_text(json.dumps(told))
elif words[0] == "refresh":
    assert "--preview-only" in words
    print(json.dumps(told["preview"]))
elif words[0] == "preview":
    plan = pathlib.Path(words[words.index("--save-plan") + 1])
    plan.write_text("the plan")
    (here / "modes").write_text(f"{{plan.stat().st_mode & 0o777:o}} {{plan.parent.stat().st_mode & 0o777:o}}")
    print(json.dumps(told["preview"]))
elif words[0] == "up":
    plan = pathlib.Path(words[words.index("--plan") + 1])
    (here / "applied").write_text(plan.read_text())
    print(told["says"], flush=True)
    if told["waits"]:
        came = []
        signal.signal(signal.SIGINT, lambda *_: came.append("interrupt"))
        print("working", flush=True)
        while not came:
            signal.pause()
        signal.setitimer(signal.ITIMER_REAL, 1)  # a second interrupt would come within this second
        signal.signal(signal.SIGALRM, lambda *_: came.append("end"))
        while "end" not in came:
            signal.pause()
        (here / "came").write_text(" ".join(came))
    sys.exit(told["code"])
"""


@dataclass(frozen=True)
class ScriptedEngine:
    """It stands in `directory`, which goes on PATH."""

    directory: Path

    def will(
        self, preview: dict[str, Any], *, states: tuple[Any, ...] = ([],), says: str = "done", code: int = 0,
        waits: bool = False,
    ) -> None:  # fmt: skip
        """What it answers from now on; `states` are what each look at the state finds, the last one for good."""
        told = {"preview": preview, "states": states, "says": says, "code": code, "waits": waits}
        (self.directory / "told.json").write_text(json.dumps(told), encoding="utf-8")

    @property
    def words(self) -> list[list[str]]:
        """The commands as they were written."""
        file = self.directory / "calls"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    @property
    def calls(self) -> list[str]:
        """The commands it got, in their order."""
        return [" ".join(word for word in words if not word.startswith("-"))[:12] for words in self.words]

    def told(self, name: str) -> str:
        """What it wrote down under a name; nothing where it did not."""
        file = self.directory / name
        return file.read_text(encoding="utf-8") if file.exists() else ""


def scripted_engine(directory: Path) -> ScriptedEngine:
    directory.mkdir()
    program = directory / "pulumi"
    program.write_text(_PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return ScriptedEngine(directory)
