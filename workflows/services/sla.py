"""The sweep: climb the rungs of the tasks' ladders that have come. Each once, in batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction

from accounts.audit.record import SYSTEM, record
from accounts.models import AuditEntry
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.errors import DomainError
from accounts.tenancy.faults import FAULTS, OUTAGES, fault_text
from accounts.tenancy.scope import organisation_scope
from workflows.clock_events import TaskClockFailed
from workflows.engine import stays, timeouts
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan, finish_subject_first, write_all
from workflows.engine.state import By, Clock, Columns, RunState, TaskState
from workflows.events import Via
from workflows.graph.timing import HardEnd
from workflows.ladder import Deed, Ladder, Rung, Standing
from workflows.models import OPEN_TASK, LogKind, Task
from workflows.selectors.audience import audiences
from workflows.selectors.calendars import calendars_at
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import Claimed, claim_due, claim_due_task, lock_run
from workflows.selectors.people import tenant_admin_ids
from workflows.services.drawing import lock_turns
from workflows.services.refusals import refusal_text
from workflows.services.sla_targets import Targets
from workflows.services.unattended import decided_by_clock
from workflows.sla import ROUND_THE_CLOCK, Calendars

BATCH: Final = 500
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 1_440))
"""After the first, second ... failure of a task; the last one after every further one."""
THE_CLOCK: Final = By(None, SYSTEM.actor_label)
BY_LIMIT: Final = By(None, SYSTEM.actor_label, Via.TIME_LIMIT)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, as numbers of tasks; ``passed`` are those for which nothing was left to do,
    ``put_off`` those that failed."""

    reminded: int = 0
    told: int = 0
    escalated: int = 0
    overdue: int = 0
    decided: int = 0
    warned: int = 0
    ended: int = 0
    passed: int = 0
    put_off: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, one.name) for one in fields(self))

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def sla_sweep(organisation_id: UUID, *, at: datetime, limit: int = BATCH) -> Swept:
    """Do what is due at ``at`` for at most ``limit`` open tasks of the organisation, one rung each.

    Tasks that somebody else holds under lock are left for the next sweep, so any number of sweeps may run at once and each
    rung is climbed once. A handful of reads and one writing statement, whatever the number of tasks. Should that fail, each task
    is done in a transaction of its own, and one that fails again is put off. In the scope of a caller all of it is one.
    """
    try:
        with organisation_scope(organisation_id), transaction.atomic():
            return _swept(organisation_id, claim_due(organisation_id, at, limit), at)
    except OUTAGES:
        raise
    except FAULTS as error:
        logger.warning("sla.sweep_failed", organisation=str(organisation_id), exc_info=error)
    with organisation_scope(organisation_id):
        due = Task.objects.filter(organisation_id=organisation_id, check_at__lte=at, state__in=OPEN_TASK)
        ids = list(due.order_by("check_at", "id").values_list("id", flat=True)[:limit])
    return sum((_alone(organisation_id, task_id, at) for task_id in ids), Swept())


def _swept(organisation_id: UUID, claimed: Claimed, at: datetime) -> Swept:
    if not claimed.tasks:
        return Swept()
    sweep = _Sweep(organisation_id, calendars_at(organisation_id, claimed.stamp), claimed.stamp, at)
    plans = sweep.plans(claimed.tasks)
    write_swept(organisation_id, plans, at)
    return Swept(**sweep.counts)


def _alone(organisation_id: UUID, task_id: UUID, at: datetime) -> Swept:
    try:
        with organisation_scope(organisation_id), transaction.atomic():
            return _swept(organisation_id, claim_due_task(organisation_id, at, task_id), at)
    except OUTAGES:
        raise
    except FAULTS as error:
        with organisation_scope(organisation_id):
            return _put_off(organisation_id, task_id, error, at)


def _put_off(organisation_id: UUID, task_id: UUID, error: Exception, at: datetime) -> Swept:
    """Look at the task again later, and later each time. The audit keeps count, and the tenant admins are told when it lasts."""
    rows = Task.objects.filter(organisation_id=organisation_id, id=task_id)
    known = AuditEntry.objects.filter(organisation_id=organisation_id, subject_id=task_id, kind=TaskClockFailed.kind)
    attempt = known.count() + 1
    again_at = at + PAUSES[min(attempt, len(PAUSES)) - 1]
    if not rows.filter(check_at__lte=at, state__in=OPEN_TASK).update(check_at=again_at):
        return Swept()
    task = rows.select_related("run", "definition", "requester").get()
    logger.error("sla.put_off", id=str(task_id), number=task.run.number, attempt=attempt, exc_info=error)
    event = TaskClockFailed(
        subject_id=task_id,
        run_id=task.run_id,
        run_number=task.run.number,
        run_title=task.run.title,
        definition_id=task.definition_id,
        definition_name=task.definition.name,
        requester_id=task.requester_id,
        requester_name=task.requester.name,
        step=task.step,
        step_name=task.step_name,
        attempt=attempt,
        again_at=again_at,
        why=fault_text(error),
        admin_ids=() if attempt % len(PAUSES) else tenant_admin_ids(organisation_id),
    )
    record(event, actor=SYSTEM, organisation_id=organisation_id, at=at)
    return Swept(put_off=1)


def organisations_due(at: datetime) -> list[UUID]:
    """The organisations with something to do, asked across all of them: functions of the owner tell ids only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT workflows_sla_due(%s) UNION SELECT workflows_links_due(%s)"
            " UNION SELECT workflows_deserted() ORDER BY 1",
            [at, at],
        )
        return [row[0] for row in cursor.fetchall()]


def write_swept(organisation_id: UUID, plans: Sequence[Plan], at: datetime) -> None:
    """What a sweep has planned, by one statement."""
    batch = WriteBatch()
    events = write_all(plans, batch)
    if events:
        record(events, actor=SYSTEM, organisation_id=organisation_id, at=at, batch=batch)
    batch.execute()


@dataclass(frozen=True, slots=True)
class _Turn:
    """A task, the rung that has come, and the columns that say so."""

    run: RunState
    task: TaskState
    rung: Rung | None
    columns: Columns


class _Sweep:
    """One batch: what each claimed task's ladder calls for, as plans."""

    def __init__(self, organisation_id: UUID, calendars: Calendars, stamp: int | None, at: datetime) -> None:
        self.organisation_id = organisation_id
        self.calendars = calendars
        self.stamp = stamp
        self.clock = Clock(at, calendars)
        self.counts: dict[str, int] = {}
        self._admins: tuple[UUID, ...] | None = None

    def plans(self, claimed: list[tuple[RunState, TaskState]]) -> list[Plan]:
        turns = [self._turn(run, task) for run, task in claimed]
        needy = [
            (one.run, one.task)
            for one in turns
            if one.rung is not None and one.rung.deed in (Deed.HAND_OVER, Deed.TELL)
        ]
        deciding = [one.run for one in turns if one.rung is not None and one.rung.deed is Deed.DECIDE]
        lock_turns(self.organisation_id, deciding)
        told = {one.run.id for one in turns if one.rung is not None and one.rung.deed is Deed.TELL}
        self.audience = audiences(self.organisation_id, told)
        self.targets = Targets(self.organisation_id, self.stamp, needy, self.clock.at)
        return [self._deeds[one.rung.deed if one.rung else None](self, one) for one in turns]

    def _turn(self, run: RunState, task: TaskState) -> _Turn:
        definition: RunningDefinition = definition_of(self.organisation_id, run.version_id)
        timing = definition.limits.get(task.step)
        ladder = timing.ladder if timing is not None else Ladder()
        calendar = self.calendars.of(task.assignee.id if task.assignee else None) or ROUND_THE_CLOCK
        stood_still = timedelta(seconds=task.stood_still)
        rung, done = ladder.turn(
            Standing(task.opened_at, task.due_at, task.rungs_done, stood_still), calendar, self.clock.at
        )
        check = ladder.next_check(Standing(task.opened_at, task.due_at, done, stood_still), calendar)
        return _Turn(run, task, rung, {"rungs_done": done, "check_at": check})

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def _pass(self, turn: _Turn) -> Plan:
        self._count("passed")
        return timeouts.climb(turn.run, turn.task, self.clock, THE_CLOCK, turn.columns)

    def _remind(self, turn: _Turn) -> Plan:
        self._count("reminded")
        return stays.remind(turn.run, turn.task, self.clock, THE_CLOCK, turn.columns)

    def _tell(self, turn: _Turn) -> Plan:
        found = self.targets.of(turn.run, turn.task)
        if found is None:
            return self._pass(turn)
        self._count("told")
        manager = found[0].ref
        follows = manager.id in self.audience[turn.run.id].stakeholders
        return timeouts.tell(turn.run, turn.task, manager, self.clock, THE_CLOCK, turn.columns, follows=follows)

    def _hand_over(self, turn: _Turn) -> Plan:
        found = self.targets.of(turn.run, turn.task)
        if found is None:
            return self._overdue(turn)
        self._count("escalated")
        person, note = found
        return stays.hand_over(
            turn.run,
            turn.task,
            person.ref,
            LogKind.ESCALATED,
            self.clock,
            THE_CLOCK,
            note=note,
            ladder=turn.columns,
        )

    def _decide(self, turn: _Turn) -> Plan:
        """As a person would, by the way that the rung names; where that is not open, the admins are told."""
        way = turn.rung.transition if turn.rung is not None else ""
        try:
            plan = decided_by_clock(turn.run, turn.task, way, self.clock, BY_LIMIT, turn.columns)
            # Now and not when all are written: one refusal must not keep the whole batch from it.
            finish_subject_first(plan)
        except DomainError as refusal:
            return self._overdue(turn, why=f"it could not be decided as “{way}”: {refusal_text(refusal, turn.run)}")
        self._count("decided")
        return plan

    def _overdue(self, turn: _Turn, why: str = "") -> Plan:
        """Nobody can do what is due now. What could not be done before the time is up waits for that."""
        if not turn.task.is_late(self.clock.at):
            return self._pass(turn)
        self._count("overdue")
        if self._admins is None:
            self._admins = tenant_admin_ids(self.organisation_id)
        why = why or self.targets.why_none(turn.run, turn.task)
        return stays.mark_overdue(turn.run, turn.task, self.clock, THE_CLOCK, self._admins, why, turn.columns)

    def _warn(self, turn: _Turn) -> Plan:
        self._count("warned")
        return timeouts.warn_of_task(turn.run, turn.task, self.clock, THE_CLOCK, turn.columns)

    def _end(self, turn: _Turn) -> Plan:
        """The run is locked already, so its other tasks are free."""
        self._count("ended")
        found = lock_run(self.organisation_id, turn.run.id)
        tasks = [one for one in found[1] if one.is_live] if found else [turn.task]
        then = turn.rung.then if turn.rung is not None else HardEnd.FAIL
        return timeouts.end(turn.run, tasks, turn.task, then, self.clock, THE_CLOCK)

    _deeds: Final[Mapping[Deed | None, Callable[["_Sweep", _Turn], Plan]]] = {
        None: _pass,
        Deed.REMIND: _remind,
        Deed.TELL: _tell,
        Deed.HAND_OVER: _hand_over,
        Deed.DECIDE: _decide,
        Deed.OVERDUE: _overdue,
        Deed.WARN: _warn,
        Deed.END: _end,
    }
