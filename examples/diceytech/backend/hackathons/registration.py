"""Registering a team or leaving it: decided while the hackathon's row is locked, so that the last place is given once.

Whoever registers a team names its members without asking them. That must keep nobody out: who was named may leave, and
registering a team of one's own is leaving too.
"""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from django.db import transaction
from django.utils.timezone import now
from notifications.events import notify

from hackathons.models import Hackathon, Team, TeamMember


class NotPossible(Exception):
    """The team cannot be registered now; the text says why."""


class WrongField(Exception):
    """What was sent cannot be taken: the field, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@transaction.atomic
def register(hackathon_id: int, leader: User, name: str, others: Sequence[User]) -> Team:
    """The new team; raises Hackathon.DoesNotExist, NotPossible or WrongField."""
    hackathon = Hackathon.objects.select_for_update().get(pk=hackathon_id)
    members = list({user.pk: user for user in (leader, *others)}.values())
    _refuse(hackathon, leader, name, members)
    named_in = TeamMember.objects.filter(hackathon=hackathon, user=leader)
    left = set(named_in.values_list("team__leader_id", flat=True))
    named_in.delete()
    team = Team.objects.create(hackathon=hackathon, name=name, leader=leader)
    TeamMember.objects.bulk_create(TeamMember(hackathon=hackathon, team=team, user=user) for user in members)
    told = {hackathon.organizer_id, *(user.pk for user in members), *left} - {leader.pk}
    if told:
        message = f"{leader.display_name} registered {name} for {hackathon.title}"
        notify(sorted(told), "hackathon_registered", message, f"/hackathons/{hackathon.pk}")
    return team


@transaction.atomic
def leave(hackathon_id: int, user: User) -> None:
    """Takes the user out of the team that somebody else registered; raises Hackathon.DoesNotExist or NotPossible."""
    hackathon = Hackathon.objects.select_for_update().get(pk=hackathon_id)
    if hackathon.teams.filter(leader=user).exists():
        raise NotPossible("Whoever registered a team stays in it")
    removed, _ = TeamMember.objects.filter(hackathon=hackathon, user=user).delete()
    if not removed:
        raise NotPossible("Not in a team of this hackathon")


def _refuse(hackathon: Hackathon, leader: User, name: str, members: Sequence[User]) -> None:
    others = [user for user in members if user != leader]
    taken = TeamMember.objects.filter(hackathon=hackathon, user__in=others).values_list("user_id", flat=True)
    if hackathon.teams.filter(leader=leader).exists():
        raise NotPossible("Already registered for this hackathon")
    if not hackathon.is_active or hackathon.registration_deadline < now():
        raise NotPossible("Registration is closed")
    if hackathon.teams.count() >= hackathon.max_teams:
        raise NotPossible("This hackathon is full")
    if taken:
        names = ", ".join(user.username for user in members if user.pk in taken)
        raise WrongField("members", f"In another team already: {names}.")
    if len(members) > hackathon.max_team_size:
        raise WrongField("members", f"A team has {hackathon.max_team_size} members at most, you among them.")
    if hackathon.teams.filter(name__iexact=name).exists():
        raise WrongField("team_name", "Another team has this name; choose one of your own.")
