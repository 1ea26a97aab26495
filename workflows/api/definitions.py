"""Workflows over REST: those to start, and their documents for people who draw them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Text, Whole, behind, checked
from accounts.api.people import PersonSerializer
from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from accounts.tenancy.pages import CursorPages
from workflows.api.inputs import MAX_COMMENT, revision_seen
from workflows.api.outputs import WorkflowRefSerializer, WorkflowSerializer
from workflows.api.task_answers import WorkflowStartSerializer, start_detail
from workflows.exchange.bpmn import NotBpmn, import_bpmn
from workflows.models import WorkflowDefinition
from workflows.policies import definitions
from workflows.selectors.definition_changes import StepInUse, VersionChanges, version_changes
from workflows.selectors.definitions import access_definition, visible_to
from workflows.selectors.landing import with_start
from workflows.services.case_stage import CaseResult
from workflows.services.cases import Coverage, Played, cases_play
from workflows.services.definitions import (
    Cloned,
    Imported,
    definition_clone,
    definition_delete,
    definition_export,
    definition_import,
    definition_publish,
    definition_restore,
    definition_retire,
)
from workflows.services.publishing import publishing_request
from workflows.services.runs import RunResult


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


class BpmnBody(Body):
    bpmn = Text(max_length=2 * 1024 * 1024, trim_whitespace=False, help_text="The XML of a BPMN 2.0 file.")
    name = Text(required=False, allow_null=True, max_length=120, help_text="Of the workflow; else that of the process.")


class BpmnImportedSerializer(ImportedSerializer):
    report = serializers.ListField(
        read_only=True, child=serializers.CharField(), help_text="What was not taken, or means something else here."
    )


class DefinitionBpmnView(MemberView):
    serializer_class = BpmnImportedSerializer

    @extend_schema(operation_id="definitions_import_bpmn", request=BpmnBody, responses={201: BpmnImportedSerializer})
    def post(self, request: Request) -> Response:
        """Take the first process of a BPMN 2.0 file as the draft of a new workflow; `report` says what was not taken."""
        with behind(lambda: definitions.require(self.actor, "create")):
            body = checked(BpmnBody, request)
            try:
                read = import_bpmn(body["bpmn"].encode(errors="replace"), name=body.get("name", ""))
            except NotBpmn as error:
                raise Invalid({"bpmn": [str(error)]}, code="definition.not_bpmn") from error
        imported = definition_import(actor=self.actor, document=read.document)
        found = {**ImportedSerializer(imported).data, "report": list(read.report)}
        return Response(found, status=201)


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

    @extend_schema(operation_id="definitions_delete", responses={204: None})
    def delete(self, request: Request, definition_id: UUID) -> Response:
        """Take the workflow away: nothing new starts, open requests finish, and it can be restored."""
        definition_delete(definition_id=definition_id, actor=self.actor)
        return Response(status=204)


class DefinitionRestoreView(MemberView):
    serializer_class = DefinitionSerializer

    @extend_schema(operation_id="definitions_restore", request=None, responses=DefinitionSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Bring a deleted workflow back; it gets another slug where its own is taken by now."""
        definition_restore(definition_id=definition_id, actor=self.actor)
        return Response(DefinitionSerializer(access_definition(self.actor, definition_id)).data)


class CloneBody(Body):
    name = Text(required=False, allow_null=True, help_text="Of the copy; else the old one with “(copy)”.")


class ClonedSerializer(serializers.Serializer[Cloned]):
    id = serializers.UUIDField(read_only=True, source="definition.id")
    name = serializers.CharField(read_only=True, source="definition.name")
    slug = serializers.CharField(read_only=True, source="definition.slug")
    blanked = serializers.ListField(
        read_only=True, child=serializers.CharField(), help_text="What was taken out and is yours to fill in."
    )


class DefinitionCloneView(MemberView):
    serializer_class = ClonedSerializer

    @extend_schema(operation_id="definitions_clone", request=CloneBody, responses={201: ClonedSerializer})
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Copy a workflow as a draft of your own; `blanked` says what is yours to fill in, such as group and time limits."""
        with behind(lambda: _may_clone(self.actor, definition_id)):
            body = checked(CloneBody, request)
        made = definition_clone(definition_id=definition_id, actor=self.actor, name=body.get("name"))
        answer = Response(ClonedSerializer(made).data, status=201)
        answer["Location"] = request.path.replace(f"{definition_id}/clone/", f"{made.definition.id}/")
        return answer


class ChangeGroupSerializer(serializers.Serializer[Any]):
    heading = serializers.CharField(read_only=True)
    sentences = serializers.ListField(read_only=True, child=serializers.CharField())


class StepInUseSerializer(serializers.Serializer[StepInUse]):
    step = serializers.CharField(read_only=True, source="key")
    name = serializers.CharField(read_only=True)
    requests = serializers.IntegerField(read_only=True)
    stays = serializers.BooleanField(read_only=True, help_text="Whether this version has the step too.")


class VersionChangesSerializer(serializers.Serializer[VersionChanges]):
    version = serializers.IntegerField(read_only=True, source="number")
    state = serializers.CharField(read_only=True)
    against = serializers.IntegerField(read_only=True, allow_null=True, source="before")
    changes = serializers.SerializerMethodField(help_text="Empty where nothing differs.")
    in_use = StepInUseSerializer(many=True, read_only=True, help_text="Where open requests of other versions stand.")

    @extend_schema_field(ChangeGroupSerializer(many=True))
    def get_changes(self, found: VersionChanges) -> list[dict[str, Any]]:
        return [{"heading": heading, "sentences": list(texts)} for heading, texts in found.changes.groups]


class DefinitionChangesView(MemberView):
    serializer_class = VersionChangesSerializer

    @extend_schema(
        operation_id="definitions_changes",
        parameters=[
            OpenApiParameter("version", int, description="Its number; else the newest."),
            OpenApiParameter("with", int, description="The version to compare with; else the one in use before it."),
        ],
        responses=VersionChangesSerializer,
    )
    def get(self, request: Request, definition_id: UUID) -> Response:
        """What a version changes, in words, and where open requests of other versions stand. For designers and the owner."""
        number, against = _version_wanted(request), _version_wanted(request, "with")
        return Response(VersionChangesSerializer(version_changes(self.actor, definition_id, number, against)).data)


class CaseResultSerializer(serializers.Serializer[CaseResult]):
    name = serializers.CharField(read_only=True)
    passed = serializers.BooleanField(read_only=True)
    problems = serializers.ListField(read_only=True, child=serializers.CharField(), help_text="Why it does not pass.")
    path = serializers.ListField(read_only=True, child=serializers.CharField(), help_text="Keys of the steps it went.")
    outcome = serializers.CharField(read_only=True)


class CoverageSerializer(serializers.Serializer[Coverage]):
    percent = serializers.IntegerField(read_only=True, help_text="Of all steps and transitions together.")
    missed_steps = serializers.ListField(read_only=True, child=serializers.CharField())
    missed_transitions = serializers.ListField(read_only=True, child=serializers.CharField(), source="missed_ways")


class PlayedSerializer(serializers.Serializer[Played]):
    version = serializers.IntegerField(read_only=True, source="version.number")
    failed = serializers.IntegerField(read_only=True)
    coverage = CoverageSerializer(read_only=True)
    results = CaseResultSerializer(many=True, read_only=True)


class DefinitionCasesView(MemberView):
    serializer_class = PlayedSerializer

    @extend_schema(
        operation_id="definitions_cases",
        parameters=[OpenApiParameter("version", int, description="Its number; else the newest.")],
        responses=PlayedSerializer,
    )
    def get(self, request: Request, definition_id: UUID) -> Response:
        """Play the test cases of a version: a result for each, and what they go through. Stores nothing."""
        found = cases_play(actor=self.actor, definition_id=definition_id, number=_version_wanted(request))
        return Response(PlayedSerializer(found).data)


_AS_SEEN: Final = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of the draft, in place of `revision`."
)


class PublishBody(Body):
    revision = Whole(
        required=False, allow_null=True, min_value=0, max_value=2**31 - 1, help_text="Of the draft that you saw."
    )
    version = Whole(required=False, allow_null=True, min_value=1, max_value=2**31 - 1, help_text="Its number.")


class DefinitionPublishView(MemberView):
    serializer_class = PublishedSerializer

    @extend_schema(
        operation_id="definitions_publish", parameters=[_AS_SEEN], request=PublishBody, responses=PublishedSerializer
    )
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Publish the draft: new requests start on it. Everything that blocks is named at once. With a revision only the
        draft as you saw it: where it has changed since, the answer is 409 and nothing goes live."""
        with behind(lambda: definitions.require(self.actor, "publish", access_definition(self.actor, definition_id))):
            body = checked(PublishBody, request)
            version = definition_publish(definition_id=definition_id, actor=self.actor, **_seen(request, body))
        return Response(PublishedSerializer(version).data)


class AskBody(PublishBody):
    comment = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_COMMENT)
    assignee = Id(required=False, allow_null=True, help_text="Who approves; needed where several may be asked.")


class AskedSerializer(serializers.Serializer[RunResult]):
    id = serializers.UUIDField(read_only=True, source="run_id")
    number = serializers.IntegerField(read_only=True)
    status = serializers.CharField(read_only=True)


class DefinitionAskView(MemberView):
    serializer_class = AskedSerializer

    @extend_schema(
        operation_id="definitions_publish_request",
        parameters=[_AS_SEEN],
        request=AskBody,
        responses={201: AskedSerializer},
    )
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Ask that the draft be published, where your organisation has that approved: answers with the request about it."""
        with behind(lambda: may_edit(self.actor, definition_id)):
            body = checked(AskBody, request)
            asked = publishing_request(
                definition_id=definition_id,
                actor=self.actor,
                comment=body.get("comment", ""),
                assignee=body.get("assignee"),
                **_seen(request, body),
            )
        return Response(AskedSerializer(asked).data, status=201)


class DefinitionRetireView(MemberView):
    serializer_class = PublishedSerializer

    @extend_schema(operation_id="definitions_retire", request=None, responses=PublishedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Take the published version back: nothing new starts until another one is published; open requests finish."""
        version = definition_retire(definition_id=definition_id, actor=self.actor)
        return Response(PublishedSerializer(version).data)


def _seen(request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
    """Which draft the client has looked at."""
    return {"revision": revision_seen(request, body.get("revision")), "number": body.get("version")}


def may_edit(actor: Membership, definition_id: UUID) -> None:
    """Raises DefinitionNotFound and Denied."""
    definitions.require(actor, "edit", access_definition(actor, definition_id))


def _with_version(rows: QuerySet[WorkflowDefinition]) -> QuerySet[WorkflowDefinition]:
    return rows.select_related("group", "published_version").defer("published_version__graph")


def _may_clone(actor: Membership, definition_id: UUID) -> None:
    access_definition(actor, definition_id)
    definitions.require(actor, "create")


def _version_wanted(request: Request, name: str = "version") -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid({name: ["Enter the number of a version."]})
    return int(text)
