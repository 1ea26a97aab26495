"""The locking reads: everything that a decision needs to know, in one statement.

The run is locked before its tasks, here and in every other place, so that two writers never wait for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.tenancy.statements import execute_prepared
from workflows.assignment import Person, PersonRef
from workflows.engine.state import RunState, TaskState
from workflows.selectors.people import FACTS, FACTS_FROM, as_json

# Not joins: a statement that waited for the lock sees the newest run and task, but would keep the rows it had joined.
_PEOPLE: Final = f"""(
    SELECT jsonb_object_agg(m.id, {FACTS}) {FACTS_FROM}
    WHERE m.organisation_id = r.organisation_id
      AND m.id IN (r.requester_id, t.assignee_id, t.completed_by_id, %s, %s)
)"""

CALENDAR: Final = """(
    SELECT jsonb_build_object(
        'id', c.id, 'stamp', c.xmin::text || '.' || count(h.id) || '.' || coalesce(max(h.xmin::text::bigint), 0)
    )
    FROM accounts_workingcalendar c
    LEFT JOIN accounts_holiday h ON h.organisation_id = c.organisation_id AND h.calendar_id = c.id
    WHERE c.organisation_id = %s AND c.is_default GROUP BY c.id, c.xmin
)"""
"""The default calendar and a stamp that changes with every write to it or to its holidays."""

_COLUMNS: Final = {
    **{
        name: f"r.{name}"
        for name in (
            "organisation_id", "requester_id", "number", "title", "status", "outcome", "definition_id", "version_id",
            "version_no", "data", "labels", "started_at", "finished_at",
        )
    },
    **{
        name: f"t.{name}"
        for name in (
            "id", "step", "step_name", "state", "version", "opened_at", "due_at", "overdue", "escalations", "unassigned",
            "transition", "completed_at", "completed_by_id", "assignee_id",
        )
    },
    "run_id": "r.id",
    "definition_name": "d.name",
    "owner_id": "d.owner_id",
    "candidate_ids": """ARRAY(
        SELECT q.member_id FROM workflows_taskcandidate q
        WHERE q.organisation_id = t.organisation_id AND q.task_id = t.id ORDER BY q.id
    )""",
    "people": _PEOPLE,
}  # fmt: skip
_SELECT: Final = ", ".join(_COLUMNS.values())
_PEOPLE_AT: Final = tuple(_COLUMNS).index("people")

_JOINS: Final = """
FROM workflows_workflowrun r
JOIN workflows_task t ON t.organisation_id = r.organisation_id AND t.run_id = r.id
JOIN workflows_workflowdefinition d ON d.organisation_id = r.organisation_id AND d.id = r.definition_id
"""

LOCK_TASK: Final = f"""
SELECT {_SELECT}, {CALENDAR}
{_JOINS}
WHERE t.organisation_id = %s AND t.id = %s
FOR UPDATE OF r, t
"""

LOCK_RUN: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE r.organisation_id = %s AND r.id = %s
ORDER BY t.opened_at, t.id
FOR UPDATE OF r, t
"""

CLAIM_DUE: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.check_at <= %s AND t.state IN ('running', 'waiting', 'failure_retry')
ORDER BY t.check_at, t.id
LIMIT %s
FOR UPDATE OF r, t SKIP LOCKED
"""

_LEAVERS: Final = """
    SELECT p.id FROM accounts_membership p JOIN accounts_user pu ON pu.id = p.user_id
    WHERE p.organisation_id = %s AND NOT (p.is_active AND pu.is_active)
"""

CLAIM_ORPHANED: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.state IN ('running', 'waiting', 'failure_retry') AND t.assignee_id IN ({_LEAVERS})
ORDER BY t.opened_at, t.id
LIMIT %s
FOR UPDATE OF r, t SKIP LOCKED
"""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CalendarStamp:
    """Which working calendar, in which state."""

    id: UUID
    stamp: str


@dataclass(frozen=True, slots=True)
class LockedTask:
    """A task and its run under lock, with the people that a decision is about."""

    run: RunState
    task: TaskState
    actor: Person
    chosen: Person | None
    calendar: CalendarStamp | None


def lock_task(organisation_id: UUID, task_id: UUID, actor_id: UUID, chosen_id: UUID | None = None) -> LockedTask | None:
    """Lock a task and its run; None when the organisation has no such task. One statement."""
    params = [actor_id, chosen_id, organisation_id, organisation_id, task_id]
    rows = _rows(LOCK_TASK, params, "calendar")
    if not rows:
        return None
    row = rows[0]
    people = row["people"]
    return LockedTask(
        run=_run(row),
        task=_task(row),
        actor=Person.of_row(people[str(actor_id)]),
        chosen=Person.of_row(people[str(chosen_id)]) if str(chosen_id) in people else None,
        calendar=calendar_stamp(row["calendar"]),
    )


def lock_run(organisation_id: UUID, run_id: UUID) -> tuple[RunState, list[TaskState]] | None:
    """Lock a run and all its tasks; None when the organisation has no such run. One statement."""
    rows = _rows(LOCK_RUN, [None, None, organisation_id, run_id])
    return (_run(rows[0]), [_task(row) for row in rows]) if rows else None


def claim_due(organisation_id: UUID, at: Any, limit: int) -> list[tuple[RunState, TaskState]]:
    """Lock open tasks whose reminder or due time has come, skipping what somebody else holds. One statement."""
    return [(_run(row), _task(row)) for row in _rows(CLAIM_DUE, [None, None, organisation_id, at, limit])]


def claim_orphaned(organisation_id: UUID, limit: int) -> list[tuple[RunState, TaskState]]:
    """Lock open tasks whose assignee has left, skipping what somebody else holds. One statement."""
    rows = _rows(CLAIM_ORPHANED, [None, None, organisation_id, organisation_id, limit])
    return [(_run(row), _task(row)) for row in rows]


def calendar_stamp(value: Any) -> CalendarStamp | None:
    """The answer of ``CALENDAR``."""
    found = as_json(value)
    return CalendarStamp(UUID(found["id"]), found["stamp"]) if found else None


def _rows(sql: str, params: list[Any], *more: str) -> list[Row]:
    names = (*_COLUMNS, *more)
    answer = execute_prepared(sql, params)
    return [{**dict(zip(names, row, strict=True)), "people": as_json(row[_PEOPLE_AT])} for row in answer]


def _run(row: Row) -> RunState:
    return RunState(
        id=row["run_id"],
        organisation_id=row["organisation_id"],
        number=row["number"],
        title=row["title"],
        status=row["status"],
        outcome=row["outcome"],
        requester=Person.of_row(row["people"][str(row["requester_id"])]),
        definition_id=row["definition_id"],
        definition_name=row["definition_name"],
        owner_id=row["owner_id"],
        version_id=row["version_id"],
        version_no=row["version_no"],
        data=as_json(row["data"]),
        labels=as_json(row["labels"]),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )


def _task(row: Row) -> TaskState:
    assignee = None
    people, decider = row["people"], None
    if row["assignee_id"] is not None:
        holder = people[str(row["assignee_id"])]
        assignee = PersonRef(row["assignee_id"], holder["name"], holder["email"])
    if row["completed_by_id"] is not None:
        decider = people[str(row["completed_by_id"])]
    return TaskState(
        id=row["id"],
        step=row["step"],
        step_name=row["step_name"],
        state=row["state"],
        version=row["version"],
        opened_at=row["opened_at"],
        assignee=assignee,
        unassigned=row["unassigned"],
        due_at=row["due_at"],
        overdue=row["overdue"],
        escalations=row["escalations"],
        transition=row["transition"],
        completed_at=row["completed_at"],
        completed_by=decider["name"] if decider else "",
        candidate_ids=tuple(row["candidate_ids"]),
    )
