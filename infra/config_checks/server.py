"""Rules of the machines and of the application on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra import config
from infra.config_checks.problem import Check, Problem

# Amazon EC2 Instance Types Guide, "Naming conventions": the g after the generation is Graviton (m8gd, g5g, im4gn).
ARM_TYPE = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")
SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|PRIVATE|(API|ACCESS|STRIPE|ENCRYPTION)_?KEY")
SECRET_VALUE = re.compile(
    r"(AKIA|ASIA|sk_live_|sk_test_|ghp_|github_pat_|xox[abp]-|-----BEGIN |ey[A-Za-z0-9_-]{10,}\.ey)"
)


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


def secrets_named_once(secrets: config.Secrets, django: config.Django) -> Iterator[Problem]:
    """Variables and secrets do not share a name."""
    for name in django.variables:
        if name in secrets.django:
            yield Problem(
                path=f"django.variables.{name}",
                message="is also a secret",
                remedy="remove it here: its value comes from `diceytech secrets set`",
            )


def origin_secret_apart(secrets: config.Secrets, server: config.Server) -> Iterator[Problem]:
    """The origin's secret is not Django's."""
    if server.origin_secret in secrets.django:
        yield Problem(
            path="server.origin_secret",
            message=f"{server.origin_secret} is also given to Django",
            remedy="use a name of its own",
        )


def variables_hold_no_secrets(django: config.Django) -> Iterator[Problem]:
    """The YAML holds names of secrets only; this one is told by the variable's name or the look of its value."""
    for name, value in django.variables.items():
        if SECRET_NAME.search(name) or SECRET_VALUE.match(value):
            yield Problem(
                path=f"django.variables.{name}",
                message="looks like a secret, and the YAML holds names of secrets only",
                remedy=f"add {name} to platform:secrets.django and run `diceytech secrets set {name}`",
            )


def debug_in_production(environment: config.Environment, django: config.Django) -> Iterator[Problem]:
    """Django's debug pages show settings and source to anyone."""
    if environment.tier == "production" and django.debug:
        yield Problem(
            path="django.debug", message="debug pages in production show settings to anyone", remedy="set it to false"
        )


CHECKS: tuple[Check, ...] = (
    origin_and_egress,
    fleet_size,
    one_architecture,
    secrets_named_once,
    origin_secret_apart,
    variables_hold_no_secrets,
    debug_in_production,
)
