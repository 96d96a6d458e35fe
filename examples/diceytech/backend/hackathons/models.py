"""Hackathons and their teams; the platform guide leaves their fields open."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.functions import Lower

User = get_user_model()


class Hackathon(models.Model):
    """An event that teams register for."""

    title = models.CharField(max_length=200)
    description = models.TextField()
    theme = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=100, blank=True)
    start_date = models.DateTimeField()
    end_date = models.DateTimeField()
    registration_deadline = models.DateTimeField()
    prize_amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    max_teams = models.IntegerField(default=50)
    max_team_size = models.IntegerField(default=4)
    organizer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="organized_hackathons")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.title


class Team(models.Model):
    """A team of one hackathon."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=100)
    leader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="led_teams")
    members = models.ManyToManyField(User, through="TeamMember", related_name="teams")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("hackathon", Lower("name"), name="one_team_per_name")]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Someone in a team; `hackathon` is the team's own, so that the database knows that nobody is in two."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE)
    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hackathon", "user"], name="one_team_per_hackathon")]
