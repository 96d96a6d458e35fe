"""Rows that several requests change at once: each writes what it was sent on the row as it is now, and nothing else.

A view reads its row, or the user who asks, before the body is here. Until it is, somebody else may have changed the row
or deleted it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, OperationalError, models, transaction
from psycopg.errors import DeadlockDetected, ForeignKeyViolation
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from diceytech import stored_files

Row = TypeVar("Row", bound=models.Model)
ATTEMPTS = 5  # to delete what others add to meanwhile


def lock(row: models.Model) -> None:
    """Reads the row anew, and keeps it so until the transaction ends; raises NotFound where it has gone."""
    try:
        row.refresh_from_db(from_queryset=type(row)._default_manager.select_for_update(no_key=True))
    except ObjectDoesNotExist:
        raise NotFound from None


def delete(row: models.Model, *along: models.QuerySet[Any]) -> None:
    """Deletes the row with all that belongs to it; raises NotFound where it has gone.

    `along` is locked before the row itself: whoever joins something locks that first and himself last.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                for others in along:
                    list(others.select_for_update().order_by("pk").values_list("pk"))
                type(row)._default_manager.select_for_update().get(pk=row.pk).delete()
            return
        except ObjectDoesNotExist:
            raise NotFound from None
        except (IntegrityError, OperationalError) as error:
            # Something came to what goes along after it was looked for, and before it went: it is found the next time.
            if attempt == ATTEMPTS or not isinstance(error.__cause__, ForeignKeyViolation | DeadlockDetected):
                raise


class DeletesRow:
    """A view set whose rows others add to."""

    def perform_destroy(self, instance: models.Model) -> None:
        """With what they have added."""
        delete(instance)


class RowSerializer(serializers.ModelSerializer[Row]):
    """Keeps a row with its files and lists, or nothing of it."""

    def save(self, **kwargs: Any) -> Row:
        """In one transaction; raises NotFound where the row to change has gone."""
        with stored_files.atomic():
            return super().save(**kwargs)

    def update(self, instance: Row, validated_data: dict[str, Any]) -> Row:
        """Writes the fields that were sent, and the time."""
        lock(instance)
        # What a field is compared with may have changed since.
        self.run_validators(validated_data)
        self.validate(validated_data)
        lists = {field.name for field in instance._meta.many_to_many} & validated_data.keys()
        sent = validated_data.keys() - lists
        for name in sent:
            setattr(instance, name, validated_data[name])
        times = {field.name for field in instance._meta.concrete_fields if getattr(field, "auto_now", False)}
        instance.save(update_fields=sent | times)
        for name in lists:
            getattr(instance, name).set(validated_data[name])
        return instance
