"""The hackathons app."""

from __future__ import annotations

from django.apps import AppConfig


class HackathonsConfig(AppConfig):
    """Hackathons and their teams."""

    name = "hackathons"
