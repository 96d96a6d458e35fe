"""What the account's endpoints take and answer. Only the fields listed are ever written."""

from __future__ import annotations

from typing import Any

from diceytech.fields import FlagField, RowsField, StartsBeforeEnds
from diceytech.rows import RowSerializer
from diceytech.uploads import PictureField
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError as RefusedPassword
from rest_framework import serializers
from rest_framework.utils.field_mapping import get_unique_error_message
from rest_framework.validators import UniqueValidator
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.authentication import prolong
from accounts.models import Education, Experience, Skill, User


class UsernameField(serializers.CharField):
    """A user name in Unicode's compatible form, as it is kept: two that look the same are the same one."""

    def __init__(self, **kwargs: Any) -> None:
        taken = UniqueValidator(User.objects.all(), get_unique_error_message(User._meta.get_field("username")))
        super().__init__(max_length=150, validators=[User.username_validator, taken], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Before it is measured and looked for."""
        return User.normalize_username(super().to_internal_value(data))


class AddressField(serializers.EmailField):
    """An e-mail address of a new account, as it is kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.validators.append(
            UniqueValidator(User.objects.all(), get_unique_error_message(User._meta.get_field("email")))
        )

    def to_internal_value(self, data: Any) -> str:
        """Before it is measured and looked for."""
        return User.normalize_address(super().to_internal_value(data))


class SkillSerializer(serializers.ModelSerializer[Skill]):
    """A skill."""

    class Meta:
        model = Skill
        fields = ["id", "name", "category"]


class ExperienceSerializer(RowSerializer[Experience]):
    """A position."""

    is_current = FlagField(required=False)

    class Meta:
        model = Experience
        fields = ["id", "title", "company", "start_date", "end_date", "description", "is_current"]
        validators = [StartsBeforeEnds()]


class EducationSerializer(RowSerializer[Education]):
    """A course of study."""

    class Meta:
        model = Education
        fields = ["id", "degree", "school", "start_date", "end_date", "description"]
        validators = [StartsBeforeEnds()]


class UserSerializer(RowSerializer[User]):
    """One's own account, at log-in and as the profile."""

    username = UsernameField()
    profile_picture = PictureField(required=False, allow_null=True)
    skills = RowsField(serializers.PrimaryKeyRelatedField(queryset=Skill.objects.all()), required=False)
    skill_details = SkillSerializer(source="skills", many=True, read_only=True)
    experiences = ExperienceSerializer(many=True, read_only=True)
    education = EducationSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "profile_picture",
            "bio",
            "location",
            "website",
            "github_url",
            "linkedin_url",
            "twitter_url",
            "phone",
            "skills",
            "skill_details",
            "goals",
            "experiences",
            "education",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["email", "created_at", "updated_at"]


class UserRegistrationSerializer(RowSerializer[User]):
    """A new account."""

    username = UsernameField()
    email = AddressField()
    password = serializers.CharField(write_only=True, max_length=128, trim_whitespace=False)

    class Meta:
        model = User
        fields = ["id", "username", "email", "password", "first_name", "last_name"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Holds the password against the rules, knowing whose it is."""
        try:
            password_validation.validate_password(
                attrs["password"], User(**{key: attrs[key] for key in attrs if key != "password"})
            )
        except RefusedPassword as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return attrs

    def create(self, validated_data: dict[str, Any]) -> User:
        """The account, with its password hashed."""
        return User.objects.create_user(**validated_data)


class CredentialsSerializer(serializers.Serializer[Any]):
    """A log-in."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class LoginAnswerSerializer(serializers.Serializer[Any]):
    """What a log-in answers."""

    refresh = serializers.CharField()
    access = serializers.CharField()
    user = UserSerializer()


class PasswordSerializer(serializers.Serializer[Any]):
    """One's own password, to confirm what cannot be undone."""

    password = serializers.CharField(max_length=128, trim_whitespace=False)

    def validate_password(self, value: str) -> str:
        """Must be the password."""
        if not self.context["user"].check_password(value):
            raise serializers.ValidationError("This is not your password.")
        return value


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField()


class SessionTokenRefreshSerializer(TokenRefreshSerializer):
    """A new pair of tokens, while the session lasts."""

    refresh = serializers.CharField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Both tokens; raises TokenError or InvalidToken."""
        token = RefreshToken(attrs["refresh"])
        prolong(token)
        access = str(token.access_token)
        token.set_jti()
        token.set_exp()
        token.set_iat()
        return {"access": access, "refresh": str(token)}
