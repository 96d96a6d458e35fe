"""The same work on many items, several at a time, in threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
TELL_SECONDS = 0.1


class InBackground(Generic[Result]):
    """One call in a thread of its own, begun at once."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._results: list[Result] = []
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def result(self) -> Result:
        """Waits for what the call gives; raises what it raised."""
        self._thread.join()
        if self._failures:
            raise self._failures[0]
        return self._results[0]

    def _run(self, work: Callable[[], Result]) -> None:
        try:
            self._results.append(work())
        except BaseException as error:
            self._failures.append(error)


def each(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    at_once: int,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> list[Result]:
    """The results, in the order in which they come; `tell` hears now and then how many of how many there are.

    After the first failure no further item is begun; those under way end, and then it is raised. A second interrupt is
    raised at once.
    """
    job = _Job(work, deque(items))
    total = len(job.left)
    try:
        for _ in range(min(at_once, total)):
            threading.Thread(target=job.run).start()
        while not job.ended(TELL_SECONDS):
            tell(len(job.results), total)
        tell(len(job.results), total)
    except BaseException as error:  # an interrupt: what is under way must end before anybody tidies up
        job.fail(error)
        while not job.ended(TELL_SECONDS):
            pass
    if job.failures:
        raise job.failures[0]
    return job.results


class _Job(Generic[Item, Result]):
    """What the threads of one call of `each` share.

    They are counted, and not joined: in CPython 3.11 a join that an interrupt ends takes the thread for ended, and
    whoever joins it again does not wait.
    """

    def __init__(self, work: Callable[[Item], Result], left: deque[Item]) -> None:
        self._work, self.left = work, left
        self.results: list[Result] = []
        self.failures: list[BaseException] = []
        self._state, self._running = threading.Condition(), 0

    def run(self) -> None:
        """Works until nothing is left, or something failed."""
        with self._state:
            if self.failures:
                return
            self._running += 1
        try:
            self._work_off()
        finally:
            with self._state:
                self._running -= 1
                self._state.notify_all()

    def _work_off(self) -> None:
        while not self.failures:
            try:
                item = self.left.popleft()
            except IndexError:
                return
            try:
                self.results.append(self._work(item))
            except BaseException as error:
                self.failures.append(error)

    def fail(self, error: BaseException) -> None:
        """Has no further item begun."""
        with self._state:
            self.failures.append(error)

    def ended(self, within: float) -> bool:
        """Whether nothing is under way, and nothing will be; waits so many seconds for it."""
        with self._state:
            return self._state.wait_for(self._over, within)

    def _over(self) -> bool:
        return not self._running and bool(self.failures or not self.left)
