"""Rules of the machines and of the application on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra import config
from infra.config_checks.problem import Check, Problem

# Amazon EC2 Instance Types Guide, "Naming conventions": the g after the generation is Graviton (m8gd, g5g, im4gn).
ARM_TYPE = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")


def origin_and_egress(server: config.Server, network: config.Network) -> Iterator[Problem]:
    """A VPC origin goes with private subnets, a public origin with public ones."""
    if server.origin == "vpc" and network.egress != "nat":
        yield Problem(
            path="server.origin",
            message="a VPC origin needs private subnets",
            remedy="set network.egress: nat, or server.origin: public",
        )
    if server.mode == "single" and server.origin == "public" and network.egress != "public":
        yield Problem(
            path="server.origin",
            message="a server in private subnets cannot be reached over the internet",
            remedy="set server.origin: vpc, or network.egress: public",
        )


def fleet_size(server: config.Server) -> Iterator[Problem]:
    """The fleet's smallest size is not above its largest."""
    if server.fleet.min > server.fleet.max:
        yield Problem(
            path="server.fleet.min",
            message=f"{server.fleet.min} is above max {server.fleet.max}",
            remedy="lower min or raise max",
        )


def one_architecture(server: config.Server) -> Iterator[Problem]:
    """All instance types have one architecture: they boot one image."""
    kinds = {name: bool(ARM_TYPE.match(name)) for name in (server.instance_type, *server.fleet.instance_types)}
    if len(set(kinds.values())) > 1:
        yield Problem(
            path="server.fleet.instance_types",
            message=f"{', '.join(kinds)} are of different architectures",
            remedy="use types of the architecture of server.instance_type",
        )


def types_named_once(server: config.Server) -> Iterator[Problem]:
    """Each instance type of the fleet is another one: an auto scaling group refuses two that are the same."""
    types = server.fleet.instance_types
    for index, name in enumerate(types):
        path = f"server.fleet.instance_types[{index}]"
        if name == server.instance_type:
            yield Problem(path=path, message=f"{name} is server.instance_type already", remedy="remove it here")
        elif name in types[:index]:
            yield Problem(path=path, message=f"{name} is named twice", remedy="remove one")


CHECKS: tuple[Check, ...] = (
    origin_and_egress,
    fleet_size,
    one_architecture,
    types_named_once,
)
