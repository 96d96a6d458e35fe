"""Limits on log-ins and registrations, counted in PostgreSQL: every process and machine sees the same count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

COUNT = """
INSERT INTO accounts_attempt (key, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (key, "window") DO UPDATE SET count = accounts_attempt.count + 1 RETURNING count
"""


class CountedThrottle(SimpleRateThrottle):
    """So many requests in each window of the rate's length; addresses are kept as keyed hashes only."""

    duration: float
    num_requests: int

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Counts the request, and whether it is within the rate."""
        subject = self.subject(request)
        if self.rate is None or subject is None:
            return True
        seconds = int(self.duration)
        start = int(now().timestamp()) // seconds * seconds
        key = salted_hmac(f"attempt:{self.scope}", subject).hexdigest()
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [key, datetime.fromtimestamp(start, UTC)])
            (count,) = cursor.fetchone()
        self._until = start + seconds
        return bool(count <= self.num_requests)

    def wait(self) -> float:
        """Seconds until the next window."""
        return max(1.0, self._until - now().timestamp())

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Not used: nothing is kept in a cache."""
        return None

    def subject(self, request: Request) -> str | None:
        """What is counted: the client's address."""
        return str(self.get_ident(request))


class LoginAccountThrottle(CountedThrottle):
    """Log-ins to one account from one address."""

    scope = "login-account"

    def subject(self, request: Request) -> str | None:
        """Address and account."""
        data: Any = request.data
        email = data.get("email") if hasattr(data, "get") else None
        return f"{self.get_ident(request)} {email.lower()}" if isinstance(email, str) else None


class LoginAddressThrottle(CountedThrottle):
    """Log-ins from one address, to whatever accounts."""

    scope = "login-address"


class RegisterThrottle(CountedThrottle):
    """Registrations from one address."""

    scope = "register"
