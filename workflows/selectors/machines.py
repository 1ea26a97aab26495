"""What automatic steps know, and what people see of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import Membership, Organisation
from accounts.tenancy.errors import NotFound
from accounts.tenancy.hosts import organisation_url
from workflows import policies
from workflows.assignment import Person
from workflows.engine.definition import RunningDefinition
from workflows.graph.automation import Node
from workflows.models import AttemptOutcome, ConfiguredTask, MachineStep, Secret, TaskAttempt, TaskState, WorkflowRun
from workflows.nodes.registry import KINDS
from workflows.selectors.definitions import definition_of
from workflows.selectors.paging import Cursor, Order, Page, page_of
from workflows.selectors.runs import RunView, may_see

CALLBACK_SALT: Final = "workflows.callback"
STUCK: Final = Q(task__state=TaskState.FAILURE, task__completed_at=None, run__status="running")
"""Steps that wait for an admin."""


class MachineStepNotFound(NotFound):
    code = "machine_step.not_found"


def values_for(
    run: WorkflowRun, definition: RunningDefinition, requester: Person, organisation: Organisation, at: datetime
) -> dict[str, Any]:
    """What placeholders and formulas of the run's automatic steps may name now. One query."""
    local = at.astimezone(ZoneInfo(organisation.time_zone))
    rounds = visits(run)
    return {
        "run": {"id": str(run.id), "number": run.number, "title": run.title},
        "workflow": {"id": str(run.definition_id), "name": run.definition.name},
        "record": {name: run.data.get(name) for name in definition.form.by_name},
        "requester": requester.facts(),
        "context": run.context,
        "previous": previous_result(run),
        "callback": {
            key: callback_url(organisation, run.id, key, rounds.get(key, 0))
            for key, step in definition.graph.steps.items()
            if step.node is not None and step.node.kind == "wait"
        },
        "today": local.date().isoformat(),
        "now": local.isoformat(timespec="seconds"),
    }


def previous_result(run: WorkflowRun) -> Any:
    """What the automatic step before has answered; None where there was none. One query."""
    rows = TaskAttempt.objects.filter(
        organisation_id=run.organisation_id, machine_step__run_id=run.id, outcome=AttemptOutcome.DONE
    )
    return rows.order_by("-finished_at", "-id").values_list("result", flat=True).first()


def visits(run: WorkflowRun) -> dict[str, int]:
    """How often the run has come to the end of each waiting step."""
    rows = MachineStep.objects.filter(
        organisation_id=run.organisation_id, run_id=run.id, kind="wait", finished_at__isnull=False
    )
    found: dict[str, int] = {}
    for key in rows.values_list("step", flat=True):
        found[key] = found.get(key, 0) + 1
    return found


@dataclass(frozen=True, slots=True)
class Callback:
    """What a one-time address stands for."""

    organisation_id: UUID
    run_id: UUID
    step: str
    round: int


def callback_url(organisation: Organisation, run_id: UUID, step: str, round_: int) -> str:
    """The address at which another system says that what a step waits for has happened."""
    facts = [organisation.id.hex, run_id.hex, step, round_]
    token = signing.dumps(facts, salt=CALLBACK_SALT, compress=False)
    return organisation_url(organisation.slug, reverse("machine_callback", args=[token]))


def callback_of(token: str) -> Callback | None:
    """What the address says; None for one that we never gave out."""
    try:
        organisation, run, step, round_ = signing.loads(token, salt=CALLBACK_SALT)
        return Callback(UUID(hex=organisation), UUID(hex=run), str(step), int(round_))
    except (signing.BadSignature, ValueError, TypeError):
        return None


# --- what people see ---


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt; ``error`` is empty for people who may not act on it."""

    number: int
    outcome: str
    outcome_name: str
    started_at: datetime
    finished_at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class MachineRow:
    """An automatic step of a request. ``may_resolve`` says that the person may retry, skip and edit it."""

    task_id: UUID
    run_id: UUID
    step: str
    step_name: str
    kind: str
    state: str
    attempts: tuple[AttemptRow, ...]
    next_at: datetime | None
    note: str
    quarantined: bool
    waits_for_admin: bool
    error: str
    params: Mapping[str, Any]
    may_resolve: bool

    @property
    def kind_name(self) -> str:
        found = KINDS.get(self.kind)
        return found.label if found else self.kind

    @property
    def is_shown(self) -> bool:
        """Whether there is something to see: it is under way, or it has failed."""
        return self.is_running or self.waits_for_admin

    @property
    def params_text(self) -> str:
        """The settings as text to edit."""
        return json.dumps(self.params, indent=2, ensure_ascii=False)

    @property
    def is_running(self) -> bool:
        return self.state in (TaskState.RUNNING, TaskState.FAILURE_RETRY)


def machine_rows(view: RunView, *, may_resolve: bool) -> list[MachineRow]:
    """The automatic steps of a request with their attempts, oldest first. Two queries, none where there are none."""
    if not any(step.is_machine for step in view.definition.graph.steps.values()):
        return []
    found = MachineStep.objects.filter(organisation_id=view.run.organisation_id, run_id=view.run.id)
    rows = list(found.select_related("task").order_by("opened_at", "id"))
    attempts = attempts_of(view.run.organisation_id, [row.id for row in rows])
    return [_row(row, view.definition, attempts.get(row.id, []), may_resolve=may_resolve) for row in rows]


def attempts_of(organisation_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[TaskAttempt]]:
    """The attempts of these steps in their order."""
    found: dict[UUID, list[TaskAttempt]] = {}
    if ids:
        rows = TaskAttempt.objects.filter(organisation_id=organisation_id, machine_step_id__in=ids)
        for row in rows.order_by("number").defer("result"):
            found.setdefault(row.machine_step_id, []).append(row)
    return found


def _row(
    row: MachineStep, definition: RunningDefinition, attempts: Sequence[TaskAttempt], *, may_resolve: bool
) -> MachineRow:
    node = node_of(definition, row.step)
    stuck = row.task.state == TaskState.FAILURE and row.task.completed_at is None
    return MachineRow(
        task_id=row.task_id,
        run_id=row.run_id,
        step=row.step,
        step_name=row.task.step_name,
        kind=row.kind,
        state=row.task.state,
        attempts=tuple(_attempt(one, shown=may_resolve) for one in attempts),
        next_at=row.next_at if row.lease_token is None else None,
        note=row.note,
        quarantined=row.quarantined,
        waits_for_admin=stuck,
        error=row.error if may_resolve else "",
        params=(row.params if row.params is not None else node.params) if may_resolve and node else {},
        may_resolve=may_resolve and stuck,
    )


def _attempt(row: TaskAttempt, *, shown: bool) -> AttemptRow:
    name = AttemptOutcome(row.outcome).label
    return AttemptRow(row.number, row.outcome, str(name), row.started_at, row.finished_at, row.error if shown else "")


def node_of(definition: RunningDefinition, step: str) -> Node | None:
    """What the machine does at the step, as the document says it."""
    found = definition.graph.steps.get(step)
    return found.node if found else None


def machine_steps_of(actor: Membership, wanted: str = "") -> QuerySet[MachineStep]:
    """The automatic steps of the organisation for those who look after them: all, or those ``stuck``, ``quarantined``,
    ``retrying``, ``running``."""
    rows: QuerySet[MachineStep] = MachineStep.objects.filter(organisation_id=actor.organisation_id)
    narrowed = {
        "stuck": rows.filter(STUCK),
        "quarantined": rows.filter(STUCK, quarantined=True),
        "retrying": rows.filter(task__state=TaskState.FAILURE_RETRY),
        "running": rows.filter(task__state=TaskState.RUNNING),
    }
    found = narrowed.get(wanted, rows)
    return found.select_related("task", "run", "run__definition").order_by("-opened_at", "-id")


def access_machine_step(actor: Membership, task_id: UUID) -> MachineStep:
    """The door to one automatic step, for those who may know of its request. Raises MachineStepNotFound."""
    rows = MachineStep.objects.filter(organisation_id=actor.organisation_id, task_id=task_id)
    found: MachineStep | None = rows.select_related("task", "run", "run__definition").first()
    if found is None or not (policies.machines.may(actor, "view") or may_see(actor, found.run_id)):
        raise MachineStepNotFound
    return found


def machine_row(actor: Membership, row: MachineStep) -> MachineRow:
    """One step with its attempts, as the person sees it. One query."""
    definition = definition_of(actor.organisation_id, row.run.version_id)
    attempts = attempts_of(actor.organisation_id, [row.id]).get(row.id, [])
    return _row(row, definition, attempts, may_resolve=policies.machines.may(actor, "resolve"))


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A line of the list of automatic steps."""

    task_id: UUID
    run_id: UUID
    number: int
    title: str
    workflow: str
    step_name: str
    kind: str
    state: str
    attempts: int
    next_at: datetime | None
    quarantined: bool
    error: str
    opened_at: datetime


ORDER: Final = Order("opened_at", "id")


def failed_page(actor: Membership, wanted: str, cursor: Cursor | None) -> Page[ListedStep]:
    """A page of ``machine_steps_of``, newest first. One query."""
    columns = (
        *("id", "opened_at", "task_id", "run_id", "kind", "attempts", "next_at", "quarantined", "error", "lease_token"),
        *("run__number", "run__title", "run__definition__name", "task__step_name", "task__state"),
    )
    rows = machine_steps_of(actor, wanted).select_related(None).values(*columns)
    return page_of(list(ORDER.window(rows, cursor)), cursor, lambda some: [_listed(row) for row in some], ORDER)


def _listed(row: Mapping[str, Any]) -> ListedStep:
    return ListedStep(
        task_id=row["task_id"],
        run_id=row["run_id"],
        number=row["run__number"],
        title=row["run__title"],
        workflow=row["run__definition__name"],
        step_name=row["task__step_name"],
        kind=row["kind"],
        state=row["task__state"],
        attempts=row["attempts"],
        next_at=row["next_at"] if row["lease_token"] is None else None,
        quarantined=row["quarantined"],
        error=row["error"],
        opened_at=row["opened_at"],
    )


def secrets_of(organisation_id: UUID) -> QuerySet[Secret]:
    """The organisation's secrets by name, without their values."""
    rows: QuerySet[Secret] = Secret.objects.filter(organisation_id=organisation_id)
    return rows.order_by("name").defer("sealed")


def configured_tasks_of(organisation_id: UUID) -> QuerySet[ConfiguredTask]:
    """The organisation's library of automatic steps, by name."""
    rows: QuerySet[ConfiguredTask] = ConfiguredTask.objects.filter(organisation_id=organisation_id)
    return rows.order_by("name")
