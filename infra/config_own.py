"""Keys that say which environment it is: no other one may have the same, so that a difference there is no mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

OWN: Final[Mapping[str, str]] = {
    "environment.tier": "what kind of environment it is",
    "aws.account_id": "the account that it is in",
    "aws.shared_account": "whether its account holds another environment",
    "network.cidr": "its own range, so that the two can be joined",
    "network.subnets": "its own ranges",
    "network.adopt": "the network that it is built in",
    "media.bucket": "bucket names are global",
    "website.bucket": "bucket names are global",
    "artifacts.bucket": "bucket names are global",
    "logs.bucket": "bucket names are global",
    "observability.backend_log_group": "a log group's name is one per account",
    "dns": "its own domain",
    "accepted": "what it does without, each with its own reason",
}


def own(path: str) -> str | None:
    """Why the key at this dotted path, or what it is in, differs between environments; None where it need not."""
    return next((reason for key, reason in OWN.items() if path == key or path.startswith((f"{key}.", f"{key}["))), None)


def own_within(path: str) -> Iterator[str]:
    """The keys at or under this dotted path that say which environment it is."""
    yield from (key for key in OWN if key.startswith(f"{path}.") or f"{path}.".startswith((f"{key}.", f"{key}[")))
