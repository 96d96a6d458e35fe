"""Rules of the site: its buckets, paths and domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from infra import config
from infra.config_checks.problem import Check, Problem

BUCKET_SECTIONS = ("media", "website", "artifacts", "logs")
LONGEST_DOMAIN = 64  # AWS Certificate Manager User Guide: the first name of a certificate, its common name
# IAM allows a role 10,240 characters of inline policies; half is left to releases, secrets and logs.
MEDIA_POLICY_LENGTH = 5_000
ARN_LENGTH = 85  # `arn:aws:s3:::`, the longest name of a bucket, and the signs around both texts


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


def media_prefixes_fit(media: config.Media) -> Iterator[Problem]:
    """The server's policy has room for all prefixes: each stands in it with the bucket's name, and once without."""
    prefixes = (*media.public_prefixes, *media.private_prefixes)
    if sum(ARN_LENGTH + 2 * len(prefix) for prefix in prefixes) > MEDIA_POLICY_LENGTH:
        yield Problem(
            path="media.public_prefixes",
            message=f"{len(prefixes)} prefixes, private ones included, do not fit into the server's policy",
            remedy="name fewer or shorter ones, such as one folder that holds others",
        )


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


def backend_paths_leave_a_site(website: config.Website) -> Iterator[Problem]:
    """Something is left for the website, and no path is named twice."""
    for index, pattern in enumerate(website.backend_paths):
        path = f"website.backend_paths[{index}]"
        if "*" in pattern and not pattern.strip("/*?"):
            yield Problem(path=path, message="sends the whole site to Django", remedy="name paths such as /api/*")
        elif pattern in website.backend_paths[:index]:
            yield Problem(path=path, message=f"{pattern} is named twice", remedy="remove one")


def failover_elsewhere(website: config.Website, aws: config.Aws) -> Iterator[Problem]:
    """The website's replica is in another region than the website."""
    if website.failover_region == aws.region:
        yield Problem(
            path="website.failover_region",
            message=f"{aws.region} is the region of the website itself",
            remedy="name another region, or null for no replica",
        )


def domain_in_zone(dns: config.Dns | None) -> Iterator[Problem]:
    """The domain lies in its zone, and a certificate can be had for it."""
    if dns and dns.domain != dns.zone and not dns.domain.endswith("." + dns.zone):
        yield Problem(
            path="dns.domain",
            message=f"{dns.domain} is not in zone {dns.zone}",
            remedy="name the zone that holds the domain",
        )
    if dns and len(dns.domain) > LONGEST_DOMAIN:
        yield Problem(
            path="dns.domain",
            message=f"has {len(dns.domain)} characters, and a certificate of ACM names {LONGEST_DOMAIN} at most",
            remedy="choose a shorter one",
        )


CHECKS: tuple[Check, ...] = (
    bucket_names,
    media_prefixes,
    media_prefixes_fit,
    media_path,
    backend_paths_leave_a_site,
    failover_elsewhere,
    domain_in_zone,
)
