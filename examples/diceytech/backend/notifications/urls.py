"""Paths of notifications, under /api/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from notifications.views import NotificationViewSet

router = SimpleRouter(use_regex_path=False)
router.register("notifications", NotificationViewSet)

urlpatterns = router.urls
