"""Serializer fields that several apps share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from rest_framework import serializers

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


class NearDateTimeField(serializers.DateTimeField):
    """A time between 2000 and 2100, which every time zone can show."""

    def enforce_timezone(self, value: datetime) -> datetime:
        """In UTC; raises ValidationError."""
        try:
            moment = super().enforce_timezone(value).astimezone(UTC)
        except OverflowError:
            raise serializers.ValidationError("Must be between the years 2000 and 2100.") from None
        if not EARLIEST <= moment.date() < LATEST:
            raise serializers.ValidationError("Must be between the years 2000 and 2100.")
        return moment


class StartsBeforeEnds:
    """Refuses an `end_date` before the `start_date`; for an update the row has what is not sent."""

    requires_context = True

    def __call__(self, attrs: dict[str, Any], serializer: serializers.ModelSerializer[Any]) -> None:
        """Raises ValidationError at `end_date`."""
        instance = serializer.instance
        start = attrs.get("start_date", getattr(instance, "start_date", None))
        end = attrs.get("end_date", getattr(instance, "end_date", None))
        if start is not None and end is not None and end < start:
            raise serializers.ValidationError({"end_date": ["Must not be before start_date."]})
