"""What two requests claim or change at once: the loser is told as if it had come later.

That is a 400 at the field for what somebody else has just taken, and a 404 for what somebody has just deleted.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from django.apps import apps
from django.db import IntegrityError
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.utils.field_mapping import get_unique_error_message
from rest_framework.views import exception_handler


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: its own, with a broken constraint as the mistake that it was."""
    cause = error.__cause__
    if isinstance(error, IntegrityError) and isinstance(cause, UniqueViolation):
        error = _taken(cause)
    elif isinstance(error, IntegrityError) and isinstance(cause, ForeignKeyViolation):
        error = NotFound("Something that this needs has just been deleted.")
    return exception_handler(error, context)


def broken(error: IntegrityError) -> str | None:
    """The constraint's name."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def _taken(violation: UniqueViolation) -> ValidationError:
    """At the one field of the constraint, or at none where it has several."""
    key, _, _ = (violation.diag.message_detail or "").partition("=")  # Key (username)=(ada) already exists.
    named = set(re.findall(r"\w+", key))
    for model in apps.get_models():
        if model._meta.db_table == violation.diag.table_name:
            fields = [field for field in model._meta.concrete_fields if field.column in named]
            if len(fields) == 1:
                return ValidationError({fields[0].name: [get_unique_error_message(fields[0])]})
    return ValidationError({"non_field_errors": ["Somebody else has just taken this."]})
