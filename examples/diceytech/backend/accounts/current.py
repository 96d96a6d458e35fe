"""Whoever asks."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework_simplejwt.tokens import Token

from accounts.authentication import user_of
from accounts.models import User


def me(request: Request) -> User:
    """The user who is logged in; raises NotAuthenticated."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def still_me(request: Request, *, lock: bool = False) -> User:
    """As they are now that the body is here; raises InvalidToken where the log-in has ended meanwhile."""
    if not isinstance(request.auth, Token):
        raise NotAuthenticated
    return user_of(request.auth, lock=lock)


def my_id(request: Request) -> int:
    """Their id; 0, which is nobody's, where the schema is made and nobody asks."""
    return request.user.pk or 0
