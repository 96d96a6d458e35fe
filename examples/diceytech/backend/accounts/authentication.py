"""Tokens that die with their log-in: each carries its session's id, and the user is found through it in one query."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken, Token

from accounts.models import LoginSession, User

SESSION_CLAIM = "sid"


def log_in(user: User) -> RefreshToken:
    """The refresh token of a new session."""
    session = LoginSession.objects.create(user=user, expires_at=_expiry())
    token = RefreshToken.for_user(user)
    token[SESSION_CLAIM] = str(session.id)
    return token


def log_out(token: RefreshToken) -> None:
    """Ends the token's session: no token of it, access or refresh, is taken from now on."""
    LoginSession.objects.filter(id=_session_id(token)).delete()


def prolong(token: RefreshToken) -> User:
    """Keeps the token's session for as long as a new refresh token; raises InvalidToken where it has ended."""
    user = user_of(token)
    LoginSession.objects.filter(id=_session_id(token)).update(expires_at=_expiry())
    return user


def user_of(token: Token, *, lock: bool = False) -> User:
    """Whose token this is; raises InvalidToken where the session has ended or the user is not active."""
    users = User.objects.select_for_update(no_key=True, of=("self",)) if lock else User.objects.all()
    try:
        return users.get(pk=token[api_settings.USER_ID_CLAIM], sessions__id=_session_id(token), is_active=True)
    except (User.DoesNotExist, KeyError, ValueError):
        raise InvalidToken("The session has ended; log in again.") from None


class SessionJWTAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>` of a session that still lasts."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override] # a TypeVar of every user class
        """The token's user; raises InvalidToken."""
        return user_of(validated_token)


class SessionJWTScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call] # it ships no types
    """How the OpenAPI schema shows it."""

    target_class = "accounts.authentication.SessionJWTAuthentication"


def _session_id(token: Token) -> UUID:
    claim: Any = token.get(SESSION_CLAIM)
    try:
        return UUID(claim)
    except (TypeError, ValueError, AttributeError):
        raise InvalidToken("The token belongs to no session; log in again.") from None


def _expiry() -> datetime:
    lifetime: timedelta = api_settings.REFRESH_TOKEN_LIFETIME
    return now() + lifetime
