"""The organisation's library of automatic steps over REST."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.tenancy.parts import CursorPages
from workflows import policies
from workflows.api.inputs import Body, Text, checked
from workflows.models import ConfiguredTask
from workflows.selectors.machines import configured_tasks_of
from workflows.services.configured_tasks import configured_task_delete, configured_task_save


class ConfiguredTaskSerializer(serializers.Serializer[ConfiguredTask]):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    nodes = serializers.ListField(
        read_only=True, child=serializers.DictField(), help_text="`node` parts of steps, in a row."
    )


class ConfiguredTaskPages(CursorPages):
    ordering = ("name", "id")


class ConfiguredTaskBody(Body):
    name = Text(max_length=120)
    description = Text(required=False, allow_null=True, allow_blank=True, max_length=2_000)
    nodes = serializers.ListField(
        child=serializers.DictField(), help_text="One to ten `node` parts: kind, params, retry …"
    )


class ConfiguredTaskListView(mixins.ListModelMixin, MemberView):
    queryset = ConfiguredTask._base_manager.none()  # tells the description the model
    serializer_class = ConfiguredTaskSerializer
    pagination_class = ConfiguredTaskPages
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ConfiguredTask]:
        policies.configured_tasks.require(self.actor, "view")
        return configured_tasks_of(self.actor.organisation_id)

    @extend_schema(operation_id="configured_tasks_list")
    def get(self, request: Request) -> Response:
        """What the organisation has saved for its designers, by name."""
        return self.list(request)

    @extend_schema(
        operation_id="configured_tasks_create", request=ConfiguredTaskBody, responses={201: ConfiguredTaskSerializer}
    )
    def post(self, request: Request) -> Response:
        """Save one."""
        policies.configured_tasks.require(self.actor, "save")
        row = configured_task_save(actor=self.actor, **checked(ConfiguredTaskBody, request))
        return Response(ConfiguredTaskSerializer(row).data, status=201)


class ConfiguredTaskView(MemberView):
    serializer_class = ConfiguredTaskSerializer

    @extend_schema(operation_id="configured_tasks_update", request=ConfiguredTaskBody)
    def put(self, request: Request, task_id: UUID) -> Response:
        """Replace it; workflows that were made with it keep what they have."""
        policies.configured_tasks.require(self.actor, "save")
        row = configured_task_save(actor=self.actor, task_id=task_id, **checked(ConfiguredTaskBody, request))
        return Response(ConfiguredTaskSerializer(row).data)

    @extend_schema(operation_id="configured_tasks_delete", request=None, responses={204: None})
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Take it out of the library."""
        policies.configured_tasks.require(self.actor, "save")
        configured_task_delete(actor=self.actor, task_id=task_id)
        return Response(status=204)
