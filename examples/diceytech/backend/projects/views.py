"""Projects: list, search, change, join and leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.current import me, my_id
from accounts.models import User
from diceytech.actions import ANSWERS, done, missing, refused
from diceytech.filters import ParameterFilter, ShortSearchFilter
from diceytech.permissions import OwnerChanges
from diceytech.rows import DeletesRow
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from projects import participation
from projects.models import Project, ProjectParticipation
from projects.serializers import ProjectSerializer


class ProjectViewSet(DeletesRow, viewsets.ModelViewSet[Project]):
    """Projects; the list holds the active ones, newest first."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    lookup_value_converter = "int"
    permission_classes = (IsAuthenticated, OwnerChanges)
    owner_field = "organizer"
    filter_backends = (ParameterFilter, ShortSearchFilter)
    filters = {"type": "project_type", "difficulty": "difficulty", "category": "category"}
    id_filters = {"technology": "technologies"}
    search_fields = ("title", "description", "category")

    def get_queryset(self) -> QuerySet[Project]:
        """With what the serializer shows of each: one query for the page, one for its technologies."""
        own = ProjectParticipation.objects.filter(project=OuterRef("pk"), user_id=my_id(self.request))
        members = ProjectParticipation.objects.filter(project=OuterRef("pk")).order_by().values("project")
        count = Subquery(members.annotate(number=Count("*")).values("number"), output_field=IntegerField())
        projects = (
            Project.objects.select_related("organizer")
            .prefetch_related("technologies")
            .annotate(participants_count=Coalesce(count, 0), is_joined=Exists(own))
            .order_by("-created_at", "-id")
        )
        return self._listed(projects) if self.action == "list" else projects

    def _listed(self, projects: QuerySet[Project]) -> QuerySet[Project]:
        mine = self.request.query_params.get("mine")
        if mine == "organized":
            return projects.filter(organizer_id=my_id(self.request))
        if mine == "joined":
            return projects.filter(participants=my_id(self.request))
        return projects.filter(is_active=True)

    def perform_create(self, serializer: BaseSerializer[Project]) -> None:
        """Organized by whoever asks."""
        serializer.save(organizer=self.request.user)

    @extend_schema(request=None, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, **path: Any) -> Response:
        """Takes part."""
        return self._answer(participation.join, request, path["pk"], "Successfully joined project")

    @extend_schema(request=None, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, **path: Any) -> Response:
        """Takes part no more."""
        return self._answer(participation.leave, request, path["pk"], "Successfully left project")

    def _answer(self, change: Callable[[int, User], None], request: Request, pk: int, message: str) -> Response:
        try:
            change(pk, me(request))
        except Project.DoesNotExist:
            return missing("Project")
        except participation.NotPossible as reason:
            return refused(str(reason))
        return done(message)
