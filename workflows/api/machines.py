"""Automatic steps over REST: what machines did for a request, what failed, and what may be done about it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import Body, Text, behind, checked
from accounts.tenancy.errors import Invalid
from accounts.tenancy.pages import CursorPages
from workflows import policies
from workflows.api.inputs import MAX_COMMENT
from workflows.api.outputs import RunSerializer
from workflows.api.runs import run_answer
from workflows.models import AttemptOutcome, MachineStep
from workflows.models.states import TaskState
from workflows.nodes.registry import KINDS
from workflows.selectors.doors import open_run
from workflows.selectors.machines import (
    MachineRow,
    access_machine_step,
    machine_row,
    machine_rows,
    machine_steps_of,
)
from workflows.services.machine_care import step_retry, step_skip

WANTED = ("stuck", "quarantined", "retrying", "running")


class AttemptSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(read_only=True)
    outcome = serializers.ChoiceField(read_only=True, choices=AttemptOutcome.choices)
    started_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True, help_text="Why it failed; empty for people who may not mend it.")
    link = serializers.CharField(read_only=True, help_text="Which piece of a saved task was tried, or empty.")


class MachineStepSerializer(serializers.Serializer[MachineRow]):
    """What a machine did, or does, at one step of a request."""

    task = serializers.UUIDField(read_only=True, source="task_id")
    run = serializers.UUIDField(read_only=True, source="run_id")
    key = serializers.CharField(read_only=True, source="step", help_text="The step in the workflow's document.")
    name = serializers.CharField(read_only=True, source="step_name")
    kind = serializers.CharField(read_only=True, help_text="What is done; see node-kinds.")
    state = serializers.ChoiceField(read_only=True, choices=TaskState.choices)
    waits_for_admin = serializers.BooleanField(read_only=True, help_text="Retry it, or skip it.")
    quarantined = serializers.BooleanField(read_only=True, help_text="It broke off every time.")
    next_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="When it is taken up next.")
    note = serializers.CharField(read_only=True, help_text="What it waits for, or empty.")
    link = serializers.CharField(read_only=True, help_text="Where a saved task of several pieces stands, or empty.")
    attempts = AttemptSerializer(many=True, read_only=True)
    params = serializers.SerializerMethodField(help_text="Its settings; empty for people who may not mend it.")

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_params(self, row: MachineRow) -> dict[str, Any]:
        return dict(row.params)


class MachineStepsSerializer(serializers.Serializer[Any]):
    results = MachineStepSerializer(many=True, read_only=True)


class ListedStepSerializer(serializers.Serializer[MachineStep]):
    """A line of the list of automatic steps."""

    task = serializers.UUIDField(read_only=True, source="task_id")
    run = serializers.UUIDField(read_only=True, source="run_id")
    number = serializers.IntegerField(read_only=True, source="run.number", help_text="Of the request.")
    title = serializers.CharField(read_only=True, source="run.title")
    workflow = serializers.CharField(read_only=True, source="run.definition.name")
    name = serializers.CharField(read_only=True, source="task.step_name")
    kind = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(read_only=True, source="task.state", choices=TaskState.choices)
    attempts = serializers.IntegerField(read_only=True)
    quarantined = serializers.BooleanField(read_only=True)
    error = serializers.CharField(read_only=True)
    opened_at = serializers.DateTimeField(read_only=True)


class NodeKindSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    enabled = serializers.BooleanField(read_only=True, help_text="Whether this installation lets it run.")
    params = serializers.DictField(read_only=True, help_text="JSON Schema of its settings.")


class NodeKindsSerializer(serializers.Serializer[Any]):
    results = NodeKindSerializer(many=True, read_only=True)


class SkipBody(Body):
    reason = Text(max_length=MAX_COMMENT, help_text="Kept in the history.")
    transition = Text(required=False, allow_null=True, help_text="The way on; else the one that it takes by itself.")


class RetryBody(Body):
    reason = Text(max_length=MAX_COMMENT, help_text="Kept in the history.")
    params = serializers.DictField(required=False, allow_null=True, help_text="Other settings, for this request only.")


class RunMachineStepsView(MemberView):
    serializer_class = MachineStepsSerializer

    @extend_schema(operation_id="runs_machine_steps")
    def get(self, request: Request, run_id: UUID) -> Response:
        """The automatic steps of a request with their attempts, oldest first."""
        view = open_run(self.actor, run_id)
        rows = machine_rows(view, may_resolve=policies.machines.may(self.actor, "resolve"))
        return Response(MachineStepsSerializer({"results": rows}).data)


class NewestFirst(CursorPages):
    ordering = ("-opened_at", "-id")


class MachineStepListView(mixins.ListModelMixin, MemberView):
    queryset = MachineStep._base_manager.none()  # tells the description the model
    serializer_class = ListedStepSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[MachineStep]:
        policies.machines.require(self.actor, "view")
        wanted = self.request.query_params.get("state", "")
        if wanted not in ("", *WANTED):
            raise Invalid({"state": [f"Choose one of {', '.join(WANTED)}."]})
        return machine_steps_of(self.actor, wanted)

    @extend_schema(
        operation_id="machine_steps_list",
        parameters=[OpenApiParameter("state", str, enum=WANTED, description="Only these; all without it.")],
    )
    def get(self, request: Request) -> Response:
        """The automatic steps of the organisation, newest first; for those who look after them."""
        return self.list(request)


class MachineStepView(MemberView):
    serializer_class = MachineStepSerializer

    @extend_schema(operation_id="machine_steps_retrieve")
    def get(self, request: Request, task_id: UUID) -> Response:
        """One automatic step with its attempts."""
        row = access_machine_step(self.actor, task_id)
        return Response(MachineStepSerializer(machine_row(self.actor, row)).data)


class StepRetryView(MemberView):
    serializer_class = RunSerializer

    @extend_schema(operation_id="machine_steps_retry", request=RetryBody)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Have a failed step tried again, with other settings if they are given; the answer is the request."""
        with behind(lambda: access_machine_step(self.actor, task_id)):
            given = checked(RetryBody, request)
        access_machine_step(self.actor, task_id)
        return run_answer(self.actor, step_retry(task_id=task_id, actor=self.actor, **given))


class StepSkipView(MemberView):
    serializer_class = RunSerializer

    @extend_schema(operation_id="machine_steps_skip", request=SkipBody)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Let the request go on without the machine's work; the answer is the request."""
        with behind(lambda: access_machine_step(self.actor, task_id)):
            given = checked(SkipBody, request)
        access_machine_step(self.actor, task_id)
        return run_answer(self.actor, step_skip(task_id=task_id, actor=self.actor, **given))


class NodeKindsView(MemberView):
    serializer_class = NodeKindsSerializer

    @extend_schema(operation_id="node_kinds_list")
    def get(self, request: Request) -> Response:
        """The kinds of automatic steps there are, with the schema of their settings."""
        rows = [
            {
                "kind": one.kind,
                "name": one.label,
                "enabled": not one.setting or bool(getattr(settings, one.setting)),
                "params": one.params.model_json_schema(by_alias=True),
            }
            for one in KINDS.values()
        ]
        return Response({"results": rows})
