"""Cutting a VPC's range into subnets: arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

PARTS = 16  # a zone takes three, so five zones fit, and a further zone moves no subnet that exists


@dataclass(frozen=True, kw_only=True)
class SubnetRanges:
    """Ranges (CIDR text) of each kind of subnet, one per zone in the order of the zones."""

    public: tuple[str, ...]
    private: tuple[str, ...]
    database: tuple[str, ...]


def carve(cidr: str, *, zones: int) -> SubnetRanges:
    """Cuts `cidr` into 16 equal parts and gives each zone three: public, private, database.

    Raises ValueError where `cidr` is no network, or a zone is left without a part.
    """
    parts = [str(part) for part in IPv4Network(cidr).subnets(prefixlen_diff=PARTS.bit_length() - 1)]
    if zones * 3 > len(parts):
        raise ValueError(f"{cidr} has no room for {zones} zones")
    return SubnetRanges(
        public=tuple(parts[zone * 3] for zone in range(zones)),
        private=tuple(parts[zone * 3 + 1] for zone in range(zones)),
        database=tuple(parts[zone * 3 + 2] for zone in range(zones)),
    )
