"""What the notifications' endpoints answer."""

from __future__ import annotations

from rest_framework import serializers

from notifications.models import Notification


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """A notification; nothing of it can be written."""

    class Meta:
        model = Notification
        fields = ["id", "kind", "message", "link", "is_read", "created_at"]
        read_only_fields = fields
