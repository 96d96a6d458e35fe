"""Rules of the VPC: ranges, zones, what an adopted one brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, ip_network
from itertools import combinations

from infra import config
from infra.config_checks.problem import Check, Problem
from infra.subnetting import carve

# RFC 1918, and RFC 6598's shared space: `is_private` of Python has loopback, link-local and reserved ranges too.
PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def vpc_range(network: config.Network) -> Iterator[Problem]:
    """The VPC's range is a network of a size that can be cut into subnets."""
    try:
        cidr = ip_network(network.cidr)
    except ValueError as error:
        yield Problem(
            path="network.cidr", message=str(error), remedy="write the network's first address, such as 10.20.0.0/16"
        )
        return
    if not 16 <= cidr.prefixlen <= 23:
        yield Problem(
            path="network.cidr",
            message=f"{network.cidr} is too {'large' if cidr.prefixlen < 16 else 'small'}",
            remedy="use /16 to /23: AWS allows no larger VPC, and a load balancer's subnet needs /27",
        )
    elif not any(IPv4Network(network.cidr).subnet_of(private) for private in PRIVATE_RANGES):
        yield Problem(
            path="network.cidr",
            message=f"{network.cidr} is not a private range",
            remedy=f"use one inside {', '.join(map(str, PRIVATE_RANGES))}",
        )


def subnet_ranges(network: config.Network) -> Iterator[Problem]:
    """Subnets given by hand lie in the VPC, are large enough and do not overlap."""
    if network.subnets is None:
        return
    ranges: dict[str, IPv4Network] = {}
    for tier in ("public", "private", "database"):
        texts: tuple[str, ...] = getattr(network.subnets, tier)
        if len(texts) != len(network.zones):
            yield Problem(
                path=f"network.subnets.{tier}",
                message=f"{len(texts)} ranges for {len(network.zones)} zones",
                remedy="give one range per zone",
            )
        for index, text in enumerate(texts):
            path = f"network.subnets.{tier}[{index}]"
            try:
                ranges[path] = IPv4Network(text)
            except ValueError as error:
                yield Problem(path=path, message=str(error), remedy="write the network's first address")
    yield from _outside_or_small(network.cidr, ranges)
    for (path, one), (other_path, other) in combinations(ranges.items(), 2):
        if one.overlaps(other):
            yield Problem(
                path=other_path,
                message=f"{other} overlaps {one} of {path}",
                remedy="give each subnet a range of its own",
            )


def _outside_or_small(cidr: str, ranges: Mapping[str, IPv4Network]) -> Iterator[Problem]:
    try:
        vpc = IPv4Network(cidr)
    except ValueError:
        return
    for path, subnet in ranges.items():
        if not subnet.subnet_of(vpc):
            yield Problem(
                path=path, message=f"{subnet} is outside the VPC's {vpc}", remedy="choose a range inside network.cidr"
            )
        if subnet.prefixlen > 27:
            yield Problem(
                path=path,
                message=f"{subnet} is too small",
                remedy="use /27 or larger: a load balancer keeps 8 addresses free",
            )


def subnets_fit(network: config.Network) -> Iterator[Problem]:
    """The range is cut into enough subnets for the zones."""
    try:
        prefix = IPv4Network(network.cidr).prefixlen
    except ValueError:
        return  # vpc_range says so
    if network.subnets is None and network.adopt is None and 16 <= prefix <= 23:
        try:
            carve(network.cidr, zones=len(network.zones))
        except ValueError as error:
            yield Problem(path="network.cidr", message=str(error), remedy="use a larger range")


def zones_of_region(network: config.Network, aws: config.Aws) -> Iterator[Problem]:
    """Zones are those of the environment's region."""
    for index, zone in enumerate(network.zones):
        if zone[:-1] != aws.region:
            yield Problem(
                path=f"network.zones[{index}]",
                message=f"{zone} is not in {aws.region}",
                remedy=f"use zones such as {aws.region}a",
            )


def distinct_zones(network: config.Network) -> Iterator[Problem]:
    """No zone is named twice."""
    if len(set(network.zones)) != len(network.zones):
        yield Problem(path="network.zones", message="a zone is named twice", remedy="name different zones")


def endpoints_named_once(network: config.Network) -> Iterator[Problem]:
    """A VPC has one private endpoint of a service with private names."""
    for index, service in enumerate(network.interface_endpoints):
        if service in network.interface_endpoints[:index]:
            path = f"network.interface_endpoints[{index}]"
            yield Problem(path=path, message=f"{service} is named twice", remedy="remove one")


def adopted_vpc(network: config.Network) -> Iterator[Problem]:
    """An adopted VPC brings the subnets that the environment needs."""
    if network.adopt is None:
        return
    for tier in (
        "public_subnet_ids",
        "database_subnet_ids",
        *(["private_subnet_ids"] if network.egress == "nat" else []),
    ):
        if len(set(getattr(network.adopt, tier))) < 2:
            yield Problem(
                path=f"network.adopt.{tier}",
                message="fewer than two subnets",
                remedy="name two subnets at least, in different zones",
            )
    for tier in ("public", "private", "database"):
        ids: tuple[str, ...] = getattr(network.adopt, f"{tier}_subnet_ids")
        for one in sorted({one for one in ids if ids.count(one) > 1}):
            yield Problem(
                path=f"network.adopt.{tier}_subnet_ids",
                message=f"{one} is named twice",
                remedy="name one subnet for each zone",
            )
    # Servers and database may share subnets that have no way in; one that the internet reaches is for nothing else.
    for tier, words in (("private", "private"), ("database", "the database's")):
        shared = set(network.adopt.public_subnet_ids) & set(getattr(network.adopt, f"{tier}_subnet_ids"))
        for one in sorted(shared):
            yield Problem(
                path=f"network.adopt.{tier}_subnet_ids",
                message=f"{one} is both public and {words}",
                remedy="name a subnet without a route to an internet gateway",
            )


CHECKS: tuple[Check, ...] = (
    vpc_range,
    subnet_ranges,
    subnets_fit,
    zones_of_region,
    distinct_zones,
    endpoints_named_once,
    adopted_vpc,
)
