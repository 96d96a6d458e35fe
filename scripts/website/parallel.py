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

    After the first failure no further item is begun; those under way end, and then it is raised.
    """
    left = deque(items)
    total, results, failures = len(left), list[Result](), list[BaseException]()

    def run() -> None:
        while not failures:
            try:
                item = left.popleft()
            except IndexError:
                return
            try:
                results.append(work(item))
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(min(at_once, total))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(TELL_SECONDS)
                tell(len(results), total)
    except BaseException as error:  # an interrupt: what is under way must end before anybody tidies up
        failures.append(error)
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    return results
