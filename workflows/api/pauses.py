"""Stopping the clock of a task over REST, and letting it go on."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import IF_MATCH as IF_UNCHANGED
from accounts.api.bodies import Body, Text, Whole
from accounts.api.entries import EntryListView, EntryPages, EntrySerializer, EntryView
from workflows.api.inputs import AnswerBody, HandOverBody, HoldBody, QuestionBody
from workflows.api.runs import task_answer_of
from workflows.api.tasks import IF_MATCH, TaskAction
from workflows.models import HoldReason
from workflows.selectors.pauses import hold_reasons
from workflows.services.pauses import task_answer, task_ask, task_hold, task_resume


class HoldReasonsSerializer(serializers.Serializer[Any]):
    results = serializers.ListField(child=serializers.CharField(), read_only=True)


class HoldReasonsView(MemberView):
    serializer_class = HoldReasonsSerializer
    pagination_class = None

    @extend_schema(operation_id="hold_reasons_list", responses=HoldReasonsSerializer)
    def get(self, request: Request) -> Response:
        """The reasons for which a task may be put on hold, in the order in which they are offered."""
        return Response({"results": list(hold_reasons(self.actor.organisation_id))})


class OwnReasonSerializer(EntrySerializer):
    name = serializers.CharField(read_only=True)
    position = serializers.IntegerField(read_only=True, help_text="They are offered in this order.")


class OwnReasonBody(Body):
    name = Text(max_length=120)
    position = Whole(required=False, min_value=0, max_value=2**15 - 1)


class OwnReasonPages(EntryPages):
    ordering: Any = ("position", "id")


class OwnReasonListView(EntryListView):
    queryset = HoldReason._base_manager.none()  # tells the description the model
    model = HoldReason
    serializer_class, body = OwnReasonSerializer, OwnReasonBody
    pagination_class = OwnReasonPages

    @extend_schema(operation_id="own_hold_reasons_list")
    def get(self, request: Request) -> Response:
        """The organisation's own reasons; for tenant admins. While there is none, the product offers its own."""
        return self.list(request)

    @extend_schema(operation_id="own_hold_reasons_create", request=OwnReasonBody, responses={201: OwnReasonSerializer})
    def post(self, request: Request) -> Response:
        """Add one."""
        return self.made()


class OwnReasonView(EntryView):
    model = HoldReason
    serializer_class, body = OwnReasonSerializer, OwnReasonBody

    @extend_schema(operation_id="own_hold_reasons_retrieve")
    def get(self, request: Request, reason_id: UUID) -> Response:
        """One of them."""
        return self.answer(self.row(reason_id))

    @extend_schema(operation_id="own_hold_reasons_change", request=OwnReasonBody, parameters=[IF_UNCHANGED])
    def patch(self, request: Request, reason_id: UUID) -> Response:
        """Change what is sent. Tasks on hold keep the words of theirs."""
        return self.changed(reason_id)

    @extend_schema(operation_id="own_hold_reasons_delete", responses={204: None}, parameters=[IF_UNCHANGED])
    def delete(self, request: Request, reason_id: UUID) -> Response:
        """Take it away; tasks on hold for it stay so."""
        return self.removed(reason_id)


class TaskHoldView(TaskAction):
    @extend_schema(operation_id="tasks_hold", request=HoldBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Put your task on hold for one of the organisation's reasons; its time limit stands still."""
        result = task_hold(task_id=task_id, actor=self.actor, **self.given(HoldBody))
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskResumeView(TaskAction):
    @extend_schema(operation_id="tasks_resume", request=HandOverBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Let the clock of your task go on; its due time is moved by the working time that was lost."""
        result = task_resume(task_id=task_id, actor=self.actor, **self.given(HandOverBody))
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskAskView(TaskAction):
    @extend_schema(operation_id="tasks_ask", request=QuestionBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Ask the requester something; the time limit stands still until they have answered."""
        result = task_ask(task_id=task_id, actor=self.actor, **self.given(QuestionBody))
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskAnswerView(TaskAction):
    @extend_schema(operation_id="tasks_answer", request=AnswerBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Answer what you were asked about your request; the clock goes on."""
        result = task_answer(task_id=task_id, actor=self.actor, **self.given(AnswerBody))
        return task_answer_of(self.actor, result.run_id, task_id)
