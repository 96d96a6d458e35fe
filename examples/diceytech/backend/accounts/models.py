"""People, what they can and did, and their log-ins. Field by field the platform guide's, with more where it says so."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from diceytech import uploads
from diceytech.stored_files import KeepsFiles
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


def profile_picture_key(_user: models.Model, filename: str) -> str:
    """A key under profile_pics/."""
    return uploads.key("profile_pics", filename)


class EmailUserManager(UserManager["User"]):
    """Finds people by their address, however they spell its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this e-mail address."""
        return self.get(email=self.model.normalize_address(username or ""))


class User(KeepsFiles, AbstractUser):
    """Someone who logs in by e-mail."""

    email = models.EmailField(unique=True)
    profile_picture = models.ImageField(upload_to=profile_picture_key, blank=True, null=True)
    bio = models.TextField(max_length=500, blank=True)
    location = models.CharField(max_length=100, blank=True)
    website = models.URLField(blank=True)
    github_url = models.URLField(blank=True)
    linkedin_url = models.URLField(blank=True)
    twitter_url = models.URLField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    skills: models.ManyToManyField[Skill, Any] = models.ManyToManyField("Skill", blank=True)
    goals = models.TextField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username"]

    objects: ClassVar[EmailUserManager] = EmailUserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    @property
    def display_name(self) -> str:
        """Full name, or the user name where none is given."""
        return self.get_full_name() or self.username

    @staticmethod
    def normalize_address(text: str) -> str:
        """An address as it is kept and looked up."""
        return text.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the address in lower case; a new password ends every log-in."""
        self.email = self.normalize_address(self.email)
        renewed = self.pk is not None and getattr(self, "_password", None) is not None
        super().save(*args, **kwargs)
        if renewed:
            self.sessions.all().delete()


class LoginSession(models.Model):
    """One log-in. Its id is in every token of that log-in, and they are good only while the row is there."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)


class Attempt(models.Model):
    """How often something throttled was tried in one window of time."""

    key = models.CharField(max_length=64)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="one_count_per_window")]


class Skill(models.Model):
    """Something that people know, projects use and jobs ask for."""

    name = models.CharField(max_length=50, unique=True)
    category = models.CharField(max_length=50)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Experience(models.Model):
    """A position that someone held."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="experiences")
    title = models.CharField(max_length=100)
    company = models.CharField(max_length=100)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    description = models.TextField()
    is_current = models.BooleanField(default=False)

    class Meta:
        ordering = ["-start_date", "-id"]


class Education(models.Model):
    """A course of study."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="education")
    degree = models.CharField(max_length=100)
    school = models.CharField(max_length=100)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    description = models.TextField()

    class Meta:
        ordering = ["-start_date", "-id"]
