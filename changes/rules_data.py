"""Rules about data: what protects it, how long it is kept, and how much of it there is room for."""

from __future__ import annotations

from changes.change import Step
from changes.opened import properties as thrown_in
from changes.retyped import retyped
from changes.rule import DATABASE, OPEN, Rule, lowered, number, sides, turned_off, turned_on

_LOGS = frozenset({"aws:cloudwatch/logGroup:LogGroup"})
_ENDLESS = float("inf")


def _unprotected(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    if step.before.protect and not step.after.protect:
        return "is no longer protected by Pulumi: the next change may delete or replace it"
    if step.before.protect and any(retyped(step.before, step.after)):
        return f"becomes a {step.after.type} by an alias, although Pulumi protects it"
    if step.before.options.get("retainOnDelete") and not step.after.options.get("retainOnDelete"):
        return "is deleted at AWS too when it leaves the program: until now it stayed there"
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
    if step.before is not None and old in (False, *OPEN) and new in (True, *OPEN) and old != new:
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
    if new in OPEN or old in OPEN or (before is not None and after is not None and after < before):
        kept = "for ever" if before == _ENDLESS else f"{old} days"
        return f"keeps logs {new} days instead of {kept}: older ones are deleted within days"
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


def _other_version(step: Step) -> str | None:
    """Another major version; one that is left out stays as it is at AWS."""
    old, new = sides(step, "engineVersion")
    if step.before is None or step.after is None or old == new or None in (old, new):
        return None
    before, after = (None if one in OPEN else number(str(one).split(".")[0]) for one in (old, new))
    if before is not None and before == after:
        return None
    if before is not None and after is not None and after < before:
        return f"goes from version {old} down to {new}, which AWS refuses for a database that holds data"
    return f"goes from version {old} to {new}: the way back is a restore, and the database is down meanwhile"


DATABASE_FIRST = "take a snapshot first (`diceytech db snapshot`), and try the change on a restore of it"


def _rule(id_: str, title: str, remedy: str) -> Rule:
    """A rule of switches alone."""
    return Rule(id=id_, title=title, risk="data loss", types=frozenset(), properties=thrown_in(id_), check=None,
                remedy=remedy)  # fmt: skip


RULES = (
    Rule(id="protect-off", title="Pulumi's protection of a resource is taken off", risk="data loss", types=frozenset(),
         properties=("protect", "retainOnDelete", "resourceType"), check=_unprotected,
         remedy="take it off only in the change that deletes it"),
    Rule(id="deletion-protection-off", title="AWS's deletion protection is taken off", risk="data loss",
         types=frozenset(), properties=("deletionProtection", "deletionProtectionEnabled",
         *thrown_in("deletion-protection-off")), check=_deletable,
         remedy="take it off only in the change that deletes it"),
    Rule(id="final-snapshot-off", title="No last snapshot of a database any more", risk="data loss", types=DATABASE,
         properties=("skipFinalSnapshot", *thrown_in("final-snapshot-off")), check=_no_last_snapshot,
         remedy="leave it on: a snapshot costs little"),
    Rule(id="backups-deleted-with-it", title="Backups go together with the database", risk="data loss",
         types=DATABASE, properties=("deleteAutomatedBackups",), check=_backups_deleted, remedy="leave it off"),
    Rule(id="backups-shortened", title="Backups of a database are kept for fewer days, or not at all",
         risk="data loss", types=DATABASE, properties=("backupRetentionPeriod", *thrown_in("backups-shortened")),
         check=_fewer_backups,
         remedy="take a snapshot of your own first; it is kept until you delete it"),
    Rule(id="storage-shrunk", title="A disk or a database's storage gets smaller", risk="data loss",
         types=DATABASE | {"aws:ebs/volume:Volume"}, properties=("allocatedStorage", "size"), check=_smaller,
         remedy="make a new one, and copy the data into it"),
    Rule(id="storage-capped", title="A database's storage may grow less than before", risk="downtime",
         types=DATABASE, properties=("maxAllocatedStorage",), check=_storage_capped,
         remedy="look at the FreeStorageSpace metric first", guarded=False),
    Rule(id="engine-upgraded", title="Another major version of the database's engine", risk="data loss",
         types=DATABASE, properties=("engineVersion",), check=_other_version, remedy=DATABASE_FIRST),
    Rule(id="log-retention-shortened", title="Logs are kept for fewer days", risk="data loss", types=_LOGS,
         properties=("retentionInDays",), check=_logs_forget, remedy="export what must be kept to S3 first"),
    Rule(id="recovery-window-shortened", title="A deleted key or secret can be brought back for fewer days",
         risk="data loss", types=frozenset({"aws:kms/key:Key", "aws:secretsmanager/secret:Secret"}),
         properties=("deletionWindowInDays", "recoveryWindowInDays"), check=_deleted_sooner,
         remedy="leave it at 30 days; waiting costs nothing"),
    Rule(id="key-off", title="A key of KMS is turned off", risk="data loss", types=frozenset({"aws:kms/key:Key"}),
         properties=("isEnabled",), check=_key_off, remedy="find out what is encrypted with it first"),
    _rule("filled-from-elsewhere", "Something that holds data is to be filled from a snapshot or a copy",
          "restore into one of another name, and move over once it is compared"),
    _rule("engine-changed", "Another database engine", "make a new one, and copy the data into it"),
    _rule("recovery-off", "There is no way back to what was deleted or overwritten any more, or a shorter one",
          "leave it on until another copy is there"),
    _rule("kept-shorter", "Items or messages are deleted sooner", "copy what must be kept first"),
)  # fmt: skip
