"""/livez and /healthz, for the machine: answered before anything else, whatever the Host header says.

The release program asks a new slot for /healthz on its own socket, and goes live only when it answers 200 with the
version that it has just installed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from diceytech.requests import GetResponse
from diceytech.storage import PUBLIC

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """Answers the two paths; everything else goes on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """200 while the process lives; /healthz 503 where a part that it needs is failing."""
        if request.path == "/livez":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path != "/healthz":
            return self.get_response(request)
        checks = {name: _verdict(name, check) for name, check in CHECKS.items()}
        healthy = all(verdict == "ok" for verdict in checks.values())
        body = {"status": "ok" if healthy else "failing", "version": settings.RELEASE, "checks": checks}
        return JsonResponse(body, status=200 if healthy else 503, headers={"Cache-Control": "no-store"})


def _verdict(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception:
        logger.exception("health check %s fails", name)
        return "failing"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class _Migrations:
    """Whether every migration of this code is applied; asked until it is, since code does not change in a process."""

    applied = False

    def __call__(self) -> None:
        if self.applied:
            return
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            raise RuntimeError(f"{len(missing)} migrations are not applied, the first {missing[0][0]}")
        self.applied = True


def _storage() -> None:
    store = storages[PUBLIC]
    if isinstance(store, FileSystemStorage):
        if not os.access(settings.BASE_DIR, os.W_OK):
            raise RuntimeError("files cannot be written")
        return
    getattr(store, "connection").meta.client.head_bucket(Bucket=settings.AWS_STORAGE_BUCKET_NAME)


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "migrations": _Migrations(), "storage": _storage}
