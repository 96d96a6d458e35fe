"""Background tasks of projects."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from notifications.events import notify
from procrastinate.contrib.django import app

from projects.models import Project

BATCH = 100


@app.periodic(cron="*/5 * * * *")
@app.task(name="projects.close_finished", queueing_lock="projects.close_finished")
def close_finished(timestamp: int) -> int:
    """Closes the projects whose end date has passed and tells those concerned; gives their number."""
    closed = 0
    while batch := _close_batch():
        closed += batch
    return closed


@transaction.atomic
def _close_batch() -> int:
    finished = Project.objects.filter(is_active=True, end_date__lt=now()).order_by("end_date")
    projects = list(finished.select_for_update(skip_locked=True)[:BATCH])
    for project in projects:
        project.is_active = False
        project.save(update_fields=["is_active", "updated_at"])
        people = {project.organizer_id, *project.participants.values_list("pk", flat=True)}
        notify(sorted(people), "project_closed", f"{project.title} has ended", f"/projects/{project.pk}")
    return len(projects)
