"""Secrets of automatic steps over REST: names can be read, values only written."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Text, checked
from accounts.tenancy.pages import CursorPages
from workflows import policies
from workflows.models import Secret
from workflows.selectors.machines import secrets_of
from workflows.services.secrets import MOST, secret_delete, secret_save


class SecretSerializer(serializers.Serializer[Secret]):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True, help_text="Named in settings as {{ secret.<name> }}.")
    note = serializers.CharField(read_only=True)
    modified_at = serializers.DateTimeField(read_only=True)


class SecretPages(CursorPages):
    ordering = ("name", "id")


class SecretBody(Body):
    name = Text(max_length=60)
    value = Text(max_length=MOST, trim_whitespace=False, help_text="Never shown again.")
    note = Text(
        required=False, allow_null=True, allow_blank=True, max_length=200, help_text="Stays where none is sent."
    )


class SecretListView(mixins.ListModelMixin, MemberView):
    queryset = Secret._base_manager.none()  # tells the description the model
    serializer_class = SecretSerializer
    pagination_class = SecretPages
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Secret]:
        policies.secrets.require(self.actor, "view")
        return secrets_of(self.actor.organisation_id)

    @extend_schema(operation_id="secrets_list")
    def get(self, request: Request) -> Response:
        """The names of the organisation's secrets; for tenant admins."""
        return self.list(request)

    @extend_schema(operation_id="secrets_save", request=SecretBody, responses={201: SecretSerializer})
    def post(self, request: Request) -> Response:
        """Make a secret, or give the one of this name another value."""
        policies.secrets.require(self.actor, "save")
        row = secret_save(actor=self.actor, **checked(SecretBody, request))
        return Response(SecretSerializer(row).data, status=201)


class SecretView(MemberView):
    serializer_class = SecretSerializer

    @extend_schema(operation_id="secrets_delete", request=None, responses={204: None})
    def delete(self, request: Request, secret_id: UUID) -> Response:
        """Steps that name it fail from now on."""
        secret_delete(actor=self.actor, secret_id=secret_id)
        return Response(status=204)
