"""What is said about a workflow outside of its versions, over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Id, Text, Truth, Whole, behind, checked, etag_of, seen_at
from workflows.selectors.preferences import PreferenceView, access_preferences
from workflows.services.preferences import (
    MAX_DESCRIPTION,
    MAX_LEVEL,
    MAX_RULES,
    MAX_SLUG,
    NO_GROUP,
    StartRule,
    Wish,
    definition_change,
)


class StartRuleBody(Body):
    """Who fits all that is named; with `excludes` they may not."""

    department = Id(required=False, allow_null=True)
    designation = Id(required=False, allow_null=True)
    level_from = Whole(required=False, allow_null=True, min_value=0, max_value=MAX_LEVEL)
    place = Id(required=False, allow_null=True)
    excludes = Truth(required=False, default=False)


class WorkflowPreferencesBody(Body):
    name = Text(required=False, allow_null=True, max_length=120)
    description = Text(required=False, allow_null=True, allow_blank=True, max_length=MAX_DESCRIPTION)
    group = Id(required=False, allow_null=True, help_text="`null` takes it away; left out it stays.")
    owner = Id(required=False, allow_null=True)
    is_active = Truth(required=False, allow_null=True)
    slug = Text(required=False, allow_null=True, max_length=MAX_SLUG, help_text="The old one goes on to lead here.")
    visibility = serializers.ListField(
        child=StartRuleBody(),
        required=False,
        allow_null=True,
        max_length=MAX_RULES,
        help_text="Replaces all rules. Without one that admits everybody is admitted; one that excludes wins.",
    )


class StartRuleSerializer(serializers.Serializer[Any]):
    department = serializers.UUIDField(read_only=True, allow_null=True, source="department_id")
    designation = serializers.UUIDField(read_only=True, allow_null=True, source="designation_id")
    level_from = serializers.IntegerField(read_only=True, allow_null=True)
    place = serializers.UUIDField(read_only=True, allow_null=True, source="place_id")
    excludes = serializers.BooleanField(read_only=True)


class WorkflowPreferencesSerializer(serializers.Serializer[PreferenceView]):
    id = serializers.UUIDField(read_only=True, source="definition.id")
    name = serializers.CharField(read_only=True, source="definition.name")
    description = serializers.CharField(read_only=True, source="definition.description")
    group = serializers.UUIDField(read_only=True, allow_null=True, source="definition.group_id")
    owner = serializers.UUIDField(read_only=True, source="definition.owner_id")
    is_active = serializers.BooleanField(read_only=True, source="definition.is_active")
    slug = serializers.CharField(read_only=True, source="definition.slug")
    visibility = StartRuleSerializer(read_only=True, many=True, source="rules")


class DefinitionPreferencesView(MemberView):
    serializer_class = WorkflowPreferencesSerializer

    @extend_schema(operation_id="definitions_preferences")
    def get(self, request: Request, definition_id: UUID) -> Response:
        """Names, address, group, owner and who may start a workflow, for those who may change them. The `ETag` is for
        `If-Match`."""
        return self._answer(definition_id)

    @extend_schema(
        operation_id="definitions_preferences_change",
        request=WorkflowPreferencesBody,
        responses=WorkflowPreferencesSerializer,
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag as you know it.")],
    )
    def patch(self, request: Request, definition_id: UUID) -> Response:
        """Change what is sent; it counts at once. With `If-Match` a change that somebody made meanwhile is 409."""
        with behind(lambda: access_preferences(self.actor, definition_id)):
            given = checked(WorkflowPreferencesBody, request)
            rules = given.pop("visibility", None)
            visibility = None if rules is None else [StartRule(**rule) for rule in rules]
            if request.data.get("group", "") is None:
                given["group"] = NO_GROUP
            wish = Wish(**given, visibility=visibility)
            definition_change(definition_id=definition_id, actor=self.actor, wish=wish, seen=seen_at(request))
        return self._answer(definition_id)

    def _answer(self, definition_id: UUID) -> Response:
        view = access_preferences(self.actor, definition_id)
        tag = etag_of(view.definition)
        return Response(WorkflowPreferencesSerializer(view).data, headers={"ETag": tag})
