"""Joining and leaving: decided while the project's row is locked, so that the last place is given once."""

from __future__ import annotations

from accounts.models import User
from django.db import transaction
from django.utils.timezone import now
from notifications.events import notify

from projects.models import Project, ProjectParticipation


class NotPossible(Exception):
    """The action cannot be done now; the text says why."""


@transaction.atomic
def join(project_id: int, user: User) -> None:
    """Adds the user; raises Project.DoesNotExist or NotPossible."""
    project = Project.objects.select_for_update().get(pk=project_id)
    if ProjectParticipation.objects.filter(project=project, user=user).exists():
        raise NotPossible("Already joined this project")
    if not project.is_active or project.end_date < now():
        raise NotPossible("This project is closed")
    if ProjectParticipation.objects.filter(project=project).count() >= project.max_participants:
        raise NotPossible("This project is full")
    ProjectParticipation.objects.create(project=project, user=user)
    if project.organizer_id != user.pk:
        message = f"{user.display_name} joined {project.title}"
        notify([project.organizer_id], "project_joined", message, f"/projects/{project.pk}")


@transaction.atomic
def leave(project_id: int, user: User) -> None:
    """Removes the user; raises Project.DoesNotExist or NotPossible."""
    project = Project.objects.select_for_update().get(pk=project_id)
    removed, _ = ProjectParticipation.objects.filter(project=project, user=user).delete()
    if not removed:
        raise NotPossible("Not a participant of this project")
