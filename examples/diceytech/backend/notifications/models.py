"""What people are told."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import models

User = get_user_model()


class Notification(models.Model):
    """One message to one person; `event` is the job that made it, so that a job run twice tells it once."""

    KINDS = [
        ("project_joined", "Someone joined a project"),
        ("project_closed", "A project has ended"),
        ("job_application", "Someone applied for a job"),
        ("application_status", "An application has a new status"),
        ("hackathon_registered", "A team is registered for a hackathon"),
    ]

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, choices=KINDS)
    message = models.CharField(max_length=500)
    link = models.CharField(max_length=200, blank=True)
    is_read = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    event = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["recipient", "-created_at", "-id"], name="newest_notifications")]
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="tells_an_event_once")]
