"""The life of a process that the Pulumi engine starts and speaks gRPC with: a provider, a language host."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from types import FrameType
from typing import Final

import grpc

NO_LIMIT: Final = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def serve(server: grpc.Server) -> None:
    """Serves on a port of loopback, which it prints for the engine, until the engine ends this process or is gone.

    It returns at an interrupt, which the engine sends and then waits 5 s for, and at the end of standard input: the
    engine gives each plugin a pipe there that it never writes to, so that the end of it is the end of the engine, a
    kill -9 too (measured with Pulumi 3.259.0). Without that, every killed engine would leave its plugins behind.
    """
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, stop)
    print(port, flush=True)
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):  # by hand it is a terminal, or nothing
        threading.Thread(target=_wait_for_the_end_of_input, args=(ended,), daemon=True).start()
    ended.wait()


def _wait_for_the_end_of_input(ended: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    ended.set()
