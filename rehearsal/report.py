"""What a rehearsal shows and what it cannot: said after every run, so that nobody takes it for more than it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rehearsal.resources import RESOURCES

LIMITS = (
    "Permissions: IAM policies are stored and their grammar is checked, but no call is allowed or denied by them.",
    "Traffic: no packet crosses the VPC, the load balancer or CloudFront; no function runs at an edge.",
    "Machines: an instance is a record; its user data is not booted here.",
    "The database is a record; nothing listens at its address.",
    "Time and quota: AWS takes minutes where this takes milliseconds, and an account's quotas are not known here.",
    "The provider: a stand-in with the same inputs and outputs; the real AWS provider runs only on a real account.",
)


@dataclass(frozen=True, kw_only=True)
class Emulation:
    """How many resources the emulator holds whole, in part or not at all, and what it lacks, by type."""

    full: int
    partial: int
    none: int
    lacking: dict[str, tuple[str, ...]]


def emulation(types: Iterable[str]) -> Emulation:
    """Counts resources, given by their types, by how far the emulator holds them."""
    kinds = [RESOURCES[one] for one in types if one in RESOURCES]
    lacking = {kind.token: kind.not_emulated or ("all of it",) for kind in kinds if kind.emulated != "full"}
    return Emulation(
        full=sum(kind.emulated == "full" for kind in kinds),
        partial=sum(kind.emulated == "partial" for kind in kinds),
        none=sum(kind.emulated == "none" for kind in kinds),
        lacking=dict(sorted(lacking.items())),
    )
