"""Rules that join several keys of the configuration.

Each check is a function whose parameters are named after the sections it reads; it yields a Problem for each thing
that is wrong. A check runs as soon as its own sections are valid, so one mistake does not hide another; one whose only
parameter is `sections` gets all that are valid.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, ip_network
from itertools import combinations

from infra import config
from infra.regions import REGIONS
from infra.subnetting import carve

ARM_FAMILIES = (
    "a1.",
    "c6g",
    "c7g",
    "c8g",
    "m6g",
    "m7g",
    "m8g",
    "r6g",
    "r7g",
    "r8g",
    "t4g",
    "x2g",
    "im4g",
    "is4g",
    "i4g",
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: where (`database.storage_gb`), what, and what to do."""

    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}; {self.remedy}"


# Users that Debian and Ubuntu images have: the product's name becomes the service's user.
SYSTEM_USERS = frozenset(
    {
        "admin", "backup", "bin", "daemon", "debian", "games", "irc", "list", "lp", "mail", "man", "messagebus", "news",
        "nginx", "nobody", "polkitd", "postgres", "proxy", "root", "sshd", "ssm-user", "sync", "sys", "syslog",
        "systemd-network", "tcpdump", "tss", "ubuntu", "uucp", "uuidd", "www-data",
    }
)  # fmt: skip

RETENTION_KEYS = (
    ("network", "flow_log_retention_days"),
    ("observability", "log_retention_days"),
    ("database", "log_retention_days"),
)
BUCKET_SECTIONS = ("media", "website", "artifacts", "logs")

# Of infra/environment_variables.py, which a test holds this against.
PLATFORM_VARIABLES = frozenset(
    {
        "ALLOWED_HOSTS", "AWS_DEFAULT_REGION", "AWS_LOG_GROUP", "AWS_S3_CUSTOM_DOMAIN", "AWS_S3_REGION_NAME",
        "AWS_S3_SIGNATURE_VERSION", "AWS_STORAGE_BUCKET_NAME", "CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS",
        "DATABASE_SECRET_ARN", "DATABASE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "ENVIRONMENT",
        "JWT_ACCESS_TOKEN_MINUTES", "JWT_REFRESH_TOKEN_DAYS", "LOG_LEVEL", "MEDIA_PRIVATE_PREFIXES",
        "MEDIA_PUBLIC_PREFIXES", "MEDIA_URL",
    }
)  # fmt: skip
MOST_TAGS = 45  # 50 for a resource; five are the platform's own: Product, Environment, ManagedBy, Name, Role
RESERVED_PREFIXES = ("aws", "ssm", "amzn", "sthree", "internal")  # of SSM parameters, buckets and load balancers
POSTGRESQL_VERSIONS = frozenset({"13", "14", "15", "16", "17", "18"})  # Amazon RDS release notes, 2026
SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|PRIVATE|(API|ACCESS|STRIPE|ENCRYPTION)_?KEY")
SECRET_VALUE = re.compile(
    r"(AKIA|ASIA|sk_live_|sk_test_|ghp_|github_pat_|xox[abp]-|-----BEGIN |ey[A-Za-z0-9_-]{10,}\.ey"
    r"|[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]+@)"  # a URL with a password
)

Check = Callable[..., Iterator[Problem]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Registers a check."""
    CHECKS.append(function)
    return function


def run_checks(sections: Mapping[str, object]) -> list[Problem]:
    """All problems that the checks find in these valid sections, by their names."""
    problems: list[Problem] = []
    for function in CHECKS:
        wanted = list(inspect.signature(function).parameters)
        if wanted == ["sections"]:
            problems.extend(function(sections=sections))
        elif all(name in sections for name in wanted):
            problems.extend(function(**{name: sections[name] for name in wanted}))
    return problems


@check
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
    elif not cidr.is_private:
        yield Problem(
            path="network.cidr",
            message=f"{network.cidr} is a public range",
            remedy="use 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        )


@check
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


@check
def zones_of_region(network: config.Network, aws: config.Aws) -> Iterator[Problem]:
    """Zones are those of the environment's region."""
    for index, zone in enumerate(network.zones):
        if zone[:-1] != aws.region:
            yield Problem(
                path=f"network.zones[{index}]",
                message=f"{zone} is not in {aws.region}",
                remedy=f"use zones such as {aws.region}a",
            )


@check
def distinct_zones(network: config.Network) -> Iterator[Problem]:
    """No zone is named twice."""
    if len(set(network.zones)) != len(network.zones):
        yield Problem(path="network.zones", message="a zone is named twice", remedy="name different zones")


@check
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


@check
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


@check
def fleet_size(server: config.Server) -> Iterator[Problem]:
    """The fleet's smallest size is not above its largest."""
    if server.fleet.min > server.fleet.max:
        yield Problem(
            path="server.fleet.min",
            message=f"{server.fleet.min} is above max {server.fleet.max}",
            remedy="lower min or raise max",
        )


@check
def one_architecture(server: config.Server) -> Iterator[Problem]:
    """All instance types have one architecture: they boot one image."""
    kinds = {name: name.startswith(ARM_FAMILIES) for name in (server.instance_type, *server.fleet.instance_types)}
    if len(set(kinds.values())) > 1:
        yield Problem(
            path="server.fleet.instance_types",
            message=f"{', '.join(kinds)} are of different architectures",
            remedy="use types of the architecture of server.instance_type",
        )


@check
def storage_grows(database: config.Database) -> Iterator[Problem]:
    """Storage autoscaling has room above where storage starts: RDS refuses less than a tenth."""
    start, end = database.storage_gb, database.max_storage_gb
    if end != start and end * 10 < start * 11:
        yield Problem(
            path="database.max_storage_gb",
            message=f"{end} is less than a tenth above storage_gb {start}",
            remedy="raise it, or set both alike for no autoscaling",
        )


@check
def database_words(database: config.Database) -> Iterator[Problem]:
    """Names that RDS or PostgreSQL reserve are refused."""
    reserved = {
        "admin",
        "postgres",
        "rdsadmin",
        "template0",
        "template1",
        "user",
        "table",
        "select",
        "order",
        "group",
        "all",
        "default",
    }
    for key, value in (("name", database.name), ("username", database.username)):
        if value in reserved or value.startswith("pg_"):
            yield Problem(
                path=f"database.{key}",
                message=f"{value} is reserved by RDS or PostgreSQL",
                remedy="choose another, such as app",
            )


@check
def retention_values(sections: Mapping[str, object]) -> Iterator[Problem]:
    """CloudWatch Logs knows certain retention periods only."""
    for section, key in RETENTION_KEYS:
        days = getattr(sections.get(section), key, None)
        if days is not None and days not in config.LOG_RETENTION_DAYS:
            allowed = ", ".join(str(value) for value in config.LOG_RETENTION_DAYS)
            yield Problem(
                path=f"{section}.{key}",
                message=f"CloudWatch Logs has no retention of {days} days",
                remedy=f"use one of {allowed}",
            )


@check
def bucket_names(sections: Mapping[str, object]) -> Iterator[Problem]:
    """Bucket names set by hand keep AWS's rules and are different."""
    seen: dict[str, str] = {}
    for section in BUCKET_SECTIONS:
        name = getattr(sections.get(section), "bucket", None)
        if name is None:
            continue
        path = f"{section}.bucket"
        if faults := list(_bucket_name_faults(name)):
            yield Problem(
                path=path,
                message=f"S3 refuses the name {name}: {' and '.join(faults)}",
                remedy="use 3-63 lower-case letters, digits and hyphens",
            )
        if name in seen:
            yield Problem(
                path=path, message=f"{name} is also {seen[name]}", remedy="give each bucket a name of its own"
            )
        seen[name] = path


def _bucket_name_faults(name: str) -> Iterator[str]:
    """What S3's naming rules ("General purpose bucket naming rules", S3 User Guide) forbid beyond the pattern."""
    if "." in name:
        yield "a dot breaks TLS to the bucket"
    if name.startswith(("xn--", "sthree-", "amzn-s3-demo-")):
        yield "the prefix is reserved"
    if name.endswith(("-s3alias", "--ol-s3", "--x-s3", "--table-s3", "-an")):
        yield "the suffix is reserved"


@check
def media_prefixes(media: config.Media) -> Iterator[Problem]:
    """A key is either public or private."""
    for public in media.public_prefixes:
        for private in media.private_prefixes:
            if public.startswith(private) or private.startswith(public):
                yield Problem(
                    path="media.public_prefixes",
                    message=f"{public} and the private {private} overlap",
                    remedy="make prefixes that do not contain one another",
                )


@check
def media_path(website: config.Website) -> Iterator[Problem]:
    """/media/* belongs to the media bucket."""
    for index, pattern in enumerate(website.backend_paths):
        if fnmatchcase("/media/", pattern) or pattern.startswith("/media/"):
            if not pattern.strip("/*?"):
                continue  # backend_paths_leave_a_site says so
            yield Problem(
                path=f"website.backend_paths[{index}]",
                message=f"{pattern} is served from the media bucket",
                remedy="remove it",
            )


@check
def failover_elsewhere(website: config.Website, aws: config.Aws) -> Iterator[Problem]:
    """The website's replica is in another region than the website."""
    if website.failover_region == aws.region:
        yield Problem(
            path="website.failover_region",
            message=f"{aws.region} is the region of the website itself",
            remedy="name another region, or null for no replica",
        )


@check
def domain_in_zone(dns: config.Dns | None) -> Iterator[Problem]:
    """The domain lies in its zone."""
    if dns and dns.domain != dns.zone and not dns.domain.endswith("." + dns.zone):
        yield Problem(
            path="dns.domain",
            message=f"{dns.domain} is not in zone {dns.zone}",
            remedy="name the zone that holds the domain",
        )


@check
def current_key(identity: config.Identity) -> Iterator[Problem]:
    """The access key in use is one that exists."""
    user = identity.media_user
    if user and user.current not in user.keys:
        yield Problem(
            path="identity.media_user.current",
            message=f"key {user.current} is not in keys",
            remedy="name one of `keys`",
        )
    if user and len(set(user.keys)) != len(user.keys):
        yield Problem(
            path="identity.media_user.keys", message="a key is named twice", remedy="give each key its own number"
        )


@check
def secrets_named_once(secrets: config.Secrets, django: config.Django) -> Iterator[Problem]:
    """Variables and secrets do not share a name."""
    for name in django.variables:
        if name in secrets.django:
            yield Problem(
                path=f"django.variables.{name}",
                message="is also a secret",
                remedy="remove it here: its value comes from `diceytech secrets set`",
            )


@check
def origin_secret_apart(secrets: config.Secrets, server: config.Server) -> Iterator[Problem]:
    """The origin's secret is not Django's."""
    if server.origin_secret in secrets.django:
        yield Problem(
            path="server.origin_secret",
            message=f"{server.origin_secret} is also given to Django",
            remedy="use a name of its own",
        )


@check
def gate_secret_apart(secrets: config.Secrets, server: config.Server, website: config.Website) -> Iterator[Problem]:
    """People know the gate's password, so it is no other secret."""
    if website.gate and website.gate.secret in (*secrets.django, server.origin_secret):
        message = f"{website.gate.secret} is also Django's or the origin's, and people are told the gate's password"
        yield Problem(path="website.gate.secret", message=message, remedy="use a name of its own")


@check
def platform_variables(django: config.Django, secrets: config.Secrets) -> Iterator[Problem]:
    """What the platform sets from its own keys is not set a second time."""
    taken = {f"django.variables.{name}": name for name in django.variables}
    taken |= {f"secrets.django[{index}]": name for index, name in enumerate(secrets.django)}
    for path, name in taken.items():
        if name in PLATFORM_VARIABLES:
            yield Problem(
                path=path, message=f"{name} is set by the platform from its own keys", remedy="remove it here"
            )


@check
def tls_stays_forced(database: config.Database) -> Iterator[Problem]:
    """TLS to the database is not a choice: a value that would be overruled in silence is refused."""
    if database.parameters.get("rds.force_ssl", "1") != "1":
        message = "connections without TLS are never allowed"
        yield Problem(path="database.parameters.rds.force_ssl", message=message, remedy="remove it")


@check
def debug_in_production(environment: config.Environment, django: config.Django) -> Iterator[Problem]:
    """Django's debug pages show settings and source to anyone."""
    if environment.tier == "production" and django.debug:
        yield Problem(
            path="django.debug", message="debug pages in production show settings to anyone", remedy="set it to false"
        )


@check
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


@check
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


@check
def tag_keys(tags: dict[str, str]) -> Iterator[Problem]:
    """Tags that AWS or the toolkit keeps for itself are refused."""
    for key in tags:
        if key.lower().startswith("aws:") or key in ("Product", "Environment", "ManagedBy", "Name", "Role"):
            yield Problem(path=f"tags.{key}", message="is a reserved tag", remedy="choose another key")
    if len(tags) > MOST_TAGS:
        message = f"{len(tags)} tags, and AWS allows 50 with those of the platform"
        yield Problem(path="tags", message=message, remedy=f"name {MOST_TAGS} at most")


@check
def product_is_no_system_user(product: config.Product) -> Iterator[Problem]:
    """The service runs as a user of the product's name."""
    if product.name in SYSTEM_USERS:
        yield Problem(
            path="product.name", message=f"{product.name} is a user of the system", remedy="choose another name"
        )


@check
def region_exists(aws: config.Aws) -> Iterator[Problem]:
    """The region is a commercial one."""
    yield from _unknown_region("aws.region", aws.region)


@check
def failover_region_exists(website: config.Website) -> Iterator[Problem]:
    """The failover region is a commercial one."""
    if website.failover_region is not None:
        yield from _unknown_region("website.failover_region", website.failover_region)


def _unknown_region(path: str, region: str) -> Iterator[Problem]:
    if region not in REGIONS:
        message = f"{region} is no commercial AWS region (China and GovCloud are not supported)"
        yield Problem(path=path, message=message, remedy="use one such as us-east-1 or eu-central-1")


@check
def product_prefix_is_free(product: config.Product) -> Iterator[Problem]:
    """Names that begin with the product's must not begin with what AWS keeps for itself."""
    if product.name.startswith(RESERVED_PREFIXES):
        message = f"{product.name} begins with a word that AWS keeps for its own names"
        yield Problem(path="product.name", message=message, remedy="choose another name")


@check
def website_holds_no_secrets(website: config.Website) -> Iterator[Problem]:
    """Whoever opens the site can read these; told by the look of the value, as public keys have such names too."""
    for name, value in website.variables.items():
        if SECRET_VALUE.match(value):
            message = "looks like a secret, and anyone can read the website's variables"
            yield Problem(path=f"website.variables.{name}", message=message, remedy="remove it; give it to Django only")


@check
def variables_hold_no_secrets(django: config.Django) -> Iterator[Problem]:
    """The YAML holds names of secrets only; this one is told by the variable's name or the look of its value."""
    for name, value in django.variables.items():
        if SECRET_NAME.search(name) or SECRET_VALUE.match(value):
            yield Problem(
                path=f"django.variables.{name}",
                message="looks like a secret, and the YAML holds names of secrets only",
                remedy=f"add {name} to platform:secrets.django and run `diceytech secrets set {name}`",
            )


@check
def engine_version_exists(database: config.Database) -> Iterator[Problem]:
    """The major version is one that RDS offers."""
    if database.engine_version not in POSTGRESQL_VERSIONS:
        known = ", ".join(sorted(POSTGRESQL_VERSIONS))
        message = f"RDS has no PostgreSQL {database.engine_version}"
        yield Problem(path="database.engine_version", message=message, remedy=f"use one of {known}")


@check
def backend_paths_leave_a_site(website: config.Website) -> Iterator[Problem]:
    """Something is left for the website, and no path is named twice."""
    for index, pattern in enumerate(website.backend_paths):
        path = f"website.backend_paths[{index}]"
        if "*" in pattern and not pattern.strip("/*?"):
            yield Problem(path=path, message="sends the whole site to Django", remedy="name paths such as /api/*")
        elif pattern in website.backend_paths[:index]:
            yield Problem(path=path, message=f"{pattern} is named twice", remedy="remove one")


@check
def emails_named_once(observability: config.Observability) -> Iterator[Problem]:
    """An address subscribes once."""
    for index, address in enumerate(observability.alarm_emails):
        if address in observability.alarm_emails[:index]:
            path = f"observability.alarm_emails[{index}]"
            yield Problem(path=path, message=f"{address} is named twice", remedy="remove one")
