"""Signing in for programs: ``auth/token/`` and what belongs to it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services.login import sign_in
from accounts.services.tokens import TokenPair, tokens_issue, tokens_refresh, tokens_revoke
from accounts.tenancy.api import BaseView


class CredentialsSerializer(serializers.Serializer[Any]):
    organisation = serializers.CharField(max_length=63, help_text="The organisation's slug.")
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class TokenPairSerializer(serializers.Serializer[TokenPair]):
    access = serializers.CharField(help_text="For `Authorization: Bearer`; short-lived.")
    refresh = serializers.CharField(help_text="Good for one use at `auth/token/refresh/`.")


class FrontDoorView(BaseView):
    """Open to everybody; credentials that come along are not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="countersign"'


class TokenView(FrontDoorView):
    serializer_class = CredentialsSerializer

    @extend_schema(operation_id="auth_token", responses=TokenPairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in with organisation, e-mail and password. Any wrong combination has the same answer."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        member = sign_in(request._request, via="api", **given.validated_data)
        return Response(TokenPairSerializer(tokens_issue(member)).data)


class TokenRefreshView(FrontDoorView):
    serializer_class = RefreshSerializer

    @extend_schema(operation_id="auth_token_refresh", responses=TokenPairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Trade a refresh token for a new pair. A token presented twice ends all tokens of its login."""
        arrived = timezone.now()
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        slug: str | None = request._request.organisation_slug  # type: ignore[attr-defined]  # set by the middleware
        return Response(
            TokenPairSerializer(tokens_refresh(given.validated_data["refresh"], slug=slug, arrived=arrived)).data
        )


class TokenRevokeView(FrontDoorView):
    serializer_class = RefreshSerializer

    @extend_schema(operation_id="auth_token_revoke", responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        """Sign out: all tokens of this login end. A worthless token has the same answer."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        tokens_revoke(given.validated_data["refresh"])
        return Response(status=204)
