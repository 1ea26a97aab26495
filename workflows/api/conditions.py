"""Conditions that an organisation keeps under a name, over REST."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import IF_MATCH, Body, Id, Text, checked, seen_at
from accounts.api.entries import EntrySerializer, tagged
from accounts.tenancy.pages import CursorPages
from workflows import policies
from workflows.models import ConditionKind, SavedCondition
from workflows.selectors.saved_conditions import (
    access_saved_condition,
    form_of,
    saved_conditions_of,
    sentence_of,
)
from workflows.services.saved_conditions import saved_condition_delete, saved_condition_save


class SavedConditionSerializer(EntrySerializer):
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=ConditionKind.choices, read_only=True)
    version = serializers.IntegerField(read_only=True)
    rule = serializers.DictField(read_only=True, help_text="A node of the rule language.")
    words = serializers.SerializerMethodField(help_text="In plain words; empty where it reads answers of a form.")

    def get_words(self, row: SavedCondition) -> str:
        return sentence_of(row)


class SavedConditionPages(CursorPages):
    ordering = ("name", "id")


class SavedConditionBody(Body):
    name = Text(max_length=120)
    kind = serializers.ChoiceField(choices=ConditionKind.choices, help_text="Stays as it is once saved.")
    rule = serializers.DictField(help_text="A node of the rule language.")
    description = Text(required=False, allow_null=True, allow_blank=True, max_length=2_000)
    definition = Id(
        required=False,
        allow_null=True,
        help_text="The workflow whose answers it may read; without one it speaks about people only.",
    )


class SavedConditionListView(mixins.ListModelMixin, MemberView):
    queryset = SavedCondition._base_manager.none()  # tells the description the model
    serializer_class = SavedConditionSerializer
    pagination_class = SavedConditionPages
    filter_backends = ()

    def get_queryset(self) -> QuerySet[SavedCondition]:
        policies.saved_conditions.require(self.actor, "view")
        return saved_conditions_of(self.actor.organisation_id)

    @extend_schema(operation_id="saved_conditions_list")
    def get(self, request: Request) -> Response:
        """What the organisation has saved for its rules, by name."""
        return self.list(request)

    @extend_schema(
        operation_id="saved_conditions_create", request=SavedConditionBody, responses={201: SavedConditionSerializer}
    )
    def post(self, request: Request) -> Response:
        """Save one."""
        policies.saved_conditions.require(self.actor, "save")
        row = saved_condition_save(actor=self.actor, **_said(self, request))
        return tagged(SavedConditionSerializer(row), status=201)


class SavedConditionView(MemberView):
    serializer_class = SavedConditionSerializer

    @extend_schema(operation_id="saved_conditions_retrieve")
    def get(self, request: Request, condition_id: UUID) -> Response:
        """One of them, in its newest version."""
        return tagged(SavedConditionSerializer(access_saved_condition(self.actor, condition_id)))

    @extend_schema(operation_id="saved_conditions_update", request=SavedConditionBody, parameters=[IF_MATCH])
    def put(self, request: Request, condition_id: UUID) -> Response:
        """Replace it. Another rule is a new version; rules that use it keep the version that they took."""
        policies.saved_conditions.require(self.actor, "save")
        seen, said = seen_at(request), _said(self, request)
        row = saved_condition_save(actor=self.actor, condition_id=condition_id, seen=seen, **said)
        return tagged(SavedConditionSerializer(row))

    @extend_schema(operation_id="saved_conditions_delete", request=None, responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, condition_id: UUID) -> Response:
        """Take it away; rules that use it keep what it says."""
        policies.saved_conditions.require(self.actor, "save")
        saved_condition_delete(actor=self.actor, condition_id=condition_id, seen=seen_at(request))
        return Response(status=204)


def _said(view: MemberView, request: Request) -> dict[str, Any]:
    """The body as the service takes it."""
    found = checked(SavedConditionBody, request)
    definition_id = found.pop("definition", None)
    if definition_id is not None:
        found["form"] = form_of(view.actor, definition_id)
    return found
