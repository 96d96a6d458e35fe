"""Filters by query parameters, where no value that someone makes up is an error of ours."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.fields import CharField
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.request import Request
from rest_framework.views import APIView

BIGGEST_ID = 2**63 - 1
LONGEST_SEARCH = 200


class ParameterFilter(BaseFilterBackend):
    """Exact filters: the view's `filters` maps a query parameter to a field, `id_filters` to a field of ids."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """The rows that match; none for an id that cannot be one."""
        for parameter, field in getattr(view, "filters", {}).items():
            if value := request.query_params.get(parameter):
                queryset = queryset.filter(**{field: value.replace("\x00", "")})
        for parameter, field in getattr(view, "id_filters", {}).items():
            if value := request.query_params.get(parameter):
                number = int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else 0
                queryset = queryset.filter(**{field: number}) if 0 < number <= BIGGEST_ID else queryset.none()
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """For the OpenAPI schema."""
        texts = dict.fromkeys(getattr(view, "filters", {}), "string")
        ids = dict.fromkeys(getattr(view, "id_filters", {}), "integer")
        return [
            {"name": name, "in": "query", "required": False, "schema": {"type": kind}}
            for name, kind in {**texts, **ids}.items()
        ]


class ShortSearchFilter(SearchFilter):
    """`?search=` of a length that somebody types: each word of it is compared with every row."""

    def get_search_terms(self, request: Request) -> list[str]:
        """The words; raises ValidationError at `search`."""
        field = CharField(trim_whitespace=False, allow_blank=True, max_length=LONGEST_SEARCH)
        try:
            field.run_validation(request.query_params.get("search", ""))
        except ValidationError as error:
            raise ValidationError({"search": error.detail}) from None
        return list(super().get_search_terms(request))
