"""What the projects' endpoints take and answer."""

from __future__ import annotations

from accounts.models import Skill
from accounts.serializers import SkillSerializer
from diceytech.fields import FlagField, NearDateTimeField, RowsField, StartsBeforeEnds
from diceytech.rows import RowSerializer
from diceytech.uploads import PictureField
from rest_framework import serializers

from projects.models import Project


class ProjectSerializer(RowSerializer[Project]):
    """A project; counts and flags come with the view's query."""

    technologies = RowsField(serializers.PrimaryKeyRelatedField(queryset=Skill.objects.all()), required=False)
    technology_details = SkillSerializer(source="technologies", many=True, read_only=True)
    start_date = NearDateTimeField()
    end_date = NearDateTimeField()
    max_participants = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    organizer_name = serializers.CharField(source="organizer.display_name", read_only=True)
    image = PictureField(required=False, allow_null=True)
    is_active = FlagField(required=False)
    participants_count = serializers.IntegerField(read_only=True, default=0)
    is_joined = serializers.BooleanField(read_only=True, default=False)

    class Meta:
        model = Project
        fields = [
            "id",
            "title",
            "description",
            "project_type",
            "difficulty",
            "category",
            "technologies",
            "technology_details",
            "start_date",
            "end_date",
            "prize_amount",
            "max_participants",
            "organizer",
            "organizer_name",
            "image",
            "is_active",
            "participants_count",
            "is_joined",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["organizer"]
        extra_kwargs = {"prize_amount": {"min_value": 0}}
        validators = [StartsBeforeEnds()]
