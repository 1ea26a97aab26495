"""Secrets of automatic steps over REST: names can be read, values only written."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from workflows import policies
from workflows.api.inputs import Body, Text, checked
from workflows.models import Secret
from workflows.selectors.machines import secrets_of
from workflows.services.secrets import MOST, secret_delete, secret_save


class SecretSerializer(serializers.Serializer[Secret]):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True, help_text="Named in settings as {{ secret.<name> }}.")
    note = serializers.CharField(read_only=True)
    modified_at = serializers.DateTimeField(read_only=True)


class SecretsSerializer(serializers.Serializer[Any]):
    results = SecretSerializer(many=True, read_only=True)


class SecretBody(Body):
    name = Text(max_length=60)
    value = Text(max_length=MOST, trim_whitespace=False, help_text="Never shown again.")
    note = Text(required=False, allow_null=True, allow_blank=True, max_length=200)


class SecretListView(MemberView):
    serializer_class = SecretsSerializer

    @extend_schema(operation_id="secrets_list")
    def get(self, request: Request) -> Response:
        """The names of the organisation's secrets; for tenant admins."""
        policies.secrets.require(self.actor, "view")
        return Response(SecretsSerializer({"results": secrets_of(self.actor.organisation_id)}).data)

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
