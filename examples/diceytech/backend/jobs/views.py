"""Jobs and applications."""

from __future__ import annotations

from typing import Any

from accounts.current import me, my_id
from diceytech import conflicts, rows, stored_files
from diceytech.actions import ANSWERS, missing, refused
from diceytech.filters import ParameterFilter, ShortSearchFilter
from diceytech.permissions import OwnerChanges
from diceytech.rows import DeletesRow
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import extend_schema
from notifications.events import notify
from rest_framework import generics, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from jobs.models import Job, JobApplication
from jobs.serializers import ApplicationSerializer, ApplySerializer, JobSerializer, StatusSerializer


class Closed(Exception):
    """The job takes no applications any more."""


class JobViewSet(DeletesRow, viewsets.ModelViewSet[Job]):
    """Jobs; the list holds the active ones, newest first."""

    queryset = Job.objects.all()
    serializer_class = JobSerializer
    lookup_value_converter = "int"
    permission_classes = (IsAuthenticated, OwnerChanges)
    owner_field = "posted_by"
    filter_backends = (ParameterFilter, ShortSearchFilter)
    filters = {"type": "job_type", "location_type": "location_type"}
    id_filters = {"skill": "skills_required"}
    search_fields = ("title", "company", "description", "location")

    def get_queryset(self) -> QuerySet[Job]:
        """With what the serializer shows of each."""
        own = JobApplication.objects.filter(job=OuterRef("pk"), applicant_id=my_id(self.request))
        jobs = (
            Job.objects.select_related("posted_by")
            .prefetch_related("skills_required")
            .annotate(has_applied=Exists(own))
            .order_by("-created_at", "-id")
        )
        if self.action != "list":
            return jobs
        if self.request.query_params.get("mine") == "posted":
            return jobs.filter(posted_by_id=my_id(self.request))
        return jobs.filter(is_active=True)

    def perform_create(self, serializer: BaseSerializer[Job]) -> None:
        """Posted by whoever asks."""
        serializer.save(posted_by=self.request.user)

    @extend_schema(request=ApplySerializer, responses={**ANSWERS, 200: None, 201: ApplicationSerializer})
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, **path: Any) -> Response:
        """Applies, with or without a résumé."""
        user = me(request)
        job = Job.objects.filter(pk=path["pk"]).first()
        if job is None:
            return missing("Job")
        closed, already = refused("This job is closed"), refused("Already applied to this job")
        if not job.is_active:
            return closed
        if JobApplication.objects.filter(job=job, applicant=user).exists():
            return already
        given = ApplySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            with stored_files.atomic():
                made = given.save(job=job, applicant=user)
                rows.lock(job)  # after the upload, which others who apply need not wait for
                if not job.is_active:
                    raise Closed
                message = f"{user.display_name} applied for {job.title}"
                notify([job.posted_by_id], "job_application", message, f"/jobs/{job.pk}")
        except NotFound:
            return missing("Job")
        except Closed:
            return closed
        except IntegrityError as error:
            if conflicts.broken(error) != "applies_for_a_job_once":
                raise
            return already
        shown = ApplicationSerializer(made, context=self.get_serializer_context()).data
        return Response(shown, status=status.HTTP_201_CREATED)


class ApplicationsOfJobView(generics.ListAPIView[JobApplication]):
    """The applications to one's own job."""

    queryset = JobApplication.objects.none()
    serializer_class = ApplicationSerializer

    def get_queryset(self) -> QuerySet[JobApplication]:
        """Of the job in the path; 404 where it is not one's own."""
        job = generics.get_object_or_404(Job, pk=self.kwargs["pk"], posted_by_id=my_id(self.request))
        return job.applications.select_related("job", "applicant").order_by("-applied_at", "-id")


class ApplicationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[JobApplication]):
    """One's own applications, and those to one's own jobs; to anyone else there is none."""

    queryset = JobApplication.objects.none()
    serializer_class = ApplicationSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[JobApplication]:
        """The list holds what one applied for oneself."""
        mine = Q(applicant_id=my_id(self.request))
        visible = mine if self.action == "list" else mine | Q(job__posted_by_id=my_id(self.request))
        found = JobApplication.objects.filter(visible).select_related("job", "applicant")
        return found.order_by("-applied_at", "-id")

    @extend_schema(request=StatusSerializer, responses=ApplicationSerializer)
    def partial_update(self, request: Request, **path: Any) -> Response:
        """A new status, by the poster; the applicant hears of it."""
        application = self.get_object()
        if application.job.posted_by_id != request.user.pk:
            raise PermissionDenied("Only whoever posted the job may change the status.")
        given = StatusSerializer(application, data=request.data)
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            rows.lock(application)
            changed = given.validated_data["status"] != application.status
            given.save()
            if changed:
                message = f"Your application for {application.job.title} is {application.status}"
                notify([application.applicant_id], "application_status", message, "/jobs")
        return Response(self.get_serializer(application).data)
