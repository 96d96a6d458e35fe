"""Hackathons in the admin."""

from __future__ import annotations

from django.contrib import admin

from hackathons.models import Hackathon, Team


@admin.register(Hackathon)
class HackathonAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Hackathons with their dates."""

    list_display = ("title", "start_date", "registration_deadline", "organizer", "is_active")
    list_filter = ("is_active",)
    search_fields = ("title", "theme")
    raw_id_fields = ("organizer",)


admin.site.register(Team)
