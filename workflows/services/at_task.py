"""A task under lock: who may know of it, whether it still is as they saw it, and the desk at which it is decided."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid
from forms_builder.sources import OrganisationSources
from workflows.assignment import Person, PersonRef, Situation
from workflows.engine.definition import RunningDefinition
from workflows.engine.state import RunState, TaskState
from workflows.graph.compiled import CompiledStep
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import Desk, why_barred_at
from workflows.selectors.doors import TaskNotFound
from workflows.selectors.locks import LockedTask, lock_task
from workflows.selectors.runs import may_see
from workflows.shown import changed, digest, shown_names


class TaskNotOpen(Conflict):
    """Somebody was first; the message and ``params`` tell who did what when."""

    code = "task.not_open"


class TaskStale(Conflict):
    """The task has changed since the caller saw it; the message and ``params`` tell how."""

    code = "task.stale"


class ContentChanged(TaskStale):
    """What the step shows has changed since the caller saw it; ``params["changed"]`` names the fields."""

    code = "task.content_changed"


LOOK_FIRST = "Who decides this step must have seen what it shows: open the request, or send `shown` of the task."


def locked_task(
    task_id: UUID, actor: Membership, chosen: Collection[UUID] = (), at: datetime | None = None
) -> LockedTask:
    """The task under lock, for somebody who may know of it. Raises TaskNotFound."""
    locked = lock_task(actor.organisation_id, task_id, actor.id, chosen)
    if locked is None or not is_visible(locked, actor, at or timezone.now()):
        raise TaskNotFound
    return locked


def is_visible(locked: LockedTask, actor: Membership, at: datetime) -> bool:
    return is_near(locked, actor, at) or may_see(actor, locked.run.id, at)


def is_near(locked: LockedTask, actor: Membership, at: datetime | None = None) -> bool:
    """Whether what was locked says already that the person may see the request."""
    task = locked.task
    known = actor.id == locked.run.requester.id or actor.id in task.candidate_ids
    if known or (task.assignee is not None and task.assignee.id == actor.id):
        return True
    return task.is_open and locked.acts_for(at or timezone.now()) is not None


def must_hold(locked: LockedTask, actor: Membership, behalf: PersonRef | None, code: str) -> None:
    """Raises Denied for who neither holds the task nor stands in for somebody who does."""
    if behalf is None and not locked.task.is_held_by(actor.id):
        raise Denied(not_yours(locked.task), code=code)


def fresh(locked: LockedTask, version: int | None, actor: Membership) -> None:
    """Raises TaskNotOpen or TaskStale, telling what happened meanwhile."""
    task = locked.task
    if not task.is_open:
        raise TaskNotOpen(_what_happened(locked.run, task, actor), **_state_of(task))
    if version is not None and version != task.version:
        raise TaskStale(f"This task has changed since you opened it. {_stands(task)}", **_state_of(task))


def _stands(task: TaskState) -> str:
    """How an open task stands now, in a sentence."""
    if task.panel is not None and task.panel.votes and task.assignee is None:
        last = task.panel.votes[-1]
        yes = sum(vote.approve for vote in task.panel.votes)
        said = "approved" if last.approve else "rejected"
        return f"{last.by_name} has {said} it; the votes are {yes}–{len(task.panel.votes) - yes}."
    return f"It is now with {task.assignee.name if task.assignee else 'the team queue'}."


def content_decided_on(locked: LockedTask, definition: RunningDefinition, step: CompiledStep, given: str | None) -> str:
    """The digest of what the step shows now. Raises ContentChanged where the caller was shown something else, and Invalid
    at ``shown`` where the step demands to be told what that was."""
    names, values = shown_names(definition.form, step.key), locked.run.data
    now = digest(
        names,
        values,
        version_id=locked.run.version_id,
        task_id=locked.task.id,
        task_version=locked.task.version,
    )
    if given is None and step.shown_required:
        raise Invalid({"shown": [LOOK_FIRST]})
    if given is not None and not given.startswith(now):
        fields = changed(names, values, given)
        labels = [definition.form.by_name[name].label for name in fields]
        what = f"{', '.join(labels)} changed" if labels else "This task changed"
        raise ContentChanged(
            f"{what} since you opened it. Look again, then decide.", changed=fields, **_state_of(locked.task)
        )
    return now


def _what_happened(run: RunState, task: TaskState, actor: Membership) -> str:
    if task.completed_at is None or not (task.completed_by or task.transition):
        if run.finished_at is None and task.is_live:
            return "The product could not do this step; an administrator says how to go on."
        if run.finished_at is None:
            return "This task is not needed any more: the request has gone another way."
        return f"This task is closed: the request is {run.outcome.lower() or run.status}."
    local = task.completed_at.astimezone(ZoneInfo(actor.organisation.time_zone))
    when = f"at {local:%H:%M} on {local.day} {local:%b}"
    if not task.completed_by:  # the clock, or somebody outside
        return f"“{task.transition}” was chosen {when}."
    return f"{task.completed_by} chose “{task.transition}” {when}."


def _state_of(task: TaskState) -> dict[str, Any]:
    return {
        "version": task.version,
        "state": task.state,
        "transition": task.transition,
        "by": task.completed_by,
        "at": task.completed_at.isoformat() if task.completed_at else None,
        "assignee": task.assignee.name if task.assignee else None,
    }


def not_yours(task: TaskState) -> str:
    if task.assignee is not None:
        return f"This task is with {task.assignee.name}, not with you."
    return "This task is not yours to decide."


def desk_at_task(locked: LockedTask, actor: Membership, at: datetime | None) -> Desk:
    return desk_of(locked, OrganisationSources(actor, at=at, run_id=locked.run.id))


def desk_of(locked: LockedTask, sources: OrganisationSources) -> Desk:
    return _desk(locked.run, locked.task, locked.actor, sources)._replace(behalf=locked.acts_for(sources.at))


def desk_of_nobody(run: RunState, task: TaskState, at: datetime) -> Desk:
    """Where the clock, a machine or a link decides: rules read the requester in the place of whoever acts. One query."""
    requester = Membership.objects.select_related("user", "organisation").get(
        organisation_id=run.organisation_id, id=run.requester.id
    )
    return _desk(run, task, run.requester, OrganisationSources(requester, at=at, run_id=run.id))


def _desk(run: RunState, task: TaskState, actor: Person, sources: OrganisationSources) -> Desk:
    definition = definition_of(run.organisation_id, run.version_id)
    return Desk(
        definition,
        definition.graph.step(task.step),
        Situation(run.requester, actor, definition.form, run.data, sources.environment),
        run.owner_id,
        run.organisation_id,
        sources.at,
        subjects=run.subjects,
        run_id=run.id,
        about=run.about,
    )


def kept_away(desk: Desk, member_id: UUID) -> str:
    """Why separation of duties keeps somebody away from the step at hand, empty where it does not. A query only where the
    step names others."""
    return why_barred_at(desk, desk.step, member_id)
