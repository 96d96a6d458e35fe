"""One deploy at a time: the list of releases is swapped, and swapped back, by whoever may change the site.

A deploy writes its claim into `.releases/current.json` on condition that nobody has written it since it was read, and
repeats it while it works. A claim without a sign of life for LEASE seconds, by the server's clock, is dead.

S3 cannot refuse the files of a deploy whose claim was taken over. So nobody writes one without a sign of life of the
last FRESH seconds, and whoever takes over a claim that is alive waits until its owner must have noticed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from infra.errors import PlatformError
from scripts.heartbeat import LEASE, NOTICE, heartbeat
from scripts.website.bucket import Bucket, ConflictError
from scripts.website.headers import Headers
from scripts.website.release import CURRENT_KEY, Claim, Current, DamagedError, current_from_bytes

PRIVATE = Headers(content_type="application/json", cache_control="no-store")


class HeldError(PlatformError):
    """Another deploy is at work, or was faster. Exit code 75."""


class Lock:
    """The list of releases as it was last read or written here."""

    def __init__(self, bucket: Bucket, *, notice: float = NOTICE) -> None:
        self._bucket, self._notice = bucket, notice
        self._writing = threading.RLock()
        self.current = Current()
        self.damaged = False
        self.age = 0.0
        self._etag: str | None = None
        self._signed = 0.0  # by the wall clock, which goes on while a machine sleeps
        self._lost: HeldError | None = None

    def read(self) -> Current:
        """The list; where it is damaged an empty one, and `damaged` is set."""
        found = self._bucket.get(CURRENT_KEY)
        self._etag = found.etag if found else None
        self.age = found.age if found else 0.0
        try:
            self.current = current_from_bytes(found.body) if found else Current()
            self.damaged = False
        except DamagedError:
            self.current, self.damaged = Current(), True
        return self.current

    def refuse_held(self, *, take_over: bool) -> None:
        """Raises HeldError where another deploy is alive, unless it is to be taken over."""
        claim = self.current.claim
        if claim is None or take_over or self.age >= LEASE:
            return
        raise HeldError(
            f"{claim.by} is deploying {claim.id} since {claim.at}, last sign of life {self.age:.0f} s ago; try again "
            f"when it is done, in {LEASE - self.age:.0f} s where it died, or pass --take-over if you know that it did"
        )

    @contextmanager
    def claimed(self, claim: Claim, tell: Callable[[int, int], None] = lambda _done, _of: None) -> Iterator[None]:
        """Holds the site for one deploy, which ends it by `settle`; a deploy that fails lets go all the same.

        Raises HeldError where somebody else wrote the list since it was read. Where a claim that is alive is taken over
        `tell` hears how many of the seconds are over in which its owner notices.
        """
        taken_over = self.current.claim is not None and self.age < LEASE
        self._write(self.current.claimed(claim))
        try:
            with heartbeat(self._sign):
                if taken_over:
                    self._wait(tell)
                yield
        except BaseException:
            self._let_go()
            raise

    def refuse_lost(self, *, within: float = 0.0) -> None:
        """Raises HeldError where the claim was taken over, as the sign of life of the last `within` seconds tells.

        Gives one where there was none; raises AwsError where that cannot be given.
        """
        with self._writing:
            claim = self.current.claim
            if claim is not None and self._lost is None and not 0 <= time.time() - self._signed < within:
                try:
                    self._write(self.current.claimed(replace(claim, beat=claim.beat + 1)))
                except HeldError as error:
                    self._lost = error
            if self._lost is not None:
                raise self._lost

    def settle(self, current: Current) -> None:
        """Writes the list that a deploy ends with; raises HeldError where the claim was taken over."""
        self._write(current)

    def _sign(self) -> None:
        try:
            self.refuse_lost()
        except PlatformError:
            return  # the next step of the deploy finds out

    def _wait(self, tell: Callable[[int, int], None]) -> None:
        whole = int(self._notice)
        for second in range(whole):
            tell(second, whole)
            time.sleep(1)

    def _let_go(self) -> None:
        if self._lost is None:
            try:
                self._write(self.current.claimed(None))
            except PlatformError:
                return  # the lease ends it

    def _write(self, current: Current) -> None:
        body = current.to_bytes()
        with self._writing:
            try:
                self._etag = self._bucket.put(
                    CURRENT_KEY, body, PRIVATE, only_over=self._etag, only_new=self._etag is None
                )
            except ConflictError:
                self._etag = self._mine(body)
            self.current, self._signed = current, time.time()

    def _mine(self, body: bytes) -> str:
        """The ETag of what is there where it is our own: an answer got lost, and the write was repeated."""
        found = self._bucket.get(CURRENT_KEY)
        if found is not None and found.body == body:
            return found.etag
        raise HeldError("another deploy changed the site meanwhile; nothing more is written here, run this again")
