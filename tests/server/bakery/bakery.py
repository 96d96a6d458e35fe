"""A whole Django project: what docs/bring-your-own.md asks for, and two answers."""

import os
from pathlib import Path

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
ROOT_URLCONF = "bakery"
INSTALLED_APPS = ["django.contrib.contenttypes"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BAKERY_DATABASE"]}}
VERSION = Path(__file__).with_name("VERSION").read_text().strip()


def health(_request: HttpRequest) -> JsonResponse:
    connection.ensure_connection()
    return JsonResponse({"status": "ok", "version": VERSION})


def bread(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"bread": ["rye", "wheat"]})


urlpatterns = [path("up", health), path("api/bread", bread)]
