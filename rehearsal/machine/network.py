"""Network namespaces: one that plays AWS, with a bridge, and one for each machine. None has a way out of this computer.

Sockets are opened inside a namespace by a thread that enters it; whoever holds them may live outside.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from rehearsal.machine.needs import MachineError
from rehearsal.machine.places import BALANCER, DATABASE, ENDPOINT, METADATA, SERVICES, namespace_path

BRIDGE: Final = "vpc"
CARD: Final = "host0"  # systemd's own name for a container's interface
NEW_NETWORK: Final = 0x40000000  # CLONE_NEWNET
Got = TypeVar("Got")


def make_aws(namespace: str, cidr: str) -> None:
    """The namespace that plays AWS; machines of the VPC `cidr` are on its bridge."""
    _ip("netns", "add", namespace)
    _ip("link", "set", "lo", "up", of=namespace)
    _ip("link", "add", BRIDGE, "type", "bridge", of=namespace)
    for address, _ in (ENDPOINT, DATABASE, BALANCER):
        _ip("address", "add", f"{address}/24", "dev", BRIDGE, of=namespace)
    _ip("address", "add", f"{METADATA[0]}/32", "dev", BRIDGE, of=namespace)
    _ip("link", "set", BRIDGE, "up", of=namespace)
    _ip("route", "add", cidr, "dev", BRIDGE, "src", ENDPOINT[0], of=namespace)


def make_machine(namespace: str, aws: str, address: str, prefix_length: int) -> None:
    """A machine's namespace, with its private address on the bridge of `aws`."""
    _ip("netns", "add", namespace)
    _ip("link", "set", "lo", "up", of=namespace)
    port = f"v{namespace[-12:]}"  # names of interfaces have 15 characters at most
    _ip("link", "add", port, "type", "veth", "peer", "name", CARD, "netns", namespace, of=aws)
    _ip("link", "set", port, "master", BRIDGE, "up", of=aws)
    _ip("address", "add", f"{address}/{prefix_length}", "dev", CARD, of=namespace)
    _ip("link", "set", CARD, "up", of=namespace)
    for network in (SERVICES, f"{METADATA[0]}/32"):
        _ip("route", "add", network, "dev", CARD, of=namespace)


def remove(namespace: str) -> None:
    """Removes a namespace with its interfaces; one that is gone already is no error."""
    if namespace_path(namespace).exists():
        _ip("netns", "delete", namespace)


def within(namespace: str, ask: Callable[[], Got]) -> Got:
    """What `ask` gives when a thread runs it inside the namespace."""

    def entered() -> Got:
        with namespace_path(namespace).open("rb") as door:
            if ctypes.CDLL(None, use_errno=True).setns(door.fileno(), NEW_NETWORK):
                raise MachineError(f"{namespace}: cannot be entered ({os.strerror(ctypes.get_errno())})")
        return ask()

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(entered).result()


def listening(namespace: str, address: tuple[str, int]) -> socket.socket:
    """A socket that listens in the namespace."""
    return within(namespace, lambda: socket.create_server(address, backlog=128))


def connected(namespace: str, address: tuple[str, int], seconds: float = 5.0) -> socket.socket:
    """A connection from inside the namespace; raises OSError as `socket.create_connection` does."""
    return within(namespace, lambda: socket.create_connection(address, timeout=seconds))


def entering(namespace: str) -> list[str]:
    """The words before a command that is to run in the namespace, with everything else as it is here."""
    return ["nsenter", f"--net={namespace_path(namespace)}", "--"]


def _ip(*words: str, of: str | None = None) -> None:
    command = ["ip", *(["-n", of] if of else []), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise MachineError(f"`{' '.join(command)}` failed: {done.stderr.strip()}; `diceytech machine down` clears up")
