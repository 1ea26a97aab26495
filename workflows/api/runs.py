"""Requests over REST."""

from functools import cache
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import behind, checked
from accounts.models import Membership
from accounts.tenancy.pages import CursorPages
from workflows.api.filters import RunListFilter
from workflows.api.inputs import CommentBody, MemberBody, StartBody, WithdrawBody
from workflows.api.outputs import (
    CommentSerializer,
    FollowerSerializer,
    RunRowSerializer,
    RunSerializer,
    TimelineSerializer,
)
from workflows.models import Comment, WorkflowRun
from workflows.selectors.definitions import access_definition
from workflows.selectors.doors import open_run
from workflows.selectors.listing import comments_of, runs_listed
from workflows.selectors.run_answers import answered_run
from workflows.selectors.runs import RunView
from workflows.selectors.runs_page import access_runs_of
from workflows.selectors.timeline import timeline
from workflows.services.participants import run_unwatch, run_watch, stakeholder_add
from workflows.services.runs import run_comment, run_start, run_withdraw


class NewestFirst(CursorPages):
    ordering = ("-started_at", "-id")


class InOrder(CursorPages):
    ordering = ("created_at", "id")


def run_answer(actor: Membership, run_id: UUID, status: int = 200) -> Response:
    """The request as it stands after what the person did to it: a service has let them in. One statement."""
    return answer_of(answered_run(actor, run_id), status)


def task_answer_of(actor: Membership, run_id: UUID, task_id: UUID) -> Response:
    """The same after what was done about a task: the ETag is the task's, for that is what is acted upon next."""
    view = answered_run(actor, run_id)
    return answer_of(view, version=view.task(task_id).version)


def answer_of(view: RunView, status: int = 200, version: int | None = None) -> Response:
    body = _serializer().to_representation(view)
    seen = view.run.version_no if version is None else version
    return Response(body, status=status, headers={"ETag": f'"{seen}"'})


@cache
def _serializer() -> RunSerializer:
    """Making one copies every field of every nested one, which costs more than filling it; it keeps no state."""
    return RunSerializer()


class RunListView(mixins.ListModelMixin, MemberView):
    queryset = WorkflowRun._base_manager.none()  # tells the description the model
    serializer_class = RunRowSerializer
    filterset_class = RunListFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[WorkflowRun]:
        return runs_listed(self.actor)

    @extend_schema(operation_id="runs_list")
    def get(self, request: Request) -> Response:
        """The requests that you may see, newest first."""
        return self.list(request)


class WorkflowRunsView(mixins.ListModelMixin, MemberView):
    queryset = WorkflowRun._base_manager.none()  # tells the description the model
    serializer_class = RunRowSerializer
    filterset_class = RunListFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[WorkflowRun]:
        access_runs_of(self.actor, self.kwargs["workflow_id"])
        return runs_listed(self.actor).filter(definition_id=self.kwargs["workflow_id"])

    @extend_schema(operation_id="workflows_runs_list")
    def get(self, request: Request, workflow_id: UUID) -> Response:
        """The requests of a workflow that you may see, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="workflows_runs_start", request=StartBody, responses={201: RunSerializer}, filters=False
    )
    def post(self, request: Request, workflow_id: UUID) -> Response:
        """Start a request: answer the form of the first step, and say who is next where there is a choice."""
        with behind(lambda: access_definition(self.actor, workflow_id)):
            given = checked(StartBody, request)
        result = run_start(definition_id=workflow_id, actor=self.actor, **given)
        answer = run_answer(self.actor, result.run_id, status=201)
        answer["Location"] = f"/api/v1/runs/{result.run_id}/"
        return answer


class RunDetailView(MemberView):
    serializer_class = RunSerializer

    @extend_schema(operation_id="runs_retrieve")
    def get(self, request: Request, run_id: UUID) -> Response:
        """One request, with the values that you may read."""
        return answer_of(open_run(self.actor, run_id))


class RunCommentsView(mixins.ListModelMixin, MemberView):
    queryset = Comment._base_manager.none()  # tells the description the model
    serializer_class = CommentSerializer
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[Comment]:
        view = open_run(self.actor, self.kwargs["run_id"])
        return comments_of(self.actor.organisation_id, view.run.id)

    @extend_schema(operation_id="runs_comments_list")
    def get(self, request: Request, run_id: UUID) -> Response:
        """What was written about a request, reasons of decisions among it."""
        return self.list(request)

    @extend_schema(operation_id="runs_comments_create", request=CommentBody, responses={201: CommentSerializer})
    def post(self, request: Request, run_id: UUID) -> Response:
        """Write a comment; everybody who follows the request is told."""
        with behind(lambda: open_run(self.actor, run_id)):
            text = checked(CommentBody, request)["text"]
        comment = run_comment(run_id=run_id, actor=self.actor, text=text)
        return Response(CommentSerializer(comment).data, status=201)


class RunTimelineView(MemberView):
    serializer_class = TimelineSerializer
    pagination_class = None

    @extend_schema(operation_id="runs_timeline", responses=TimelineSerializer)
    def get(self, request: Request, run_id: UUID) -> Response:
        """What happened to a request and what was written about it, in order: one page holds it all."""
        entries = timeline(open_run(self.actor, run_id))
        return Response(TimelineSerializer({"results": entries, "next": None, "previous": None}).data)


class RunWithdrawView(MemberView):
    serializer_class = WithdrawBody

    @extend_schema(operation_id="runs_withdraw", request=WithdrawBody, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Take your own request back; its open tasks are skipped."""
        with behind(lambda: open_run(self.actor, run_id)):
            given = checked(WithdrawBody, request)
        run_withdraw(run_id=run_id, actor=self.actor, **given)
        return run_answer(self.actor, run_id)


class RunWatchView(MemberView):
    serializer_class = FollowerSerializer

    @extend_schema(operation_id="runs_watch", request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Follow a request that you may see."""
        run_watch(run_id=run_id, actor=self.actor)
        return run_answer(self.actor, run_id)

    @extend_schema(operation_id="runs_watch_end", request=None, responses={204: None})
    def delete(self, request: Request, run_id: UUID) -> Response:
        """Stop following."""
        run_unwatch(run_id=run_id, actor=self.actor)
        return Response(status=204)


class RunStakeholdersView(MemberView):
    serializer_class = MemberBody

    @extend_schema(operation_id="runs_stakeholders_add", request=MemberBody, responses=RunSerializer)
    def post(self, request: Request, run_id: UUID) -> Response:
        """Name a further stakeholder; the requester and stakeholders may."""
        with behind(lambda: open_run(self.actor, run_id)):
            member = checked(MemberBody, request)["member"]
        stakeholder_add(run_id=run_id, actor=self.actor, member=member)
        return run_answer(self.actor, run_id)
