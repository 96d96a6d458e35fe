"""What settings read from the environment, turned into Django's own shapes.

Variables come from the process, or from a `.env` file beside manage.py (python-decouple).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from decouple import Csv
from django.core.exceptions import ImproperlyConfigured

words = Csv()


def database(url: str, *, secret_arn: str, connection_seconds: int) -> dict[str, Any]:
    """DATABASES["default"] for a `postgresql://user:password@host:port/name?sslmode=require` URL.

    With a secret the password is read from it whenever a connection is made (diceytech.postgresql), and
    `connection_seconds` is how long one is kept. Raises ImproperlyConfigured for another kind of URL; never shows it.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise ImproperlyConfigured("DATABASE_URL: is not postgresql://USER:PASSWORD@HOST:PORT/NAME")
    return {
        "ENGINE": "diceytech.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": 5, **dict(parse_qsl(parts.query))},
        "CONN_MAX_AGE": connection_seconds,
        "CONN_HEALTH_CHECKS": True,
        "SECRET_ARN": secret_arn,
    }


def release(directory: Path) -> str:
    """The release's version, which `diceytech package backend` writes beside manage.py."""
    try:
        return (directory / "VERSION").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return "development"
