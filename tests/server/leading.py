"""Runs server/leader.py with a lock that is a directory's file, and what a test writes beside it: for test_leader.py.

    python leading.py DIRECTORY COMMAND...

The lock is `lock` (flock); `lost` makes it lost, `silent` makes its questions hang, `away` takes the database away.
"""

from __future__ import annotations

import fcntl
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent.parent.parent / "server/leader.py"


class FileLock:
    """A lock of one computer."""

    def __init__(self, room: Path, leader: Any) -> None:
        self._room, self._file, self._leader = room, (room / "lock").open("a"), leader

    def take(self) -> bool:
        """Whether it is ours now."""
        self._refuse_away()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def held(self) -> bool:
        """Whether it still is; hangs where it is to."""
        while (self._room / "silent").exists():
            time.sleep(0.02)
        self._refuse_away()
        return not (self._room / "lost").exists()

    def _refuse_away(self) -> None:
        if (self._room / "away").exists():
            raise self._leader.AwayError("connection refused")


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("leader", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    leader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(leader)
    sys.exit(leader.lead(FileLock(Path(sys.argv[1]), leader), sys.argv[2:], pause=0.05, silence=1.0))
