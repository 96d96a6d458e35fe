"""The projects app."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects and who takes part."""

    name = "projects"

    def ready(self) -> None:
        """Pictures follow their rows."""
        from diceytech.stored_files import follow

        from projects.models import Project

        follow(Project, "image")
