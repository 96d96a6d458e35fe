"""Hackathons: list, change, register a team or leave one."""

from __future__ import annotations

from typing import Any

from accounts.current import me, my_id
from diceytech.actions import ANSWERS, done, missing, refused
from diceytech.filters import ShortSearchFilter
from diceytech.permissions import OwnerChanges
from diceytech.rows import DeletesRow
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import generics, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from hackathons import registration
from hackathons.models import Hackathon, Team, TeamMember
from hackathons.serializers import HackathonSerializer, RegistrationSerializer, TeamSerializer

REGISTERED = inline_serializer("Registered", {"message": serializers.CharField(), "team": TeamSerializer()})


class HackathonViewSet(DeletesRow, viewsets.ModelViewSet[Hackathon]):
    """Hackathons; the list holds the active ones, newest first."""

    queryset = Hackathon.objects.all()
    serializer_class = HackathonSerializer
    lookup_value_converter = "int"
    permission_classes = (IsAuthenticated, OwnerChanges)
    owner_field = "organizer"
    filter_backends = (ShortSearchFilter,)
    search_fields = ("title", "description", "theme", "location")

    def get_queryset(self) -> QuerySet[Hackathon]:
        """With what the serializer shows of each."""
        own = TeamMember.objects.filter(hackathon=OuterRef("pk"), user_id=my_id(self.request))
        teams = Team.objects.filter(hackathon=OuterRef("pk")).order_by().values("hackathon")
        count = Subquery(teams.annotate(number=Count("*")).values("number"), output_field=IntegerField())
        hackathons = (
            Hackathon.objects.select_related("organizer")
            .annotate(teams_count=Coalesce(count, 0), is_registered=Exists(own))
            .order_by("-created_at", "-id")
        )
        if self.action != "list":
            return hackathons
        mine = self.request.query_params.get("mine")
        if mine == "organized":
            return hackathons.filter(organizer_id=my_id(self.request))
        return hackathons.filter(is_registered=True) if mine == "registered" else hackathons.filter(is_active=True)

    def perform_create(self, serializer: BaseSerializer[Hackathon]) -> None:
        """Organized by whoever asks."""
        serializer.save(organizer=self.request.user)

    @extend_schema(request=RegistrationSerializer, responses={**ANSWERS, 200: None, 201: REGISTERED})
    @action(detail=True, methods=["post"])
    def register(self, request: Request, **path: Any) -> Response:
        """Registers a team that one leads."""
        given = RegistrationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        name, others = given.validated_data["team_name"], given.validated_data.get("members", [])
        try:
            team = registration.register(path["pk"], me(request), name, others)
        except Hackathon.DoesNotExist:
            return missing("Hackathon")
        except registration.NotPossible as reason:
            return refused(str(reason))
        except registration.WrongField as wrong:
            raise ValidationError({wrong.field: [str(wrong)]}) from None
        body = {"message": "Successfully registered for hackathon", "team": TeamSerializer(team).data}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, **path: Any) -> Response:
        """Leaves the team that somebody else named one in."""
        try:
            registration.leave(path["pk"], me(request))
        except Hackathon.DoesNotExist:
            return missing("Hackathon")
        except registration.NotPossible as reason:
            return refused(str(reason))
        return done("Successfully left the team")


class TeamListView(generics.ListAPIView[Team]):
    """The teams of one hackathon."""

    queryset = Team.objects.none()
    serializer_class = TeamSerializer

    def get_queryset(self) -> QuerySet[Team]:
        """In the order of their registration; 404 for a hackathon that does not exist."""
        hackathon = generics.get_object_or_404(Hackathon, pk=self.kwargs["pk"])
        return hackathon.teams.prefetch_related("members").order_by("id")
