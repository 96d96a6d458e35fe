"""The stand-in provider that kills everything, itself included, before or after one create: KILL=before:<urn>."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import provider_pb2

from rehearsal.plugin import PluginServicer, serve


class Killing(PluginServicer):
    def Create(self, request: provider_pb2.CreateRequest, context: Any) -> provider_pb2.CreateResponse:
        when, _, urn = os.environ["KILL"].partition(":")
        if request.preview or request.urn != urn:
            return super().Create(request, context)
        if when == "after":
            super().Create(request, context)
        kill_all()
        raise AssertionError("still alive")


def kill_all() -> None:
    """The engine, what else it started, and at last this process."""
    engine = os.getppid()
    children = Path(f"/proc/{engine}/task/{engine}/children").read_text(encoding="utf-8").split()
    for pid in (engine, *(int(child) for child in children if int(child) != os.getpid()), os.getpid()):
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve(Killing(os.environ["AWS_ENDPOINT_URL"]))
