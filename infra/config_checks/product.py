"""Rules of the product: its name and its paths."""

from __future__ import annotations

from collections.abc import Iterator

from infra import config
from infra.config_checks.problem import Check, Problem

# Users that Debian and Ubuntu images have, or get at first boot: the product's name becomes the service's user.
SYSTEM_USERS = frozenset(
    {
        "admin", "backup", "bin", "cwagent", "daemon", "debian", "dhcpcd", "fwupd-refresh", "games", "irc", "landscape",
        "list", "lp", "mail", "man", "messagebus", "news", "nginx", "nobody", "polkitd", "pollinate", "postgres",
        "proxy", "root", "sshd", "ssm-user", "sync", "sys", "syslog", "systemd-network", "systemd-resolve",
        "systemd-timesync", "tcpdump", "tss", "ubuntu", "usbmux", "uucp", "uuidd", "www-data",
    }
)  # fmt: skip
# Groups that have no such user, of base-passwd, systemd and cloud images: `useradd --user-group` refuses them.
SYSTEM_GROUPS = frozenset(
    {
        "adm", "audio", "bluetooth", "cdrom", "clock", "crontab", "dialout", "dip", "disk", "docker", "fax", "floppy",
        "input", "kmem", "kvm", "lxd", "netdev", "nogroup", "operator", "plugdev", "rdma", "render", "sasl", "scanner",
        "sgx", "shadow", "src", "ssl-cert", "staff", "sudo", "systemd-coredump", "systemd-journal", "systemd-oom",
        "tape", "tty", "users", "utmp", "video", "voice", "wheel",
    }
)  # fmt: skip
# What is under /etc already, where the service's own settings get a directory that root alone can read.
SYSTEM_SETTINGS = frozenset(
    {
        "alternatives", "amazon", "apparmor", "apt", "ca-certificates", "cloud", "crontab", "dbus-1", "default", "dhcp",
        "dpkg", "environment", "fstab", "group", "gshadow", "gss", "hostname", "hosts", "initramfs-tools", "iproute2",
        "issue", "kernel", "ldap", "localtime", "logcheck", "magic", "modules", "motd", "mtab", "netplan", "network",
        "networks", "newt", "opt", "os-release", "passwd", "perl", "polkit-1", "ppp", "profile", "protocols", "python3",
        "rpc", "runit", "security", "selinux", "services", "shells", "skel", "ssh", "ssl", "subgid", "subuid",
        "systemd", "terminfo", "timezone", "udev", "ufw", "vim", "xdg",
    }
)  # fmt: skip
RESERVED_PREFIXES = ("aws", "ssm", "amzn", "sthree", "internal")  # of SSM parameters, buckets and load balancers


def product_is_not_the_systems(product: config.Product) -> Iterator[Problem]:
    """The service runs as a user, in a group and by settings of the product's name."""
    if product.name in SYSTEM_USERS | SYSTEM_GROUPS:
        message = f"{product.name} is a user or group of the system"
        yield Problem(path="product.name", message=message, remedy="choose another name")
    elif product.name in SYSTEM_SETTINGS:
        message = f"{product.name} is in /etc of the system"
        yield Problem(path="product.name", message=message, remedy="choose another name")


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
    product_is_not_the_systems,
    product_prefix_is_free,
    paths_inside_repository,
)
