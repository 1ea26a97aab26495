"""The caller's notices."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Truth, checked
from accounts.filters import TruthField
from accounts.tenancy.errors import Invalid
from accounts.tenancy.pages import CursorPages
from notifications.models import InboxItem
from notifications.selectors.inbox import notices
from notifications.services.inbox import choose_email, mark_all_read, mark_read, wants_email


class NoticeSerializer(serializers.Serializer[InboxItem]):
    id = serializers.UUIDField(read_only=True)
    kind = serializers.CharField(read_only=True, help_text="The event, such as task.opened.")
    title = serializers.CharField(read_only=True)
    body = serializers.CharField(read_only=True)
    url = serializers.CharField(source="path", read_only=True, help_text="Path of the page it is about.")
    run = serializers.UUIDField(source="run_id", read_only=True, allow_null=True)
    actor = serializers.CharField(read_only=True, help_text="Who did it; empty for a clock.")
    at = serializers.DateTimeField(read_only=True)
    read_at = serializers.DateTimeField(read_only=True, allow_null=True)


class MarkedSerializer(serializers.Serializer[dict[str, int]]):
    marked = serializers.IntegerField(read_only=True)


class PreferencesSerializer(serializers.Serializer[dict[str, bool]]):
    email = serializers.BooleanField(read_only=True)


class PreferencesBody(Body):
    email = Truth()


class NewestFirst(CursorPages):
    ordering = ("-at", "-id")


class NoticeListView(mixins.ListModelMixin, MemberView):
    serializer_class = NoticeSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[InboxItem]:
        try:
            unread = TruthField(required=False).clean(self.request.query_params.get("unread", ""))
        except ValidationError as error:
            raise Invalid({"unread": error.messages}) from error
        return notices(self.actor, unread_only=bool(unread))

    @extend_schema(
        operation_id="notifications_list",
        parameters=[OpenApiParameter("unread", OpenApiTypes.BOOL, description="Only what has not been read.")],
    )
    def get(self, request: Request) -> Response:
        """The caller's notices, newest first."""
        return self.list(request)


class NoticeReadView(MemberView):
    serializer_class = NoticeSerializer

    @extend_schema(operation_id="notifications_read", request=None)
    def post(self, request: Request, notice_id: UUID) -> Response:
        """Mark one notice read; again changes nothing."""
        return Response(self.get_serializer(mark_read(notice_id=notice_id, actor=self.actor)).data)


class NoticesReadView(MemberView):
    serializer_class = MarkedSerializer

    @extend_schema(operation_id="notifications_read_all", request=None)
    def post(self, request: Request) -> Response:
        """Mark every notice read."""
        return Response({"marked": mark_all_read(actor=self.actor)})


class PreferencesView(MemberView):
    serializer_class = PreferencesSerializer

    @extend_schema(operation_id="notifications_preferences")
    def get(self, request: Request) -> Response:
        """Whether the caller gets e-mail."""
        return Response({"email": wants_email(self.actor)})

    @extend_schema(operation_id="notifications_preferences_set", request=PreferencesBody)
    def put(self, request: Request) -> Response:
        """Turn the caller's e-mail on or off."""
        given = checked(PreferencesBody, request)
        choose_email(email=given["email"], actor=self.actor)
        return Response(given)
