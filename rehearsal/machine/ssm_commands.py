"""Commands that Systems Manager was told to send: what was asked, how far each machine is, and AWS's answers about it.

Statuses are AWS's (Systems Manager User Guide, "Understanding command statuses").
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

OUTPUT_LIMIT: Final = 24_000  # characters of GetCommandInvocation; the rest would be in S3
SUMMARY_LIMIT: Final = 2_500  # characters of ListCommandInvocations
RUNNING: Final = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})


class Refused(Exception):
    """What AWS would refuse: its error code, and why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Invocation:
    """One command on one machine."""

    instance_id: str
    status: str = "Pending"
    details: str = "Pending"
    code: int = -1
    output: str = ""
    error: str = ""
    began: float | None = None
    ended: float | None = None

    def becomes(self, status: str, details: str | None = None, code: int = -1) -> None:
        """Takes another status; a last one also tells when."""
        self.status, self.details, self.code = status, details or status, code
        if status not in RUNNING:
            self.ended = time.time()


@dataclass
class Command:
    """One command; `steps` are the scripts of its document with the parameters put in, in order."""

    id: str
    document: str
    parameters: Mapping[str, list[str]]
    steps: list[Step]
    comment: str
    targets: list[Any]
    delivery_seconds: int
    max_concurrency: str
    max_errors: str
    invocations: list[Invocation]
    requested: float = field(default_factory=time.time)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def status(self) -> tuple[str, str]:
        """The whole command's status and details."""
        found = [one.status for one in self.invocations]
        if not found:
            return "Success", "NoInstancesInTag"
        if any(status in RUNNING for status in found):
            return ("Pending", "Pending") if set(found) == {"Pending"} else ("InProgress", "InProgress")
        if self.cancelled.is_set():
            return "Cancelled", "Cancelled"
        failures = sum(status in ("Failed", "TimedOut") for status in found)
        if failures > allowed(self.max_errors, len(found)):
            return "Failed", "Failed"
        return ("Failed", "Incomplete") if failures else ("Success", "Success")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a document: its name, the script, and the seconds that it may take."""

    name: str
    script: str
    seconds: float


def allowed(limit: str, machines: int) -> int:
    """MaxConcurrency and MaxErrors: a number, or a percentage of the machines."""
    return machines * int(limit[:-1]) // 100 if limit.endswith("%") else int(limit)


def steps_of(document: Mapping[str, Any], given: Mapping[str, list[str]]) -> list[Step]:
    """The document's scripts with these parameters; raises Refused for parameters that AWS would not take."""
    declared: Mapping[str, Mapping[str, Any]] = document.get("parameters", {})
    if unknown := sorted(given.keys() - declared.keys()):
        raise Refused("InvalidParameters", f"the document has no parameter {unknown[0]}")
    values: dict[str, str] = {}
    for name, parameter in declared.items():
        found = given.get(name, [parameter["default"]] if "default" in parameter else [])
        if not found:
            raise Refused("InvalidParameters", f"the parameter {name} is missing")
        values[name] = found[0]
        pattern, choices = parameter.get("allowedPattern"), parameter.get("allowedValues")
        if (pattern and not re.search(pattern, found[0])) or (choices and found[0] not in choices):
            raise Refused("InvalidParameters", f"the value of {name} does not match what the document allows")
    made = []
    for step in document["mainSteps"]:
        if step["action"] != "aws:runShellScript":
            raise Refused("InvalidDocument", f"the stand-in runs aws:runShellScript, not {step['action']}")
        lines = [re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda f: values[f[1]], one) for one in step["inputs"]["runCommand"]]
        seconds = float(step["inputs"].get("timeoutSeconds", 3600))
        made.append(Step(name=step["name"], script="\n".join(lines), seconds=seconds))
    return made


def as_command(command: Command) -> dict[str, Any]:
    """The command as SendCommand and ListCommands tell it."""
    status, details = command.status
    ended = [one for one in command.invocations if one.status not in RUNNING]
    return {
        "CommandId": command.id,
        "DocumentName": command.document,
        "Comment": command.comment,
        "ExpiresAfter": command.requested + command.delivery_seconds,
        "Parameters": command.parameters,
        "InstanceIds": [one.instance_id for one in command.invocations],
        "Targets": command.targets,
        "RequestedDateTime": command.requested,
        "Status": status,
        "StatusDetails": details,
        "MaxConcurrency": command.max_concurrency,
        "MaxErrors": command.max_errors,
        "TargetCount": len(command.invocations),
        "CompletedCount": len(ended),
        "ErrorCount": sum(one.status in ("Failed", "TimedOut") for one in ended),
        "DeliveryTimedOutCount": sum(one.details == "DeliveryTimedOut" for one in ended),
        "TimeoutSeconds": command.delivery_seconds,
    }


def as_invocation(command: Command, one: Invocation) -> dict[str, Any]:
    """One machine's part as GetCommandInvocation tells it."""
    return {
        "CommandId": command.id,
        "InstanceId": one.instance_id,
        "Comment": command.comment,
        "DocumentName": command.document,
        "PluginName": command.steps[0].name,
        "ResponseCode": one.code,
        "ExecutionStartDateTime": _moment(one.began),
        "ExecutionElapsedTime": f"PT{(one.ended or time.time()) - one.began:.3f}S" if one.began else "",
        "ExecutionEndDateTime": _moment(one.ended),
        "Status": one.status,
        "StatusDetails": one.details,
        "StandardOutputContent": one.output[:OUTPUT_LIMIT],
        "StandardOutputUrl": "",
        "StandardErrorContent": one.error[:OUTPUT_LIMIT],
        "StandardErrorUrl": "",
    }


def as_listed(command: Command, one: Invocation, *, details: bool) -> dict[str, Any]:
    """One machine's part as ListCommandInvocations tells it."""
    plugin = {
        "Name": command.steps[0].name,
        "Status": one.status,
        "StatusDetails": one.details,
        "ResponseCode": one.code,
        "Output": (one.output + (f"\n----------ERROR-------\n{one.error}" if one.error else ""))[:SUMMARY_LIMIT],
    }
    return {
        "CommandId": command.id,
        "InstanceId": one.instance_id,
        "Comment": command.comment,
        "DocumentName": command.document,
        "RequestedDateTime": command.requested,
        "Status": one.status,
        "StatusDetails": one.details,
        "CommandPlugins": [plugin] if details else [],
    }


def _moment(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds") if seconds else ""
