"""Snapshots of the database: taken before migrations, and restored beside the running database."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.errors import PlatformError
from scripts.aws.asking import AwsRefusedError, asking
from scripts.backend.backend import Backend

POLL = 5.0  # seconds
LONGEST = 3600.0
NAME = re.compile(r"[a-z](?:-?[a-z0-9]){0,62}")
# What a restored database takes from the one that runs; the rest is the snapshot's.
COPIED = ("DBInstanceClass", "MultiAZ", "PubliclyAccessible", "CopyTagsToSnapshot", "DeletionProtection", "StorageType")


@dataclass(frozen=True, kw_only=True)
class Restore:
    """A database to make from a snapshot: `request` is what RDS is asked for."""

    snapshot: str
    name: str
    running: str
    request: Mapping[str, Any]

    def next_steps(self, environment: str) -> list[str]:
        """How the product is moved to it, for people."""
        return [
            f"diceytech maintenance on --env {environment}",
            f"aws rds modify-db-instance --db-instance-identifier {self.running} "
            f"--new-db-instance-identifier {self.running}-before --apply-immediately",
            f"aws rds modify-db-instance --db-instance-identifier {self.name} "
            f"--new-db-instance-identifier {self.running} --apply-immediately",
            f"diceytech up --env {environment} --refresh   # the secret is the new one's",
            f"diceytech deploy backend --env {environment}   # the address and the secret reach the application",
            f"diceytech maintenance off --env {environment}   # then `diceytech smoke`: the deploy did not try it",
        ]


def take(backend: Backend, release: str, waited: Callable[[str, float], None]) -> str:
    """Takes a snapshot before a release and waits until it is there; gives its name. Raises PlatformError.

    `waited` hears the status and the seconds so far.
    """
    names, moment = backend.names, datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name = f"{names.prefix}-deploy-{moment}-{release[-12:]}"
    client = backend.session.client("rds")
    tags = {"Product": names.product, "Environment": names.environment, "Release": release}
    with asking("take a snapshot of the database"):
        client.create_db_snapshot(
            DBSnapshotIdentifier=name,
            DBInstanceIdentifier=backend.outputs.database_instance,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
    began = time.monotonic()
    while True:
        with asking(f"look at the snapshot {name}"):
            status = client.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]["Status"]
        seconds = time.monotonic() - began
        waited(status, seconds)
        if status == "available":
            return name
        if status == "failed" or seconds > LONGEST:
            raise PlatformError(f"the snapshot {name} is {status} after {seconds:.0f} s; nothing was deployed")
        time.sleep(POLL)


def plan(backend: Backend, *, snapshot: str, name: str) -> Restore:
    """The restore of a snapshot under another name; raises PlatformError where either does not fit. Reads only."""
    if not NAME.fullmatch(name):
        raise PlatformError(
            f"--as {name}: a database's name has small letters, digits and single hyphens, a letter first"
        )
    running = backend.outputs.database_instance
    client = backend.session.client("rds")
    if name == running or _database(client, name) is not None:
        raise PlatformError(f"--as {name}: there is a database of that name; choose another, nothing is overwritten")
    found, now = _snapshot(client, snapshot), _database(client, running)
    if now is None:
        raise PlatformError(
            f"the running database {running} is not there; run `diceytech up --env {backend.names.environment}`"
        )
    if found["DBInstanceIdentifier"] != running:
        raise PlatformError(f"the snapshot {snapshot} is of {found['DBInstanceIdentifier']}, not of {running}")
    return Restore(snapshot=snapshot, name=name, running=running, request=_request(backend, snapshot, name, now))


def restore(backend: Backend, wanted: Restore) -> None:
    """Begins the restore, which takes RDS minutes; the running database is not touched. Raises AwsRefusedError."""
    with asking(f"restore {wanted.snapshot}"):
        backend.session.client("rds").restore_db_instance_from_db_snapshot(**wanted.request)


def _request(backend: Backend, snapshot: str, name: str, now: Mapping[str, Any]) -> dict[str, Any]:
    names = backend.names
    groups = [one["DBParameterGroupName"] for one in now.get("DBParameterGroups", ())]
    tags = {"Product": names.product, "Environment": names.environment, "RestoredFrom": snapshot}
    return {
        "DBInstanceIdentifier": name,
        "DBSnapshotIdentifier": snapshot,
        "DBSubnetGroupName": now["DBSubnetGroup"]["DBSubnetGroupName"],
        "VpcSecurityGroupIds": [one["VpcSecurityGroupId"] for one in now["VpcSecurityGroups"]],
        "Port": backend.outputs.database_port,
        **({"DBParameterGroupName": groups[0]} if groups else {}),
        **{key: now[key] for key in COPIED if now.get(key) is not None},
        "ManageMasterUserPassword": True,
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }


def _database(client: Any, name: str) -> dict[str, Any] | None:
    try:
        with asking(f"look for the database {name}"):
            found: dict[str, Any] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
            return found
    except AwsRefusedError as error:
        if error.code.startswith("DBInstanceNotFound"):
            return None
        raise


def _snapshot(client: Any, name: str) -> dict[str, Any]:
    try:
        with asking(f"look for the snapshot {name}"):
            found: dict[str, Any] = client.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]
            return found
    except AwsRefusedError as error:
        if error.code.startswith("DBSnapshotNotFound"):
            raise PlatformError(f"there is no snapshot {name}; `aws rds describe-db-snapshots` lists them") from None
        raise
