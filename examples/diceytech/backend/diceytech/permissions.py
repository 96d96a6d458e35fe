"""Who may change what."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class OwnerChanges(BasePermission):
    """Everyone reads; only the owner, whom the view's `owner_field` names, changes or deletes."""

    message = "Only whoever made this may change it."

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Whether this request may."""
        return request.method in SAFE_METHODS or getattr(obj, f"{getattr(view, 'owner_field')}_id") == request.user.pk
