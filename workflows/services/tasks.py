"""Decide a task, hand it over, take it over, claim it, assign it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from accounts.policies import carries
from accounts.tenancy.errors import Denied
from forms_builder.rules import Environment
from forms_builder.services.attachments import files_of
from forms_builder.sources import OrganisationSources
from workflows.assignment import Person, PersonRef
from workflows.engine import moves, stays, votes
from workflows.engine.plan import Plan
from workflows.engine.state import By, Clock, Opened, TaskState
from workflows.engine.votes import words_of
from workflows.models import LogKind
from workflows.policies import REASSIGN_ANY
from workflows.selectors.asked import WITH_OTHERS, is_asked_outside
from workflows.selectors.calendars import calendars_at
from workflows.selectors.desk import eligible_people, is_eligible
from workflows.selectors.doors import TaskNotFound
from workflows.selectors.locks import LockedTask, lock_task, open_at
from workflows.selectors.takeover import has_grant, may_take_over
from workflows.services.at_task import (
    content_decided_on,
    desk_at_task,
    desk_of,
    fresh,
    is_visible,
    kept_away,
    locked_task,
    must_hold,
    not_yours,
)
from workflows.services.deciding import (
    AssigneeInvalid,
    Standing,
    Submission,
    Wish,
    claim_files,
    clean_text,
    decision_of,
)
from workflows.services.voting import TOGETHER, ballot_of, panel_filled, seat_handed, seat_of, seat_to_hand, vote_cast


class TaskResult(NamedTuple):
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
    claim_files(actor, locked.run.id, made.files, moment)
    return _written(made.plan, locked.task, actor)


class Completion(NamedTuple):
    """A decision that passed every check, ready to be written."""

    plan: Plan
    files: Mapping[UUID, str]
    """Those that its answers name, with their fields, to be claimed for the run."""


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
    desk = desk_of(locked, sources)
    if why := kept_away(desk, actor.id):
        raise Denied(why, code="task.complete.denied")
    fresh(locked, None, actor)
    behalf = desk.behalf
    seat = seat_of(task, locked.actor.ref, behalf) if task.decided_together else None
    fresh(locked, version, actor)
    if seat is None:
        must_hold(locked, actor, behalf, "task.complete.denied")
    if is_asked_outside(desk.step, run.organisation_id, task.id, at):
        raise Denied(WITH_OTHERS, code="task.complete.asked_outside")
    content = content_decided_on(locked, desk.definition, desk.step, wish.shown)
    standing = Standing(run.tokens, locked.people, run.labels, run.id, run.definition_id)
    clock = Clock(at, calendars_at(run.organisation_id, locked.stamp))
    by = By(actor.id, actor.name, via, behalf)
    ballot = ballot_of(task, desk, wish.transition, seat, by, at) if seat is not None else None
    if ballot is not None and not ballot.decides:
        plan, answers = vote_cast(desk, wish, standing, sources, locked, ballot, clock, by, content)
        return Completion(plan, files_of(desk.definition.form, answers.values))
    decision = decision_of(desk, wish, standing, sources, shown=content)
    if decision.moved.cancelled:
        decision = decision._replace(cancelled=open_at(run.organisation_id, run.id, decision.moved.cancelled))
    if ballot is not None:
        decision = decision._replace(tally=words_of(ballot))
    plan = moves.move(run, task, decision, desk.definition, clock, by)
    if ballot is not None:
        votes.decide(plan, task, ballot, comment=decision.comment, shown=content)
    return Completion(plan, files_of(desk.definition.form, decision.answers.values))


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
    desk = desk_at_task(locked, actor, at)
    step = desk.step
    right = may_take_over(actor, locked.run.definition_id)
    near = right and (is_eligible(desk, step, locked.actor) or has_grant(actor, locked.run.definition_id))
    if not near and not is_visible(locked, actor, at or timezone.now()):
        raise TaskNotFound
    if not right:
        raise Denied(code="task.take_over.denied")
    if step.is_machine:
        raise Denied("This step is done by the product.", code="task.take_over.denied")
    if why := kept_away(desk, actor.id):
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
    if why := kept_away(desk_at_task(locked, actor, at), actor.id):
        raise Denied(why, code="task.claim.denied")
    behalf = locked.acts_for(at)
    must_hold(locked, actor, behalf, "task.claim.denied")
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
    desk, chosen, moment = desk_at_task(locked, actor, at), locked.chosen, at or timezone.now()
    if chosen is None or not chosen.is_active:
        raise AssigneeInvalid({"assignee": ["Choose an active person."]}, assignees=[])
    if why := kept_away(desk, chosen.id):
        raise AssigneeInvalid({"assignee": [f"Choose somebody else. {why}"]}, assignees=[])
    by = By(actor.id, actor.name)
    if locked.task.panel is not None:
        plan = panel_filled(locked.run, locked.task, locked.task.panel, desk, chosen, by, moment, clean_text(comment))
    else:
        plan = _handed(locked, by, chosen.ref, LogKind.ASSIGNED, comment, moment)
    return _written(plan, locked.task, actor)


def _eligible_colleague(locked: LockedTask, actor: Membership, at: datetime) -> Person:
    """The chosen person, whom the step's rule must name. Raises AssigneeInvalid."""
    desk = desk_at_task(locked, actor, at)
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
    return stays.hand_over(locked.run, locked.task, to, kind, Clock(at), by, reason=clean_text(comment))


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
