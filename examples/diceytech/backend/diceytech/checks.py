"""System checks: the platform's media prefixes must be what the product's files are kept under."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

PUBLIC_KEYS = ("profile_pics/", "project_images/", "company_logos/")
PRIVATE_KEYS = ("resumes/",)


@register()
def media_prefixes(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A public file elsewhere would not be served, and a private one would be served to anyone."""
    found: list[CheckMessage] = []
    for keys, setting in ((PUBLIC_KEYS, "MEDIA_PUBLIC_PREFIXES"), (PRIVATE_KEYS, "MEDIA_PRIVATE_PREFIXES")):
        missing = [key for key in keys if key not in getattr(settings, setting)]
        if missing:
            hint = f"add it to platform:media in the environment's YAML, which {setting} comes from"
            found.append(Error(f"{setting} lacks {', '.join(missing)}", hint=hint, id="diceytech.E001"))
    return found
