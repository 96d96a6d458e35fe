"""The stand-in provider that kills everything, itself included, around one operation: KILL=before:create:<urn>."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from rehearsal.plugin import PluginServicer, run


class Killing(PluginServicer):
    def Create(self, request: provider_pb2.CreateRequest, context: Any) -> provider_pb2.CreateResponse:
        answer: provider_pb2.CreateResponse = around("create", super().Create, request, context)
        return answer

    def Update(self, request: provider_pb2.UpdateRequest, context: Any) -> provider_pb2.UpdateResponse:
        answer: provider_pb2.UpdateResponse = around("update", super().Update, request, context)
        return answer

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> empty_pb2.Empty:
        answer: empty_pb2.Empty = around("delete", super().Delete, request, context)
        return answer


def around(verb: str, operation: Callable[[Any, Any], Any], request: Any, context: Any) -> Any:
    """The operation, or the end of everything before or after it."""
    when, wanted, urn = os.environ["KILL"].split(":", 2)
    if getattr(request, "preview", False) or (verb, request.urn) != (wanted, urn):
        return operation(request, context)
    if when == "after":
        operation(request, context)
    kill_all()
    raise AssertionError("still alive")


def kill_all() -> None:
    """The engine, what else it started, and at last this process."""
    engine = os.getppid()
    lists = Path(f"/proc/{engine}/task").glob("*/children")  # each thread of the engine has those that it started
    children = {int(child) for one in lists for child in one.read_text(encoding="utf-8").split()}
    for pid in (engine, *(children - {os.getpid()}), os.getpid()):
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    run(Killing(os.environ["AWS_ENDPOINT_URL"]))
