"""The locking reads: everything that a decision needs to know, in one statement.

The run is locked before its tasks, here and in every other place, so that two writers never wait for each other.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from accounts.tenancy.statements import execute_prepared
from workflows.approval import Panel
from workflows.assignment import Person, PersonRef
from workflows.engine.state import RunState, TaskState
from workflows.graph.tokens import Token
from workflows.selectors.people import as_json, persons_at
from workflows.selectors.workflow_facts import Workflow, workflows_at
from workflows.substitution import acting_for

_COLUMNS: Final = {
    **{
        name: f"r.{name}"
        for name in (
            "requester_id", "number", "title", "status", "outcome", "definition_id", "version_id",
            "version_no", "data", "labels", "started_at", "finished_at", "tokens", "superseded", "subject_kind",
            "subject_id",
        )
    },
    **{
        name: f"t.{name}"
        for name in (
            "id", "step", "step_name", "state", "version", "opened_at", "due_at", "overdue", "escalations", "unassigned",
            "transition", "completed_at", "completed_by_id", "assignee_id", "paused_at", "pause", "rungs_done", "stood_still",
            "panel",
        )
    },
    "run_id": "r.id",
    "candidate_ids": """ARRAY(
        SELECT q.member_id FROM workflows_taskcandidate q
        WHERE q.organisation_id = t.organisation_id AND q.task_id = t.id ORDER BY q.id
    )""",
    "queue_ids": """CASE WHEN t.assignee_id IS NULL THEN ARRAY(
        SELECT q.member_id FROM workflows_taskcandidate q
        WHERE q.organisation_id = t.organisation_id AND q.task_id = t.id AND q.is_open ORDER BY q.id
    ) ELSE '{}' END""",
    # A statement that waited for the lock sees the newest run and task, and all else as it was when it began: the queue too.
    # This is how it notices, and is sent again.
    "seen": """CASE WHEN t.assignee_id IS NULL THEN (
        SELECT s.version FROM workflows_task s WHERE s.organisation_id = t.organisation_id AND s.id = t.id
    ) ELSE t.version END""",
    # Not a join: a statement that waited for the lock sees the newest run and task, but would keep the rows it had joined.
    "stamp": "(SELECT ds.stamp FROM accounts_directorystamp ds WHERE ds.organisation_id = t.organisation_id)",
}  # fmt: skip
_SELECT: Final = ", ".join(_COLUMNS.values())
_NAMES: Final = tuple(_COLUMNS)

_JOINS: Final = """
FROM workflows_workflowrun r
JOIN workflows_task t ON t.organisation_id = r.organisation_id AND t.run_id = r.id
"""

LOCK_TASK: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.id = %s
FOR UPDATE OF r, t
"""

LOCK_TASKS: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.id = ANY(%s)
ORDER BY r.id, t.id
FOR UPDATE OF r, t
"""

# A statement that waited for the lock itself would see the newest run, and none of the tasks that were opened meanwhile.
LOCK_RUNS_FIRST: Final = """
SELECT r.id FROM workflows_workflowrun r WHERE r.organisation_id = %s AND r.id = ANY(%s) ORDER BY r.id FOR UPDATE
"""

LOCK_RUN: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE r.organisation_id = %s AND r.id = %s
ORDER BY t.opened_at, t.id
FOR UPDATE OF r, t
"""

_LIVE: Final = "(t.state IN ('running', 'waiting', 'failure_retry') OR t.state = 'failure' AND t.completed_at IS NULL)"
"""Open, or a machine's that has failed and waits for an admin."""

OPEN_AT: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE r.organisation_id = %s AND r.id = %s AND t.step = ANY(%s) AND {_LIVE}
ORDER BY t.opened_at, t.id
"""

CLAIM_DUE: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.check_at <= %s AND t.state IN ('running', 'waiting', 'failure_retry')
ORDER BY t.check_at, t.id
LIMIT %s
FOR UPDATE OF r, t SKIP LOCKED
"""

CLAIM_DUE_TASK: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.check_at <= %s AND t.state IN ('running', 'waiting', 'failure_retry') AND t.id = %s
FOR UPDATE OF r, t SKIP LOCKED
"""

LEAVERS: Final = """
SELECT p.id FROM accounts_membership p JOIN accounts_user pu ON pu.id = p.user_id
WHERE p.organisation_id = %s AND NOT (p.is_active AND pu.is_active)
"""

# Two short lists by index, so that nobody reads every open task for them; of a team queue only where nobody else is left in it,
# of a panel each seat. Their ids come first and the rows after: as one statement the server, where it has not counted its rows
# yet, joins every open task with the whole list.
_ORPHANED: Final = """
SELECT h.id, h.opened_at FROM workflows_task h
WHERE h.organisation_id = %s AND h.state IN ('running', 'waiting', 'failure_retry') AND h.assignee_id = ANY(%s)
UNION ALL
SELECT c.task_id, c.opened_at FROM workflows_taskcandidate c
WHERE c.organisation_id = %s AND c.is_open AND c.member_id = ANY(%s) AND (EXISTS (
    SELECT FROM workflows_task k
    WHERE k.organisation_id = c.organisation_id AND k.id = c.task_id AND k.panel IS NOT NULL
) OR NOT EXISTS (
    SELECT FROM workflows_taskcandidate o
    WHERE o.organisation_id = c.organisation_id AND o.task_id = c.task_id AND o.is_open AND o.member_id <> ALL(%s)
))
"""
ORPHANED: Final = f"{_ORPHANED} ORDER BY 2, 1 LIMIT %s"
STILL_ORPHANED: Final = f"SELECT s.id FROM ({_ORPHANED}) s WHERE s.id = ANY(%s)"  # noqa: S608 - constants

CLAIM_ORPHANED: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE t.organisation_id = %s AND t.id = ANY(%s) AND t.state IN ('running', 'waiting', 'failure_retry')
ORDER BY t.opened_at, t.id
FOR UPDATE OF r, t SKIP LOCKED
"""

_RUNS_OF_DEFINITION: Final = """
SELECT o.id FROM workflows_workflowrun o
WHERE o.organisation_id = %s AND o.definition_id = %s AND o.version_id <> %s AND o.finished_at IS NULL
"""
OPEN_OF_DEFINITION: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE r.organisation_id = %s AND {_LIVE}
    AND r.id IN ({_RUNS_OF_DEFINITION} AND (%s::uuid IS NULL OR o.id > %s::uuid) ORDER BY o.id LIMIT %s)
ORDER BY r.id, t.opened_at, t.id
"""
LOCK_OF_DEFINITION: Final = f"""
SELECT {_SELECT}
{_JOINS}
WHERE r.organisation_id = %s AND {_LIVE}
    AND r.id IN ({_RUNS_OF_DEFINITION} AND o.id = ANY(%s::uuid[]))
ORDER BY r.id, t.opened_at, t.id
FOR UPDATE OF r, t
"""

Row = Mapping[str, Any]


class LockedTask(NamedTuple):
    """A task and its run under lock, with the people that a decision is about."""

    run: RunState
    task: TaskState
    actor: Person
    people: Mapping[UUID, Person]
    """Everybody around, those who are named among them as far as the organisation has them."""
    named: tuple[UUID, ...]
    stamp: int | None
    """Of the directory as it was read, for what is kept of it."""

    def acts_for(self, at: datetime) -> PersonRef | None:
        """Of those who hold the task the one in whose place the actor may act, being no holder."""
        if self.task.is_held_by(self.actor.id):
            return None
        return acting_for(self.actor.stands_in, self.task.holders, at, self.run.subjects)

    @property
    def chosen(self) -> Person | None:
        """The one person who is named, if the organisation has them."""
        return self.people.get(self.named[0]) if self.named else None


def lock_task(organisation_id: UUID, task_id: UUID, actor_id: UUID, named: Collection[UUID] = ()) -> LockedTask | None:
    """Lock a task and its run; None when the organisation has no such task. One statement, and one each for people and a
    workflow whose facts this process has not read since the directory was last written to."""
    found = _read(LOCK_TASK, [organisation_id, task_id], organisation_id, (actor_id, *named))
    if not found.rows:
        return None
    return found.locked(found.rows[0], actor_id, tuple(named))


def lock_tasks(
    organisation_id: UUID, task_ids: Sequence[UUID], actor_id: UUID, named: Collection[UUID] = ()
) -> dict[UUID, LockedTask]:
    """The same for many tasks, by id; those that the organisation has not are left out.

    Runs are locked in the order of their ids, so that two who lock many never wait for each other in a circle. One statement,
    and one each for people and workflows that are not known yet.
    """
    found = _read(LOCK_TASKS, [organisation_id, list(task_ids)], organisation_id, (actor_id, *named))
    known = tuple(named)
    return {row["id"]: found.locked(row, actor_id, known) for row in found.rows}


def lock_run(organisation_id: UUID, run_id: UUID) -> tuple[RunState, list[TaskState]] | None:
    """Lock a run and all its tasks; None when the organisation has no such run. Two statements, and one for the people."""
    execute_prepared(LOCK_RUNS_FIRST, [organisation_id, [run_id]])
    found = _read(LOCK_RUN, [organisation_id, run_id], organisation_id)
    if not found.rows:
        return None
    return found.run(found.rows[0]), list(map(found.task, found.rows))


def open_at(organisation_id: UUID, run_id: UUID, steps: Collection[str]) -> tuple[TaskState, ...]:
    """The open tasks at some steps of a run that is locked already, so that nobody else changes them. One statement."""
    found = _read(OPEN_AT, [organisation_id, run_id, list(steps)], organisation_id)
    return tuple(map(found.task, found.rows))


class Claimed(NamedTuple):
    """Tasks under lock, at most one of each run, and the stamp of the directory they were read with."""

    tasks: list[tuple[RunState, TaskState]]
    stamp: int | None = None


def claim_due(organisation_id: UUID, at: Any, limit: int) -> Claimed:
    """Lock open tasks of whose ladder a rung has come, skipping what somebody else holds."""
    return _claimed(_read(CLAIM_DUE, [organisation_id, at, limit], organisation_id))


def claim_due_task(organisation_id: UUID, at: Any, task_id: UUID) -> Claimed:
    """The same for one task, as far as it is still due."""
    return _claimed(_read(CLAIM_DUE_TASK, [organisation_id, at, task_id], organisation_id))


class Orphaned(NamedTuple):
    """Tasks under lock, and everybody who has left."""

    tasks: list[tuple[RunState, TaskState]]
    gone: frozenset[UUID] = frozenset()


def orphaned_ids(organisation_id: UUID, limit: int) -> list[UUID]:
    """Open tasks whose assignee has left, or everybody of whose queue, or somebody whom their panel asks, the oldest first. One
    query where nobody has ever left."""
    return _orphaned(ORPHANED, organisation_id, _leavers(organisation_id), limit)


def claim_orphaned(organisation_id: UUID, ids: Sequence[UUID]) -> Orphaned:
    """Lock those of them that are still so, skipping what somebody else holds."""
    claimed = _claimed(_read(CLAIM_ORPHANED, [organisation_id, list(ids)], organisation_id))
    # Before they were locked another sweep may have seen to them, and people may have come back: they are judged anew.
    gone = _leavers(organisation_id)
    still = _orphaned(STILL_ORPHANED, organisation_id, gone, [task.id for _, task in claimed.tasks])
    left = [(run, task) for run, task in claimed.tasks if task.id in still and not gone.isdisjoint(task.holders)]
    return Orphaned(left, gone)


def _leavers(organisation_id: UUID) -> frozenset[UUID]:
    return frozenset(row[0] for row in execute_prepared(LEAVERS, [organisation_id]))


def _orphaned(sql: str, organisation_id: UUID, gone: frozenset[UUID], last: Any) -> list[UUID]:
    """Ids of tasks; ``last`` is how many, or which."""
    if not gone:
        return []
    them = list(gone)
    return [row[0] for row in execute_prepared(sql, [organisation_id, them, organisation_id, them, them, last])]


RunAndTasks = tuple[RunState, list[TaskState]]


def open_runs(
    organisation_id: UUID, definition_id: UUID, other_than: UUID, *, after: UUID | None, limit: int
) -> list[RunAndTasks]:
    """Open runs of a definition that are on another version than ``other_than``, with their open and failed tasks, oldest first.

    No lock. One statement, and one for the people.
    """
    found = [organisation_id, organisation_id, definition_id, other_than, after, after, limit]
    return _by_run(_pairs(_read(OPEN_OF_DEFINITION, found, organisation_id)))


def lock_open_runs(
    organisation_id: UUID, definition_id: UUID, other_than: UUID, only: Sequence[UUID]
) -> list[RunAndTasks]:
    """Those of ``only`` that are such runs, locked with their open tasks."""
    execute_prepared(LOCK_RUNS_FIRST, [organisation_id, list(only)])
    found = [organisation_id, organisation_id, definition_id, other_than, list(only)]
    return _by_run(_pairs(_read(LOCK_OF_DEFINITION, found, organisation_id)))


def _by_run(pairs: Sequence[tuple[RunState, TaskState]]) -> list[RunAndTasks]:
    found: dict[UUID, RunAndTasks] = {}
    for run, task in pairs:
        found.setdefault(run.id, (run, []))[1].append(task)
    return list(found.values())


class _Found(NamedTuple):
    """Rows of a locking read and what this process keeps of the directory: the people in them and the workflows."""

    organisation_id: UUID
    rows: Sequence[Row]
    people: Mapping[UUID, Person]
    workflows: Mapping[UUID, Workflow]

    def locked(self, row: Row, actor_id: UUID, named: tuple[UUID, ...]) -> LockedTask:
        people = self.people
        return LockedTask(self.run(row), self.task(row), people[actor_id], people, named, row["stamp"])

    def run(self, row: Row) -> RunState:
        workflow = self.workflows[row["definition_id"]]
        return RunState(
            id=row["run_id"],
            organisation_id=self.organisation_id,
            number=row["number"],
            title=row["title"],
            status=row["status"],
            outcome=row["outcome"],
            requester=self.people[row["requester_id"]],
            definition_id=row["definition_id"],
            definition_name=workflow.name,
            owner_id=workflow.owner_id,
            group_id=workflow.group_id,
            version_id=row["version_id"],
            version_no=row["version_no"],
            data=as_json(row["data"]),
            labels=as_json(row["labels"]),
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            tokens=tuple(map(Token.of_json, as_json(row["tokens"]))),
            superseded=as_json(row["superseded"]),
            subject_kind=row["subject_kind"],
            subject_id=row["subject_id"],
        )

    def task(self, row: Row) -> TaskState:
        holder, decider = row["assignee_id"], row["completed_by_id"]
        return TaskState(
            id=row["id"],
            step=row["step"],
            step_name=row["step_name"],
            state=row["state"],
            version=row["version"],
            opened_at=row["opened_at"],
            assignee=self.people[holder].ref if holder else None,
            unassigned=row["unassigned"],
            due_at=row["due_at"],
            overdue=row["overdue"],
            escalations=row["escalations"],
            transition=row["transition"],
            completed_at=row["completed_at"],
            completed_by=self.people[decider].name if decider else "",
            completed_by_id=decider,
            paused_at=row["paused_at"],
            pause=row["pause"],
            rungs_done=row["rungs_done"],
            stood_still=row["stood_still"],
            candidate_ids=tuple(row["candidate_ids"]),
            queue_ids=tuple(row["queue_ids"]),
            panel=panel_of(row["panel"]),
        )


def _read(sql: str, params: list[Any], organisation_id: UUID, more: Sequence[UUID | None] = ()) -> _Found:
    rows = [dict(zip(_NAMES, row, strict=True)) for row in execute_prepared(sql, params)]
    if not rows:
        return _Found(organisation_id, rows, {}, {})
    if any(row["seen"] != row["version"] for row in rows):
        return _read(sql, params, organisation_id, more)
    stamp = rows[0]["stamp"]
    named = (row[name] for row in rows for name in ("requester_id", "assignee_id", "completed_by_id"))
    people = persons_at(organisation_id, stamp, (*named, *more))
    workflows = workflows_at(organisation_id, stamp, {row["definition_id"] for row in rows})
    return _Found(organisation_id, rows, people, workflows)


def _pairs(found: _Found) -> list[tuple[RunState, TaskState]]:
    return [(found.run(row), found.task(row)) for row in found.rows]


def _claimed(found: _Found) -> Claimed:
    """A run's history is numbered, so two tasks of one run take two claims."""
    first = {row["run_id"]: row for row in reversed(found.rows)}
    tasks = [(found.run(row), found.task(row)) for row in reversed(first.values())]
    return Claimed(tasks, found.rows[0]["stamp"] if found.rows else None)


def panel_of(column: Any) -> Panel | None:
    """``Task.panel`` as the tally reads it."""
    return Panel.of_json(as_json(column)) if column is not None else None
