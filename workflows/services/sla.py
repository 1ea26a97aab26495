"""The sweep: remind before a time limit, hand over or mark overdue after it; tasks of leavers. Each once, in batches."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from accounts.audit.record import SYSTEM, record
from accounts.tenancy.batch import WriteBatch
from workflows.assignment import Person, fallback_note, first_fallback, nobody_note
from workflows.engine import moves
from workflows.engine.definition import RunningDefinition
from workflows.engine.plan import Plan, write_all
from workflows.engine.state import By, Clock, RunState, TaskState
from workflows.graph.document import Escalation, Fallback
from workflows.models import LogKind
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import claim_due, claim_orphaned
from workflows.selectors.people import fallback_targets, persons, tenant_admin_ids
from workflows.sla import SlaSetting
from workflows.substitution import is_reachable, subjects_of

BATCH = 500
THE_CLOCK = By(None, SYSTEM.actor_label)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, as numbers of tasks."""

    reminded: int = 0
    escalated: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        return self.reminded + self.escalated + self.overdue

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.reminded + other.reminded, self.escalated + other.escalated, self.overdue + other.overdue)


@transaction.atomic
def sla_sweep(organisation_id: UUID, *, at: datetime, limit: int = BATCH) -> Swept:
    """Do what is due at ``at`` for at most ``limit`` open tasks of the organisation.

    Tasks that somebody else holds under lock are left for the next sweep, so any number of sweeps may run at once and each
    rung is claimed once. A handful of reads and one writing statement, whatever the number of tasks. Needs the scope.
    """
    claimed = _one_per_run(claim_due(organisation_id, at, limit))
    if not claimed:
        return Swept()
    clock = Clock(at)
    admins: tuple[UUID, ...] | None = None
    targets = _Targets(organisation_id, [pair for pair in claimed if _is_due(pair[1], at)], at)
    plans: list[Plan] = []
    counts: dict[str, int] = defaultdict(int)
    for run, task in claimed:
        if not _is_due(task, at):
            plans.append(moves.remind(run, task, clock, THE_CLOCK))
            counts["reminded"] += 1
            continue
        found = targets.of(run, task)
        if found is not None:
            person, note = found
            plans.append(moves.hand_over(run, task, person.ref, LogKind.ESCALATED, clock, THE_CLOCK, note=note))
            counts["escalated"] += 1
            continue
        admins = tenant_admin_ids(organisation_id) if admins is None else admins
        plans.append(moves.mark_overdue(run, task, clock, THE_CLOCK, admins, targets.why_none(run, task)))
        counts["overdue"] += 1
    batch = WriteBatch()
    events = write_all(plans, batch)
    record(events, actor=SYSTEM, organisation_id=organisation_id, at=at, batch=batch)
    batch.execute()
    return Swept(**counts)


def organisations_due(at: datetime) -> list[UUID]:
    """The organisations with something to do, asked across all of them: a function of the owner tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workflows_sla_due(%s)", [at])
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def tasks_of_leavers(organisation_id: UUID, *, at: datetime, limit: int = BATCH) -> int:
    """Give open tasks of people who are no longer active to the fallback of their step, or to the tenant admins.

    Returns how many. Safe to run at once, as ``sla_sweep``. Needs the scope.
    """
    claimed = _one_per_run(claim_orphaned(organisation_id, limit))
    if not claimed:
        return 0
    admins = tenant_admin_ids(organisation_id)
    plans = [_released(run, task, Clock(at), admins) for run, task in claimed]
    batch = WriteBatch()
    events = write_all(plans, batch)
    record(events, actor=SYSTEM, organisation_id=organisation_id, at=at, batch=batch)
    batch.execute()
    return len(plans)


def _released(run: RunState, task: TaskState, clock: Clock, admins: tuple[UUID, ...]) -> Plan:
    step = definition_of(run.organisation_id, run.version_id).graph.step(task.step)
    chain = step.assignee.fallback if step.assignee else ()
    targets = fallback_targets(run.organisation_id, run.requester, run.owner_id) if chain else {}
    subjects = subjects_of(run.definition_id, run.group_id)
    found = first_fallback(chain, targets, {run.requester.id}, lambda one: is_reachable(one, clock.at, subjects))
    why = f"{task.assignee.name if task.assignee else 'the holder'} has left"
    if found is None:
        return moves.orphan(run, task, clock, THE_CLOCK, admins, nobody_note(why))
    fallback, person = found
    note = fallback_note(why, fallback, person.ref)
    return moves.hand_over(run, task, person.ref, LogKind.ASSIGNED, clock, THE_CLOCK, note=note)


def _is_due(task: TaskState, at: datetime) -> bool:
    return task.due_at is not None and task.due_at <= at


def _one_per_run(claimed: Iterable[tuple[RunState, TaskState]]) -> list[tuple[RunState, TaskState]]:
    """A run's history is numbered, so two tasks of one run take two sweeps."""
    first: dict[UUID, tuple[RunState, TaskState]] = {}
    for run, task in claimed:
        first.setdefault(run.id, (run, task))
    return list(first.values())


class _Targets:
    """To whom each due task goes, with the people of the whole batch read at once."""

    def __init__(self, organisation_id: UUID, due: list[tuple[RunState, TaskState]], at: datetime) -> None:
        self.organisation_id = organisation_id
        self.at = at
        holders = {task.assignee.id for _, task in due if task.assignee}
        self.known: dict[UUID, Person] = {}
        self._read(holders | {run.owner_id for run, _ in due})
        self._read({one for holder in holders for one in self._above(holder)})
        self._read({one for holder in holders for above in self._above(holder) for one in self._above(above)})

    def of(self, run: RunState, task: TaskState) -> tuple[Person, str] | None:
        """The person and a note where it is not the assignee's manager; None where the task stays."""
        limit = self._limit(run, task)
        if limit is None or limit.escalate is Escalation.NONE:
            return None
        chain = list(dict.fromkeys((Fallback.MANAGER, *limit.fallback)))
        holder = task.assignee.id if task.assignee else None
        never = {run.requester.id} | ({holder} if holder else set())
        subjects = subjects_of(run.definition_id, run.group_id)
        there = self._by_fallback(holder, run.owner_id)
        found = first_fallback(chain, there, never, lambda one: is_reachable(one, self.at, subjects))
        if found is None:
            return None
        fallback, person = found
        if fallback is Fallback.MANAGER:
            return person, ""
        why = "the manager is not available" if Fallback.MANAGER in there else "no manager"
        return person, fallback_note(why, fallback, person.ref)

    def why_none(self, run: RunState, task: TaskState) -> str:
        limit = self._limit(run, task)
        if limit is None or limit.escalate is Escalation.NONE:
            return ""
        return "nobody to hand it to"

    def _limit(self, run: RunState, task: TaskState) -> SlaSetting | None:
        definition: RunningDefinition = definition_of(self.organisation_id, run.version_id)
        return definition.limits.get(task.step)

    def _by_fallback(self, holder: UUID | None, owner_id: UUID) -> dict[Fallback, Person]:
        person = self.known.get(holder) if holder else None
        manager = self.known.get(person.manager_id) if person and person.manager_id else None
        wanted = {
            Fallback.MANAGER: manager,
            Fallback.MANAGER_OF_MANAGER: self.known.get(manager.manager_id) if manager and manager.manager_id else None,
            Fallback.DEPARTMENT_HEAD: (
                self.known.get(person.department_head_id) if person and person.department_head_id else None
            ),
            Fallback.WORKFLOW_OWNER: self.known.get(owner_id),
        }
        return {fallback: one for fallback, one in wanted.items() if one is not None}

    def _above(self, member_id: UUID) -> list[UUID]:
        person = self.known.get(member_id)
        return [one for one in (person.manager_id, person.department_head_id) if one] if person else []

    def _read(self, ids: set[UUID]) -> None:
        self.known |= persons(self.organisation_id, ids - self.known.keys())
