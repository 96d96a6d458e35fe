"""Paths of hackathons, under /api/."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from hackathons.views import HackathonViewSet, TeamListView

router = SimpleRouter(use_regex_path=False)
router.register("hackathons", HackathonViewSet)

urlpatterns = [path("hackathons/<int:pk>/teams/", TeamListView.as_view(), name="hackathon-teams"), *router.urls]
