"""Jobs and applications. Field by field the platform guide's."""

from __future__ import annotations

from accounts.models import Skill
from diceytech import uploads
from diceytech.storage import private_storage
from diceytech.stored_files import KeepsFiles
from django.contrib.auth import get_user_model
from django.db import models

User = get_user_model()


def logo_key(_job: models.Model, filename: str) -> str:
    """A key under company_logos/."""
    return uploads.key("company_logos", filename)


def resume_key(_application: models.Model, filename: str) -> str:
    """A key under resumes/."""
    return uploads.key("resumes", filename)


class Job(KeepsFiles):
    """A position that a company offers."""

    JOB_TYPES = [
        ("full-time", "Full-time"),
        ("part-time", "Part-time"),
        ("contract", "Contract"),
        ("internship", "Internship"),
    ]
    LOCATION_TYPES = [
        ("remote", "Remote"),
        ("on-site", "On-site"),
        ("hybrid", "Hybrid"),
    ]

    title = models.CharField(max_length=200)
    company = models.CharField(max_length=100)
    description = models.TextField()
    requirements = models.TextField()
    job_type = models.CharField(max_length=20, choices=JOB_TYPES)
    location_type = models.CharField(max_length=20, choices=LOCATION_TYPES)
    location = models.CharField(max_length=100)
    salary_min = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    salary_max = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    skills_required = models.ManyToManyField(Skill)
    company_logo = models.ImageField(upload_to=logo_key, blank=True, null=True)
    posted_by = models.ForeignKey(User, on_delete=models.CASCADE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], condition=models.Q(is_active=True), name="newest_active_jobs")
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.company}"


class JobApplication(KeepsFiles):
    """Someone applies for a job."""

    STATUS_CHOICES = [
        ("pending", "Pending"),
        ("reviewed", "Reviewed"),
        ("interviewed", "Interviewed"),
        ("accepted", "Accepted"),
        ("rejected", "Rejected"),
    ]

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="applications")
    applicant = models.ForeignKey(User, on_delete=models.CASCADE, related_name="job_applications")
    cover_letter = models.TextField(blank=True)
    resume = models.FileField(upload_to=resume_key, storage=private_storage, blank=True, null=True)
    status = models.CharField(max_length=20, choices=STATUS_CHOICES, default="pending")
    applied_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "applicant"], name="applies_for_a_job_once")]
