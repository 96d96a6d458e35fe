"""What the jobs' endpoints take and answer."""

from __future__ import annotations

from typing import Any

from accounts.models import Skill
from accounts.serializers import SkillSerializer
from diceytech.fields import FlagField, RowsField
from diceytech.rows import RowSerializer
from diceytech.uploads import PictureField, ResumeField
from rest_framework import serializers

from jobs.models import Job, JobApplication


class JobSerializer(RowSerializer[Job]):
    """A job; `has_applied` comes with the view's query."""

    skills_required = RowsField(serializers.PrimaryKeyRelatedField(queryset=Skill.objects.all()), required=False)
    skill_details = SkillSerializer(source="skills_required", many=True, read_only=True)
    company_logo = PictureField(required=False, allow_null=True)
    posted_by_name = serializers.CharField(source="posted_by.display_name", read_only=True)
    is_active = FlagField(required=False)
    has_applied = serializers.BooleanField(read_only=True, default=False)

    class Meta:
        model = Job
        fields = [
            "id",
            "title",
            "company",
            "description",
            "requirements",
            "job_type",
            "location_type",
            "location",
            "salary_min",
            "salary_max",
            "skills_required",
            "skill_details",
            "company_logo",
            "posted_by",
            "posted_by_name",
            "is_active",
            "has_applied",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["posted_by"]
        extra_kwargs = {"salary_min": {"min_value": 0}, "salary_max": {"min_value": 0}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The salary's bounds in their order."""
        low = attrs.get("salary_min", getattr(self.instance, "salary_min", None))
        high = attrs.get("salary_max", getattr(self.instance, "salary_max", None))
        if low is not None and high is not None and high < low:
            raise serializers.ValidationError({"salary_max": ["Must not be below salary_min."]})
        return attrs


class ApplicationSerializer(RowSerializer[JobApplication]):
    """An application, for its applicant and the job's poster; `resume` is a URL that soon expires."""

    job_title = serializers.CharField(source="job.title", read_only=True)
    company = serializers.CharField(source="job.company", read_only=True)
    applicant_name = serializers.CharField(source="applicant.display_name", read_only=True)
    resume = ResumeField(required=False, allow_null=True)

    class Meta:
        model = JobApplication
        fields = [
            "id",
            "job",
            "job_title",
            "company",
            "applicant",
            "applicant_name",
            "cover_letter",
            "resume",
            "status",
            "applied_at",
            "updated_at",
        ]
        read_only_fields = ["job", "applicant", "status", "applied_at", "updated_at"]


class ApplySerializer(ApplicationSerializer):
    """What an applicant sends."""

    class Meta(ApplicationSerializer.Meta):
        fields = ["cover_letter", "resume"]
        extra_kwargs = {"cover_letter": {"max_length": 20_000}}


class StatusSerializer(ApplicationSerializer):
    """What the poster may change."""

    class Meta(ApplicationSerializer.Meta):
        fields = ["status"]
        read_only_fields: list[str] = []
        extra_kwargs = {"status": {"required": True}}
