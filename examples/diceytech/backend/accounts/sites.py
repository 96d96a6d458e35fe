"""The admin's site, whose log-in is limited as the API's is."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse


class ThrottledAdminSite(AdminSite):
    """Django's own, except that passwords cannot be guessed without end."""

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The form, or 429; what the API and the admin are asked for one account is counted together."""
        # What needs the models: this module is read before them.
        from rest_framework.request import Request

        from accounts.throttling import AdminLoginAccountThrottle, LoginAddressThrottle

        if request.method == "POST":
            asked = Request(request)
            for throttle in (LoginAddressThrottle(), AdminLoginAccountThrottle()):
                if not throttle.allow_request(asked):
                    seconds = math.ceil(throttle.wait())
                    detail = f"Too many log-ins. Try again in {seconds} seconds."
                    return JsonResponse({"detail": detail}, status=429, headers={"Retry-After": str(seconds)})
        return super().login(request, extra_context)
