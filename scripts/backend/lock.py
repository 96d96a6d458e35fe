"""One deploy of the backend at a time, and none while somebody has locked it: a claim in the artifacts bucket.

The claim is written on condition that nobody wrote it since it was read, and repeated while its owner works. A claim
without a sign of life for LEASE seconds, by the server's clock, is dead, and the next deploy goes over it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace

from infra.errors import PlatformError
from scripts.backend.release import PREFIX
from scripts.backend.store import ConflictError, ReleaseStore
from scripts.heartbeat import FRESH, LEASE, ClaimObject, heartbeat

KEY = f"{PREFIX}/lock.json"


class HeldError(PlatformError):
    """Another deploy is at work, or deploys are locked."""

    exit_code = 75  # EX_TEMPFAIL


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who holds the backend, for what and since when; `locked` by hand it has no lease. `by` is empty: nobody does.

    `nonce` makes a claim one of its own, so that two of one second and one person are not taken for each other.
    """

    by: str = ""
    what: str = ""
    at: str = ""
    locked: bool = False
    beat: int = 0
    nonce: str = ""


NOBODY = Claim()
# Somebody may hold the backend whose claim nobody can read, so it counts as locked until a person says otherwise.
DAMAGED = Claim(by="?", what=f"{KEY} is damaged, so that it is not known who holds the backend", at="?", locked=True)


class BackendLock:
    """The claim as it was last read or written here."""

    def __init__(self, store: ReleaseStore) -> None:
        self._store = store
        self._object = ClaimObject(
            get=lambda: store.get(KEY),
            put=lambda body, etag: store.put(KEY, body, etag=etag),
            conflict=ConflictError,
            held=HeldError,
            told="another deploy began at the same moment; run this again when it is done",
        )
        self.claim, self.age = NOBODY, 0.0

    def read(self) -> Claim:
        """Who holds the backend; raises AwsRefusedError."""
        found = self._store.get(KEY)
        self._object.read(found)
        self.age = found.age if found else 0.0
        self.claim = _read(found.body) if found else NOBODY
        return self.claim

    @property
    def dead(self) -> bool:
        """Whether the claim is that of a deploy that was killed."""
        return bool(self.claim.by) and not self.claim.locked and self.age >= LEASE

    def refuse_held(self) -> None:
        """Raises HeldError where the backend is locked or another deploy is alive."""
        claim = self.claim
        if claim == DAMAGED:
            raise HeldError(f"{claim.what}; `diceytech unlock` ends that, where nobody deploys")
        if claim.locked:
            raise HeldError(f"{claim.by} has locked deploys since {claim.at}: {claim.what}; `diceytech unlock` ends it")
        if claim.by and not self.dead:
            raise HeldError(
                f"{claim.by} is at work since {claim.at}: {claim.what}, last sign of life {self.age:.0f} s ago; "
                f"try again when it is done, or in {LEASE - self.age:.0f} s where it died"
            )

    @contextmanager
    def held(self, claim: Claim) -> Iterator[None]:
        """Holds the backend for the block; raises HeldError where somebody else does."""
        self.read()
        self.refuse_held()
        self._write(_own(claim))
        try:
            with heartbeat(self._sign):
                yield
        finally:
            if not self._object.lost:
                with suppress(PlatformError):  # the lease ends it
                    self._write(NOBODY)

    def refuse_lost(self) -> None:
        """Raises HeldError where the claim was taken over, before a step that changes a machine.

        Gives a sign of life where the last one is old: this computer may have slept, and its claim died. Raises
        PlatformError where that cannot be given.
        """
        self._object.refuse_lost(self._beat, within=FRESH)

    def lock(self, claim: Claim) -> None:
        """Locks deploys until `unlock`; raises HeldError where somebody holds the backend."""
        self.read()
        self.refuse_held()
        self._write(replace(_own(claim), locked=True))

    def unlock(self) -> Claim:
        """Ends a lock, or the claim of a deploy that was killed; gives what was ended. Raises HeldError for others."""
        ended = self.read()
        if ended.by and not ended.locked:
            self.refuse_held()
        if ended.by:
            self._write(NOBODY)
        return ended

    def _sign(self) -> None:
        with suppress(PlatformError):  # the next step of the deploy finds out
            self._object.refuse_lost(self._beat, within=0.0)

    def _beat(self) -> None:
        self._write(replace(self.claim, beat=self.claim.beat + 1))

    def _write(self, claim: Claim) -> None:
        with self._object.writing:
            self._object.write(json.dumps(asdict(claim)).encode())
            self.claim = claim


def _read(body: bytes) -> Claim:
    """The claim as it was written, maybe by another version of this; DAMAGED where that cannot be told."""
    try:
        found = dict(json.loads(body))
        known = {one.name: found[one.name] for one in fields(Claim) if one.name in found}
    except (ValueError, TypeError, RecursionError):
        return DAMAGED
    whole = "by" in known and all(type(value) is type(getattr(NOBODY, name)) for name, value in known.items())
    return Claim(**known) if whole else DAMAGED


def _own(claim: Claim) -> Claim:
    return replace(claim, nonce=secrets.token_hex(8))
