"""A file leaves its store when the row that names it goes, or names another: nothing private outlives its owner."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models import signals


def follow(model: type[models.Model], field: str) -> None:
    """Deletes the files of `field` that its rows no longer name, once the change is committed."""

    def remove(storage: Storage, name: str) -> None:
        if name:
            transaction.on_commit(lambda: storage.delete(name), robust=True)

    def replaced(sender: Any, instance: models.Model, update_fields: Any, **_: Any) -> None:
        if instance.pk is None or (update_fields is not None and field not in update_fields):
            return
        before = model._default_manager.filter(pk=instance.pk).values_list(field, flat=True).first()
        now = getattr(instance, field)
        if before and before != now.name:
            remove(now.storage, before)

    def deleted(sender: Any, instance: models.Model, **_: Any) -> None:
        file = getattr(instance, field)
        remove(file.storage, file.name)

    signals.pre_save.connect(replaced, sender=model, weak=False)
    signals.post_delete.connect(deleted, sender=model, weak=False)
