"""Paths of projects, under /api/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from projects.views import ProjectViewSet

router = SimpleRouter(use_regex_path=False)
router.register("projects", ProjectViewSet)

urlpatterns = router.urls
