"""Registration, log-in and the profile."""

from __future__ import annotations

from typing import Any

from diceytech import rows, stored_files
from diceytech.filters import ShortSearchFilter
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from accounts import serializers
from accounts.authentication import log_in, log_out
from accounts.current import me, my_id, still_me
from accounts.models import Education, Experience, Skill, User
from accounts.throttling import LoginAccountThrottle, LoginAddressThrottle, PasswordThrottle, RegisterThrottle


class RegisterView(generics.CreateAPIView[User]):
    """Makes an account."""

    queryset = User.objects.all()
    serializer_class = serializers.UserRegistrationSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (RegisterThrottle,)


class LoginView(APIView):
    """Trades e-mail and password for tokens."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (LoginAddressThrottle, LoginAccountThrottle)

    @extend_schema(
        request=serializers.CredentialsSerializer,
        responses={200: serializers.LoginAnswerSerializer, 400: OpenApiResponse(description="Invalid credentials")},
    )
    def post(self, request: Request) -> Response:
        """Both tokens and the user."""
        given = serializers.CredentialsSerializer(data=request.data)
        if not given.is_valid():
            return Response({"error": "Invalid credentials", **given.errors}, status=status.HTTP_400_BAD_REQUEST)
        user = authenticate(request, **given.validated_data)
        refresh = self._log_in(user, given.validated_data["password"]) if isinstance(user, User) else None
        if refresh is None:
            return Response({"error": "Invalid credentials"}, status=status.HTTP_400_BAD_REQUEST)
        shown = serializers.UserSerializer(user, context={"request": request}).data
        return Response({"refresh": str(refresh), "access": str(refresh.access_token), "user": shown})

    @transaction.atomic
    def _log_in(self, user: User, password: str) -> RefreshToken | None:
        """None where the password is another by now, or the account is gone: what ends log-ins ends this one too."""
        still = User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).first()
        # Another log-in may have renewed the hash of the same password meanwhile.
        if still is None or (still.password != user.password and not check_password(password, still.password)):
            return None
        update_last_login(User, user)
        return log_in(user)


class LogoutView(APIView):
    """Ends a log-in; whoever holds its refresh token may."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        """That there is one: DRF makes a 403 of a 401 without it, and a token that is not taken is a 401."""
        return JWTAuthentication().authenticate_header(request)

    @extend_schema(request=serializers.RefreshSerializer, responses={205: None})
    def post(self, request: Request) -> Response:
        """No token of this log-in is taken afterwards."""
        given = serializers.RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            log_out(RefreshToken(given.validated_data["refresh"]))
        except TokenError as error:
            raise InvalidToken(error.args[0]) from None
        return Response(status=status.HTTP_205_RESET_CONTENT)


class ProfileView(generics.RetrieveUpdateDestroyAPIView[User]):
    """One's own account."""

    serializer_class = serializers.UserSerializer

    def get_throttles(self) -> list[BaseThrottle]:
        """Of what takes the password."""
        return [PasswordThrottle()] if self.request.method == "DELETE" else []

    def get_object(self) -> User:
        """Whoever asks."""
        return me(self.request)

    def perform_update(self, serializer: BaseSerializer[User]) -> None:
        """While the log-in lasts, which may have ended before the body was here."""
        with stored_files.atomic():
            still_me(self.request, lock=True)
            serializer.save()

    @extend_schema(request=serializers.PasswordSerializer, responses={204: None})
    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Removes the account with all that it made; the password confirms it."""
        body = request.data
        user = still_me(request)
        given = serializers.PasswordSerializer(data=body, context={"user": user})
        given.is_valid(raise_exception=True)
        rows.delete(user, user.organized_projects.all(), user.job_set.all(), user.organized_hackathons.all())
        return Response(status=status.HTTP_204_NO_CONTENT)


class SkillListView(generics.ListAPIView[Skill]):
    """Every skill."""

    queryset = Skill.objects.all()
    serializer_class = serializers.SkillSerializer
    pagination_class = None
    filter_backends = (ShortSearchFilter,)
    search_fields = ("name", "category")


class ExperienceViewSet(viewsets.ModelViewSet[Experience]):
    """One's own positions."""

    queryset = Experience.objects.none()
    serializer_class = serializers.ExperienceSerializer
    lookup_value_converter = "int"
    pagination_class = None

    def get_queryset(self) -> QuerySet[Experience]:
        """Nobody else's."""
        return Experience.objects.filter(user_id=my_id(self.request))

    def perform_create(self, serializer: BaseSerializer[Experience]) -> None:
        """For whoever asks."""
        serializer.save(user=self.request.user)


class EducationViewSet(viewsets.ModelViewSet[Education]):
    """One's own courses of study."""

    queryset = Education.objects.none()
    serializer_class = serializers.EducationSerializer
    lookup_value_converter = "int"
    pagination_class = None

    def get_queryset(self) -> QuerySet[Education]:
        """Nobody else's."""
        return Education.objects.filter(user_id=my_id(self.request))

    def perform_create(self, serializer: BaseSerializer[Education]) -> None:
        """For whoever asks."""
        serializer.save(user=self.request.user)
