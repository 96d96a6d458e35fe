"""A language host for Python (`pulumi-language-python`), for a Pulumi CLI that comes without: `python -m …`.

The official CLI brings its own; one that was built from its Go module has none (docs/decisions.md). This one runs the
project's program in its own process, by the SDK's own server of inline programs. `diceytech local` puts it on PATH, and
only where there is no official one beside the CLI.
"""

from __future__ import annotations

import os
import runpy
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from rehearsal.plugin_process import NO_LIMIT, serve


class ProgramServer(LanguageServer):
    """Runs the program that the engine names, each time anew."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002
        """Nothing to agree on."""
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: Any, context: Any) -> Any:
        """Runs `__main__.py` of the program's directory, with that directory as the working one."""
        directory = Path(request.info.program_directory or request.program or request.pwd)

        def program() -> None:
            os.chdir(directory)
            runpy.run_path(str(directory), run_name="__main__")

        self.program = program
        return super().Run(request, context)  # type: ignore[no-untyped-call] # the SDK's own has no types


def main() -> None:
    """Serves the engine until it ends us or is gone; at once, though a program may still be running."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=NO_LIMIT)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(ProgramServer(), server)
    serve(server)
    os._exit(0)


if __name__ == "__main__":
    main()
