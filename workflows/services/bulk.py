"""Decide, hand over or claim many tasks at once: one locking read for all of them, and a writing statement for some at a time,
which the server works on while the next ones are planned.

Each row is judged by the same functions as a task alone (``services.tasks``), and succeeds or is left by itself. Until the
organisation's time to undo is over, a wish only waits as a row: nothing has moved, so nobody was told and undoing leaves no trace
in any request. See docs/subsystems/engine.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit.record import SYSTEM, record
from accounts.models import Membership
from accounts.tenancy.batch import WriteBatch, values_of
from accounts.tenancy.errors import Conflict, DomainError, Invalid
from accounts.tenancy.faults import FAULTS, OUTAGES
from accounts.tenancy.scope import organisation_scope
from forms_builder.rules import Environment
from forms_builder.sources import OrganisationSources
from workflows.engine.plan import Plan, write_all
from workflows.events import BulkAsked, BulkCancelled, BulkDone, BulkFailed, Via
from workflows.models import BulkAct, BulkAction, BulkState, next_state
from workflows.selectors.bulk import access_bulk
from workflows.selectors.locks import LockedTask, lock_tasks
from workflows.selectors.runs import visible_among
from workflows.services.at_task import is_near
from workflows.services.deciding import Submission, Wish, claim_files, clean_text
from workflows.services.drawing import lock_turns
from workflows.services.refusals import refusal_text
from workflows.services.tasks import claim, completion, reassignment

MAX_ROWS: Final = 500
FIRST: Final = 5
AHEAD: Final = 20
"""Rows of the first writing statement, so few that the server begins early, and of the others, so many that a statement more
costs little."""
PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 300, 10))
"""After each attempt of a worker that broke off; after the last one it is given up."""
NOT_FOUND: Final = "There is no such task."
FAILED: Final = "It broke off each time it was tried. Nothing has happened to the requests."

logger = structlog.get_logger(__name__)


class BulkInvalid(Invalid):
    code = "bulk.invalid"


class BulkOver(Conflict):
    """It was done, or undone, or given up, before."""

    code = "bulk.over"


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One task of a wish. ``version`` is what the person saw, None skips the comparison; ``comment`` replaces the common
    reason, ``data`` answers the step's fields."""

    task_id: UUID
    version: int | None = None
    data: Mapping[str, Any] | None = None
    comment: str | None = None
    shown: str | None = None
    """The fingerprint of what the step showed, where it demands one."""


@dataclass(frozen=True, slots=True)
class BulkWish:
    action: BulkAction
    rows: Sequence[BulkRow]
    transition: str = ""
    assignee_id: UUID | None = None
    comment: str = ""

    @property
    def named(self) -> tuple[UUID, ...]:
        """Who is named, if anybody."""
        return (self.assignee_id,) if self.assignee_id else ()


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one task. ``state`` is done, unchanged (it was so already) or left, with the reason."""

    task_id: UUID
    state: str
    code: str = ""
    message: str = ""
    run_id: UUID | None = None
    number: int | None = None
    title: str = ""
    step: str = ""
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        ids = {"task": str(self.task_id), "run": str(self.run_id) if self.run_id else None}
        names = ("state", "code", "message", "number", "title", "step", "version")
        return ids | {name: getattr(self, name) for name in names}


def bulk_ask(
    *, actor: Membership, wish: BulkWish, wait: timedelta = timedelta(0), at: datetime | None = None
) -> BulkAct:
    """Do it at once, or after ``wait``, until when it can be undone. Raises BulkInvalid for a wish that is none."""
    moment = at or timezone.now()
    _check(actor, wish)
    act = BulkAct(
        organisation_id=actor.organisation_id,
        actor_id=actor.id,
        action=wish.action.value,
        transition=wish.transition,
        assignee_id=wish.assignee_id,
        comment=clean_text(wish.comment),
        asked=len(wish.rows),
        run_at=moment + wait,
        created_by_id=actor.id,
        modified_by_id=actor.id,
        created_at=moment,
        modified_at=moment,
    )
    if not wait:
        return _perform(act, wish, actor, moment, is_new=True)
    act.rows = {"schema": 1, "rows": [_row_json(row) for row in wish.rows]}
    batch = WriteBatch()
    batch.insert(BulkAct, [values_of(act)])
    asked = BulkAsked(**_facts(act, actor), run_at=act.run_at)
    record(asked, actor=actor, organisation_id=act.organisation_id, at=moment, batch=batch)
    batch.execute()
    return act


def bulk_cancel(*, bulk_id: UUID, actor: Membership, at: datetime | None = None) -> BulkAct:
    """Undo a wish of one's own that still waits. Raises BulkNotFound, BulkOver."""
    moment = at or timezone.now()
    act = access_bulk(actor, bulk_id, lock=True)
    if act.state == BulkState.CANCELLED:
        return act
    if act.state == BulkState.FAILED:
        raise BulkOver(FAILED)
    if act.state != BulkState.WAITING:
        raise BulkOver("It is done already and cannot be undone any more.")
    act.cancel()
    act.finished_at, act.rows, act.modified_at = moment, {}, moment
    act.save(update_fields=["state", "finished_at", "rows", "modified_at"])
    record(BulkCancelled(**_facts(act, actor)), actor=actor, organisation_id=act.organisation_id, at=moment)
    return act


def bulk_run(*, bulk_id: UUID, actor: Membership, at: datetime | None = None) -> BulkAct:
    """Do a wish of one's own now, without waiting any longer; done before, it stays as it is. Raises BulkNotFound, BulkOver."""
    act = access_bulk(actor, bulk_id, lock=True)
    if act.state == BulkState.CANCELLED:
        raise BulkOver("It was undone.")
    if act.state == BulkState.FAILED:
        raise BulkOver(FAILED)
    return _perform(act, _wish_of(act), actor, at or timezone.now()) if act.state == BulkState.WAITING else act


def bulk_due(organisation_id: UUID, *, at: datetime) -> int:
    """Take up the wish that is due for longest; returns how many. Any number may run at once. Call outside of a scope.

    The attempt is counted, and the wish put off, in a transaction before: one that breaks off, or takes its worker with it, is
    tried a few times, and keeps no other from its turn.
    """
    with organisation_scope(organisation_id):
        act = _claim(organisation_id, at)
    if act is None:
        return 0
    try:
        with organisation_scope(organisation_id), transaction.atomic():
            _attempt(act, at)
    except OUTAGES:
        raise
    except FAULTS as error:
        logger.warning("bulk.failed", id=str(act.id), attempt=act.attempts, exc_info=error)
    return 1


def _claim(organisation_id: UUID, at: datetime) -> BulkAct | None:
    due = BulkAct.objects.filter(organisation_id=organisation_id, state=BulkState.WAITING, run_at__lte=at)
    act: BulkAct | None = due.select_for_update(skip_locked=True, of=("self",)).order_by("run_at", "id").first()
    if act is None:
        return None
    if act.attempts >= len(PAUSES):
        _give_up(act, at)
        return act
    act.run_at = at + PAUSES[act.attempts]
    act.attempts += 1
    act.save(update_fields=["attempts", "run_at"])
    return act


def _give_up(act: BulkAct, at: datetime) -> None:
    actor = Membership.objects.get(organisation_id=act.organisation_id, id=act.actor_id)
    act.give_up()
    act.finished_at, act.rows, act.modified_at = at, {}, at
    act.save(update_fields=["state", "finished_at", "rows", "modified_at"])
    event = BulkFailed(**_facts(act, actor), attempts=act.attempts, why=FAILED)
    record(event, actor=SYSTEM, organisation_id=act.organisation_id, at=at)
    logger.error("bulk.poison", id=str(act.id), attempts=act.attempts)


def _attempt(claimed: BulkAct, at: datetime) -> None:
    """Nothing, where it was ended since it was claimed."""
    waiting = BulkAct.objects.filter(organisation_id=claimed.organisation_id, id=claimed.id, state=BulkState.WAITING)
    act = waiting.select_for_update(of=("self",)).first()
    if act is None:
        return
    actor = Membership.objects.select_related("user", "organisation").get(
        organisation_id=act.organisation_id, id=act.actor_id
    )
    if actor.is_active and actor.user.is_active:
        _perform(act, _wish_of(act), actor, at)
    else:
        bulk_cancel(bulk_id=act.id, actor=actor, at=at)


def organisations_with_due_bulks(at: datetime) -> list[UUID]:
    """Asked across organisations: a function of the owner tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workflows_bulk_due(%s)", [at])
        return [row[0] for row in cursor.fetchall()]


# --- one round after the other ---


@dataclass
class _Made:
    """A row that passed every check, ready to be written."""

    row: BulkRow
    locked: LockedTask
    plan: Plan
    files: Mapping[UUID, str] = field(default_factory=dict)


@dataclass
class _Work:
    """What is being done, and what became of it so far."""

    actor: Membership
    wish: BulkWish
    at: datetime
    results: dict[UUID, RowResult] = field(default_factory=dict)

    @cached_property
    def environment(self) -> Environment:
        """What rules may ask about the moment and the directory, read once for all rows."""
        return OrganisationSources(self.actor, at=self.at).environment

    def settle(self, row: BulkRow, locked: LockedTask | None, state: str, code: str = "", message: str = "") -> None:
        if locked is None:
            self.results[row.task_id] = RowResult(row.task_id, state, code, message)
            return
        run, task = locked.run, locked.task
        version = task.version + (1 if state == "done" else 0)
        self.results[row.task_id] = RowResult(
            row.task_id, state, code, message, run.id, run.number, run.title, task.step_name, version
        )


def _perform(act: BulkAct, wish: BulkWish, actor: Membership, at: datetime, *, is_new: bool = False) -> BulkAct:
    work = _Work(actor, wish, at)
    rows: Sequence[BulkRow] = wish.rows
    while rows:
        rows = _round(work, rows)
    found = [work.results[row.task_id] for row in wish.rows]
    changes = {
        "state": next_state(BulkAct.finish, act.state),
        "rows": {},
        "results": {"schema": 1, "rows": [one.to_json() for one in found]},
        "done": sum(one.state == "done" for one in found),
        "finished_at": at,
        "modified_at": at,
        "modified_by_id": actor.id,
    }
    batch = WriteBatch()
    if is_new:
        batch.insert(BulkAct, [values_of(act) | changes])
    else:
        batch.update(BulkAct, act.id, changes, expect={"state": act.state})
    done = BulkDone(**_facts(act, actor), done=changes["done"])
    record(done, actor=actor, organisation_id=act.organisation_id, at=at, batch=batch)
    batch.execute_last()
    return BulkAct(**{**values_of(act), **changes})


def _round(work: _Work, rows: Sequence[BulkRow]) -> list[BulkRow]:
    """Try the rows, of several tasks of one request the first; returns the others, for which the request must be read again."""
    actor, wish = work.actor, work.wish
    locked = lock_tasks(actor.organisation_id, [row.task_id for row in rows], actor.id, wish.named)
    if wish.action is BulkAction.DECIDE:
        lock_turns(actor.organisation_id, [one.run for one in locked.values()])
    near = {task_id for task_id, one in locked.items() if is_near(one, actor, work.at)}
    far = {task_id: one.run.id for task_id, one in locked.items() if task_id not in near}
    seen = visible_among(actor, list(far.values())) if far else set()
    there = {task_id: one for task_id, one in locked.items() if task_id in near or far[task_id] in seen}
    later: list[BulkRow] = []
    try:
        with transaction.atomic():
            _write_ahead(work, _plans(work, rows, there, later))
    except (DatabaseError, DomainError):
        later.clear()
        _write(work, list(_plans(work, rows, there, later)))
    return later


def _plans(
    work: _Work, rows: Sequence[BulkRow], there: Mapping[UUID, LockedTask], later: list[BulkRow]
) -> Iterator[_Made]:
    """What is to be written, one for each request; what is not is settled. Further rows of a request go to ``later``."""
    taken: set[UUID] = set()
    for row in rows:
        one = there.get(row.task_id)
        if one is None:
            work.settle(row, None, "left", "task.not_found", NOT_FOUND)
        elif one.run.id in taken:
            later.append(row)
        elif (found := _judged(work, row, one)) is not None:
            taken.add(one.run.id)
            yield found


def _judged(work: _Work, row: BulkRow, locked: LockedTask) -> _Made | None:
    """The plan of one row, or None when it is settled already."""
    try:
        found = _planned(work, row, locked)
    except DomainError as refusal:
        if _is_done(work, locked):
            work.settle(row, locked, "unchanged", "task.done", "You have done this already.")
        else:
            work.settle(row, locked, "left", refusal.code, refusal_text(refusal, locked.run))
        return None
    if found is None:
        work.settle(row, locked, "unchanged", "task.done", "It is yours already.")
    return found


def _planned(work: _Work, row: BulkRow, locked: LockedTask) -> _Made | None:
    """Raises what the service for one task raises."""
    actor, wish, at = work.actor, work.wish, work.at
    comment = wish.comment if row.comment is None else row.comment
    if wish.action is BulkAction.DECIDE:
        asked = Wish(Submission(row.data), wish.transition, wish.assignee_id, comment, row.shown)
        found = completion(
            locked, asked, actor=actor, version=row.version, at=at, via=Via.BULK, environment=work.environment
        )
        return _Made(row, locked, found.plan, found.files)
    given: dict[str, Any] = {"actor": actor, "version": row.version, "at": at, "via": Via.BULK}
    if wish.action is BulkAction.REASSIGN:
        return _Made(row, locked, reassignment(locked, comment=comment, **given))
    plan = claim(locked, **given)
    return _Made(row, locked, plan) if plan else None


def _is_done(work: _Work, locked: LockedTask) -> bool:
    """Whether the person has brought about already what they wish for."""
    task, wish = locked.task, work.wish
    if wish.action is BulkAction.DECIDE:
        return not task.is_open and task.completed_by_id == work.actor.id and task.transition == wish.transition
    wanted = wish.assignee_id if wish.action is BulkAction.REASSIGN else work.actor.id
    return task.is_open and task.assignee is not None and task.assignee.id == wanted


def _write_ahead(work: _Work, plans: Iterator[_Made]) -> None:
    """Write the plans as they come: the server writes some while the next ones are planned. Raises, now or at the end of the
    transaction, when it refuses any of them; what is settled by then does not count."""
    some = FIRST
    while part := list(islice(plans, some)):
        _batch(work, part).execute_ahead()
        _settle(work, part)
        some = AHEAD


def _write(work: _Work, made: Sequence[_Made]) -> None:
    """Write the plans by one statement. Should the database refuse, or a row that a request is about, the rows are halved until
    the one is found that is meant. What a refused half has done to the rows that its requests are about is undone with it."""
    if not made:
        return
    try:
        with transaction.atomic():
            _batch(work, made).execute()
    except (DatabaseError, DomainError) as refusal:
        if len(made) > 1:
            middle = len(made) // 2
            _write(work, made[:middle])
            _write(work, made[middle:])
            return
        [one] = made
        code, text = "task.refused", "This could not be stored. Decide it on its own page."
        if isinstance(refusal, DomainError):
            code, text = refusal.code, refusal_text(refusal, one.locked.run)
        work.settle(one.row, one.locked, "left", code, text)
        return
    _settle(work, made)


def _batch(work: _Work, made: Sequence[_Made]) -> WriteBatch:
    for one in made:
        claim_files(work.actor, one.locked.run.id, one.files, work.at)
    batch = WriteBatch()
    events = write_all([one.plan for one in made], batch)
    record(events, actor=work.actor, organisation_id=work.actor.organisation_id, at=work.at, batch=batch)
    return batch


def _settle(work: _Work, made: Sequence[_Made]) -> None:
    for one in made:
        work.settle(one.row, one.locked, "done", message=_said(one.plan))


def _said(plan: Plan) -> str:
    """What a decision or a hand-over led to, in a few words."""
    if plan.opened:
        opened = plan.opened[0]
        whom = opened.assignee.name if opened.assignee else "the team" if opened.candidate_ids else "nobody yet"
        return f"{opened.step_name}, with {whom}"
    return str(plan.run_changes.get("outcome", ""))


# --- the wish as a row ---


def _check(actor: Membership, wish: BulkWish) -> None:
    problems: dict[str, list[str]] = {}
    ids = [row.task_id for row in wish.rows]
    if not 1 <= len(ids) <= MAX_ROWS:
        problems["tasks"] = [f"Name 1 to {MAX_ROWS} tasks."]
    elif len(set(ids)) < len(ids):
        problems["tasks"] = ["A task is named twice."]
    if wish.action is BulkAction.DECIDE and not wish.transition:
        problems["transition"] = ["Choose the next step."]
    if wish.action is BulkAction.REASSIGN and wish.assignee_id is None:
        problems["assignee"] = ["Choose a person."]
    elif wish.named and not _are_there(actor.organisation_id, wish.named):
        problems["assignee"] = ["There is no such person here. Choose somebody else."]
    if problems:
        raise BulkInvalid(problems)


def _are_there(organisation_id: UUID, ids: Sequence[UUID]) -> bool:
    return Membership.objects.filter(organisation_id=organisation_id, id__in=ids).count() == len(ids)


def _facts(act: BulkAct, actor: Membership) -> dict[str, Any]:
    wish = {"action": act.action, "transition": act.transition, "asked": act.asked}
    return {"subject_id": act.id, **wish, "by_id": actor.id, "by_name": actor.name}


def _row_json(row: BulkRow) -> dict[str, Any]:
    names = ("version", "data", "comment", "shown")
    return {"task": str(row.task_id)} | {name: getattr(row, name) for name in names}


def _wish_of(act: BulkAct) -> BulkWish:
    rows = [
        BulkRow(UUID(row["task"]), row["version"], row["data"], row["comment"], row["shown"])
        for row in act.rows.get("rows", ())
    ]
    return BulkWish(BulkAction(act.action), rows, act.transition, act.assignee_id, act.comment)


def results_of(act: BulkAct) -> list[RowResult]:
    """The stored results, in the order of the wish."""
    names = ("state", "code", "message", "number", "title", "step", "version")
    return [
        RowResult(
            UUID(row["task"]), run_id=UUID(row["run"]) if row["run"] else None, **{name: row[name] for name in names}
        )
        for row in act.results.get("rows", ())
    ]
