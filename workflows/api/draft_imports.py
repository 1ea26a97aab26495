"""The form of another product into a draft, over REST."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Whole, behind, checked
from workflows.api.drafts import DraftSavedSerializer, Json
from workflows.api.inputs import revision_seen
from workflows.selectors.drafts import access_editable
from workflows.services.draft_answers import saved_json
from workflows.services.draft_imports import draft_form_import


class DraftFormImportBody(Body):
    form = Json(help_text="The JSON of a SurveyJS form (`pages` or `elements`) or of a Form.io form (`components`).")
    id = Id(help_text="Yours to choose; what is sent again under the same id is done once.")
    version = Whole(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    revision = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class FormImportNoteSerializer(serializers.Serializer[Any]):
    place = serializers.CharField(read_only=True, help_text="Where in the file; empty for the whole form.")
    message = serializers.CharField(read_only=True, help_text="What was not taken, or means something else here.")
    hint = serializers.CharField(read_only=True, help_text="What to do about it; empty for nothing.")


class DraftFormImportedSerializer(DraftSavedSerializer):
    kind = serializers.CharField(read_only=True, help_text="`SurveyJS` or `Form.io`.")
    report = FormImportNoteSerializer(many=True, read_only=True)


class DraftFormImportView(MemberView):
    serializer_class = DraftFormImportedSerializer

    @extend_schema(
        operation_id="definitions_draft_form_import",
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The revision you saw.")],
        request=DraftFormImportBody,
        responses=DraftFormImportedSerializer,
    )
    def post(self, request: Request, definition_id: UUID) -> Response:
        """Put a SurveyJS or Form.io form in the place of the draft's form, as one operation that can be undone; `report` says
        what was not taken. 422 with the places in `form` where it cannot be read."""
        with behind(lambda: access_editable(self.actor, definition_id)):
            body = checked(DraftFormImportBody, request)
            made = draft_form_import(
                actor=self.actor,
                definition_id=definition_id,
                form=body["form"],
                key=body["id"],
                revision=revision_seen(request, body.get("revision")),
                number=body.get("version"),
            )
        report = [asdict(note) for note in made.read.report]
        found = {**saved_json(made.saved), "kind": made.read.kind, "report": report}
        return Response(found, headers={"ETag": f'"{made.saved.revision}"'})
