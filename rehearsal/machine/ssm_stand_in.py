"""What of Systems Manager the emulator gets wrong, in front of it: commands are really run, and machines are known.

Everything else, and what a command needs (its document, the tags of instances), is asked of the emulator itself.
"""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from rehearsal.machine.instances import Instance
from rehearsal.machine.machine import Machine
from rehearsal.machine.ssm_agent import Machines, SsmAgents
from rehearsal.machine.ssm_commands import (
    RUNNING,
    Command,
    Invocation,
    Refused,
    as_command,
    as_invocation,
    as_listed,
    steps_of,
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]
JSON: Final = "application/x-amz-json-1.1"
DELIVERY_SECONDS: Final = 3600  # where the caller names none
LISTED: Final = 50  # items of a page


class SsmStandIn:
    """The WSGI application before the emulator's."""

    def __init__(self, aws: App, machines: Machines) -> None:
        self._aws = aws
        self._machines = machines
        self._agents = SsmAgents(machines)
        self._commands: dict[str, Command] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request, or hands it on."""
        service, _, operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")
        answer = ANSWERS.get(operation) if service == "AmazonSSM" else None
        if answer is None:
            return self._aws(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            status, told = "200 OK", answer(self, json.loads(body or b"{}"), environ)
        except Refused as error:
            status, told = "400 Bad Request", {"__type": error.code, "message": str(error)}
        text = json.dumps(told).encode()
        start_response(status, [("Content-Type", JSON), ("Content-Length", str(len(text)))])
        return [text]

    def send_command(self, asked: Mapping[str, Any], environ: Environ) -> dict[str, Any]:
        """Checks the document, its parameters and the machines, then begins."""
        document = self._document(asked, environ)
        steps = steps_of(document, asked.get("Parameters", {}))
        command = Command(
            id=str(uuid.uuid4()),
            document=asked["DocumentName"],
            parameters=asked.get("Parameters", {}),
            steps=steps,
            comment=asked.get("Comment", ""),
            targets=asked.get("Targets", []),
            delivery_seconds=int(asked.get("TimeoutSeconds") or DELIVERY_SECONDS),
            max_concurrency=asked.get("MaxConcurrency") or "50",
            max_errors=asked.get("MaxErrors") or "0",
            invocations=[Invocation(name) for name in self._targets(asked)],
        )
        self._commands[command.id] = command
        told = as_command(command)
        self._agents.begin(command)
        return {"Command": told}

    def list_commands(self, asked: Mapping[str, Any], _environ: Environ) -> dict[str, Any]:
        """All commands, the newest first; or one."""
        found = [self._command(asked)] if "CommandId" in asked else list(reversed(self._commands.values()))
        return {"Commands": [as_command(command) for command in found[:LISTED]]}

    def get_invocation(self, asked: Mapping[str, Any], _environ: Environ) -> dict[str, Any]:
        """One machine's part of a command."""
        command = self._command(asked)
        for one in command.invocations:
            if one.instance_id == asked.get("InstanceId"):
                return as_invocation(command, one)
        raise Refused("InvocationDoesNotExist", "")

    def list_invocations(self, asked: Mapping[str, Any], _environ: Environ) -> dict[str, Any]:
        """Every machine's part of a command, or of all commands."""
        commands = [self._command(asked)] if "CommandId" in asked else list(reversed(self._commands.values()))
        wanted, details = asked.get("InstanceId"), bool(asked.get("Details"))
        found = [
            as_listed(command, one, details=details)
            for command in commands
            for one in command.invocations
            if wanted in (None, one.instance_id)
        ]
        return {"CommandInvocations": found[:LISTED]}

    def cancel(self, asked: Mapping[str, Any], _environ: Environ) -> dict[str, Any]:
        """Ends a command where it runs."""
        command = self._command(asked)
        if command.status[0] in RUNNING:
            self._agents.cancel(command)
        return {}

    def describe_instances(self, asked: Mapping[str, Any], _environ: Environ) -> dict[str, Any]:
        """The machines that have an agent: all of the world."""
        filters = {one["Key"]: set(one["Values"]) for one in asked.get("Filters", [])}
        told = [_information(machine) for machine in self._machines().values()]
        wanted, online = filters.get("InstanceIds"), filters.get("PingStatus")
        return {
            "InstanceInformationList": [
                one
                for one in told
                if (not wanted or one["InstanceId"] in wanted) and (not online or one["PingStatus"] in online)
            ]
        }

    def _command(self, asked: Mapping[str, Any]) -> Command:
        try:
            return self._commands[asked["CommandId"]]
        except KeyError:
            raise Refused("InvalidCommandId", "") from None

    def _document(self, asked: Mapping[str, Any], environ: Environ) -> Mapping[str, Any]:
        body = json.dumps({"Name": asked.get("DocumentName")}).encode()
        told: list[str] = []
        parts = self._aws(
            {
                **environ,
                "HTTP_X_AMZ_TARGET": "AmazonSSM.GetDocument",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            },
            lambda status, *_: told.append(status),
        )
        answer = json.loads(b"".join(parts))
        if not told[0].startswith("200"):
            raise Refused("InvalidDocument", f"there is no document {asked.get('DocumentName')}")
        content: Mapping[str, Any] = json.loads(answer["Content"])
        return content

    def _targets(self, asked: Mapping[str, Any]) -> list[str]:
        there = self._machines()
        named = list(dict.fromkeys(asked.get("InstanceIds", [])))
        if missing := [name for name in named if name not in there]:
            raise Refused(
                "InvalidInstanceId", f"instances [{', '.join(missing)}] are not in a valid state for the account"
            )
        if named:
            return named
        wanted = [(target["Key"], set(target["Values"])) for target in asked.get("Targets", [])]
        if not wanted:
            raise Refused("ValidationException", "InstanceIds or Targets is needed")
        return [name for name, machine in there.items() if all(_fits(machine.instance, *one) for one in wanted)]


def _fits(instance: Instance, key: str, values: set[str]) -> bool:
    if key.casefold() == "instanceids":
        return instance.id in values
    return instance.tags.get(key.removeprefix("tag:")) in values


def _information(machine: Machine) -> dict[str, Any]:
    instance = machine.instance
    return {
        "InstanceId": instance.id,
        "PingStatus": "Online" if machine.pid is not None else "ConnectionLost",
        "LastPingDateTime": time.time(),
        "AgentVersion": "stand-in",
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Debian GNU/Linux",
        "PlatformVersion": "13",
        "ResourceType": "EC2Instance",
        "IPAddress": instance.private_ip,
        "ComputerName": instance.private_dns,
    }


Answer = Callable[[SsmStandIn, Mapping[str, Any], Environ], dict[str, Any]]
ANSWERS: Final[Mapping[str, Answer]] = {
    "SendCommand": SsmStandIn.send_command,
    "ListCommands": SsmStandIn.list_commands,
    "GetCommandInvocation": SsmStandIn.get_invocation,
    "ListCommandInvocations": SsmStandIn.list_invocations,
    "CancelCommand": SsmStandIn.cancel,
    "DescribeInstanceInformation": SsmStandIn.describe_instances,
}
