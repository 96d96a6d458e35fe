"""Serializer fields that several apps share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils import html

from diceytech.filters import BIGGEST_ID

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


class FlagField(serializers.BooleanField):
    """A flag that a form may leave out, as JSON may; DRF's own reads its absence as an unticked box."""

    default_empty_html = empty


class RowsField(serializers.ManyRelatedField):
    """Rows by their ids, or by the slugs of `child_relation`: at most `most`, found in one query for all."""

    default_error_messages = {"too_many": "Name {most} at most."}

    def __init__(self, child_relation: serializers.RelatedField[Any, Any, Any], most: int = 100, **kwargs: Any) -> None:
        super().__init__(child_relation, **kwargs)
        self.most = most

    def get_value(self, dictionary: Any) -> Any:
        """What was sent; a form that leaves the field out changes nothing, as JSON does."""
        if html.is_html_input(dictionary) and self.field_name not in dictionary:
            return empty
        return super().get_value(dictionary)

    def to_internal_value(self, data: Any) -> list[Any]:
        """Each row once, in the order sent; raises ValidationError."""
        if isinstance(data, str) or not hasattr(data, "__iter__"):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > self.most:
            self.fail("too_many", most=self.most)
        child = self.child_relation
        slug = getattr(child, "slug_field", None)
        keys: dict[Any, None] = dict.fromkeys(self._id(item) if slug is None else self._slug(item) for item in data)
        rows: QuerySet[Any] = child.get_queryset()  # type: ignore[assignment] # None only for a field that is read-only
        possible = [key for key in keys if slug is not None or 0 < key <= BIGGEST_ID]
        found = rows.in_bulk(possible, field_name=slug or "pk")
        for key in keys:
            if key not in found:
                child.fail("does_not_exist", pk_value=key, slug_name=slug, value=key)
        return [found[key] for key in keys]

    def _id(self, item: Any) -> int:
        try:
            if isinstance(item, bool):
                raise TypeError
            return int(item)
        except (TypeError, ValueError, OverflowError):
            self.child_relation.fail("incorrect_type", data_type=type(item).__name__)

    def _slug(self, item: Any) -> str:
        return str(serializers.CharField(trim_whitespace=False).run_validation(item))


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
