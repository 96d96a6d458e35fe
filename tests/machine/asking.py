"""One HTTP request to a machine, as CloudFront or the load balancer would send it."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.machine import network
from rehearsal.machine.machine import Machine
from rehearsal.machine.world import World


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(
    world: World,
    machine: Machine,
    path: str,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
    body: bytes | None = None,
    seconds: float = 30.0,
) -> Answer:
    """One request over a connection of its own, from the namespace that plays AWS."""
    address = machine.instance.private_ip
    connection = http.client.HTTPConnection(address, 80, timeout=seconds)
    connection.sock = network.connected(world.place.aws, (address, 80), seconds)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        found = connection.getresponse()
        return Answer(status=found.status, headers=dict(found.getheaders()), body=found.read())
    finally:
        connection.close()
