"""Decide a task, hand it over, take it over, claim it, assign it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Membership
from accounts.policies import carries
from accounts.tenancy.errors import Conflict, Denied, Invalid
from forms_builder.services.attachments import attachment_ids, attachments_claim
from forms_builder.sources import OrganisationSources
from workflows.assignment import PersonRef, Situation, excludes_requester, may_hold
from workflows.engine import moves
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, Opened, RunState, TaskState
from workflows.graph.compiled import CompiledStep
from workflows.models import LogKind
from workflows.policies import REASSIGN_ANY
from workflows.selectors.calendars import calendars_at
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import Desk, eligible_people, is_eligible
from workflows.selectors.doors import TaskNotFound
from workflows.selectors.locks import LockedTask, lock_task, open_at
from workflows.selectors.runs import may_see
from workflows.selectors.takeover import has_grant, may_take_over
from workflows.services.deciding import AssigneeInvalid, Standing, Submission, Wish, clean_text, decision_of
from workflows.shown import changed, digest, shown_names
from workflows.substitution import OWN_DELEGATE, is_own_delegate

OWN_REQUEST = "The requester may not decide their own request."


class TaskNotOpen(Conflict):
    """Somebody was first; the message and ``params`` tell who did what when."""

    code = "task.not_open"


class TaskStale(Conflict):
    """The task has changed since the caller saw it; the message and ``params`` tell how."""

    code = "task.stale"


class ContentChanged(TaskStale):
    """What the step shows has changed since the caller saw it; ``params["changed"]`` names the fields."""

    code = "task.content_changed"


@dataclass(frozen=True, slots=True)
class TaskResult:
    """Where the request stands after a change. ``version`` is the decided or handed-over task's new one."""

    run_id: UUID
    number: int
    status: str
    outcome: str
    task_id: UUID
    version: int
    opened: tuple[Opened, ...] = ()


def task_complete(
    *,
    task_id: UUID,
    actor: Membership,
    transition: str | None,
    assignee: UUID | None = None,
    assignees: Mapping[str, UUID] | None = None,
    data: Mapping[str, Any] | None = None,
    comment: str = "",
    version: int | None = None,
    shown: str | None = None,
    at: datetime | None = None,
    uploaded: Mapping[str, Sequence[str]] | None = None,
    upload_problems: Mapping[str, Sequence[str]] | None = None,
    via: str = "",
) -> TaskResult:
    """Decide a task: store the step's answers, go the way called ``transition``, ask ``assignee`` next, or ``assignees`` by
    step where several open.

    One locking read and one writing statement; one more read when nobody is named and the next step needs somebody, and one
    when work of other branches is not needed any more. ``transition`` None takes the only forward way. ``version`` and
    ``shown`` are what the caller saw (``content_of``); None skips the comparison, except at steps that demand ``shown``.
    ``via`` is kept with what is written, see ``workflows.events.Via``.

    Raises TaskNotFound for strangers, Denied (``task.complete.denied``) for people who may see the request and are not
    to decide, TaskNotOpen, TaskStale, ContentChanged, Invalid at ``data.<field>``, ``transition``, ``assignee``,
    ``assignees.<step>``, ``comment`` or ``shown``.
    """
    moment = at or timezone.now()
    wish = Wish(Submission(data, uploaded, upload_problems), transition, assignee, comment, shown, assignees or {})
    locked = locked_task(task_id, actor, wish.named, at=moment)
    made = completion(locked, wish, actor=actor, version=version, at=moment, via=via)
    result = _written(made.plan, locked.task, actor)
    attachments_claim(actor=actor, run_id=locked.run.id, ids=made.attachment_ids, at=moment)
    return result


@dataclass(frozen=True, slots=True)
class Completion:
    """A decision that passed every check, ready to be written."""

    plan: Plan
    attachment_ids: Sequence[UUID]
    """Files that its answers name, to be claimed for the run."""


def completion(
    locked: LockedTask, wish: Wish, *, actor: Membership, version: int | None, at: datetime, via: str = ""
) -> Completion:
    """What a decision about a task under lock comes to; nothing is written yet.

    Decisions of one task and of many alike are made here. Raises what ``task_complete`` raises, for people who may see the
    request.
    """
    run, task = locked.run, locked.task
    definition = definition_of(actor.organisation_id, run.version_id)
    step = definition.graph.step(task.step)
    if actor.id == run.requester.id and excludes_requester(step):
        raise Denied(OWN_REQUEST, code="task.complete.denied")
    fresh(locked, version, actor)
    behalf = _seat(locked, actor, step, at, "task.complete.denied")
    content = _content_decided_on(locked, definition, step, wish.shown)
    sources = OrganisationSources(actor, at=at, run_id=run.id)
    situation = Situation(run.requester, locked.actor, definition.form, run.data, sources.environment)
    desk = Desk(definition, step, situation, run.owner_id, run.organisation_id, subjects=locked.subjects, at=at)
    decision = decision_of(
        desk, wish, Standing(run.tokens, locked.people, run.labels, run.id, run.definition_id), sources
    )
    if decision.moved.cancelled:
        decision = replace(decision, cancelled=open_at(run.organisation_id, run.id, decision.moved.cancelled))
    clock = Clock(at, calendars_at(run.organisation_id, locked.stamp))
    by = By(actor.id, actor.name, via, behalf)
    plan = moves.move(run, task, replace(decision, shown=content), definition, clock, by)
    return Completion(plan, attachment_ids(definition.form, decision.answers.values))


def task_reassign(
    *,
    task_id: UUID,
    actor: Membership,
    assignee: UUID,
    comment: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> TaskResult:
    """Hand the task to somebody else whom the step's rule names; the time limit runs on.

    The holder may, whoever stands in for them, and people with ``task.reassign_any``. Raises TaskNotFound, Denied
    (``task.reassign.denied``), TaskNotOpen, TaskStale, AssigneeInvalid.
    """
    moment = at or timezone.now()
    locked = locked_task(task_id, actor, [assignee], at=moment)
    plan = reassignment(locked, actor=actor, comment=comment, version=version, at=moment)
    return _written(plan, locked.task, actor)


def reassignment(
    locked: LockedTask, *, actor: Membership, comment: str, version: int | None, at: datetime, via: str = ""
) -> Plan:
    """The chosen person gets the task under lock; nothing is written yet. Raises what ``task_reassign`` raises, for people
    who may see the request."""
    fresh(locked, version, actor)
    behalf = locked.acts_for(at)
    if not (locked.task.is_held_by(actor.id) or behalf is not None or carries(actor, REASSIGN_ANY)):
        raise Denied(not_yours(locked.task), code="task.reassign.denied")
    to = _eligible_colleague(locked, actor, at)
    return _handed(locked, By(actor.id, actor.name, via, behalf), to, LogKind.REASSIGNED, comment, at)


def task_take_over(
    *, task_id: UUID, actor: Membership, comment: str = "", version: int | None = None, at: datetime | None = None
) -> TaskResult:
    """Make an absent colleague's task one's own.

    Needs the right to (``task.take_over``, or a grant for the workflow), and to be somebody who may see the request or whom
    the step's rule names. Raises TaskNotFound, Denied (``task.take_over.denied``), TaskNotOpen, TaskStale.
    """
    locked = lock_task(actor.organisation_id, task_id, actor.id)
    if locked is None:
        raise TaskNotFound
    desk = _desk(locked, actor, at)
    step = desk.step
    right = may_take_over(actor, locked.run.definition_id)
    near = right and (is_eligible(desk, step, locked.actor) or has_grant(actor, locked.run.definition_id))
    if not near and not _visible(locked, actor, at or timezone.now()):
        raise TaskNotFound
    if not right:
        raise Denied(code="task.take_over.denied")
    if step.is_machine:
        raise Denied("This step is done by the product.", code="task.take_over.denied")
    if not may_hold(step, locked.actor, locked.run.requester.id):
        raise Denied(OWN_REQUEST, code="task.take_over.denied")
    fresh(locked, version, actor)
    if locked.task.assignee is not None and locked.task.assignee.id == actor.id:
        return _unchanged(locked)
    by = By(actor.id, actor.name)
    plan = _handed(locked, by, locked.actor.ref, LogKind.TAKEN_OVER, comment, at or timezone.now())
    return _written(plan, locked.task, actor)


def task_claim(
    *, task_id: UUID, actor: Membership, version: int | None = None, at: datetime | None = None
) -> TaskResult:
    """Take a task out of the team queue for oneself, or for a colleague of the queue for whom one stands in.

    Raises TaskNotFound, Denied (``task.claim.denied``), TaskNotOpen, TaskStale.
    """
    moment = at or timezone.now()
    locked = locked_task(task_id, actor, at=moment)
    plan = claim(locked, actor=actor, version=version, at=moment)
    return _written(plan, locked.task, actor) if plan else _unchanged(locked)


def claim(locked: LockedTask, *, actor: Membership, version: int | None, at: datetime, via: str = "") -> Plan | None:
    """The actor takes the task under lock out of the queue, None if they have it; nothing is written yet. Raises what
    ``task_claim`` raises, for people who may see the request."""
    fresh(locked, version, actor)
    if locked.task.assignee is not None and locked.task.assignee.id == actor.id:
        return None
    behalf = _seat(locked, actor, _desk(locked, actor, at).step, at, "task.claim.denied")
    if not locked.task.in_queue:
        raise Denied(not_yours(locked.task), code="task.claim.denied")
    by = By(actor.id, actor.name, via, behalf)
    return _handed(locked, by, behalf or locked.actor.ref, LogKind.CLAIMED, "", at)


def task_assign(
    *, task_id: UUID, actor: Membership, assignee: UUID, comment: str = "", at: datetime | None = None
) -> TaskResult:
    """Give a task that waits for an assignment to somebody. Tenant admins may, to whomever is active and not separated.

    Raises TaskNotFound, Denied (``task.assign.denied``), TaskNotOpen, AssigneeInvalid.
    """
    locked = locked_task(task_id, actor, [assignee])
    fresh(locked, None, actor)
    if not actor.is_tenant_admin or not locked.task.unassigned:
        raise Denied(code="task.assign.denied")
    step = _desk(locked, actor, at).step
    chosen = locked.chosen
    if chosen is None or not may_hold(step, chosen, locked.run.requester.id):
        raise AssigneeInvalid({"assignee": ["Choose an active person other than the requester."]}, assignees=[])
    by = By(actor.id, actor.name)
    plan = _handed(locked, by, chosen.ref, LogKind.ASSIGNED, comment, at or timezone.now())
    return _written(plan, locked.task, actor)


# --- shared beats ---


def locked_task(
    task_id: UUID, actor: Membership, chosen: Collection[UUID] = (), at: datetime | None = None
) -> LockedTask:
    """The task under lock, for somebody who may know of it. Raises TaskNotFound."""
    locked = lock_task(actor.organisation_id, task_id, actor.id, chosen)
    if locked is None or not _visible(locked, actor, at or timezone.now()):
        raise TaskNotFound
    return locked


def _visible(locked: LockedTask, actor: Membership, at: datetime) -> bool:
    return is_near(locked, actor, at) or may_see(actor, locked.run.id, at)


def is_near(locked: LockedTask, actor: Membership, at: datetime | None = None) -> bool:
    """Whether what was locked says already that the person may see the request."""
    task = locked.task
    known = actor.id == locked.run.requester.id or actor.id in task.candidate_ids
    if known or (task.assignee is not None and task.assignee.id == actor.id):
        return True
    return task.is_open and locked.acts_for(at or timezone.now()) is not None


def _seat(locked: LockedTask, actor: Membership, step: CompiledStep, at: datetime, code: str) -> PersonRef | None:
    """In whose place the actor decides, None for their own. Raises Denied for who neither holds the task nor stands in for
    somebody who does, and for whom the step keeps out, in whosever place."""
    behalf = locked.acts_for(at)
    if not locked.task.is_held_by(actor.id) and behalf is None:
        raise Denied(not_yours(locked.task), code=code)
    if actor.id == locked.run.requester.id and excludes_requester(step):
        raise Denied(OWN_REQUEST, code=code)
    if is_own_delegate(step, locked.actor.stands_in, locked.run.requester.id, at, locked.subjects):
        raise Denied(OWN_DELEGATE, code=code)
    return behalf


def fresh(locked: LockedTask, version: int | None, actor: Membership) -> None:
    """Raises TaskNotOpen or TaskStale, telling what happened meanwhile."""
    task = locked.task
    if not task.is_open:
        raise TaskNotOpen(_what_happened(locked.run, task, actor), **_state_of(task))
    if version is not None and version != task.version:
        holder = task.assignee.name if task.assignee else "the team queue"
        raise TaskStale(f"This task has changed since you opened it. It is now with {holder}.", **_state_of(task))


def _content_decided_on(
    locked: LockedTask, definition: RunningDefinition, step: CompiledStep, given: str | None
) -> str:
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
        raise Invalid({"shown": ["Send `shown` of the task, as it was when you decided."]})
    if given is not None and not given.startswith(now):
        fields = changed(names, values, given)
        labels = [definition.form.by_name[name].label for name in fields]
        what = f"{', '.join(labels)} changed" if labels else "This task changed"
        raise ContentChanged(
            f"{what} since you opened it. Look again, then decide.", changed=fields, **_state_of(locked.task)
        )
    return now


def _what_happened(run: RunState, task: TaskState, actor: Membership) -> str:
    if task.completed_at is None or not task.completed_by:
        if run.finished_at is None:
            return "This task is not needed any more: the request has gone another way."
        return f"This task is closed: the request is {run.outcome.lower() or run.status}."
    local = task.completed_at.astimezone(ZoneInfo(actor.organisation.time_zone))
    return f"{task.completed_by} chose “{task.transition}” at {local:%H:%M} on {local.day} {local:%b}."


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


def _desk(locked: LockedTask, actor: Membership, at: datetime | None) -> Desk:
    run = locked.run
    definition = definition_of(run.organisation_id, run.version_id)
    environment = OrganisationSources(actor, at=at, run_id=run.id).environment
    situation = Situation(run.requester, locked.actor, definition.form, run.data, environment)
    return Desk(
        definition,
        definition.graph.step(locked.task.step),
        situation,
        run.owner_id,
        run.organisation_id,
        subjects=locked.subjects,
        at=at or timezone.now(),
    )


def _eligible_colleague(locked: LockedTask, actor: Membership, at: datetime) -> PersonRef:
    """The chosen person, whom the step's rule must name. Raises AssigneeInvalid."""
    desk = _desk(locked, actor, at)
    chosen = locked.chosen
    if chosen is None or not is_eligible(desk, desk.step, chosen):
        offered = [
            {"id": str(one.id), "name": one.name, "email": one.email} for one in eligible_people(desk, desk.step)
        ]
        text = f"This person cannot be asked at “{desk.step.name}”."
        raise AssigneeInvalid({"assignee": [text]}, assignees=offered)
    if locked.task.assignee is not None and locked.task.assignee.id == chosen.id:
        raise AssigneeInvalid({"assignee": [f"{chosen.name} has this task already."]}, assignees=[])
    return chosen.ref


def _handed(locked: LockedTask, by: By, to: PersonRef, kind: LogKind, comment: str, at: datetime) -> Plan:
    return moves.hand_over(locked.run, locked.task, to, kind, Clock(at), by, reason=clean_text(comment))


def _written(plan: Plan, task: TaskState, actor: Membership) -> TaskResult:
    plan.write(actor)
    return result_of(plan, task)


def _unchanged(locked: LockedTask) -> TaskResult:
    run = locked.run
    return TaskResult(run.id, run.number, run.status, run.outcome, locked.task.id, locked.task.version)


def result_of(plan: Plan, task: TaskState) -> TaskResult:
    run = plan.run
    return TaskResult(
        run_id=run.id,
        number=run.number,
        status=str(plan.run_changes.get("status", run.status)),
        outcome=str(plan.run_changes.get("outcome", run.outcome)),
        task_id=task.id,
        version=task.version + 1,
        opened=tuple(plan.opened),
    )
