"""Files over REST: sent ahead as multipart, named in the answers by their ids, handed out by run and field."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, checked
from accounts.tenancy.errors import Invalid
from forms_builder.downloads import as_download
from forms_builder.models import Attachment
from forms_builder.schema.fields import UploadField
from forms_builder.selectors import access_attachment
from forms_builder.services.attachments import attachment_add
from workflows.selectors.uploads import UploadPlace, place_at_start, place_at_task


class UploadBody(Body):
    file = serializers.FileField()
    field = serializers.CharField(max_length=60, help_text="The file field of the form.")
    workflow = serializers.UUIDField(required=False, help_text="For a request that is still to be started.")
    task = serializers.UUIDField(required=False, help_text="For a task that waits for you.")


class AttachmentSerializer(serializers.Serializer[Attachment]):
    id = serializers.UUIDField(read_only=True)
    field = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    content_type = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")
    sha256 = serializers.CharField(read_only=True)


class AttachmentUploadView(MemberView):
    parser_classes = (MultiPartParser,)
    serializer_class = UploadBody

    @extend_schema(operation_id="attachments_create", responses={201: AttachmentSerializer})
    def post(self, request: Request) -> Response:
        """Store a file for a field that you may answer now; then name its id in `data` when you start or complete."""
        given = checked(UploadBody, request)
        place = self._place(given)
        added = attachment_add(
            actor=self.actor,
            upload=given["file"],
            field=_file_field(place, given["field"]),
            run_id=place.run_id,
            group=place.group,
        )
        answer = Response(AttachmentSerializer(added).data, status=201)
        answer["Location"] = f"{request.path}{added.id}/"
        return answer

    def _place(self, given: dict[str, Any]) -> UploadPlace:
        if ("workflow" in given) == ("task" in given):
            raise Invalid({"task": ["Name either the task or the workflow that the file is for."]})
        if "task" in given:
            return place_at_task(self.actor, given["task"])
        return place_at_start(self.actor, given["workflow"])


class AttachmentView(MemberView):
    serializer_class = AttachmentSerializer

    @extend_schema(
        operation_id="attachments_retrieve",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, attachment_id: UUID) -> FileResponse:
        """The bytes, for those who may read the field of the request it belongs to."""
        return as_download(access_attachment(self.actor, attachment_id))


def _file_field(place: UploadPlace, name: str) -> UploadField:
    for field in place.writable:
        if field.name == name and isinstance(field, UploadField):
            return field
    raise Invalid({"field": ["There is no file to be answered under this name at this step."]})
