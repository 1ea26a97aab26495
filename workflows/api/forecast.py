"""What will be overdue soon, over REST."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.people import PersonSerializer
from accounts.tenancy.pages import CursorPages
from workflows.api.outputs import WorkflowRefSerializer
from workflows.models import Task
from workflows.selectors.forecast import DEFAULT_HOURS, MOST_HOURS, horizon, late_soon


class ForecastQuery(serializers.Serializer[Any]):
    hours = serializers.IntegerField(default=DEFAULT_HOURS, min_value=1, max_value=MOST_HOURS)
    workflow = serializers.UUIDField(required=False)


class KnownRunSerializer(serializers.Serializer[Any]):
    """The request, for those who may see it."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    requester = PersonSerializer(read_only=True)


class LateSerializer(serializers.Serializer[Task]):
    """A task that will be overdue if nobody acts."""

    id = serializers.UUIDField(read_only=True)
    step = serializers.CharField(read_only=True, source="step_name")
    workflow = WorkflowRefSerializer(read_only=True, source="definition")
    assignee = PersonSerializer(read_only=True, allow_null=True, help_text="Null in a team queue.")
    due_at = serializers.DateTimeField(read_only=True)
    run = serializers.SerializerMethodField(help_text="Null where the caller may not see the request.")

    @extend_schema_field(KnownRunSerializer(allow_null=True))
    def get_run(self, task: Any) -> Any:
        return KnownRunSerializer(task.run).data if task.known else None


class SoonestFirst(CursorPages):
    ordering = ("due_at", "id")


class ForecastView(mixins.ListModelMixin, MemberView):
    queryset = Task._base_manager.none()  # tells the description the model
    serializer_class = LateSerializer
    pagination_class = SoonestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Task]:
        query = ForecastQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        chosen, now = query.validated_data, timezone.now()
        until = horizon(self.actor, chosen["hours"], now)
        tasks = late_soon(self.actor, until=until, now=now, workflow=chosen.get("workflow"))
        return tasks.select_related("definition", "assignee", "run__requester")

    @extend_schema(
        operation_id="forecast_list",
        parameters=[
            OpenApiParameter("hours", int, description=f"Working hours ahead, {DEFAULT_HOURS} unless told."),
            OpenApiParameter("workflow", UUID, description="Only of this workflow."),
        ],
    )
    def get(self, request: Request) -> Response:
        """What will be overdue within so many working hours if nobody acts, the most urgent first: your own tasks, those of
        people whom you lead and of workflows that you own; all for those who see every request."""
        return self.list(request)
