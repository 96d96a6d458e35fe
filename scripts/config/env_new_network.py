"""A VPC range for a new environment that no other has, so that they can be joined one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import chain
from pathlib import Path

from infra.config import Network, PlatformConfig
from infra.config_checks import Problem
from infra.config_source import ConfigError, environments, read_raw
from scripts.config.env_new_values import Values


def choose(values: Values, template: PlatformConfig, root: Path) -> None:
    """Sets a free range of the source's size; an adopted VPC keeps its own. Raises ConfigError where none is free."""
    if template.network.adopt is not None:
        return
    network = values["network"]
    network["cidr"] = str(free_range(list(_taken(root)), IPv4Network(template.network.cidr).prefixlen))
    network.pop("subnets", None)


def free_range(taken: Sequence[IPv4Network], prefix: int) -> IPv4Network:
    """The first free range of this size in 10.0.0.0/8, tens first; raises ConfigError."""
    for second in chain(range(20, 256, 10), range(256)):
        candidate = IPv4Network(f"10.{second}.0.0/{prefix}")
        if not any(candidate.overlaps(other) for other in taken):
            return candidate
    problem = Problem(path="network.cidr", message="no free range in 10.0.0.0/8", remedy="write the file by hand")
    raise ConfigError("Pulumi.<env>.yaml", [problem])


def _taken(root: Path) -> Iterator[IPv4Network]:
    """Ranges of all environments, also of those that are not valid otherwise."""
    for name in environments(root):
        try:
            network = read_raw(root, name).get("network")
        except ConfigError:
            continue
        cidr = network.get("cidr") if isinstance(network, Mapping) else None
        try:
            yield IPv4Network(str(cidr or Network.model_fields["cidr"].default))
        except ValueError:
            continue
