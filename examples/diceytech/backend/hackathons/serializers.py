"""What the hackathons' endpoints take and answer."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from diceytech.fields import FlagField, NearDateTimeField, RowsField, StartsBeforeEnds
from diceytech.rows import RowSerializer
from rest_framework import serializers

from hackathons.models import Hackathon, Team


class HackathonSerializer(RowSerializer[Hackathon]):
    """A hackathon; counts and flags come with the view's query."""

    start_date = NearDateTimeField()
    end_date = NearDateTimeField()
    registration_deadline = NearDateTimeField()
    max_teams = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    max_team_size = serializers.IntegerField(min_value=1, max_value=100, required=False)
    organizer_name = serializers.CharField(source="organizer.display_name", read_only=True)
    is_active = FlagField(required=False)
    teams_count = serializers.IntegerField(read_only=True, default=0)
    is_registered = serializers.BooleanField(read_only=True, default=False)

    class Meta:
        model = Hackathon
        fields = [
            "id",
            "title",
            "description",
            "theme",
            "location",
            "start_date",
            "end_date",
            "registration_deadline",
            "prize_amount",
            "max_teams",
            "max_team_size",
            "organizer",
            "organizer_name",
            "is_active",
            "teams_count",
            "is_registered",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["organizer"]
        extra_kwargs = {"prize_amount": {"min_value": 0}}
        validators = [StartsBeforeEnds()]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Nobody registers for what is over."""
        deadline = attrs.get("registration_deadline", getattr(self.instance, "registration_deadline", None))
        end = attrs.get("end_date", getattr(self.instance, "end_date", None))
        if deadline is not None and end is not None and deadline > end:
            raise serializers.ValidationError({"registration_deadline": ["Must not be after end_date."]})
        return attrs


class MemberSerializer(serializers.ModelSerializer[User]):
    """What others see of someone in a team."""

    class Meta:
        model = User
        fields = ["id", "username"]


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team."""

    members = MemberSerializer(many=True, read_only=True)

    class Meta:
        model = Team
        fields = ["id", "name", "leader", "members", "created_at"]


class RegistrationSerializer(serializers.Serializer[Any]):
    """A team to register; `members` are user names besides one's own."""

    team_name = serializers.CharField(max_length=100)
    members = RowsField(
        serializers.SlugRelatedField(slug_field="username", queryset=User.objects.filter(is_active=True)),
        most=99,
        required=False,
    )
