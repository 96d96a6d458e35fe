"""Pages that belong to no app: health for the world, errors as JSON, private files of a local disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from diceytech.logs import request_id
from diceytech.storage import SIGNED_SECONDS, private_storage, signer


class HealthView(APIView):
    """Whether the API answers, and which release."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        responses=inline_serializer("Health", {"status": serializers.CharField(), "version": serializers.CharField()})
    )
    def get(self, request: Request) -> Response:
        """Status and version."""
        return Response({"status": "ok", "version": settings.RELEASE}, headers={"Cache-Control": "no-store"})


class DocsView(SpectacularSwaggerSplitView):
    """The page to browse the API by; its errors are JSON, as all are."""

    def handle_exception(self, exc: Exception) -> Response:
        """The error."""
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().handle_exception(exc)


def private_file(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A private file on the local disk, for whoever holds a signed path that is not older than five minutes."""
    try:
        name = signer().unsign(signed, max_age=SIGNED_SECONDS)
        return FileResponse(private_storage().open(name), as_attachment=True)
    except (BadSignature, FileNotFoundError):
        raise Http404 from None


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """400 before a view was found, such as for a Host that is not ours."""
    return JsonResponse({"detail": "The request cannot be understood."}, status=400)


def forbidden(request: HttpRequest, exception: Exception, **_: Any) -> JsonResponse:
    """403 outside the API's views."""
    return JsonResponse({"detail": "You may not do this."}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """404 for a path that leads nowhere."""
    return JsonResponse({"detail": "Nothing is here. Paths of the API end in a slash."}, status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    """500, with the id under which the log has the rest."""
    detail = "Something went wrong on our side. Try again; if it stays, tell us the request_id."
    return JsonResponse({"detail": detail, "request_id": request_id.get()}, status=500)
