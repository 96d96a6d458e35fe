"""Accounts in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import Education, Experience, Skill, User


@admin.register(User)
class EmailUserAdmin(UserAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Django's own, with the address in front and the profile below."""

    list_display = ("email", "username", "is_staff", "is_active")
    ordering = ("email",)
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        ("Profile", {"fields": ("bio", "location", "website", "phone", "goals", "skills")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "username", "usable_password", "password1", "password2")}),)
    filter_horizontal = ("groups", "user_permissions", "skills")


admin.site.register([Skill, Experience, Education])
