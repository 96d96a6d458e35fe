"""The way back of a go-live that failed or was interrupted: each machine that took the release gets what it had."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scripts.aws.asking import AwsRefusedError
from scripts.backend.hosts import NO_RELEASE, Commands, Outcome
from scripts.backend.lock import HeldError

BUSY_ATTEMPTS, BUSY_PAUSE = 24, 5.0  # seconds between two tries where a machine or AWS is busy


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """From the release `to`, for machines that had `before`; nothing here may hide why it is gone."""

    commands: Commands
    to: str
    before: Mapping[str, str | None]

    def go(self, ordered: Mapping[str, Outcome | None]) -> list[str]:
        """Brings machines back; gives what to say of those that have something else now than before.

        `ordered` are the machines with what their order came to, None where that was not learnt. One machine that
        cannot be brought back keeps no other from it; a second Ctrl-C ends it.
        """
        told, left = list[str](), dict(ordered)
        try:
            for host, outcome in ordered.items():
                told += self._bring_back(host, outcome)
                del left[host]
        except KeyboardInterrupt:
            told += [f"{host} may have {self.to} (interrupted on the way back)" for host in left]
        return told

    def _bring_back(self, host: str, outcome: Outcome | None) -> Iterator[str]:
        before = self.before.get(host)
        known, has = _live(outcome)
        if before == self.to:
            # The program keeps no second environment of a release, so nothing can be brought back.
            if not known or (outcome is not None and outcome.ok):
                yield f"{host} {'has' if known else 'may have'} {self.to} with secrets as they are now"
            return
        if known and has != self.to:
            if has != before:
                yield f"{host} has {has or 'no release'}"
            return
        back = self._try(host, "rollback", before) if before else None
        if back is not None and back.ok:
            return
        if not known and back is not None and back.exit == HeldError.exit_code:
            yield f"{host} is still at work, and may have {self.to} ({back.message})"
            return
        if not known or back is not None:
            # Its command may have ended before the switch, or an order whose answer was lost did it: then the way back
            # is refused, and nothing is wrong.
            status = self._try(host, "status")
            if status.ok:
                known, has = True, status.end.get("release")
            if known and has == before:
                return
            if known and has != self.to:
                yield f"{host} has {has or 'no release'}"
                return
            if not known:
                yield f"it is not known whether {host} has {self.to} ({status.message})"
                return
        yield (
            f"{host} stayed on {self.to} ({back.message})"
            if back
            else f"{host} had no release before, and has {self.to}"
        )

    def _try(self, host: str, action: str, release: str = NO_RELEASE) -> Outcome:
        """Waits for a command that was cancelled, or that nobody follows any more, and for AWS where it is busy."""
        for attempt in range(BUSY_ATTEMPTS):
            if attempt:
                time.sleep(BUSY_PAUSE)
            try:
                outcome = self.commands.run(host, action, release)
                again = outcome.exit == HeldError.exit_code
            except Exception as error:  # whatever it is, the other machines are to be brought back
                outcome = Outcome(host=host, exit=None, message=str(error) or type(error).__name__)
                again = isinstance(error, AwsRefusedError) and error.passing
            if not again:
                break
        return outcome


def _live(outcome: Outcome | None) -> tuple[bool, str | None]:
    """Whether the machine's last line told what it has live, and that."""
    if outcome is None or outcome.end.get("step") != "end" or "live" not in outcome.end:
        return False, None
    return True, outcome.end["live"]
