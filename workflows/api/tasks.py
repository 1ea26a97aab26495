"""Tasks over REST: what waits, what it asks, and the ways to answer."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import MemberView
from accounts.api.bodies import behind, checked
from accounts.tenancy.pages import CursorPages
from workflows.api.filters import TaskListFilter
from workflows.api.inputs import AssignBody, ClaimBody, CompleteBody, HandOverBody, ReassignBody, expected_version
from workflows.api.outputs import RunSerializer, TaskRowSerializer
from workflows.api.runs import task_answer_of
from workflows.api.task_answers import TaskSerializer, task_detail
from workflows.models import Task
from workflows.selectors.doors import open_task
from workflows.services.tasks import task_assign, task_claim, task_complete, task_reassign, task_take_over

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The task's ETag, in place of `version`."
)


class NewestFirst(CursorPages):
    ordering = ("-opened_at", "-id")


class TaskListView(mixins.ListModelMixin, MemberView):
    queryset = Task._base_manager.none()  # tells the description the model; what is listed, the filter chooses
    serializer_class = TaskRowSerializer
    filterset_class = TaskListFilter
    pagination_class = NewestFirst

    @extend_schema(operation_id="tasks_list")
    def get(self, request: Request) -> Response:
        """What waits for you, newest first; with `run` alone all tasks of that request."""
        return self.list(request)


class TaskDetailView(MemberView):
    serializer_class = TaskSerializer

    @extend_schema(operation_id="tasks_retrieve")
    def get(self, request: Request, task_id: UUID) -> Response:
        """One task: the fields of its step with what you may do to each, and the ways on with whom each may ask."""
        seen = open_task(self.actor, task_id)
        answer = TaskSerializer().to_representation(task_detail(seen))
        return Response(answer, headers={"ETag": f'"{seen.task.version}"'})


class TaskAction(MemberView):
    """One decision about a task; the answer is the request as it stands then, with the ETag of the task."""

    serializer_class = RunSerializer

    def given(self, body: Any, *, required: bool = False) -> dict[str, Any]:
        """The body with the version that the client has seen."""
        with behind(lambda: open_task(self.actor, self.kwargs["task_id"])):
            found = checked(body, self.request)
            found["version"] = expected_version(self.request, found.get("version"), required=required)
        return found


class TaskCompleteView(TaskAction):
    @extend_schema(operation_id="tasks_complete", request=CompleteBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Decide: answer the fields of the step and choose the next one, and who is asked there where there is a choice."""
        given = self.given(CompleteBody, required=True)
        result = task_complete(task_id=task_id, actor=self.actor, **given)
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskReassignView(TaskAction):
    @extend_schema(operation_id="tasks_reassign", request=ReassignBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Hand the task to somebody else whom the step's rule names; its time limit runs on."""
        result = task_reassign(task_id=task_id, actor=self.actor, **self.given(ReassignBody))
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskTakeOverView(TaskAction):
    @extend_schema(operation_id="tasks_take_over", request=HandOverBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Make an absent colleague's task your own; needs the right to."""
        result = task_take_over(task_id=task_id, actor=self.actor, **self.given(HandOverBody))
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskClaimView(TaskAction):
    @extend_schema(operation_id="tasks_claim", request=ClaimBody, parameters=[IF_MATCH])
    def post(self, request: Request, task_id: UUID) -> Response:
        """Take a task out of your team queue for yourself."""
        result = task_claim(task_id=task_id, actor=self.actor, **self.given(ClaimBody))
        return task_answer_of(self.actor, result.run_id, task_id)


class TaskAssignView(TaskAction):
    @extend_schema(operation_id="tasks_assign", request=AssignBody)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Give a task that nobody is left to decide to somebody; for tenant admins."""
        with behind(lambda: open_task(self.actor, task_id)):
            given = checked(AssignBody, request)
        result = task_assign(task_id=task_id, actor=self.actor, **given)
        return task_answer_of(self.actor, result.run_id, task_id)
