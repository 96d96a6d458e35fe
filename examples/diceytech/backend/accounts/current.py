"""Whoever asks."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import User


def me(request: Request) -> User:
    """The user who is logged in; raises NotAuthenticated."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def my_id(request: Request) -> int:
    """Their id; 0, which is nobody's, where the schema is made and nobody asks."""
    return request.user.pk or 0
