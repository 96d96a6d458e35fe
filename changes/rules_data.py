"""Rules about data: what protects it, how long it is kept, and how much of it there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from changes.change import Step
from changes.rule import OPEN, Rule, changed, each_block, lowered, number, sides, turned_off, turned_on
from rehearsal.graph import Node

_DATABASE = frozenset({"aws:rds/instance:Instance", "aws:rds/cluster:Cluster"})
_BUCKET = frozenset({"aws:s3/bucket:Bucket"})
_LOGS = frozenset({"aws:cloudwatch/logGroup:LogGroup"})
_LIFECYCLE = frozenset({"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"})
_ENDLESS = float("inf")
_EXPIRIES = (("expiration", "days"), ("noncurrentVersionExpiration", "noncurrentDays"))


def _unprotected(step: Step) -> str | None:
    if step.before is not None and step.after is not None and step.before.protect and not step.after.protect:
        return "is no longer protected by Pulumi: the next change may delete or replace it"
    return None


def _deletable(step: Step) -> str | None:
    off = turned_off(step, "deletionProtection") or turned_off(step, "deletionProtectionEnabled")
    return "loses its deletion protection: one wrong call or click deletes it" if off else None


def _no_last_snapshot(step: Step) -> str | None:
    if step.before is not None and turned_on(step, "skipFinalSnapshot"):
        return "takes no snapshot any more when it is deleted: what is deleted is lost"
    return None


def _backups_deleted(step: Step) -> str | None:
    old, new = sides(step, "deleteAutomatedBackups", default=True)
    if step.before is not None and old is False and new in (True, *OPEN):
        return "has its automated backups deleted together with it"
    return None


def _fewer_backups(step: Step) -> str | None:
    found = lowered(step, "backupRetentionPeriod", 0)
    if found is None:
        return None
    if number(found[1]) == 0:
        return "makes no backups any more, and those that are there are deleted"
    return f"keeps backups {found[1]} days instead of {found[0]}: older ones are deleted"


def _smaller(step: Step) -> str | None:
    found = lowered(step, "allocatedStorage") or lowered(step, "size")
    return f"gets smaller ({found[0]} to {found[1]} GiB): AWS can only do that by a new, empty one" if found else None


def _storage_capped(step: Step) -> str | None:
    found = lowered(step, "maxAllocatedStorage")
    return f"may grow to {found[1]} GiB only, no longer to {found[0]}: a full disk stops every write" if found else None


def _logs_forget(step: Step) -> str | None:
    old, new = sides(step, "retentionInDays", 0)
    if step.before is None or step.after is None or old == new:
        return None
    before, after = (_ENDLESS if number(one) == 0 else number(one) for one in (old, new))
    if new in OPEN or (before is not None and after is not None and after < before):
        kept = "for ever" if before == _ENDLESS else f"{old} days"
        return f"keeps logs {new} days instead of {kept}: older ones are deleted within days"
    return None


def _expires_sooner(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    old = dict(_expiries(step.before))
    for key, after in _expiries(step.after):
        before = old.get(key, _ENDLESS)
        if after < before:
            kept = "never" if before == _ENDLESS else f"after {before:g} days"
            return f"rule {key[0]}: {_FILES[key[1]]} are deleted after {after:g} days, until now {kept}"
    return None


_FILES = {"expiration": "files", "noncurrentVersionExpiration": "older versions of files"}


def _expiries(node: Node) -> Iterator[tuple[tuple[str, str], float]]:
    for rule in each_block(node, "rules"):
        if isinstance(rule, dict) and rule.get("status", "Enabled") == "Enabled":
            for block, days in _EXPIRIES:
                found = rule.get(block)
                value: Any = found.get(days) if isinstance(found, dict) else None
                if number(value) is not None:
                    yield (str(rule.get("id")), block), float(value)


def _versions_end(step: Step) -> str | None:
    old, new = sides(step, "versioningConfiguration.status")
    if step.after is not None and old == "Enabled" and new != "Enabled":
        return "keeps no older versions from now on: what is overwritten or deleted cannot be brought back"
    return None


def _emptied_by_force(step: Step) -> str | None:
    if step.before is not None and turned_on(step, "forceDestroy"):
        return "may be deleted with all its files: until now AWS refused while there were any"
    return None


def _deleted_sooner(step: Step) -> str | None:
    window = "recoveryWindowInDays" if step.node.type.startswith("aws:secretsmanager") else "deletionWindowInDays"
    found = lowered(step, window, 30)
    return f"can be brought back for {found[1]} days after a delete, no longer {found[0]}" if found else None


def _key_off(step: Step) -> str | None:
    return (
        "turns the key off: nothing encrypted with it can be read"
        if turned_off(step, "isEnabled", default=True)
        else None
    )


def _older_engine(step: Step) -> str | None:
    found = changed(step, "engineVersion")
    if found is None or found[1] in OPEN:
        return None
    before, after = (number(str(one).split(".")[0]) for one in found)
    if before is None or after is None or before == after:
        return None
    if after < before:
        return f"goes from version {found[0]} down to {found[1]}: AWS can only do that by a new, empty one"
    return f"goes from version {found[0]} to {found[1]}: the way back is a restore, and the database is down meanwhile"


DATABASE_FIRST = "take a snapshot first (`diceytech db snapshot`), and try the change on a restore of it"
RULES = (
    Rule(id="protect-off", title="Pulumi's protection of a resource is taken off", risk="data loss", types=frozenset(),
         properties=("protect",), check=_unprotected, remedy="take it off only in the change that deletes it"),
    Rule(id="deletion-protection-off", title="AWS's deletion protection is taken off", risk="data loss",
         types=frozenset(), properties=("deletionProtection", "deletionProtectionEnabled"), check=_deletable,
         remedy="take it off only in the change that deletes it"),
    Rule(id="final-snapshot-off", title="No last snapshot of a database any more", risk="data loss", types=_DATABASE,
         properties=("skipFinalSnapshot",), check=_no_last_snapshot, remedy="leave it on: a snapshot costs little"),
    Rule(id="backups-deleted-with-it", title="Backups go together with the database", risk="data loss",
         types=_DATABASE, properties=("deleteAutomatedBackups",), check=_backups_deleted, remedy="leave it off"),
    Rule(id="backups-shortened", title="Backups of a database are kept for fewer days, or not at all",
         risk="data loss", types=_DATABASE, properties=("backupRetentionPeriod",), check=_fewer_backups,
         remedy="take a snapshot of your own first; it is kept until you delete it"),
    Rule(id="storage-shrunk", title="A disk or a database's storage gets smaller", risk="data loss",
         types=_DATABASE | {"aws:ebs/volume:Volume"}, properties=("allocatedStorage", "size"), check=_smaller,
         remedy="make a new one, and copy the data into it"),
    Rule(id="storage-capped", title="A database's storage may grow less than before", risk="downtime",
         types=_DATABASE, properties=("maxAllocatedStorage",), check=_storage_capped,
         remedy="look at the FreeStorageSpace metric first", guarded=False),
    Rule(id="engine-upgraded", title="Another major version of the database's engine", risk="data loss",
         types=_DATABASE, properties=("engineVersion",), check=_older_engine, remedy=DATABASE_FIRST),
    Rule(id="log-retention-shortened", title="Logs are kept for fewer days", risk="data loss", types=_LOGS,
         properties=("retentionInDays",), check=_logs_forget, remedy="export what must be kept to S3 first"),
    Rule(id="expiry-shortened", title="Files, or their older versions, are deleted sooner", risk="data loss",
         types=_LIFECYCLE, properties=("rules",), check=_expires_sooner, remedy="copy what must be kept first"),
    Rule(id="versioning-off", title="A bucket keeps no older versions any more", risk="data loss",
         types=frozenset({"aws:s3/bucketVersioning:BucketVersioning"}), properties=("versioningConfiguration",),
         check=_versions_end, remedy="leave it on; lifecycle rules remove old versions"),
    Rule(id="force-destroy-on", title="A bucket may be deleted with its files in it", risk="data loss", types=_BUCKET,
         properties=("forceDestroy",), check=_emptied_by_force, remedy="leave it off where files matter"),
    Rule(id="recovery-window-shortened", title="A deleted key or secret can be brought back for fewer days",
         risk="data loss", types=frozenset({"aws:kms/key:Key", "aws:secretsmanager/secret:Secret"}),
         properties=("deletionWindowInDays", "recoveryWindowInDays"), check=_deleted_sooner,
         remedy="leave it at 30 days; waiting costs nothing"),
    Rule(id="key-off", title="A key of KMS is turned off", risk="data loss", types=frozenset({"aws:kms/key:Key"}),
         properties=("isEnabled",), check=_key_off, remedy="find out what is encrypted with it first"),
)  # fmt: skip
