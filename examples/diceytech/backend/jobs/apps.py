"""The jobs app."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs and applications."""

    name = "jobs"

    def ready(self) -> None:
        """Logos and résumés follow their rows."""
        from diceytech.stored_files import follow

        from jobs.models import Job, JobApplication

        follow(Job, "company_logo")
        follow(JobApplication, "resume")
