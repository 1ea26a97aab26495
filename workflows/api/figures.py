"""Figures of the requests of a workflow, over REST."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.tenancy.errors import Invalid
from workflows.filters import ANY_OF, RunFilter, WhatIf, default_period
from workflows.selectors.bottlenecks import Bottlenecks, Figures, bottlenecks
from workflows.selectors.runs_page import Bucket, OpenVersion, access_runs_of, figures, open_versions

PERIOD = ("since", "until")


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


class SpanSerializer(serializers.Serializer[Any]):
    """Within how many seconds half, and nine of ten, were done."""

    p50 = serializers.SerializerMethodField()
    p90 = serializers.SerializerMethodField()

    def get_p50(self, span: Any) -> int:
        return _seconds(span[0])

    def get_p90(self, span: Any) -> int:
        return _seconds(span[1])


class StepFiguresSerializer(serializers.Serializer[Figures]):
    key = serializers.CharField(read_only=True, help_text="Of the step or transition.")
    name = serializers.CharField(read_only=True)
    step = serializers.CharField(read_only=True, help_text="The step, or where the transition begins.")
    count = serializers.IntegerField(read_only=True, help_text="Stays that ended.")
    open = serializers.IntegerField(read_only=True)
    rework = serializers.IntegerField(read_only=True, help_text="Percent that were there, or went it, again.")
    waiting = SpanSerializer(
        read_only=True, allow_null=True, help_text="Until somebody took it up. Null where too few stays to tell."
    )
    working = SpanSerializer(read_only=True, allow_null=True)
    lasting = SpanSerializer(read_only=True, allow_null=True)
    fastest = SpanSerializer(
        read_only=True, allow_null=True, help_text="How long it would last if the first of `any_of` people decided it."
    )


class WeekSerializer(serializers.Serializer[Bucket]):
    week = serializers.CharField(read_only=True, source="label", help_text="The Monday; empty for the whole period.")
    started = serializers.IntegerField(read_only=True)
    completed = serializers.IntegerField(read_only=True)
    open = serializers.IntegerField(read_only=True)
    overdue = serializers.IntegerField(read_only=True)
    lasting = serializers.SerializerMethodField(help_text="From start to end, of completed requests.")

    @extend_schema_field(SpanSerializer(allow_null=True))
    def get_lasting(self, bucket: Bucket) -> Any:
        return None if bucket.p50 is None else SpanSerializer((bucket.p50, bucket.p90)).data


class OpenVersionSerializer(serializers.Serializer[OpenVersion]):
    number = serializers.IntegerField(read_only=True)
    state = serializers.CharField(read_only=True)
    requests = serializers.IntegerField(read_only=True)
    current = serializers.BooleanField(read_only=True, help_text="Whether new requests start on it.")


class FiguresSerializer(serializers.Serializer[Any]):
    whole = WeekSerializer(read_only=True)
    weeks = WeekSerializer(read_only=True, many=True)
    versions = OpenVersionSerializer(
        read_only=True, many=True, help_text="With open requests, whenever they were started."
    )
    steps = StepFiguresSerializer(
        read_only=True, many=True, help_text="Empty for those who see only their own requests."
    )
    transitions = StepFiguresSerializer(read_only=True, many=True)
    smallest = serializers.IntegerField(read_only=True, help_text="Times are told of so many stays or more.")


class WorkflowFiguresView(MemberView):
    serializer_class = FiguresSerializer
    pagination_class = None

    @extend_schema(
        operation_id="workflows_figures",
        responses=FiguresSerializer,
        parameters=[
            OpenApiParameter("since", date, description="First day; thirty days back unless told."),
            OpenApiParameter("until", date, description="Last day; today unless told."),
            OpenApiParameter(
                "any_of", int, enum=ANY_OF, description="What if the first of so many people decided each step."
            ),
        ],
    )
    def get(self, request: Request, workflow_id: UUID) -> Response:
        """How many requests of a workflow were started in a period, how they went, and where they lose time."""
        door = access_runs_of(self.actor, workflow_id)
        zone = ZoneInfo(self.actor.organisation.time_zone)
        given = {name: request.query_params[name] for name in PERIOD if name in request.query_params}
        chosen = RunFilter(default_period(timezone.now().astimezone(zone).date()) | given, door.runs(), zone=zone)
        what_if = WhatIf(request.query_params)
        if not (chosen.is_valid() and what_if.is_valid()):
            wrong: dict[str, Any] = {**chosen.errors, **what_if.errors}
            raise Invalid({name: [str(text) for text in texts] for name, texts in wrong.items()})
        whole, weeks = figures(chosen.qs, zone)
        found = Bottlenecks()
        if door.sees_figures:
            found = bottlenecks(chosen.qs, self.actor.organisation_id, any_of=what_if.cleaned_data["any_of"])
        told = {
            "whole": whole,
            "weeks": weeks,
            "versions": open_versions(door),
            "steps": found.steps,
            "transitions": found.ways,
            "smallest": found.smallest,
        }
        return Response(FiguresSerializer(told).data)
