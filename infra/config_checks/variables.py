"""Rules of variables and secrets: what may stand in the YAML, and which names are whose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra import config
from infra.config_checks.problem import Check, Problem

# Of infra/environment_variables.py, which a test holds this against.
PLATFORM_VARIABLES = frozenset(
    {
        "ALLOWED_HOSTS", "AWS_DEFAULT_REGION", "AWS_LOG_GROUP", "AWS_S3_CUSTOM_DOMAIN", "AWS_S3_REGION_NAME",
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "AWS_METADATA_SERVICE_TIMEOUT",
        "AWS_S3_SIGNATURE_VERSION", "AWS_STORAGE_BUCKET_NAME", "CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS",
        "DATABASE_SECRET_ARN", "DATABASE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "ENVIRONMENT",
        "JWT_ACCESS_TOKEN_MINUTES", "JWT_REFRESH_TOKEN_DAYS", "LOG_LEVEL", "MEDIA_PRIVATE_PREFIXES",
        "MEDIA_PUBLIC_PREFIXES", "MEDIA_URL", "MAX_UPLOAD_MB", "BEHIND_TLS_PROXY",
    }
)  # fmt: skip
SECRET_NAME = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|PRIVATE|(API|ACCESS|STRIPE|ENCRYPTION)_?KEY")
SECRET_VALUE = re.compile(
    r"(AKIA|ASIA|sk_live_|sk_test_|ghp_|github_pat_|xox[abp]-|-----BEGIN |ey[A-Za-z0-9_-]{10,}\.ey"
    r"|[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]+@)"  # a URL with a password
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


def gate_secret_apart(secrets: config.Secrets, server: config.Server, website: config.Website) -> Iterator[Problem]:
    """People know the gate's password, so it is no other secret."""
    if website.gate and website.gate.secret in (*secrets.django, server.origin_secret):
        message = f"{website.gate.secret} is also Django's or the origin's, and people are told the gate's password"
        yield Problem(path="website.gate.secret", message=message, remedy="use a name of its own")


def platform_variables(django: config.Django, secrets: config.Secrets) -> Iterator[Problem]:
    """What the platform sets from its own keys is not set a second time."""
    taken = {f"django.variables.{name}": name for name in django.variables}
    taken |= {f"secrets.django[{index}]": name for index, name in enumerate(secrets.django)}
    for path, name in taken.items():
        if name in PLATFORM_VARIABLES:
            yield Problem(
                path=path, message=f"{name} is set by the platform from its own keys", remedy="remove it here"
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


def website_holds_no_secrets(website: config.Website) -> Iterator[Problem]:
    """Whoever opens the site can read these; told by the look of the value, as public keys have such names too."""
    for name, value in website.variables.items():
        if SECRET_VALUE.match(value):
            message = "looks like a secret, and anyone can read the website's variables"
            yield Problem(path=f"website.variables.{name}", message=message, remedy="remove it; give it to Django only")


def debug_in_production(environment: config.Environment, django: config.Django) -> Iterator[Problem]:
    """Django's debug pages show settings and source to anyone."""
    if environment.tier == "production" and django.debug:
        yield Problem(
            path="django.debug", message="debug pages in production show settings to anyone", remedy="set it to false"
        )


CHECKS: tuple[Check, ...] = (
    secrets_named_once,
    origin_secret_apart,
    gate_secret_apart,
    platform_variables,
    variables_hold_no_secrets,
    website_holds_no_secrets,
    debug_in_production,
)
