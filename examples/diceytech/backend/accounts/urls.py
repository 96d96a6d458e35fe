"""Paths of the account, under /api/."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts import views

router = SimpleRouter(use_regex_path=False)
router.register("auth/experiences", views.ExperienceViewSet)
router.register("auth/education", views.EducationViewSet)

urlpatterns = [
    path("auth/register/", views.RegisterView.as_view(), name="register"),
    path("auth/login/", views.LoginView.as_view(), name="login"),
    path("auth/logout/", views.LogoutView.as_view(), name="logout"),
    path("auth/profile/", views.ProfileView.as_view(), name="profile"),
    path("skills/", views.SkillListView.as_view(), name="skills"),
    *router.urls,
]
