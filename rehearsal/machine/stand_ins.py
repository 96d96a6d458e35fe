"""The process that plays AWS for a world: the emulator, metadata, the packages' proxy, the agents, the log shipper.

    python -m rehearsal.machine.stand_ins WORLD

It answers on loopback, for commands of this computer, and in the namespace that plays AWS, for the machines.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from rehearsal import local_server
from rehearsal.machine import log_shipper, metadata, network, package_proxy
from rehearsal.machine.machine import Machine
from rehearsal.machine.places import ENDPOINT, METADATA, PROXY, Place
from rehearsal.machine.ssm_stand_in import SsmStandIn
from rehearsal.machine.storage_outage import StorageOutage


def machines_of(place: Place) -> dict[str, Machine]:
    """Every machine of a world by its instance id, in the order in which they were made."""
    found = [path for path in place.machines.glob("*") if (path / "instance.json").exists()]
    ordered = sorted(found, key=lambda path: ((path / "instance.json").stat().st_mtime_ns, path.name))
    return {path.name: Machine(name=place.machine(path.name), directory=path) for path in ordered}


def serve(place: Place) -> None:
    """Serves until the process is ended."""
    world = json.loads(place.description.read_text(encoding="utf-8"))
    account = {"account_id": world["account_id"], "region": world["region"]}

    def by_address(address: str) -> Path | None:
        return next((m.directory for m in machines_of(place).values() if m.instance.private_ip == address), None)

    servers: list[Any] = [
        metadata.server(network.listening(place.aws, METADATA), by_address, **account),
        package_proxy.server(network.listening(place.aws, PROXY), package_proxy.archives(Path(world["image"]))),
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    shipper = log_shipper.LogShipper(lambda: machines_of(place), place.announcement, **account)
    threading.Thread(target=shipper.run, daemon=True).start()
    local_server.serve(
        0,
        place.announcement,
        guard_s3=True,  # moto takes what a bucket's policy grants CloudFront alone as a refusal of everybody else
        before=lambda aws: SsmStandIn(StorageOutage(aws, place.buckets_away), lambda: machines_of(place)),
        listeners=[network.listening(place.aws, ENDPOINT)],
    )


if __name__ == "__main__":
    serve(Place(name=sys.argv[1]))
