"""One's own notifications."""

from __future__ import annotations

from typing import Any

from accounts.current import my_id
from diceytech.actions import done
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.models import Notification
from notifications.serializers import NotificationSerializer

READ_ALL = inline_serializer("ReadAll", {"message": serializers.CharField(), "updated": serializers.IntegerField()})


class NotificationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Notification]):
    """Newest first; nobody sees another's."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Notification]:
        """Those of whoever asks; `?unread=true` for those not read yet."""
        own = Notification.objects.filter(recipient_id=my_id(self.request)).order_by("-created_at", "-id")
        unread = self.action == "list" and self.request.query_params.get("unread") == "true"
        return own.filter(is_read=False) if unread else own

    @extend_schema(parameters=[OpenApiParameter("unread", bool)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, **path: Any) -> Response:
        """Marks one as read."""
        notification = self.get_object()
        self.get_queryset().filter(pk=notification.pk).update(is_read=True)
        notification.is_read = True
        return Response(self.get_serializer(notification).data)

    @extend_schema(request=None, responses=READ_ALL)
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Marks all as read."""
        updated = self.get_queryset().filter(is_read=False).update(is_read=True)
        return done("All notifications are read", updated=updated)
