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
from forms_builder.rules import Environment
from forms_builder.services.attachments import attachment_ids, attachments_claim
from forms_builder.sources import OrganisationSources
from workflows.assignment import Person, PersonRef, Situation
from workflows.engine import moves, votes
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, Opened, RunState, TaskState
from workflows.engine.votes import words_of
from workflows.graph.compiled import CompiledStep
from workflows.models import LogKind
from workflows.policies import REASSIGN_ANY
from workflows.selectors.asked import WITH_OTHERS, is_asked_outside
from workflows.selectors.calendars import calendars_at
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import Desk, eligible_people, is_eligible, why_barred_at
from workflows.selectors.doors import TaskNotFound
from workflows.selectors.locks import LockedTask, lock_task, open_at
from workflows.selectors.runs import may_see
from workflows.selectors.takeover import has_grant, may_take_over
from workflows.services.deciding import AssigneeInvalid, Standing, Submission, Wish, clean_text, decision_of
from workflows.services.voting import TOGETHER, ballot_of, panel_filled, seat_handed, seat_of, seat_to_hand, vote_cast
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
    tally: str = ""
    """How the panel stands after a vote that decided nothing yet."""


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
    locked: LockedTask,
    wish: Wish,
    *,
    actor: Membership,
    version: int | None,
    at: datetime,
    via: str = "",
    environment: Environment | None = None,
) -> Completion:
    """What a decision about a task under lock comes to; nothing is written yet.

    Decisions of one task and of many alike are made here; many share an ``environment``. Raises what ``task_complete``
    raises, for people who may see the request.
    """
    run, task = locked.run, locked.task
    sources = OrganisationSources(actor, at=at, run_id=run.id, environment=environment)
    desk = _desk_of(locked, sources)
    if why := _kept_away(desk, actor.id):
        raise Denied(why, code="task.complete.denied")
    fresh(locked, None, actor)
    behalf = locked.acts_for(at)
    seat = seat_of(task, locked.actor.ref, behalf) if task.decided_together else None
    fresh(locked, version, actor)
    if seat is None:
        _held(locked, actor, behalf, "task.complete.denied")
    if is_asked_outside(desk.step, run.organisation_id, task.id, at):
        raise Denied(WITH_OTHERS, code="task.complete.asked_outside")
    content = _content_decided_on(locked, desk.definition, desk.step, wish.shown)
    standing = Standing(run.tokens, locked.people, run.labels, run.id, run.definition_id)
    clock = Clock(at, calendars_at(run.organisation_id, locked.stamp))
    by = By(actor.id, actor.name, via, behalf)
    ballot = ballot_of(task, desk, wish.transition, seat, by, at) if seat is not None else None
    if ballot is not None and not ballot.decides:
        plan, answers = vote_cast(desk, wish, standing, sources, locked, ballot, clock, by, content)
        return Completion(plan, attachment_ids(desk.definition.form, answers.values))
    decision = replace(decision_of(desk, wish, standing, sources), shown=content)
    if decision.moved.cancelled:
        decision = replace(decision, cancelled=open_at(run.organisation_id, run.id, decision.moved.cancelled))
    if ballot is not None:
        decision = replace(decision, tally=words_of(ballot))
    plan = moves.move(run, task, decision, desk.definition, clock, by)
    if ballot is not None:
        votes.decide(plan, task, ballot, comment=decision.comment, shown=content)
    return Completion(plan, attachment_ids(desk.definition.form, decision.answers.values))


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
    panel = locked.task.panel if locked.task.decided_together else None
    held = locked.task.is_held_by(actor.id) or behalf is not None
    if panel is None and not (held or carries(actor, REASSIGN_ANY)):
        raise Denied(not_yours(locked.task), code="task.reassign.denied")
    seat = seat_to_hand(panel, actor.id) if panel is not None else None
    to = _eligible_colleague(locked, actor, at)
    by = By(actor.id, actor.name, via, behalf)
    if panel is not None and seat is not None:
        return seat_handed(locked.run, locked.task, panel, seat, by, to, at, clean_text(comment))
    return _handed(locked, by, to.ref, LogKind.REASSIGNED, comment, at)


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
    if why := _kept_away(desk, actor.id):
        raise Denied(why, code="task.take_over.denied")
    fresh(locked, version, actor)
    if locked.task.decided_together:
        raise Denied(TOGETHER, code="task.take_over.denied")
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
    if why := _kept_away(_desk(locked, actor, at), actor.id):
        raise Denied(why, code="task.claim.denied")
    behalf = locked.acts_for(at)
    _held(locked, actor, behalf, "task.claim.denied")
    if not locked.task.in_queue:
        raise Denied(not_yours(locked.task), code="task.claim.denied")
    if locked.task.decided_together:
        raise Denied(TOGETHER, code="task.claim.denied")
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
    desk, chosen, moment = _desk(locked, actor, at), locked.chosen, at or timezone.now()
    if chosen is None or not chosen.is_active:
        raise AssigneeInvalid({"assignee": ["Choose an active person."]}, assignees=[])
    if why := _kept_away(desk, chosen.id):
        raise AssigneeInvalid({"assignee": [f"Choose somebody else. {why}"]}, assignees=[])
    by = By(actor.id, actor.name)
    if locked.task.panel is not None:
        plan = panel_filled(locked.run, locked.task, locked.task.panel, desk, chosen, by, moment, clean_text(comment))
    else:
        plan = _handed(locked, by, chosen.ref, LogKind.ASSIGNED, comment, moment)
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


def _held(locked: LockedTask, actor: Membership, behalf: PersonRef | None, code: str) -> None:
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


def _desk(locked: LockedTask, actor: Membership, at: datetime | None) -> Desk:
    return _desk_of(locked, OrganisationSources(actor, at=at, run_id=locked.run.id))


def _desk_of(locked: LockedTask, sources: OrganisationSources) -> Desk:
    run = locked.run
    definition = definition_of(run.organisation_id, run.version_id)
    situation = Situation(run.requester, locked.actor, definition.form, run.data, sources.environment)
    step = definition.graph.step(locked.task.step)
    return Desk(
        definition,
        step,
        situation,
        run.owner_id,
        run.organisation_id,
        subjects=locked.subjects,
        at=sources.at,
        run_id=run.id,
    )


def _kept_away(desk: Desk, member_id: UUID) -> str:
    """Why separation of duties keeps somebody away from the step at hand, empty where it does not. A query only where the
    step names others."""
    return why_barred_at(desk, desk.step, member_id)


def _eligible_colleague(locked: LockedTask, actor: Membership, at: datetime) -> Person:
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
    return chosen


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
        tally=plan.tally,
    )
