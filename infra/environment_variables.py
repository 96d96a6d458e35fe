"""The variables that the product's two halves get: Django on the server, React in the build and in the browser.

Names are the platform guide's where it has one. None of the values is a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra.errors import PlatformError
from infra.names import Names
from infra.outputs import Outputs

if TYPE_CHECKING:  # a deploy of the website needs no schema, whose import takes longer than the rest of it
    from infra.config import PlatformConfig

# By itself botocore asks for the server's role once, for a second: too little for a machine at work. server/release.py
# has the same.
METADATA_SERVICE = {"AWS_METADATA_SERVICE_TIMEOUT": "10", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "4"}


def hosts(config: PlatformConfig, outputs: Outputs) -> list[str]:
    """Host names that the backend answers to: the site's, the CDN's own, and the configuration's."""
    site = urlsplit(outputs.site_url).hostname or outputs.distribution_domain
    return list(dict.fromkeys((site, outputs.distribution_domain, *config.django.allowed_hosts)))


def database_url(config: PlatformConfig, outputs: Outputs) -> str:
    """The platform guide's DATABASE_URL, without a password."""
    address = f"{outputs.database_address}:{outputs.database_port}"
    return f"postgresql://{config.database.username}@{address}/{outputs.database_name}?sslmode=require"


def django(config: PlatformConfig, names: Names, outputs: Outputs) -> dict[str, str]:
    """Django's variables; raises PlatformError where `django.variables` would replace one of the platform's.

    DATABASE_URL has no password, which rotates: the application reads it from DATABASE_SECRET_ARN when it connects.
    """
    site, cdn = outputs.site_url.rstrip("/"), f"https://{outputs.distribution_domain}"
    settings = config.django
    platform = {
        "DJANGO_SETTINGS_MODULE": config.product.backend.settings,
        "ENVIRONMENT": names.environment,
        "DEBUG": str(settings.debug),
        "LOG_LEVEL": settings.log_level,
        "ALLOWED_HOSTS": ",".join(hosts(config, outputs)),
        "BEHIND_TLS_PROXY": "True",  # nginx says so of every request, and CloudFront takes HTTPS only
        "CORS_ALLOWED_ORIGINS": _list(site, *settings.cors_allowed_origins),
        "CSRF_TRUSTED_ORIGINS": _list(site, cdn),
        "DATABASE_URL": database_url(config, outputs),
        "DATABASE_SECRET_ARN": outputs.database_secret_arn,
        "AWS_DEFAULT_REGION": outputs.region,
        **METADATA_SERVICE,
        "AWS_STORAGE_BUCKET_NAME": outputs.media_bucket,
        "AWS_S3_REGION_NAME": outputs.region,
        "AWS_S3_SIGNATURE_VERSION": "s3v4",
        "AWS_S3_CUSTOM_DOMAIN": f"{urlsplit(site).netloc}/media",
        "MEDIA_URL": f"{site}/media/",
        "MEDIA_PUBLIC_PREFIXES": _list(*config.media.public_prefixes),
        "MEDIA_PRIVATE_PREFIXES": _list(*config.media.private_prefixes),
        "MAX_UPLOAD_MB": str(config.server.max_upload_mb),
        "AWS_LOG_GROUP": outputs.backend_log_group,
        "JWT_ACCESS_TOKEN_MINUTES": str(settings.access_token_minutes),
        "JWT_REFRESH_TOKEN_DAYS": str(settings.refresh_token_days),
    }
    return _joined("django.variables", platform, settings.variables)


def react(config: PlatformConfig, outputs: Outputs) -> dict[str, str]:
    """Variables of the website's build; raises PlatformError where `website.variables` would replace one of them."""
    platform = {
        "REACT_APP_API_URL": f"{outputs.site_url.rstrip('/')}/api",
        "REACT_APP_AWS_S3_BUCKET": outputs.media_bucket,
        "REACT_APP_AWS_REGION": outputs.region,
    }
    return _joined("website.variables", platform, config.website.variables)


def website(variables: Mapping[str, str], outputs: Outputs) -> dict[str, object]:
    """The runtime config.json, with `website.variables`; a deploy puts its release's id in the place of null."""
    site = outputs.site_url.rstrip("/")
    return {
        "apiUrl": f"{site}/api",
        "mediaUrl": f"{site}/media",
        "environment": outputs.environment,
        "bucket": outputs.media_bucket,
        "region": outputs.region,
        "release": None,
        "variables": dict(variables),
    }


def _list(*values: str) -> str:
    return ",".join(dict.fromkeys(values))


def _joined(key: str, platform: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    if taken := sorted(platform.keys() & own.keys()):
        raise PlatformError(f"{key}.{taken[0]}: is set by the platform from its own keys; remove it here")
    return {**platform, **own}
