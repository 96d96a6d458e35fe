"""Projects in the admin."""

from __future__ import annotations

from django.contrib import admin

from projects.models import Project, ProjectParticipation


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Projects with their state."""

    list_display = ("title", "project_type", "organizer", "end_date", "is_active")
    list_filter = ("project_type", "difficulty", "is_active")
    search_fields = ("title", "description")
    raw_id_fields = ("organizer",)


admin.site.register(ProjectParticipation)
