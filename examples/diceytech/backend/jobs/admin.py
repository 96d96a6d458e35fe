"""Jobs in the admin."""

from __future__ import annotations

from django.contrib import admin

from jobs.models import Job, JobApplication


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Jobs with their state."""

    list_display = ("title", "company", "job_type", "location_type", "is_active")
    list_filter = ("job_type", "location_type", "is_active")
    search_fields = ("title", "company")
    raw_id_fields = ("posted_by",)


@admin.register(JobApplication)
class JobApplicationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Applications, without their résumés."""

    list_display = ("job", "applicant", "status", "applied_at")
    list_filter = ("status",)
    exclude = ("resume",)
    raw_id_fields = ("job", "applicant")
