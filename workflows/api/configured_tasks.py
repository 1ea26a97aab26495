"""The organisation's library of automatic steps over REST."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import IF_MATCH, Body, Text, checked, seen_at
from accounts.api.entries import EntrySerializer, tagged
from accounts.tenancy.pages import CursorPages
from workflows import policies
from workflows.models import ConfiguredTask
from workflows.selectors.machines import access_configured_task, configured_tasks_of
from workflows.selectors.palette import Palette, PaletteEntry, Setting, palette_of
from workflows.services.configured_tasks import configured_task_delete, configured_task_save


class ConfiguredTaskSerializer(EntrySerializer):
    key = serializers.CharField(read_only=True, help_text="How steps name it: `node.task`. It never changes.")
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    edition = serializers.IntegerField(read_only=True, help_text="Grows with every change of what it does.")
    nodes = serializers.ListField(
        read_only=True, child=serializers.DictField(), help_text="What is done, piece after piece."
    )
    parameters = serializers.ListField(
        read_only=True, child=serializers.DictField(), help_text="What each workflow may say anew."
    )


class ConfiguredTaskPages(CursorPages):
    ordering = ("name", "id")


class ConfiguredTaskBody(Body):
    name = Text(max_length=120)
    description = Text(required=False, allow_null=True, allow_blank=True, max_length=2_000)
    key = Text(required=False, allow_blank=True, max_length=60, help_text="Of a new one; else made from the name.")
    nodes = serializers.ListField(
        child=serializers.DictField(),
        help_text="One to ten pieces of work: key, name, kind, params, retry, timeout, save …",
    )
    parameters = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Settings that workflows may say anew: name, label, help, link, path, required.",
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
        return tagged(ConfiguredTaskSerializer(row), status=201)


class SettingSerializer(serializers.Serializer[Setting]):
    key = serializers.CharField(read_only=True, source="name", help_text="In `node.params`.")
    name = serializers.CharField(read_only=True, source="label")
    help = serializers.CharField(read_only=True)
    is_required = serializers.BooleanField(read_only=True, source="required")
    schema = serializers.DictField(read_only=True, help_text="JSON Schema of its value.")
    value = serializers.JSONField(read_only=True, source="default", help_text="What holds where nothing is said.")


class PaletteEntrySerializer(serializers.Serializer[PaletteEntry]):
    key = serializers.CharField(read_only=True, help_text="The kind, or the key of the saved task.")
    name = serializers.CharField(read_only=True, source="label")
    description = serializers.CharField(read_only=True)
    node = serializers.DictField(read_only=True, help_text="The `node` part of a step to begin with.")
    settings = SettingSerializer(many=True, read_only=True)
    links = serializers.ListField(read_only=True, child=serializers.CharField(), help_text="What it does, in a row.")
    is_saved = serializers.BooleanField(read_only=True)
    is_shipped = serializers.BooleanField(read_only=True, help_text="Whether it comes with the product.")
    edition = serializers.IntegerField(read_only=True)
    off = serializers.CharField(read_only=True, help_text="Why it cannot run in this installation, or empty.")


class PaletteSerializer(serializers.Serializer[Palette]):
    kinds = PaletteEntrySerializer(many=True, read_only=True)
    saved = PaletteEntrySerializer(many=True, read_only=True)


class PaletteView(MemberView):
    serializer_class = PaletteSerializer

    @extend_schema(operation_id="node_palette")
    def get(self, request: Request) -> Response:
        """What an automatic step may do: every kind, and every saved task, those of the product among them."""
        policies.configured_tasks.require(self.actor, "view")
        return Response(PaletteSerializer(palette_of(self.actor.organisation_id)).data)


class ConfiguredTaskView(MemberView):
    serializer_class = ConfiguredTaskSerializer

    @extend_schema(operation_id="configured_tasks_retrieve")
    def get(self, request: Request, task_id: UUID) -> Response:
        """One of them."""
        return tagged(ConfiguredTaskSerializer(access_configured_task(self.actor, task_id)))

    @extend_schema(operation_id="configured_tasks_update", request=ConfiguredTaskBody, parameters=[IF_MATCH])
    def put(self, request: Request, task_id: UUID) -> Response:
        """Replace it; published versions of workflows keep what they took over."""
        policies.configured_tasks.require(self.actor, "save")
        given = checked(ConfiguredTaskBody, request)
        given.pop("key", None)
        row = configured_task_save(actor=self.actor, task_id=task_id, seen=seen_at(request), **given)
        return tagged(ConfiguredTaskSerializer(row))

    @extend_schema(operation_id="configured_tasks_delete", request=None, responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Take it out of the library."""
        policies.configured_tasks.require(self.actor, "save")
        configured_task_delete(actor=self.actor, task_id=task_id, seen=seen_at(request))
        return Response(status=204)
