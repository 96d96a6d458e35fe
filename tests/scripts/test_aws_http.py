"""The connections of AWS's API."""

from __future__ import annotations

import http.client
from collections import deque

from scripts.aws.http import close_all


class Returned(http.client.HTTPConnection):
    """A connection at whose close a thread that was still reading gives another one back."""

    def __init__(self, idle: deque[http.client.HTTPConnection], *others: Returned) -> None:
        super().__init__("localhost")
        self.idle, self.others, self.closed = idle, others, False

    def close(self) -> None:
        self.closed = True
        self.idle.extend(self.others)


def test_a_connection_that_comes_back_while_all_are_closed_is_closed_too() -> None:
    idle: deque[http.client.HTTPConnection] = deque()
    late = Returned(idle)
    early = Returned(idle, late)
    idle.append(early)
    close_all(idle)
    assert (early.closed, late.closed, len(idle)) == (True, True, 0)
