"""Notifications in the admin."""

from __future__ import annotations

from django.contrib import admin

from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """What was told to whom."""

    list_display = ("recipient", "kind", "message", "is_read", "created_at")
    list_filter = ("kind", "is_read")
    raw_id_fields = ("recipient",)
