"""The accounts app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their log-ins; the project's system checks are registered here."""

    name = "accounts"

    def ready(self) -> None:
        """Pictures follow their rows."""
        import diceytech.checks  # noqa: F401 - registers the checks
        from diceytech.stored_files import follow

        from accounts.models import User

        follow(User, "profile_picture")
