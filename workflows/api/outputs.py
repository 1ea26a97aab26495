"""What REST answers look like. People are ``{id, name, email}`` everywhere; steps and ways are called by their names."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.people import NamedSerializer, PersonSerializer
from accounts.models import Membership
from workflows.approval import Outcome
from workflows.assignment import PersonRef
from workflows.models import Comment, Task, WorkflowDefinition, WorkflowRun
from workflows.models.states import RunStatus, TaskState
from workflows.selectors.runs import Follower, RunView, TaskRow
from workflows.selectors.timeline import Entry
from workflows.standing import Approval, VoteRow


class WorkflowRefSerializer(NamedSerializer):
    slug = serializers.CharField(read_only=True)


class WorkflowSerializer(WorkflowRefSerializer):
    """A workflow that the caller sees."""

    description = serializers.CharField(read_only=True)
    group = NamedSerializer(read_only=True, allow_null=True)
    version = serializers.IntegerField(
        read_only=True, allow_null=True, source="published_version.number", default=None, help_text="The published one."
    )
    can_start = serializers.BooleanField(read_only=True)


class MemberRefSerializer(serializers.Serializer[Any]):
    """A person by the name they had then."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class StepSerializer(serializers.Serializer[Any]):
    """One stay of a request at a step; ``id`` is the task's."""

    id = serializers.UUIDField(read_only=True)
    key = serializers.CharField(read_only=True, source="step", help_text="The step in the workflow's document.")
    step = serializers.CharField(read_only=True, source="step_name")
    name = serializers.CharField(read_only=True, source="step_name", help_text="The same as `step`.")
    state = serializers.ChoiceField(read_only=True, choices=TaskState.choices)
    version = serializers.IntegerField(read_only=True)
    assignee = PersonSerializer(read_only=True, allow_null=True, help_text="Null in a team queue.")
    unassigned = serializers.BooleanField(read_only=True, help_text="Nobody is left to decide.")
    opened_at = serializers.DateTimeField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True, allow_null=True)
    overdue = serializers.BooleanField(read_only=True)
    paused_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Since when the clock stands still."
    )
    pause = serializers.CharField(read_only=True, help_text="Why it does: hold, question, or empty.")
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    completed_by = PersonSerializer(read_only=True, allow_null=True)
    on_behalf_of = PersonSerializer(
        read_only=True, allow_null=True, help_text="In whose place it was decided, who was away."
    )
    transition = serializers.CharField(read_only=True, help_text="The way that was chosen, or empty.")
    superseded = serializers.BooleanField(read_only=True, help_text="The request was sent back over it since.")


class PanelSerializer(serializers.Serializer[Approval]):
    """How a panel decides and stands."""

    rule = serializers.CharField(read_only=True, help_text="Such as any, all, count, percent, per_group, sequence.")
    needed = serializers.IntegerField(read_only=True, help_text="Approvals it asks for; points where votes weigh.")
    outcome = serializers.ChoiceField(read_only=True, choices=[(one.value, one.value) for one in Outcome])
    words = serializers.CharField(read_only=True, help_text="The rule, such as: 2 of 3 must agree.")
    text = serializers.CharField(read_only=True, help_text="How it stands, such as: 1–1, needs 2.")
    progress = serializers.CharField(read_only=True, help_text="Who has not voted, such as: 2 of 3, Fritz pending.")


class PanelVoteSerializer(serializers.Serializer[VoteRow]):
    """What a member of a panel said."""

    member = MemberRefSerializer(read_only=True)
    by = MemberRefSerializer(read_only=True, help_text="Who voted, as a rule the member.")
    approve = serializers.BooleanField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class VotedStepSerializer(StepSerializer):
    """A step with the votes of its panel, if it has one."""

    approval = PanelSerializer(read_only=True, allow_null=True, help_text="Null where one person decides.")
    votes = PanelVoteSerializer(many=True, read_only=True)


class RunRowSerializer(serializers.Serializer[WorkflowRun]):
    """A request in a list."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(read_only=True, choices=RunStatus.choices)
    outcome = serializers.CharField(read_only=True, help_text="How it ended, such as Approved; empty until then.")
    workflow = WorkflowRefSerializer(read_only=True, source="definition")
    version = serializers.IntegerField(read_only=True, source="version.number", help_text="Of the workflow.")
    requester = PersonSerializer(read_only=True)
    started_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    steps = StepSerializer(many=True, read_only=True, source="tasks.all")

    def to_representation(self, run: WorkflowRun) -> dict[str, Any]:
        """By hand, as for one request: a page has twenty-five of them with all their steps."""
        return {**_run(run), "steps": [_step(row) for row in run.tasks.all()]}


class TaskRowSerializer(StepSerializer):
    """A task in a list, with the request it belongs to."""

    run = serializers.UUIDField(read_only=True, source="run_id")
    number = serializers.IntegerField(read_only=True, source="run.number", help_text="Of the request.")
    title = serializers.CharField(read_only=True, source="run.title", help_text="Of the request.")
    workflow = WorkflowRefSerializer(read_only=True, source="definition")
    requester = PersonSerializer(read_only=True)

    def to_representation(self, task: Task) -> dict[str, Any]:
        """By hand, as for requests."""
        return {
            **_step(task),
            "run": str(task.run_id),
            "number": task.run.number,
            "title": task.run.title,
            "workflow": _workflow(task.definition),
            "requester": _person(task.requester),
        }


class FollowerSerializer(serializers.Serializer[Follower]):
    member = PersonSerializer(read_only=True)
    kind = serializers.CharField(read_only=True, help_text="stakeholder or watcher")


class SubjectSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(read_only=True, help_text="Such as workflows.version.")
    id = serializers.UUIDField(read_only=True)


class RunSerializer(serializers.Serializer[RunView]):
    """A request as the caller sees it."""

    id = serializers.UUIDField(read_only=True, source="run.id")
    number = serializers.IntegerField(read_only=True, source="run.number")
    title = serializers.CharField(read_only=True, source="run.title")
    status = serializers.ChoiceField(read_only=True, source="run.status", choices=RunStatus.choices)
    outcome = serializers.CharField(
        read_only=True, source="run.outcome", help_text="How it ended, such as Approved; empty until then."
    )
    workflow = WorkflowRefSerializer(read_only=True, source="run.definition")
    version = serializers.IntegerField(read_only=True, source="run.version.number", help_text="Of the workflow.")
    requester = PersonSerializer(read_only=True, source="run.requester")
    subject = SubjectSerializer(read_only=True, allow_null=True, help_text="The row it is about, if about one.")
    started_at = serializers.DateTimeField(read_only=True, source="run.started_at")
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True, source="run.finished_at")
    steps = VotedStepSerializer(many=True, read_only=True, source="tasks")
    data = serializers.SerializerMethodField(  # type: ignore[assignment]  # declared fields are taken off the class
        help_text="The values that the caller may read, by field name."
    )
    superseded = serializers.SerializerMethodField(
        help_text="Values that the request was sent back over and that must be given again, as far as the caller may read."
    )
    followers = FollowerSerializer(many=True, read_only=True)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_superseded(self, view: RunView) -> dict[str, Any]:
        names = view.readable
        return {name: value for name, value in view.run.superseded.items() if name in names}

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, view: RunView) -> dict[str, Any]:
        names = view.readable
        return {name: value for name, value in view.run.data.items() if name in names}

    def to_representation(self, view: RunView) -> dict[str, Any]:
        """By hand what the fields say: every decision answers with it, and going field by field costs more than deciding."""
        run = view.run
        return {
            **_run(run),
            "subject": {"kind": run.subject_kind, "id": str(run.subject_id)} if run.subject_id else None,
            "steps": [{**_step(row), **_panel_of(row)} for row in view.tasks],
            "data": self.get_data(view),
            "superseded": self.get_superseded(view) if view.run.superseded else {},
            "followers": [{"member": _person(one.member), "kind": one.kind} for one in view.followers],
        }


def _run(run: WorkflowRun) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "number": run.number,
        "title": run.title,
        "status": run.status,
        "outcome": run.outcome,
        "workflow": _workflow(run.definition),
        "version": run.version.number,
        "requester": _person(run.requester),
        "started_at": _moment(run.started_at),
        "finished_at": _moment(run.finished_at),
    }


def _workflow(definition: WorkflowDefinition) -> dict[str, str]:
    return {"id": str(definition.id), "name": definition.name, "slug": definition.slug}


def _step(row: TaskRow | Task) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "key": row.step,
        "step": row.step_name,
        "name": row.step_name,
        "state": row.state,
        "version": row.version,
        "assignee": _person(row.assignee),
        "unassigned": row.unassigned,
        "opened_at": _moment(row.opened_at),
        "due_at": _moment(row.due_at),
        "overdue": row.overdue,
        "paused_at": _moment(row.paused_at),
        "pause": row.pause,
        "completed_at": _moment(row.completed_at),
        "completed_by": _person(row.completed_by),
        "on_behalf_of": _person(row.on_behalf_of),
        "transition": row.transition,
        "superseded": row.superseded,
    }


def _panel_of(row: TaskRow) -> dict[str, Any]:
    approval = row.approval if row.panel is not None else None
    if approval is None:
        return {"approval": None, "votes": []}
    return {
        "approval": dict(PanelSerializer(approval).data),
        "votes": [dict(PanelVoteSerializer(vote).data) for vote in approval.votes],
    }


def _person(person: Membership | PersonRef | None) -> dict[str, str] | None:
    return {"id": str(person.id), "name": person.name, "email": person.email} if person else None


def _moment(value: datetime | None) -> str | None:
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z" if value else None


class CommentSerializer(serializers.Serializer[Comment]):
    id = serializers.UUIDField(read_only=True)
    author = PersonSerializer(read_only=True)
    on_behalf_of = PersonSerializer(read_only=True, allow_null=True)
    text = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True, help_text="comment, or the reason given with a decision")
    at = serializers.DateTimeField(read_only=True, source="created_at")


class TimelineEntrySerializer(serializers.Serializer[Entry]):
    """Something that happened: ``actor`` (empty for the product itself) ``text``."""

    kind = serializers.CharField(read_only=True)
    actor = serializers.CharField(read_only=True, source="by")
    on_behalf_of = serializers.CharField(
        read_only=True, help_text="Who was away and in whose place it was done, or empty."
    )
    text = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    comment = serializers.CharField(read_only=True, source="words", help_text="What the person wrote, or empty.")
    note = serializers.CharField(read_only=True, help_text="Why somebody else was asked than expected, or empty.")
    superseded = serializers.BooleanField(
        read_only=True, help_text="Decided, but the request was sent back over it since."
    )


class TimelineSerializer(serializers.Serializer[Any]):
    results = TimelineEntrySerializer(many=True, read_only=True)
    next = serializers.URLField(read_only=True, allow_null=True)
    previous = serializers.URLField(read_only=True, allow_null=True)
