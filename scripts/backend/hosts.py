"""The machines of the backend, and the release program run on them by Systems Manager's Run Command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError, asking
from scripts.backend.backend import Backend

DELIVERY_SECONDS = 30  # SSM's least: an agent that is there takes a command within a second or two
GRACE = 10.0  # seconds that Systems Manager gets to say that a command was not delivered
LONGEST = 930.0  # seconds: the document's own time-out and a margin
POLL = 0.5
ENDED = {"Success", "Failed", "Cancelled", "TimedOut"}
NO_RELEASE = "none"
NO_PROGRAM = 127  # of the shell that looks for it
UNKNOWN = "is not known to Systems Manager"

Line = Mapping[str, Any]
OnLine = Callable[[str, Line], None]


@dataclass(frozen=True, kw_only=True)
class Host:
    """One running machine."""

    id: str
    launched: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one machine's run of the release program came to; `exit` is None where it did not answer."""

    host: str
    exit: int | None
    message: str
    lines: Sequence[Line] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether the program ended well."""
        return self.exit == 0

    @property
    def unready(self) -> bool:
        """Whether the machine has no agent yet, or no release program: so it is at the start of a boot."""
        return self.message == UNKNOWN or self.exit == NO_PROGRAM

    @property
    def end(self) -> Line:
        """The program's last line."""
        return self.lines[-1] if self.lines else {}


def running(backend: Backend) -> list[Host]:
    """The environment's running machines, the oldest first; raises AwsRefusedError."""
    names, (key, _, value) = backend.names, backend.outputs.server_tag.partition("=")
    tags = {key: value, "Product": names.product, "Environment": names.environment}
    filters = [{"Name": f"tag:{name}", "Values": [one]} for name, one in tags.items()]
    filters.append({"Name": "instance-state-name", "Values": ["running"]})
    with asking("look for the machines"):
        pages = backend.session.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
        found = [one for page in pages for group in page["Reservations"] for one in group["Instances"]]
    hosts = [Host(id=one["InstanceId"], launched=one["LaunchTime"].isoformat()) for one in found]
    return sorted(hosts, key=lambda host: (host.launched, host.id))


def find(backend: Backend) -> list[Host]:
    """Likewise; raises PlatformError where there is none."""
    hosts, env = running(backend), backend.names.environment
    if not hosts:
        raise PlatformError(
            f"{env} has no running machine with {backend.outputs.server_tag}; run `diceytech up --env {env}`, or start "
            "it; nothing was changed"
        )
    return hosts


class Commands:
    """Runs the release program on machines."""

    def __init__(self, backend: Backend, on_line: OnLine = lambda _host, _line: None) -> None:
        self._backend, self._on_line = backend, on_line
        self._client = backend.session.client("ssm")
        self._under_way: tuple[str, str] | None = None

    def run(self, host: str, action: str, release: str = NO_RELEASE, *, delivery: int | None = None) -> Outcome:
        """One action on one machine, to its end; raises AwsRefusedError where AWS refuses the command itself."""
        return self.run_on([host], action, release, delivery=delivery)[0]

    def run_on(
        self, hosts: Sequence[str], action: str, release: str = NO_RELEASE, *, delivery: int | None = None
    ) -> list[Outcome]:
        """One action on several machines at once; `delivery` is how many seconds their agents get to take it."""
        delivery = delivery or DELIVERY_SECONDS
        sent = self._sent(hosts, action, release, delivery)
        return [
            Outcome(host=host, exit=None, message=UNKNOWN)
            if (command := sent[host]) is None
            else self._follow(command, host, delivery)
            for host in hosts
        ]

    def _sent(self, hosts: Sequence[str], action: str, release: str, delivery: int) -> dict[str, str | None]:
        """The command for each machine, None for one that Systems Manager does not know.

        It refuses a whole list for one of those, such as a machine that boots; then each is asked alone.
        """
        try:
            with asking(f"order {action} of {', '.join(hosts)}"):
                sent = self._client.send_command(
                    InstanceIds=list(hosts),
                    DocumentName=self._backend.outputs.release_document,
                    Parameters={"Action": [action], "Release": [release]},
                    TimeoutSeconds=delivery,
                    Comment=f"{action} {release}"[:100],
                )
        except AwsRefusedError as error:
            if error.code != "InvalidInstanceId":
                raise
            if len(hosts) == 1:
                return {hosts[0]: None}
            return {host: self._sent([host], action, release, delivery)[host] for host in hosts}
        return dict.fromkeys(hosts, sent["Command"]["CommandId"])

    def cancel(self) -> None:
        """Ends the command on the machine at work; its live slot stays, and the next run clears up what was begun."""
        if self._under_way is not None:
            command, host = self._under_way
            with asking(f"cancel the command on {host}"):
                self._client.cancel_command(CommandId=command, InstanceIds=[host])

    def _follow(self, command: str, host: str, delivery: int) -> Outcome:
        """Waits for the end, and hands on each line of the program as it comes."""
        self._under_way = (command, host)
        seen, deadline, delivered_by = 0, time.monotonic() + LONGEST + delivery, time.monotonic() + delivery + GRACE
        while True:
            found = self._invocation(command, host)
            if found is None:
                if time.monotonic() > deadline:
                    return Outcome(host=host, exit=None, message="is not known: AWS does not answer")
                time.sleep(POLL)
                continue
            lines = parsed(found.get("StandardOutputContent", ""))
            for line in lines[seen:]:
                self._on_line(host, line)
            seen = len(lines)
            status, now = found.get("Status", "Pending"), time.monotonic()
            if status in ENDED:
                self._under_way = None
                return _outcome(host, found, lines)
            if now > deadline or (status in ("Pending", "Delayed") and now > delivered_by):
                return Outcome(host=host, exit=None, message="does not answer", lines=lines)
            time.sleep(POLL)

    def _invocation(self, command: str, host: str) -> dict[str, Any] | None:
        """What is known of a command; None where AWS does not say."""
        try:
            with asking(f"follow {command} on {host}"):
                found: dict[str, Any] = self._client.get_command_invocation(CommandId=command, InstanceId=host)
                return found
        except AwsRefusedError as error:
            if error.code == "InvocationDoesNotExist":
                return {}
            if error.passing:  # it is asked again until the command's own deadline, since the machine goes on
                return None
            raise


def parsed(text: str) -> list[Line]:
    """The JSON lines of the release program in a command's output; a line that is cut is left out."""
    found: list[Line] = []
    for line in text.splitlines():
        try:
            one = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(one, dict) and "step" in one:
            found.append(one)
    return found


def _outcome(host: str, found: Mapping[str, Any], lines: list[Line]) -> Outcome:
    end = lines[-1] if lines and lines[-1]["step"] == "end" else None
    if end is not None:
        return Outcome(host=host, exit=int(end["exit"]), message=str(end.get("message", "")), lines=lines)
    detail, code = found.get("StatusDetails") or found["Status"], found.get("ResponseCode", -1)
    said = " ".join(str(found.get("StandardErrorContent", "")).split())[-300:]
    if found["Status"] == "Success":
        return Outcome(host=host, exit=None, message="ran no release program: its agent only says Success", lines=lines)
    if code is None or code < 0:
        return Outcome(host=host, exit=None, message=f"does not answer ({detail}) {said}".rstrip(), lines=lines)
    return Outcome(host=host, exit=int(code), message=f"ended with {code} and no report {said}".rstrip(), lines=lines)
