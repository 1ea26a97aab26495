"""Why a request is where it is, over REST."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from workflows.selectors.doors import open_run
from workflows.selectors.why import FieldHidden, Holding, Said, Turn, WayJudged, Why, why_hidden, why_of

MAX_NAME = 60


class SaidSerializer(serializers.Serializer[Said]):
    """A condition in words."""

    text = serializers.CharField(read_only=True)
    holds = serializers.BooleanField(read_only=True, allow_null=True, help_text="Null where it cannot be told.")
    value = serializers.CharField(read_only=True, help_text="What was there then, in words, or empty.")
    told = serializers.BooleanField(read_only=True, help_text="False: it reads a field that the caller may not read.")


class HoldingSerializer(serializers.Serializer[Holding]):
    task = serializers.UUIDField(read_only=True)
    step = serializers.CharField(read_only=True)
    with_whom = serializers.CharField(read_only=True)
    how = serializers.CharField(
        read_only=True, help_text="Such as chosen, only, queue, panel, outside, machine; empty for old ones."
    )
    text = serializers.CharField(read_only=True)
    rule = serializers.CharField(read_only=True, help_text="Whom the step asks; empty: nobody.")
    conditions = SaidSerializer(many=True, read_only=True)
    came = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="What brought it there.")


class DecidingSerializer(serializers.Serializer[Any]):
    task = serializers.UUIDField(read_only=True)
    step = serializers.CharField(read_only=True)
    may = serializers.BooleanField(read_only=True, help_text="Whether the caller may decide it now.")
    text = serializers.CharField(read_only=True)


class WayJudgedSerializer(serializers.Serializer[WayJudged]):
    name = serializers.CharField(read_only=True)
    taken = serializers.BooleanField(read_only=True)
    rule = serializers.CharField(read_only=True, help_text="What the way asks, as a whole.")
    conditions = SaidSerializer(many=True, read_only=True)


class TurnSerializer(serializers.Serializer[Turn]):
    seq = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    actor = serializers.CharField(read_only=True, source="by")
    note = serializers.CharField(read_only=True, help_text="How it was decided, such as: by a link, on behalf of Ravi.")
    step = serializers.CharField(read_only=True)
    transition = serializers.CharField(read_only=True)
    to = serializers.CharField(read_only=True)
    comment = serializers.CharField(read_only=True, source="reason")
    ways = WayJudgedSerializer(many=True, read_only=True, help_text="The ways with a condition, as they were then.")


class FieldHiddenSerializer(serializers.Serializer[FieldHidden]):
    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # declared fields are taken off the class
    text = serializers.CharField(read_only=True)


class WhySerializer(serializers.Serializer[Why]):
    """Why the request is with whom it is, why the caller may or may not decide, why it went this way."""

    holding = HoldingSerializer(many=True, read_only=True)
    deciding = DecidingSerializer(many=True, read_only=True)
    path = TurnSerializer(many=True, read_only=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared as an attribute: `fields` of a serializer is its own.
        described = "Fields that the caller may read in this request and that are not shown now; with `field` that one."
        return {**super().get_fields(), "fields": FieldHiddenSerializer(many=True, read_only=True, help_text=described)}


class RunWhyView(MemberView):
    serializer_class = WhySerializer

    @extend_schema(
        operation_id="runs_why",
        parameters=[OpenApiParameter("field", str, description="Ask about one field of the form, by its name.")],
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        """Why the request is with whom it is and went the way it went, in words, as far as the caller may read it."""
        view = open_run(self.actor, run_id)
        why = why_of(view)
        name = request.query_params.get("field", "")[:MAX_NAME]
        return Response(WhySerializer(replace(why, fields=(why_hidden(view, name),)) if name else why).data)
