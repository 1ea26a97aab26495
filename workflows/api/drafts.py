"""The draft of a workflow over REST: the document that the designers change, and operations on it."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Text, Truth, Whole, behind, checked
from accounts.tenancy.errors import Invalid
from workflows.api.definitions import LintProblemSerializer
from workflows.api.inputs import revision_seen
from workflows.drafting.operations import MAX_CHANGES, MAX_LABEL, Kind
from workflows.drafting.places import MAX_PLACE
from workflows.drafting.reading import MOST
from workflows.selectors.drafts import (
    Draft,
    access_draft,
    access_editable,
    operation_json,
    operations_since,
)
from workflows.services.draft_answers import draft_json, saved_json
from workflows.services.drafts import Saved, draft_change, draft_edit, draft_redo, draft_start, draft_undo

KINDS = [str(kind) for kind in Kind]


@extend_schema_field(OpenApiTypes.ANY)
class Json(serializers.JSONField):
    """Any JSON value."""


class DraftChangeSerializer(serializers.Serializer[Any]):
    place = serializers.CharField(max_length=MAX_PLACE, help_text="Such as `graph/steps/hr_review/name`.")
    before = Json(required=False, help_text="What must stand there; left out where nothing does.")
    after = Json(required=False, help_text="What is to stand there; left out to take it away.")
    index = serializers.IntegerField(required=False, min_value=0, help_text="Where a new item of a list goes.")


class DraftOperationSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(read_only=True)
    id = serializers.UUIDField(help_text="Yours to choose; what is sent again under the same id is done once.")
    kind = serializers.ChoiceField(choices=KINDS, default="do")
    of = serializers.UUIDField(required=False, allow_null=True, help_text="The operation that is undone or made again.")
    label = serializers.CharField(  # type: ignore[assignment]  # declared fields are taken off the class
        max_length=MAX_LABEL, help_text="What the history calls it."
    )
    by = serializers.DictField(read_only=True, help_text="`id` and `name` of who did it.")
    at = serializers.DateTimeField(read_only=True)
    changes = DraftChangeSerializer(many=True, help_text=f"At most {MAX_CHANGES:,}.")


class DraftProblemSerializer(LintProblemSerializer):
    at = serializers.CharField(read_only=True, help_text="Its place in the draft.")
    fix = serializers.CharField(
        read_only=True, help_text="What the edit `problem.fix` does about it; empty for nothing."
    )


class DraftSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True, help_text="Of the workflow.")
    version = serializers.IntegerField(read_only=True)
    revision = serializers.IntegerField(read_only=True, help_text="Number of the last operation.")
    document = serializers.DictField(read_only=True, help_text="`graph`, `form`, `cases`.")
    problems = DraftProblemSerializer(many=True, read_only=True)


class DraftOperationsSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(read_only=True)
    results = DraftOperationSerializer(many=True, read_only=True)


class DraftSavedSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(read_only=True)
    done = DraftOperationSerializer(many=True, read_only=True, help_text="As they were kept.")
    missed = DraftOperationSerializer(many=True, read_only=True, help_text="What others did since your revision.")
    problems = DraftProblemSerializer(many=True, read_only=True)


class DraftOperationsBody(Body):
    operations = DraftOperationSerializer(many=True, help_text=f"1 to {MOST}.")
    version = Whole(required=False, allow_null=True, min_value=1, help_text="The version that they are meant for.")
    revision = Whole(required=False, allow_null=True, min_value=0, help_text="What you saw last; or send `If-Match`.")


class _Envelope(Body):
    operations = serializers.ListField(allow_empty=False, max_length=MOST)
    version = Whole(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    revision = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class DraftView(MemberView):
    serializer_class = DraftSerializer

    @extend_schema(operation_id="definitions_draft_retrieve", responses=DraftSerializer)
    def get(self, request: Request, definition_id: UUID) -> Response:
        """The draft with its revision, which is its ETag too. For those who may change the workflow; 404 without a draft."""
        return _draft(access_draft(self.actor, definition_id))

    @extend_schema(operation_id="definitions_draft_start", request=None, responses={201: DraftSerializer})
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Begin to change the workflow: the draft that there is, else one made of its newest version."""
        draft_start(actor=self.actor, definition_id=definition_id)
        return _draft(access_draft(self.actor, definition_id), status=201)


class DraftOperationsView(MemberView):
    serializer_class = DraftOperationsSerializer

    @extend_schema(
        operation_id="definitions_draft_operations_list",
        parameters=[OpenApiParameter("after", int, description="The number of the last one that you have.")],
        responses=DraftOperationsSerializer,
    )
    def get(self, request: Request, definition_id: UUID) -> Response:
        """What was done to the draft, oldest first, up to 1,000 at once; `revision` is how far they tell everything."""
        draft = access_draft(self.actor, definition_id)
        revision, rows = operations_since(draft, _after(request))
        return Response({"revision": revision, "results": [operation_json(row) for row in rows]})

    @extend_schema(
        operation_id="definitions_draft_change",
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The revision you saw.")],
        request=DraftOperationsBody,
        responses=DraftSavedSerializer,
    )
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Change the draft. What others changed elsewhere is merged; where they changed the same place to something else
        the answer is 409 with `clashes`, and nothing is done: send again with `before` as it is now, or leave it. Where more
        than 1,000 operations were done since your revision it is 409 `draft.too_old`: read the draft and begin there."""
        with behind(lambda: access_editable(self.actor, definition_id)):
            body = checked(_Envelope, request)
            saved = draft_change(
                actor=self.actor,
                definition_id=definition_id,
                operations=body["operations"],
                revision=revision_seen(request, body.get("revision")),
                number=body.get("version"),
            )
        return _saved(saved)


class DraftEditBody(Body):
    edit = Text(max_length=80, help_text="Such as `step.add`.")
    params = serializers.DictField(required=False, default=dict, help_text="What the edit needs, as its form sends it.")
    id = Id(help_text="Yours to choose; what is sent again under the same id is done once.")
    version = Whole(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    revision = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class DraftEditView(MemberView):
    serializer_class = DraftSavedSerializer

    @extend_schema(operation_id="definitions_draft_edit", request=DraftEditBody, responses=DraftSavedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Change the draft by what is meant, such as `step.add` with `name` and `from`: the changes are worked out here, on
        the draft as it was at your revision, and merged or refused as operations are."""
        with behind(lambda: access_editable(self.actor, definition_id)):
            body = checked(DraftEditBody, request)
            saved = draft_edit(
                actor=self.actor,
                definition_id=definition_id,
                name=body["edit"],
                params=body["params"],
                key=body["id"],
                revision=revision_seen(request, body.get("revision")),
                number=body.get("version"),
            )
        return _saved(saved)


class DraftTravelBody(Body):
    id = Id(help_text="Yours to choose; what is sent again under the same id is done once.")
    partly = Truth(required=False, default=False, help_text="Leave what others changed since.")


class DraftUndoView(MemberView):
    serializer_class = DraftSavedSerializer

    @extend_schema(operation_id="definitions_draft_undo", request=DraftTravelBody, responses=DraftSavedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Take back your latest operation; 409 with `clashes` where others changed the same since, unless `partly`."""
        with behind(lambda: access_editable(self.actor, definition_id)):
            body = checked(DraftTravelBody, request)
            saved = draft_undo(actor=self.actor, definition_id=definition_id, key=body["id"], partly=body["partly"])
        return _saved(saved)


class DraftRedoView(MemberView):
    serializer_class = DraftSavedSerializer

    @extend_schema(operation_id="definitions_draft_redo", request=DraftTravelBody, responses=DraftSavedSerializer)
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Make again what you took back last."""
        with behind(lambda: access_editable(self.actor, definition_id)):
            body = checked(DraftTravelBody, request)
            saved = draft_redo(actor=self.actor, definition_id=definition_id, key=body["id"], partly=body["partly"])
        return _saved(saved)


def _saved(saved: Saved) -> Response:
    return Response(saved_json(saved), headers={"ETag": f'"{saved.revision}"'})


def _draft(draft: Draft, status: int = 200) -> Response:
    return Response(draft_json(draft), status=status, headers={"ETag": f'"{draft.revision}"'})


def _after(request: Request) -> int:
    text = request.query_params.get("after", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid({"after": ["Enter the number of an operation."]})
    return int(text)
