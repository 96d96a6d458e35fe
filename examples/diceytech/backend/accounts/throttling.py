"""Limits on log-ins, registrations and confirmations by password.

They are counted in PostgreSQL: every process and machine sees the same count.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.forms import UsernameField
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.models import User
from accounts.serializers import CredentialsSerializer

COUNT = """
INSERT INTO accounts_attempt (key, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (key, "window") DO UPDATE SET count = accounts_attempt.count + 1 RETURNING count
"""


class CountedThrottle(SimpleRateThrottle):
    """So many requests in each window of the rate's length; addresses are kept as keyed hashes only."""

    duration: float
    num_requests: int

    def allow_request(self, request: Request, view: APIView | None = None) -> bool:
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
        """What is counted: the client's address. None where nothing is."""
        return str(self.get_ident(request))


class LoginAccountThrottle(CountedThrottle):
    """Log-ins to one account from one address."""

    scope = "login-account"

    def subject(self, request: Request) -> str | None:
        """Address and account, the latter as it is looked up: the same one spelt otherwise is no other account."""
        name = self.account(request)
        return None if name is None else f"{self.get_ident(request)} {User.normalize_address(name)}"

    def account(self, request: Request) -> str | None:
        """What will be looked up, as the view reads it; None where nothing will."""
        given = CredentialsSerializer(data=request.data)
        return given.validated_data["email"] if given.is_valid() else None


class AdminLoginAccountThrottle(LoginAccountThrottle):
    """The same count, of the admin's log-in form."""

    def account(self, request: Request) -> str | None:
        """What the form looks up."""
        return str(UsernameField().to_python(request._request.POST.get("username", "")))


class LoginAddressThrottle(CountedThrottle):
    """Log-ins from one address, to whatever accounts."""

    scope = "login-address"


class PasswordThrottle(CountedThrottle):
    """Confirmations by password of one account, from wherever: a token that is stolen must not lead to the password."""

    scope = "password"

    def subject(self, request: Request) -> str | None:
        """The account."""
        return None if request.user.pk is None else str(request.user.pk)


class RegisterThrottle(CountedThrottle):
    """Registrations from one address."""

    scope = "register"
