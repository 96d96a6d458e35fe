"""Paths of jobs, under /api/."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from jobs.views import ApplicationsOfJobView, ApplicationViewSet, JobViewSet

router = SimpleRouter(use_regex_path=False)
router.register("jobs", JobViewSet)
router.register("applications", ApplicationViewSet)

urlpatterns = [
    path("jobs/<int:pk>/applications/", ApplicationsOfJobView.as_view(), name="job-applications"),
    *router.urls,
]
