"""How the other apps tell people of something."""

from __future__ import annotations

from collections.abc import Sequence


def notify(recipients: Sequence[int], kind: str, message: str, link: str) -> None:
    """Queues the message in the caller's own transaction: it is told if and only if the event is kept."""
    from notifications.tasks import tell

    tell.defer(recipients=list(recipients), kind=kind, message=message[:500], link=link)
