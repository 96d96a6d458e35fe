"""A file leaves its store when the row that names it goes, or names another: nothing private outlives its owner."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models import signals
from django.db.models.fields.files import FieldFile

logger = logging.getLogger(__name__)
_stored: ContextVar[list[FieldFile] | None] = ContextVar("stored", default=None)


@contextmanager
def atomic() -> Iterator[None]:
    """A transaction that takes the files it stored away again where it fails: no row will name them."""
    outer, mine = _stored.get(), list[FieldFile]()
    token = _stored.set(mine)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for file in mine:
            if file.name and file._committed:  # type: ignore[attr-defined] # the stubs leave it out
                _delete(file.storage, file.name)
        raise
    finally:
        _stored.reset(token)
    if outer is not None:
        outer.extend(mine)


class KeepsFiles(models.Model):
    """A model with files: stored with its row or not at all, by one request at a time."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """In a transaction, which the lock on the row needs; what was read is changed, and never made anew."""
        read = self.pk is not None and not self._state.adding and not kwargs.get("force_insert")
        kwargs.setdefault("force_update", read)
        with atomic():
            super().save(*args, **kwargs)


def follow(model: type[KeepsFiles], field: str) -> None:
    """Deletes the files of `field` that its rows no longer name, once the change is committed."""

    def leave(instance: models.Model, now: str | None) -> None:
        # Whoever else replaces the file waits here, and then finds the one that is stored now.
        rows = model._default_manager.select_for_update(no_key=True).filter(pk=instance.pk)
        before = rows.values_list(field, flat=True).first()
        if before and before != now:
            storage = getattr(instance, field).storage
            transaction.on_commit(lambda: _delete(storage, before))

    def replaced(sender: Any, instance: models.Model, update_fields: Any, **_: Any) -> None:
        file: FieldFile = getattr(instance, field)
        stored = _stored.get()
        if file and stored is not None and not file._committed:  # type: ignore[attr-defined]
            stored.append(file)
        if instance.pk is not None and (update_fields is None or field in update_fields):
            leave(instance, file.name)

    def deleted(sender: Any, instance: models.Model, **_: Any) -> None:
        leave(instance, None)

    signals.pre_save.connect(replaced, sender=model, weak=False)
    signals.pre_delete.connect(deleted, sender=model, weak=False)


def _delete(storage: Storage, name: str) -> None:
    try:
        storage.delete(name)
    except Exception:
        logger.exception("%s stays in its store, though no row names it", name)
