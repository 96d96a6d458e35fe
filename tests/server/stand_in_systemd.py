"""What the release program asks of systemctl and journalctl, where there is no systemd: units are started for real.

Run as `python stand_in_systemd.py ROOT systemctl|journalctl WORDS`. It knows no users, no sandbox and no restarts: a
program that ends has failed. A unit's journal begins with its last start. `UNIT.shown` beside its files is shown after
what it knows of the unit, for what only systemd does. What it cannot show is tested on a booted machine.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

NGINX = "nginx.service"


class Units:
    """The units of one root."""

    def __init__(self, root: Path) -> None:
        self.root, self.state = root, root / "run/units"
        self.state.mkdir(parents=True, exist_ok=True)

    def start(self, unit: str) -> int:
        if alive(self.pid(unit)):
            return 0
        text = (self.root / "etc/systemd/system" / unit).read_text().replace("\\\n", " ")
        slot = unit.partition("@")[2].removesuffix(".service")
        settings = dict(re.findall(r"^(\w+)=(.*)$", text.replace("%i", slot), re.MULTILINE))
        if "RuntimeDirectory" in settings:
            (self.root / "run" / settings["RuntimeDirectory"]).mkdir(exist_ok=True)
        words = [word.replace("%%", "%") for word in shlex.split(settings["ExecStart"])]
        shell = ["sh", "-c", 'set -a; . "$0"; exec "$@"', settings["EnvironmentFile"], *words]
        with self.log(unit).open("wb") as log:
            own = {"PATH": os.environ["PATH"], "TMPDIR": "/tmp"}  # noqa: S108 - as systemd has it
            process = subprocess.Popen(
                shell, cwd=settings["WorkingDirectory"], env=own, stdout=log, stderr=log, start_new_session=True
            )
        if settings.get("Type") == "oneshot":
            self.keep(unit, process.pid)
            return process.wait()
        self.keep(unit, process.pid)
        return 0

    def stop(self, unit: str, *, wait: bool) -> int:
        pid = self.pid(unit)
        if alive(pid):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 40
            while wait and alive(pid):
                if time.monotonic() > deadline:
                    os.killpg(pid, signal.SIGKILL)
                time.sleep(0.02)
        self.keep(unit, 0)
        return 0

    def active(self, unit: str) -> str:
        pid = self.pid(unit)
        return "active" if alive(pid) else "failed" if pid else "inactive"

    def pid(self, unit: str) -> int:
        file = self.state / f"{unit}.pid"
        return int(file.read_text()) if file.exists() else 0

    def keep(self, unit: str, pid: int) -> None:
        (self.state / f"{unit}.pid").write_text(str(pid))

    def log(self, unit: str) -> Path:
        return self.state / f"{unit}.log"

    def enabled(self, unit: str) -> Path:
        return self.state / f"{unit}.enabled"


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and that nobody has asked about does not."""
    try:
        return pid > 0 and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def systemctl(units: Units, words: list[str]) -> int:
    verb, *rest = words
    unit = rest[-1] if rest else ""
    with (units.state / "asked").open("a") as asked:
        asked.write(json.dumps(words) + "\n")
    if verb == "reload":
        main = units.root / "etc/nginx/nginx.conf"
        return subprocess.run(["nginx", "-s", "reload", "-c", str(main)], check=False).returncode
    if verb == "start":
        return units.start(unit)
    if verb == "stop":
        return units.stop(unit, wait="--no-block" not in rest)
    if verb == "show":
        state, held = units.active(unit), units.state / f"{unit}.shown"
        print(f"ActiveState={state}\nSubState={'running' if state == 'active' else state}\nNRestarts=0")
        print(held.read_text() if held.exists() else "")
    elif verb == "enable":
        units.enabled(unit).touch()
    elif verb == "disable":
        units.enabled(unit).unlink(missing_ok=True)
    elif verb == "is-enabled":
        on = units.enabled(unit).exists()
        print("enabled" if on else "disabled")
        return 0 if on else 1
    return 0


def journalctl(units: Units, words: list[str]) -> int:
    [unit] = [word.removeprefix("_SYSTEMD_UNIT=") for word in words if word.startswith("_SYSTEMD_UNIT=")]
    print("\n".join(units.log(unit).read_text().splitlines()[-80:]))
    return 0


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # as systemd starts units, whatever the caller ignores
    found = Units(Path(sys.argv[1]))
    sys.exit({"systemctl": systemctl, "journalctl": journalctl}[sys.argv[2]](found, sys.argv[3:]))
