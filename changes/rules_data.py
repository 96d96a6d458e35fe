"""Rules about data: what protects it, how long it is kept, and how much of it there is room for."""

from __future__ import annotations

import json
from collections.abc import Iterator

from changes.change import Step
from changes.rule import DATABASE, OPEN, Rule, changed, each_block, lowered, number, sides, turned_off, turned_on
from controls.inputs import peek
from rehearsal.graph import Node

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
    return (
        f"gets smaller ({found[0]} to {found[1]} GiB), which AWS refuses for storage that holds data" if found else None
    )


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
    if peek(step.after, "rules") in OPEN:
        return "has rules that are only known once they are applied"
    before = list(_expiries(step.before))
    for one in _expiries(step.after):
        if not any(other[:2] == one[:2] and other[2] <= one[2] for other in before):
            files = _FILES[one[0]]
            return f"deletes {files}{'' if one[1] == _ALL else ' of ' + one[1]} {_after(one[2])}, which was not so"
    return None


_FILES = {"expiration": "files", "noncurrentVersionExpiration": "older versions of files"}
_ALL = ""


def _after(days: float) -> str:
    return f"after {days:g} days" if days >= 0 else "at a date"


def _expiries(node: Node) -> Iterator[tuple[str, str, float]]:
    """What is deleted, of which files, and after how many days; -1 for a date, since that deletes at once."""
    for rule in each_block(node, "rules"):
        if not isinstance(rule, dict) or rule.get("status", "Enabled") != "Enabled":
            continue
        chosen = {key: rule[key] for key in ("filter", "prefix") if rule.get(key) not in (None, "", {}, {"prefix": ""})}
        for block, days in _EXPIRIES:
            found = rule.get(block)
            if not isinstance(found, dict):
                continue
            kept = found.get("newerNoncurrentVersions")
            files = json.dumps({**chosen, **({"newer than": kept} if kept else {})}, sort_keys=True)
            counted = number(found.get(days))
            if counted is not None or found.get("date"):
                yield block, _ALL if files == "{}" else files, -1.0 if counted is None else counted


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
        return f"goes from version {found[0]} down to {found[1]}, which AWS refuses for a database that holds data"
    return f"goes from version {found[0]} to {found[1]}: the way back is a restore, and the database is down meanwhile"


DATABASE_FIRST = "take a snapshot first (`diceytech db snapshot`), and try the change on a restore of it"
RULES = (
    Rule(id="protect-off", title="Pulumi's protection of a resource is taken off", risk="data loss", types=frozenset(),
         properties=("protect",), check=_unprotected, remedy="take it off only in the change that deletes it"),
    Rule(id="deletion-protection-off", title="AWS's deletion protection is taken off", risk="data loss",
         types=frozenset(), properties=("deletionProtection", "deletionProtectionEnabled"), check=_deletable,
         remedy="take it off only in the change that deletes it"),
    Rule(id="final-snapshot-off", title="No last snapshot of a database any more", risk="data loss", types=DATABASE,
         properties=("skipFinalSnapshot",), check=_no_last_snapshot, remedy="leave it on: a snapshot costs little"),
    Rule(id="backups-deleted-with-it", title="Backups go together with the database", risk="data loss",
         types=DATABASE, properties=("deleteAutomatedBackups",), check=_backups_deleted, remedy="leave it off"),
    Rule(id="backups-shortened", title="Backups of a database are kept for fewer days, or not at all",
         risk="data loss", types=DATABASE, properties=("backupRetentionPeriod",), check=_fewer_backups,
         remedy="take a snapshot of your own first; it is kept until you delete it"),
    Rule(id="storage-shrunk", title="A disk or a database's storage gets smaller", risk="data loss",
         types=DATABASE | {"aws:ebs/volume:Volume"}, properties=("allocatedStorage", "size"), check=_smaller,
         remedy="make a new one, and copy the data into it"),
    Rule(id="storage-capped", title="A database's storage may grow less than before", risk="downtime",
         types=DATABASE, properties=("maxAllocatedStorage",), check=_storage_capped,
         remedy="look at the FreeStorageSpace metric first", guarded=False),
    Rule(id="engine-upgraded", title="Another major version of the database's engine", risk="data loss",
         types=DATABASE, properties=("engineVersion",), check=_older_engine, remedy=DATABASE_FIRST),
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
