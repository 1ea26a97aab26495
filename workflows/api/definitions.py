"""Workflows over REST: those to start, and their documents for people who draw them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.people import PersonSerializer
from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from accounts.tenancy.parts import CursorPages
from workflows.api.inputs import behind
from workflows.api.outputs import WorkflowRefSerializer, WorkflowSerializer
from workflows.api.task_answers import WorkflowStartSerializer, start_detail
from workflows.models import WorkflowDefinition
from workflows.policies import definitions
from workflows.selectors.definitions import access_definition, visible_to
from workflows.selectors.landing import with_start
from workflows.services.definitions import (
    Imported,
    definition_export,
    definition_import,
    definition_publish,
    definition_retire,
)


class ByName(CursorPages):
    ordering = ("name", "id")


class WorkflowListView(mixins.ListModelMixin, MemberView):
    queryset = WorkflowDefinition._base_manager.none()  # tells the description the model
    serializer_class = WorkflowSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[WorkflowDefinition]:
        return _with_version(with_start(self.actor, visible_to(self.actor)))

    @extend_schema(operation_id="workflows_list")
    def get(self, request: Request) -> Response:
        """The workflows that you see, with whether you may start them, by name."""
        return self.list(request)


class WorkflowView(MemberView):
    serializer_class = WorkflowStartSerializer

    @extend_schema(operation_id="workflows_retrieve")
    def get(self, request: Request, workflow_id: UUID) -> Response:
        """One workflow that you see; if you may start it, with the form of its first step and the ways on from there."""
        access_definition(self.actor, workflow_id)
        found = _with_version(with_start(self.actor, visible_to(self.actor))).get(id=workflow_id)
        return Response(WorkflowStartSerializer().to_representation(start_detail(self.actor, found)))


class DefinitionSerializer(WorkflowRefSerializer):
    description = serializers.CharField(read_only=True)
    owner = PersonSerializer(read_only=True)
    is_active = serializers.BooleanField(read_only=True)
    version = serializers.IntegerField(
        read_only=True, allow_null=True, source="published_version.number", default=None, help_text="The published one."
    )


class LintProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(read_only=True)
    place = serializers.CharField(read_only=True, help_text="Dotted path in the document.")
    level = serializers.ChoiceField(read_only=True, choices=["blocks", "warns"], help_text="What blocks publishing.")
    message = serializers.CharField(read_only=True)
    hint = serializers.CharField(read_only=True)


class ImportedSerializer(serializers.Serializer[Imported]):
    id = serializers.UUIDField(read_only=True, source="definition.id")
    name = serializers.CharField(read_only=True, source="definition.name")
    slug = serializers.CharField(read_only=True, source="definition.slug")
    version = serializers.IntegerField(read_only=True, source="version.number")
    state = serializers.CharField(read_only=True, source="version.state")
    problems = LintProblemSerializer(many=True, read_only=True)


class PublishedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True, source="definition_id")
    version = serializers.IntegerField(read_only=True, source="number")
    state = serializers.CharField(read_only=True)
    published_at = serializers.DateTimeField(read_only=True)


class DefinitionListView(mixins.ListModelMixin, MemberView):
    queryset = WorkflowDefinition._base_manager.none()  # tells the description the model
    serializer_class = DefinitionSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[WorkflowDefinition]:
        return _with_version(visible_to(self.actor).select_related("owner"))

    @extend_schema(operation_id="definitions_list")
    def get(self, request: Request) -> Response:
        """The workflows that you see, drafts among them if you draw workflows, by name."""
        return self.list(request)

    @extend_schema(operation_id="definitions_import", request=OpenApiTypes.OBJECT, responses={201: ImportedSerializer})
    def post(self, request: Request) -> Response:
        """Take a workflow document, as exported, as the draft of a new workflow; `problems` says what blocks publishing."""
        with behind(lambda: definitions.require(self.actor, "create")):
            imported = definition_import(actor=self.actor, document=request.data)
        answer = Response(ImportedSerializer(imported).data, status=201)
        answer["Location"] = f"{request.path}{imported.definition.id}/"
        return answer


class DefinitionView(MemberView):
    serializer_class = ImportedSerializer

    @extend_schema(
        operation_id="definitions_export",
        parameters=[
            OpenApiParameter("version", int, description="Its number; else the published one, else the newest.")
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, definition_id: UUID) -> Response:
        """The workflow as one JSON document: its names, its form and its graph."""
        number = _version_wanted(request)
        return Response(definition_export(definition_id=definition_id, actor=self.actor, number=number))

    @extend_schema(operation_id="definitions_replace", request=OpenApiTypes.OBJECT, responses=ImportedSerializer)
    def put(self, request: Request, definition_id: UUID) -> Response:
        """Take a workflow document as the draft of this workflow's next version; open requests stay on theirs."""
        with behind(lambda: may_edit(self.actor, definition_id)):
            imported = definition_import(actor=self.actor, document=request.data, definition_id=definition_id)
        return Response(ImportedSerializer(imported).data)


class DefinitionPublishView(MemberView):
    serializer_class = PublishedSerializer

    @extend_schema(operation_id="definitions_publish", request=None, responses=PublishedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Publish the draft: new requests start on it. Everything that blocks is named at once."""
        version = definition_publish(definition_id=definition_id, actor=self.actor)
        return Response(PublishedSerializer(version).data)


class DefinitionRetireView(MemberView):
    serializer_class = PublishedSerializer

    @extend_schema(operation_id="definitions_retire", request=None, responses=PublishedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Take the published version back: nothing new starts until another one is published; open requests finish."""
        version = definition_retire(definition_id=definition_id, actor=self.actor)
        return Response(PublishedSerializer(version).data)


def may_edit(actor: Membership, definition_id: UUID) -> None:
    """Raises DefinitionNotFound and Denied."""
    definitions.require(actor, "edit", access_definition(actor, definition_id))


def _with_version(rows: QuerySet[WorkflowDefinition]) -> QuerySet[WorkflowDefinition]:
    return rows.select_related("group", "published_version").defer("published_version__graph")


def _version_wanted(request: Request) -> int | None:
    text = request.query_params.get("version", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid({"version": ["Enter the number of a version."]})
    return int(text)
