"""Projects. Field by field the platform guide's."""

from __future__ import annotations

from accounts.models import Skill
from diceytech import uploads
from diceytech.stored_files import KeepsFiles
from django.contrib.auth import get_user_model
from django.db import models

User = get_user_model()


def image_key(_project: models.Model, filename: str) -> str:
    """A key under project_images/."""
    return uploads.key("project_images", filename)


class Project(KeepsFiles):
    """Something that people work on together."""

    PROJECT_TYPES = [
        ("hackathon", "Hackathon"),
        ("practice", "Practice Project"),
        ("personal", "Personal Project"),
    ]
    DIFFICULTY_LEVELS = [
        ("beginner", "Beginner"),
        ("intermediate", "Intermediate"),
        ("advanced", "Advanced"),
    ]

    title = models.CharField(max_length=200)
    description = models.TextField()
    project_type = models.CharField(max_length=20, choices=PROJECT_TYPES)
    difficulty = models.CharField(max_length=20, choices=DIFFICULTY_LEVELS)
    category = models.CharField(max_length=50)
    technologies = models.ManyToManyField(Skill)
    start_date = models.DateTimeField()
    end_date = models.DateTimeField()
    prize_amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    max_participants = models.IntegerField(default=100)
    organizer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="organized_projects")
    participants = models.ManyToManyField(User, through="ProjectParticipation", related_name="joined_projects")
    image = models.ImageField(upload_to=image_key, blank=True, null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["-created_at", "-id"], condition=models.Q(is_active=True), name="newest_active_projects"
            ),
            models.Index(fields=["end_date"], condition=models.Q(is_active=True), name="active_projects_by_end"),
        ]

    def __str__(self) -> str:
        return self.title


class ProjectParticipation(models.Model):
    """Someone takes part in a project."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    joined_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=20, default="active")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="joins_a_project_once")]
