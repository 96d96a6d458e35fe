"""The stand-in for the CloudWatch agents: sends what the machines' own agent settings name to the emulated log groups.

It reads the file that the user data wrote for the real agent, so that a mistake in it shows here: `files`, and of
`journald` the `units` and `matches`. Filters and metrics are not emulated.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rehearsal.machine.machine import Machine
from rehearsal.machine.needs import MachineError

PAUSE: Final = 0.5  # seconds between looks
BATCH: Final = 1000  # events of one PutLogEvents; AWS takes 10,000 and 1 MiB
EVENT_LIMIT: Final = 256 * 1024  # characters
Event = tuple[str, str, int, str]  # log group, stream, milliseconds since 1970, message


class LogShipper:
    """Follows the logs of all machines of a world."""

    def __init__(
        self, machines: Callable[[], Mapping[str, Machine]], announcement: Path, *, account_id: str, region: str
    ) -> None:
        self._machines = machines
        self._announcement = announcement
        self._account_id = account_id
        self._region = region
        self._queue: list[Event] = []
        self._lock = threading.Lock()
        self._followers: dict[tuple[str, int], threading.Thread] = {}
        self._offsets: dict[Path, tuple[int, int]] = {}
        self._streams: set[tuple[str, str]] = set()
        self._cursors: dict[str, str] = {}

    def run(self) -> None:
        """Ships for as long as the process lives."""
        while not self._announcement.exists():
            time.sleep(PAUSE)
        client = self._client()
        while True:
            for machine in self._machines().values():
                self._look(machine)
            with self._lock:
                waiting, self._queue = self._queue, []
            self._send(client, waiting)
            time.sleep(PAUSE)

    def _look(self, machine: Machine) -> None:
        settings = _settings(machine)
        pid = machine.pid
        if settings is None or pid is None:
            return
        for entry in settings["files"]["collect_list"]:
            self._put((*_stream(entry, machine), int(time.time() * 1000), line) for line in self._lines(machine, entry))
        journal = settings.get("journald", {}).get("collect_list", [])
        if journal and (machine.id, pid) not in self._followers:
            thread = threading.Thread(target=self._follow, args=(machine, journal), daemon=True)
            self._followers[(machine.id, pid)] = thread
            thread.start()

    def _put(self, events: Iterator[Event]) -> None:
        found = list(events)
        with self._lock:
            self._queue.extend(found)

    def _lines(self, machine: Machine, entry: Mapping[str, Any]) -> list[str]:
        """Whole lines that were added since the last look; from the beginning where the file is another one."""
        path = machine.root / str(entry["file_path"]).lstrip("/")
        try:
            inode = path.stat().st_ino
            known, offset = self._offsets.get(path, (inode, 0))
            with path.open("rb") as file:
                file.seek(offset if known == inode else 0)
                data = file.read()
                whole = data.rfind(b"\n") + 1
                self._offsets[path] = (inode, file.tell() - len(data) + whole)
        except OSError:
            return []
        return data[:whole].decode(errors="replace").splitlines()

    def _follow(self, machine: Machine, journal: list[Mapping[str, Any]]) -> None:
        """Reads the machine's journal until it is switched off."""
        since = [f"--after-cursor={self._cursors[machine.id]}"] if machine.id in self._cursors else []
        try:
            words = machine.command(["journalctl", "--follow", "--output=json", "--lines=all", *since])
        except MachineError:
            return
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603
            for line in process.stdout or ():
                record = json.loads(line)
                self._cursors[machine.id] = record["__CURSOR"]
                entry = next((entry for entry in journal if _matches(entry, record)), None)
                if entry is not None:
                    moment = int(record["__REALTIME_TIMESTAMP"]) // 1000
                    self._put(iter([(*_stream(entry, machine), moment, _message(record))]))

    def _send(self, client: Any, events: list[Event]) -> None:
        by_stream: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for group, stream, moment, message in events:
            if message:
                by_stream.setdefault((group, stream), []).append(
                    {"timestamp": moment, "message": message[:EVENT_LIMIT]}
                )
        for (group, stream), found in by_stream.items():
            if (group, stream) not in self._streams:
                _make_stream(client, group, stream)
                self._streams.add((group, stream))
            found.sort(key=lambda event: event["timestamp"])
            for start in range(0, len(found), BATCH):
                client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=found[start : start + BATCH])

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        port = json.loads(self._announcement.read_text(encoding="utf-8"))["port"]
        return boto3.session.Session(aws_access_key_id=self._account_id, aws_secret_access_key="local").client(  # noqa: S106
            "logs",
            region_name=self._region,
            endpoint_url=f"http://127.0.0.1:{port}",
            config=Config(proxies={}),
        )


def _settings(machine: Machine) -> Mapping[str, Any] | None:
    """What the user data wrote for the agent; None before."""
    for path in machine.root.glob("etc/*/cloudwatch-agent.json"):
        try:
            found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["logs"]["logs_collected"]
        except ValueError:  # it is being written
            return None
        return found
    return None


def _stream(entry: Mapping[str, Any], machine: Machine) -> tuple[str, str]:
    return entry["log_group_name"], re.sub(r"\{instance_id\}", machine.id, entry["log_stream_name"])


def _matches(entry: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    if record.get("_SYSTEMD_UNIT") in entry.get("units", ()):
        return True
    return any(all(record.get(name) == value for name, value in one.items()) for one in entry.get("matches", ()))


def _message(record: Mapping[str, Any]) -> str:
    message = record.get("MESSAGE") or ""
    return bytes(message).decode(errors="replace") if isinstance(message, list) else str(message)


def _make_stream(client: Any, group: str, stream: str) -> None:
    try:
        client.create_log_stream(logGroupName=group, logStreamName=stream)
    except client.exceptions.ResourceAlreadyExistsException:
        return
