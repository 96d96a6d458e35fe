"""Django's admin with a site of our own."""

from __future__ import annotations

from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    """The admin; every `admin.site` is the one named here."""

    default_site = "accounts.sites.ThrottledAdminSite"
