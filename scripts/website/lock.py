"""One deploy at a time: the list of releases is swapped, and swapped back, by whoever may change the site.

A deploy writes its claim into `.releases/current.json` on condition that nobody has written it since it was read, and
repeats it while it works. A claim without a sign of life for LEASE seconds, by the server's clock, is dead.

S3 cannot refuse the files of a deploy whose claim was taken over. So nobody writes one without a sign of life of the
last FRESH seconds, and whoever takes over a claim that is alive waits until its owner must have noticed. For the same
reason a claim is let go of only when no file is under way; else the lease ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from infra.errors import PlatformError
from scripts.heartbeat import LEASE, NOTICE, ClaimObject, heartbeat
from scripts.website.bucket import Bucket, ConflictError
from scripts.website.headers import Headers
from scripts.website.release import CURRENT_KEY, Claim, Current, DamagedError, current_from_bytes

PRIVATE = Headers(content_type="application/json", cache_control="no-store")


class HeldError(PlatformError):
    """Another deploy is at work, or was faster. Exit code 75."""


class Lock:
    """The list of releases as it was last read or written here; while `holding` nobody else writes it."""

    def __init__(self, bucket: Bucket, *, notice: float = NOTICE) -> None:
        self._bucket, self._notice = bucket, notice
        self._object = ClaimObject(
            get=lambda: bucket.get(CURRENT_KEY),
            put=lambda body, etag: bucket.put(CURRENT_KEY, body, PRIVATE, only_over=etag, only_new=etag is None),
            conflict=ConflictError,
            held=HeldError,
            told="another deploy changed the site meanwhile; nothing more is written here, run this again",
        )
        self.current = Current()
        self.damaged = False
        self.age = 0.0
        self.holding = False
        self._files: set[object] = set()  # one for each that is under way
        self._ended = False

    def read(self) -> Current:
        """The list; where it is damaged an empty one, and `damaged` is set."""
        found = self._bucket.get(CURRENT_KEY)
        self._object.read(found)
        self.age = found.age if found else 0.0
        try:
            self.current = current_from_bytes(found.body) if found else Current()
            self.damaged = False
        except DamagedError:
            self.current, self.damaged = Current(), True
        return self.current

    def agrees(self, listed: Mapping[str, str]) -> bool:
        """Whether these keys and ETags, which may be older than the list as it was read, are of the same time."""
        return self.holding or listed.get(CURRENT_KEY) == self._object.etag

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
    def claimed(self, claim: Claim, tell: Callable[[int, int], None] = lambda _done, _of: None) -> Iterator[bool]:
        """Holds the site for one deploy, which ends it by `settle`; a deploy that fails lets go all the same.

        Raises HeldError where somebody else wrote the list since it was read. Where a claim that is alive is taken over
        `tell` hears how many of the seconds are over in which its owner notices; the block gets whether that was so.
        """
        taken_over = self.current.claim is not None and self.age < LEASE
        alone = not taken_over
        self._ended = False
        try:
            self._write(self.current.claimed(claim))
            self.holding = True
            with heartbeat(self._sign):
                if taken_over:
                    self._wait(tell)
                    alone = True
                yield taken_over
        except BaseException as error:
            never_claimed = not self.holding and isinstance(error, PlatformError)
            # Not alone: the owner before may still write, and the next one must not begin at once. Never claimed: S3
            # refused, or does not answer, and then the lease ends what may have arrived.
            if alone and not never_claimed:
                self._let_go(claim)
            raise
        finally:
            self.holding = False

    @contextmanager
    def writing(self, *, within: float) -> Iterator[None]:
        """Around the writing of one file: raises HeldError as `refuse_lost` does, and where the claim was let go of."""
        one = object()
        self._files.add(one)  # before it is looked whether the claim has ended, as that looks at the files afterwards
        try:
            if self._ended:
                raise HeldError("the deploy was ended; nothing more is written, run this again")
            self.refuse_lost(within=within)
            yield
        finally:
            self._files.discard(one)

    def refuse_lost(self, *, within: float = 0.0) -> None:
        """Raises HeldError where the claim was taken over, as the sign of life of the last `within` seconds tells.

        Gives one where there was none; raises AwsError where that cannot be given.
        """
        with self._object.writing:
            if self.current.claim is not None:
                self._object.refuse_lost(self._beat, within=within)

    def settle(self, current: Current) -> None:
        """Writes the list that a deploy ends with; raises HeldError where the claim was taken over."""
        self._write(current)

    def _sign(self) -> None:
        with suppress(PlatformError):  # the next step of the deploy finds out
            self.refuse_lost()

    def _beat(self) -> None:
        if (claim := self.current.claim) is not None:
            self._write(self.current.claimed(replace(claim, beat=claim.beat + 1)))

    def _wait(self, tell: Callable[[int, int], None]) -> None:
        whole = int(self._notice)
        for second in range(whole):
            tell(second, whole)
            time.sleep(1)

    def _let_go(self, claim: Claim) -> None:
        """Ends the claim, unless it was taken over or files are under way: a second signal cut the wait for them short.

        Where it cannot be ended the lease does that.
        """
        self._ended = True
        if self._object.lost or self._files:
            return
        with suppress(PlatformError):
            if self.holding:
                with suppress(HeldError):
                    self._write(self.current.let_go(claim))
                    return
            # An interrupt came between a write of ours and its answer: what is there tells whether it arrived.
            held = self.read().claim
            if held is not None and held.nonce == claim.nonce:
                self._write(self.current.let_go(claim))

    def _write(self, current: Current) -> None:
        with self._object.writing:
            self._object.write(current.to_bytes())
            self.current = current
