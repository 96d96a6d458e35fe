"""Rules of the product: its name and its paths."""

from __future__ import annotations

from collections.abc import Iterator

from infra import config
from infra.config_checks.problem import Check, Problem

# Users that Debian and Ubuntu images have: the product's name becomes the service's user.
SYSTEM_USERS = frozenset(
    {
        "admin", "backup", "bin", "daemon", "debian", "games", "irc", "list", "lp", "mail", "man", "messagebus", "news",
        "nginx", "nobody", "polkitd", "postgres", "proxy", "root", "sshd", "ssm-user", "sync", "sys", "syslog",
        "systemd-network", "tcpdump", "tss", "ubuntu", "uucp", "uuidd", "www-data",
    }
)  # fmt: skip
RESERVED_PREFIXES = ("aws", "ssm", "amzn", "sthree", "internal")  # of SSM parameters, buckets and load balancers


def product_is_no_system_user(product: config.Product) -> Iterator[Problem]:
    """The service runs as a user of the product's name."""
    if product.name in SYSTEM_USERS:
        yield Problem(
            path="product.name", message=f"{product.name} is a user of the system", remedy="choose another name"
        )


def product_prefix_is_free(product: config.Product) -> Iterator[Problem]:
    """Names that begin with the product's must not begin with what AWS keeps for itself."""
    if product.name.startswith(RESERVED_PREFIXES):
        message = f"{product.name} begins with a word that AWS keeps for its own names"
        yield Problem(path="product.name", message=message, remedy="choose another name")


def paths_inside_repository(product: config.Product) -> Iterator[Problem]:
    """Paths stay inside the repository."""
    backend, website = product.backend, product.website
    for path, value in (
        ("backend.path", backend.path),
        ("website.path", website.path),
        ("website.build_output", website.build_output),
    ):
        if ".." in value.split("/"):
            yield Problem(
                path=f"product.{path}", message=f"{value} leaves the repository", remedy="use a path without `..`"
            )


CHECKS: tuple[Check, ...] = (
    product_is_no_system_user,
    product_prefix_is_free,
    paths_inside_repository,
)
