"""One task, or the start of a request, as the caller may see it, put together from what the form, the rules and the graph say."""

from dataclasses import fields
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.absence import Away
from accounts.api.people import PersonSerializer
from accounts.models import Membership
from accounts.policies import carries
from forms_builder.answers import readable_fields, serialize_fields
from forms_builder.schema.component import components, types
from forms_builder.sources import OrganisationSources
from workflows.api.outputs import PanelSerializer, PanelVoteSerializer, TaskRowSerializer, WorkflowSerializer
from workflows.policies import REASSIGN_ANY
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import (
    Branch,
    Way,
    colleagues_at,
    content_of,
    desk_at,
    may_decide,
    ways_from,
    ways_of_start,
)
from workflows.selectors.doors import TaskView
from workflows.selectors.runs import RunView, TaskRow
from workflows.services.runs import start_values
from workflows.substitution import subjects_of


def task_detail(seen: TaskView) -> dict[str, Any]:
    """For ``TaskSerializer``. Five statements at most, and one for each way that asks somebody by a rule.

    ``transitions`` is empty for those who are not to decide, ``colleagues`` for those who may not hand it over.
    """
    view, task, actor = seen.view, seen.task, seen.view.viewer
    sources = OrganisationSources(actor, run_id=view.run.id)
    decides = task.is_open and may_decide(view, task)
    hands_over = task.is_open and not task.unassigned and (decides or carries(actor, REASSIGN_ANY))
    desk = desk_at(view, task) if hands_over else None
    return {
        **{name.name: getattr(task, name.name) for name in fields(task)},
        "run_id": view.run.id,
        "run": view.run,
        "definition": view.run.definition,
        "requester": view.run.requester,
        "acts_for": view.acts_for(task) if decides else None,
        "fields": _of_step(view, task, sources) if decides else _read_only(view, sources),
        "transitions": ways_from(desk) if desk and decides else (),
        "colleagues": colleagues_at(desk, task) if desk else (),
        "shown": content_of(view, task) if decides else "",
        "approval": task.approval,
        "votes": task.votes,
    }


def _of_step(view: RunView, task: TaskRow, sources: OrganisationSources) -> list[dict[str, Any]]:
    run = view.run
    values = view.offered_at(task.step)
    return serialize_fields(view.definition.form, task.step, values, sources=sources, labels=run.labels)


def _read_only(view: RunView, sources: OrganisationSources) -> list[dict[str, Any]]:
    steps, names = view.definition.graph.steps, view.readable
    entries = readable_fields(view.definition.form, steps, view.run.data, sources=sources, labels=view.run.labels)
    return [entry for entry in entries if entry["name"] in names]


class AwaySerializer(serializers.Serializer[Away]):
    """Somebody is out of office; the task is theirs all the same, and the substitute may act on it as well."""

    until = serializers.DateField(read_only=True, help_text="The last day.")
    substitute = serializers.CharField(
        read_only=True, source="substitute_name", help_text="Who has accepted to stand in, or empty."
    )
    substitute_away = serializers.BooleanField(
        read_only=True, help_text="They are out as well; nobody is followed further."
    )


class AskablePersonSerializer(PersonSerializer):
    away = AwaySerializer(read_only=True, allow_null=True)


class BranchSerializer(serializers.Serializer[Branch]):
    """A step that a way opens."""

    step = serializers.CharField(read_only=True, help_text="Its key, to name people in `assignees`.")
    name = serializers.CharField(read_only=True)
    conditional = serializers.BooleanField(
        read_only=True, help_text="Values still to be entered decide whether it opens."
    )
    assignee_required = serializers.BooleanField(
        read_only=True, source="needs_choice", help_text="One of `assignees` must be named if it opens."
    )
    queue = serializers.BooleanField(
        read_only=True, source="to_team", help_text="Without an assignee it goes to all of `assignees`."
    )
    assignees = AskablePersonSerializer(many=True, read_only=True)
    note = serializers.CharField(read_only=True, help_text="Why it is not simply whom the rule names, or empty.")


class TransitionSerializer(serializers.Serializer[Way]):
    """A way on, called by its name."""

    name = serializers.CharField(read_only=True)
    to = serializers.CharField(read_only=True, source="target_name", help_text="The step it leads to.")
    ends = serializers.BooleanField(read_only=True, source="is_end")
    is_return = serializers.BooleanField(read_only=True)
    reason_required = serializers.BooleanField(read_only=True, help_text="Send a `comment`.")
    assignee_required = serializers.BooleanField(
        read_only=True, source="needs_choice", help_text="One of `assignees` must be named."
    )
    queue = serializers.BooleanField(
        read_only=True, source="to_team", help_text="Without an assignee it goes to all of `assignees`."
    )
    assignees = AskablePersonSerializer(many=True, read_only=True, help_text="Empty where several `branches` open.")
    note = serializers.CharField(read_only=True, help_text="Why it is not simply whom the rule names, or empty.")
    branches = BranchSerializer(many=True, read_only=True, help_text="The steps that open: several behind a fork.")
    panel = serializers.CharField(read_only=True, help_text="How a panel of `assignees` decides there, or empty.")
    waits = serializers.BooleanField(read_only=True, help_text="It leads to a join, which may wait for other branches.")


_SHAPES: Final = "; ".join(f"{one.type}: {one.shape}" for one in components() if one.shape)
FIELD_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "label", "type", "access", "required"],
    "properties": {
        "name": {"type": "string"},
        "label": {"type": "string"},
        "help": {"type": "string"},
        "type": {"type": "string", "description": f"One of {', '.join(types())}."},
        "access": {"type": "string", "enum": ["read", "write", "required"]},
        "required": {"type": "boolean"},
        "value": {
            "description": f"JSON by type: dates as ISO text, money as amount and currency, files as ids; {_SHAPES}."
        },
        "display": {"type": "string", "description": "The value as people read it."},
        "visible": {"type": "boolean", "description": "Whether its condition holds for the values shown."},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"value": {"type": "string"}, "label": {"type": "string"}},
            },
        },
        "limits": {"type": "object", "additionalProperties": True},
    },
    "additionalProperties": True,
}


def start_detail(actor: Membership, found: Any) -> dict[str, Any]:
    """For ``WorkflowStartSerializer``, of a definition as ``selectors.landing.with_start`` reads it."""
    names = ("id", "name", "slug", "description", "group", "published_version", "can_start")
    answer = {name: getattr(found, name) for name in names}
    if not found.can_start:
        return answer | {"fields": [], "transitions": []}
    running = definition_of(actor.organisation_id, found.published_version_id)
    values, step = start_values(actor, running), running.graph.start.key
    return answer | {
        "fields": serialize_fields(running.form, step, values, sources=OrganisationSources(actor)),
        "transitions": ways_of_start(
            actor, running, found.owner_id, values, subjects=subjects_of(found.id, found.group_id)
        ),
    }


@extend_schema_field({"type": "array", "items": FIELD_SCHEMA})
class FormFields(serializers.ReadOnlyField):
    """What ``forms_builder.answers`` made."""


class TaskSerializer(TaskRowSerializer):
    """A task with the form of its step."""

    acts_for = PersonSerializer(
        read_only=True, allow_null=True, help_text="Who is away and in whose place the caller may decide, or null."
    )

    transitions = TransitionSerializer(
        many=True, read_only=True, help_text="Empty unless the task waits for the caller."
    )
    colleagues = AskablePersonSerializer(many=True, read_only=True, help_text="To whom the caller may hand the task.")
    approval = PanelSerializer(read_only=True, allow_null=True, help_text="Null where one person decides.")
    votes = PanelVoteSerializer(many=True, read_only=True)
    shown = serializers.CharField(
        read_only=True,
        help_text="Fingerprint of what the step shows, to be sent with the decision; empty unless the caller decides.",
    )

    def to_representation(self, detail: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]  # of `task_detail`
        """Field by field, unlike a row."""
        return super(TaskRowSerializer, self).to_representation(detail)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared as an attribute: `fields` of a serializer is its own.
        described = "The fields that the caller may see at this step, in order."
        return {**super().get_fields(), "fields": FormFields(help_text=described)}


class WorkflowStartSerializer(WorkflowSerializer):
    """A workflow with what starting it asks."""

    transitions = TransitionSerializer(many=True, read_only=True, help_text="Empty unless the caller may start it.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        described = "The fields of the first step, in order; empty unless the caller may start it."
        return {**super().get_fields(), "fields": FormFields(help_text=described)}
