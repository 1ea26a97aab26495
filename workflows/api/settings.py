"""What an organisation chooses about its requests, over REST; its page is the administration's *Request settings*."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Truth, Whole, checked
from workflows import policies
from workflows.models import WorkflowSettings
from workflows.selectors.publishing import request_settings
from workflows.services.publishing import settings_change


class RequestSettingsSerializer(serializers.Serializer[WorkflowSettings]):
    undo_seconds = serializers.IntegerField(read_only=True, help_text="How long a decision about many can be undone.")
    cases_gate = serializers.BooleanField(
        read_only=True, help_text="Whether failing cases keep a version from going live."
    )
    figures_from = serializers.IntegerField(read_only=True, help_text="Times are told of at least so many stays.")
    publish_approval = serializers.UUIDField(
        read_only=True,
        allow_null=True,
        source="publish_approval_id",
        help_text="The workflow that approves publishing.",
    )
    forbid_outside = serializers.BooleanField(read_only=True, help_text="Whether nobody without an account decides.")


class RequestSettingsBody(Body):
    undo_seconds = Whole(required=False, min_value=0)
    cases_gate = Truth(required=False)
    figures_from = Whole(required=False, min_value=0)
    publish_approval = Id(required=False, allow_null=True, help_text="Null: publishers publish themselves.")
    forbid_outside = Truth(required=False)


class RequestSettingsView(MemberView):
    serializer_class = RequestSettingsSerializer

    @extend_schema(operation_id="request_settings")
    def get(self, request: Request) -> Response:
        """What the organisation has chosen about its requests; for tenant admins."""
        policies.settings.require(self.actor, "manage")
        return Response(RequestSettingsSerializer(request_settings(self.actor.organisation_id)).data)

    @extend_schema(operation_id="request_settings_change", request=RequestSettingsBody)
    def patch(self, request: Request) -> Response:
        """Change what is sent; it counts at once."""
        policies.settings.require(self.actor, "manage")
        given = checked(RequestSettingsBody, request)
        if request.data.get("publish_approval", "") is None:
            given["publish_approval"] = None
        row = settings_change(actor=self.actor, values=given)
        return Response(RequestSettingsSerializer(row).data)
