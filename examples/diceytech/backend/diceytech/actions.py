"""Answers of the actions that the guide's clients know by their keys."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers, status
from rest_framework.response import Response

MESSAGE = inline_serializer("Message", {"message": serializers.CharField()})
ERROR = inline_serializer("Error", {"error": serializers.CharField()})
ANSWERS: dict[int, Any] = {200: MESSAGE, 400: MESSAGE, 404: OpenApiResponse(ERROR)}


def done(message: str, **more: Any) -> Response:
    """200 with what happened."""
    return Response({"message": message, **more})


def refused(message: str) -> Response:
    """400 with why it is not possible now."""
    return Response({"message": message}, status=status.HTTP_400_BAD_REQUEST)


def missing(what: str) -> Response:
    """404 as the guide's views answer it."""
    return Response({"error": f"{what} not found"}, status=status.HTTP_404_NOT_FOUND)
