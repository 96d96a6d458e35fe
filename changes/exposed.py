"""One thing that a resource leaves open, and when another one is part of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from changes.grants import Grant, Granted


@dataclass(frozen=True)
class Exposed:
    """One thing that is open: the rule that finds it, and in words.

    `by` is what is compared where it is more than the words.
    """

    rule: str
    sentence: str
    by: Grant | Ports | Target | None = None

    def covers(self, other: Exposed) -> bool:
        """Whether all that the other one leaves open is open by this one already."""
        if isinstance(self.by, Ports) and isinstance(other.by, Ports):
            return self.by.covers(other.by)  # whatever it is called: one address of what everyone could connect from
        return (self.rule, self.sentence) == (other.rule, other.sentence)


def beyond(new: Collection[Exposed], old: Collection[Exposed]) -> set[Exposed]:
    """What is open by the new ones and by none of the old."""
    rest, others = set(new) - set(old), [one for one in old if not isinstance(one.by, Grant)]
    granted = {
        rule: Granted([one.by for one in old if one.rule == rule and isinstance(one.by, Grant)])
        for rule in {one.rule for one in rest}
    }

    def was(one: Exposed) -> bool:
        if isinstance(one.by, Grant):
            return granted[one.rule].covers(one.by)
        return any(other.covers(one) for other in others)

    return {one for one in rest if not was(one)}


@dataclass(frozen=True)
class Ports:
    """Ports that a source may connect to; all of them for every protocol are 0 to 65535 of `-1`.

    `own` sources are those that the program itself makes.
    """

    source: str
    protocol: str
    first: int
    last: int
    own: bool = False

    def covers(self, other: Ports) -> bool:
        """Whether the other's source and ports are among these."""
        same = _within(other.source, self.source) and self.protocol in ("-1", other.protocol)
        return same and self.first <= other.first and other.last <= self.last


@dataclass(frozen=True)
class Target:
    """Where data goes: an account, or where that is not told what is named there.

    `made_of` are the URNs of what both are made of, where only the apply will tell.
    """

    account: str
    name: str = ""
    made_of: tuple[str, ...] = ()


def network(source: object) -> IPv4Network | IPv6Network | None:
    """The range of addresses; None of what is none."""
    try:
        return ip_network(str(source), strict=False)
    except ValueError:
        return None


def _within(source: str, of: str) -> bool:
    inner, outer = network(source), network(of)
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return source == of
