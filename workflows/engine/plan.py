"""A plan: everything that one change of a run writes, collected in memory and written by one statement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.audit.events import Event
from accounts.audit.record import Actor, record
from accounts.tenancy.batch import WriteBatch, values_of
from accounts.tenancy.models import new_id
from workflows import subjects, wakeup
from workflows.assignment import Assignment, PersonRef
from workflows.engine.state import By, Clock, Opened, RunState
from workflows.events import TaskOpened, TaskUnassigned
from workflows.graph.compiled import CompiledStep
from workflows.ladder import Timing
from workflows.models import (
    Comment,
    CommentKind,
    LogKind,
    MachineStep,
    Task,
    TaskCandidate,
    TransitionLog,
    WorkflowRun,
    next_state,
)
from workflows.models import TaskState as State


class Plan:
    """Rows and facts of one run's change. History entries get the numbers after ``run.version_no``."""

    def __init__(self, run: RunState, by: By, at: datetime) -> None:
        self.run = run
        self.by = by
        self.at = at
        self.seq = run.version_no
        self.run_changes: dict[str, Any] = {}
        self.task_changes: list[tuple[UUID, dict[str, Any], dict[str, Any]]] = []
        self.closed_queues: list[UUID] = []
        self.candidacies: list[tuple[UUID, UUID, bool]] = []
        """Task, person, and whether the task is open to them from now on; for people who were in its queue before."""
        self.seats: list[tuple[UUID, UUID, UUID]] = []
        """Task, person, and who takes the person's place in its queue."""
        self.superseded_steps: list[str] = []
        self.updates: list[tuple[type[models.Model], UUID, dict[str, Any]]] = []
        self.rows: dict[type[models.Model], list[dict[str, Any]]] = {}
        self.events: list[Event] = []
        self.opened: list[Opened] = []
        self.subject_told = False
        """Whether what the request is about was told already that it has ended; else it is when the plan is written."""
        self.tally = ""  # how a panel stands after a vote that decided nothing yet

    def facts(self) -> dict[str, Any]:
        """What every event of the run carries."""
        run = self.run
        return {
            "run_id": run.id,
            "run_number": run.number,
            "run_title": run.title,
            "definition_id": run.definition_id,
            "definition_name": run.definition_name,
            "requester_id": run.requester.id,
            "requester_name": run.requester.name,
            "via": self.by.via,
            **self._behalf("on_behalf_of_id", "on_behalf_of_name"),
        }

    def _behalf(self, ident: str, name: str) -> dict[str, Any]:
        """In whose place the actor acts; nothing as a rule."""
        return {ident: self.by.behalf.id, name: self.by.behalf.name} if self.by.behalf else {}

    def add(self, model: type[models.Model], **columns: Any) -> None:
        """A row to insert, with its organisation; what is left out gets the model's default."""
        row = {"organisation_id": self.run.organisation_id, **columns}
        self.rows.setdefault(model, []).append(row)

    def owned(self) -> dict[str, Any]:
        """Who made a row and when."""
        return {
            "created_at": self.at,
            "created_by_id": self.by.id,
            "modified_at": self.at,
            "modified_by_id": self.by.id,
        }

    def log(
        self,
        kind: LogKind,
        *,
        task_id: UUID | None = None,
        left: PersonRef | None = None,
        to: PersonRef | None = None,
        **columns: Any,
    ) -> None:
        """One history entry; ``left`` is who the task left without deciding it, ``to`` who has it now."""
        self.seq += 1
        if self.by.via:
            columns["detail"] = {**columns.get("detail", {}), "via": self.by.via}
        self.add(
            TransitionLog,
            id=new_id(),
            run_id=self.run.id,
            seq=self.seq,
            kind=kind.value,
            task_id=task_id,
            by_id=self.by.id,
            by_name=self.by.name,
            from_member_id=left.id if left else None,
            from_name=left.name if left else "",
            to_member_id=to.id if to else None,
            to_name=to.name if to else "",
            at=self.at,
            **self._behalf("for_member_id", "for_name"),
            **columns,
        )

    def comment(self, text: str, *, task_id: UUID | None, kind: CommentKind) -> None:
        if self.by.id is None:
            raise ValueError("The product itself writes no comments.")
        self.add(
            Comment,
            id=new_id(),
            run_id=self.run.id,
            author_id=self.by.id,
            text=text,
            kind=kind.value,
            task_id=task_id,
            on_behalf_of_id=self.by.behalf.id if self.by.behalf else None,
            **self.owned(),
        )

    def change_task(self, task_id: UUID, version: int, changes: Mapping[str, Any]) -> None:
        """Change the row that the plan has seen at ``version``."""
        columns = {**changes, "version": version + 1, "modified_at": self.at, "modified_by_id": self.by.id}
        self.task_changes.append((task_id, columns, {"version": version}))

    def change_more(self, task_id: UUID, changes: Mapping[str, Any]) -> None:
        """Further columns of a task that the plan changes already."""
        next(columns for one, columns, _ in self.task_changes if one == task_id).update(changes)

    def open_task(
        self,
        step: CompiledStep,
        assignment: Assignment,
        limit: Timing | None,
        clock: Clock,
        *,
        from_step_name: str,
        reason: str,
        is_return: bool,
        admin_ids: tuple[UUID, ...] = (),
    ) -> Opened:
        """A new task at the step, its queue, and the facts that tell of it."""
        calendar = clock.calendars.of(assignment.person.id if assignment.person else None)
        due, check = limit.deadlines(calendar, self.at) if limit is not None else (None, None)
        opened = Opened(
            id=new_id(),
            step=step.key,
            step_name=step.name,
            assignee=assignment.person,
            candidate_ids=tuple(person.id for person in assignment.queue),
            due_at=due,
            note=assignment.note,
        )
        self._add_task(opened, assignment, check)
        asked = assignment.asked_ids
        queue_up(self, opened.id, opened.candidate_ids, asked)
        self.opened.append(opened)
        where = {"subject_id": opened.id, **self.facts(), "step": step.key, "step_name": step.name}
        if assignment.is_unassigned:
            self.log(LogKind.UNASSIGNED, task_id=opened.id, to_step=step.key, detail={"note": assignment.note})
            self.events.append(TaskUnassigned(**where, admin_ids=admin_ids, why=assignment.note))
            return opened
        self.events.append(
            TaskOpened(
                **where,
                assignee_id=assignment.person.id if assignment.person else None,
                assignee_name=assignment.person.name if assignment.person else "",
                candidate_ids=asked,
                due_at=due,
                from_step_name=from_step_name,
                by_id=self.by.id,
                by_name=self.by.name,
                reason=reason,
                fallback=assignment.note,
                is_return=is_return,
            )
        )
        return opened

    def _add_task(self, opened: Opened, assignment: Assignment, check: datetime | None) -> None:
        self.add(
            Task,
            id=opened.id,
            run_id=self.run.id,
            definition_id=self.run.definition_id,
            requester_id=self.run.requester.id,
            step=opened.step,
            step_name=opened.step_name,
            assignee_id=opened.assignee.id if opened.assignee else None,
            unassigned=assignment.is_unassigned,
            opened_at=self.at,
            due_at=opened.due_at,
            check_at=check,
            **({"panel": assignment.panel.as_json()} if assignment.panel else {}),
            **self.owned(),
        )

    def close_run(self, transition: Any, outcome: str) -> None:
        """End the run by an FSM transition that it has."""
        status = self.run_changes.get("status", self.run.status)
        self.run_changes |= {
            "status": next_state(transition, status),
            "outcome": outcome,
            "finished_at": self.at,
        }

    def finish_subject(self) -> None:
        """Tell what the request is about, once, that it has ended. What it refuses, nothing is written."""
        run, outcome = self.run, self.run_changes.get("outcome")
        if outcome is None or run.subject_id is None or self.subject_told:
            return
        subjects.finished(
            subjects.Finished(
                kind=run.subject_kind,
                subject_id=run.subject_id,
                organisation_id=run.organisation_id,
                run_id=run.id,
                requester_id=run.requester.id,
                status=str(self.run_changes["status"]),
                outcome=outcome,
                by_id=self.by.id,
                at=self.at,
            )
        )
        self.subject_told = True

    @property
    def wakes_machines(self) -> bool:
        """Whether it gives a worker something to do."""
        return MachineStep in self.rows

    def write(self, actor: Actor, *, new_run: WorkflowRun | None = None) -> None:
        """Write everything in one statement, at the end of the transaction; StaleRow comes then."""
        self.finish_subject()
        batch = WriteBatch()
        if new_run is not None:
            batch.insert(WorkflowRun, [values_of(new_run)])
        else:
            batch.update(WorkflowRun, self.run.id, self.run_columns(), expect={"version_no": self.run.version_no})
        for task_id, columns, expected in self.task_changes:
            batch.update(Task, task_id, columns, expect=expected)
        for task_id in self.closed_queues:
            batch.update_where(TaskCandidate, {"is_open": False}, task_id=task_id)
        self.add_to(batch)
        record(self.events, actor=actor, organisation_id=self.run.organisation_id, at=self.at, batch=batch)
        batch.execute_last()
        if self.wakes_machines:
            wakeup.machines()

    def add_to(self, batch: WriteBatch) -> None:
        """What is neither the run nor one of the compared tasks nor a closed queue."""
        for changed, row_id, columns in self.updates:
            batch.update(changed, row_id, columns)
        for task_id, member_id, is_open in self.candidacies:
            batch.update_where(TaskCandidate, {"is_open": is_open}, task_id=task_id, member_id=member_id)
        for task_id, left, member_id in self.seats:
            batch.update_where(TaskCandidate, {"member_id": member_id}, task_id=task_id, member_id=left)
        if self.superseded_steps:
            done = {"run_id": self.run.id, "state": State.SUCCESS.value}
            batch.update_among(Task, {"superseded": True}, "step", self.superseded_steps, **done)
        for model, rows in self.rows.items():
            batch.insert(model, rows)

    def run_columns(self) -> dict[str, Any]:
        """The run's columns as they will be."""
        return self.run_changes | {"version_no": self.seq, "modified_at": self.at, "modified_by_id": self.by.id}


def finish_subject_first(plan: Plan) -> None:
    """The same before anything is written, for who has something else to write where it is refused."""
    if "outcome" in plan.run_changes:
        with transaction.atomic():
            plan.finish_subject()


def queue_up(plan: Plan, task_id: UUID, member_ids: Sequence[UUID], asked: Collection[UUID]) -> None:
    """A row for each member of a queue; open for those who are asked now, which all are but where a panel is asked in turn."""
    for member_id in member_ids:
        plan.add(
            TaskCandidate,
            id=new_id(),
            task_id=task_id,
            member_id=member_id,
            is_open=member_id in asked,
            opened_at=plan.at,
            **plan.owned(),
        )


def write_all(plans: Sequence[Plan], batch: WriteBatch) -> list[Event]:
    """Add many plans of one kind of work to a batch, by one change per table; returns their facts.

    For plans whose rows are all locked by this transaction, so nothing is compared.
    """
    for plan in plans:
        plan.finish_subject()
    # Runs that end and runs that go on have other columns.
    runs: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for plan in plans:
        row = {"id": plan.run.id, **plan.run_columns()}
        runs.setdefault(tuple(row), []).append(row)
        for task_id, columns, _ in plan.task_changes:
            changes.setdefault(tuple(columns), []).append({"id": task_id, **columns})
        plan.add_to(batch)
    closed = [task_id for plan in plans for task_id in plan.closed_queues]
    if closed:
        batch.update_all(TaskCandidate, {"is_open": False}, "task_id", closed)
    for group in runs.values():
        batch.update_each(WorkflowRun, group)
    for group in changes.values():
        batch.update_each(Task, group)
    return [event for plan in plans for event in plan.events]
