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
from forms_builder.schema.display import Labels, in_names, with_names
from forms_builder.schema.document import FormDocument
from forms_builder.sources import OrganisationNames
from workflows import policies
from workflows.assignment import Person
from workflows.engine.definition import RunningDefinition
from workflows.graph.automation import SAVED, Node
from workflows.graph.saved import Piece
from workflows.models import AttemptOutcome, ConfiguredTask, MachineStep, Secret, TaskAttempt, TaskState, WorkflowRun
from workflows.nodes.registry import KINDS
from workflows.nodes.templating import LINK, RECORD, SHOWN, THIS
from workflows.selectors.definitions import definition_of
from workflows.selectors.paging import Cursor, Order, Page, page_of
from workflows.selectors.runs import RunView, may_see

CALLBACK_SALT: Final = "workflows.callback"
WAIT: Final = "wait"
STUCK: Final = Q(task__state=TaskState.FAILURE, task__completed_at=None, run__status="running")
"""Steps that wait for an admin."""


class ConfiguredTaskNotFound(NotFound):
    code = "configured_task.not_found"


class MachineStepNotFound(NotFound):
    code = "machine_step.not_found"


def values_for(
    row: MachineStep, definition: RunningDefinition, requester: Person, organisation: Organisation, at: datetime
) -> dict[str, Any]:
    """What placeholders and formulas of the automatic step may name now. Two queries, three in the middle of a saved task; one
    more for each source of what was filled in without being picked."""
    run = row.run
    local = at.astimezone(ZoneInfo(organisation.time_zone))
    rounds = visits(run)
    return {
        "run": {"id": str(run.id), "number": run.number, "title": run.title},
        "workflow": {"id": str(run.definition_id), "name": run.definition.name},
        RECORD: {name: run.data.get(name) for name in definition.form.by_name},
        SHOWN: shown_answers(definition.form, run.data, run.labels, run.organisation_id),
        "requester": requester.facts(),
        "context": run.context,
        "previous": previous_result(run),
        "callback": {
            name: callback_url(organisation, run.id, key, rounds.get(key, 0))
            for key, step in definition.graph.steps.items()
            if any(piece.job.kind == WAIT for piece in step.pieces)
            for name in (key, *((THIS,) if key == row.step else ()))
        },
        LINK: _answered(row, definition) if row.link else {},
        "today": local.date().isoformat(),
        "now": local.isoformat(timespec="seconds"),
    }


def shown_answers(
    form: FormDocument, values: Mapping[str, Any], labels: Labels, organisation_id: UUID
) -> dict[str, Any]:
    """The answers as people read them: by the labels that were kept when something was picked, else as it is called now."""
    return in_names(form.fields, values, with_names(form.fields, values, labels, OrganisationNames(organisation_id)))


def previous_result(run: WorkflowRun) -> Any:
    """What the automatic step before has answered; None where there was none. One query."""
    rows = TaskAttempt.objects.filter(
        organisation_id=run.organisation_id, machine_step__run_id=run.id, outcome=AttemptOutcome.DONE
    )
    return rows.order_by("-finished_at", "-id").values_list("result", flat=True).first()


def _answered(row: MachineStep, definition: RunningDefinition) -> dict[str, Any]:
    """What the links of the saved task before have answered, by their keys. One query."""
    rows = TaskAttempt.objects.filter(
        organisation_id=row.organisation_id, machine_step_id=row.id, outcome=AttemptOutcome.DONE, link__lt=row.link
    )
    keys = [piece.key for piece in definition.graph.step(row.step).pieces]
    return {keys[link]: result for link, result in rows.values_list("link", "result") if link < len(keys)}


def visits(run: WorkflowRun) -> dict[str, int]:
    """How many stays at each step that may wait are over, however they ended. Their tasks say so: of a cancelled one the
    machine's side may be noticed later, in the middle of the next stay."""
    rows = MachineStep.objects.filter(
        organisation_id=run.organisation_id, run_id=run.id, kind__in=(WAIT, SAVED), task__completed_at__isnull=False
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
    link: str = ""
    """Which piece of a saved task was tried."""


@dataclass(frozen=True, slots=True)
class MachineRow:
    """An automatic step of a request. ``may_resolve`` says that the person may have it tried again, ``may_override`` also skip
    and edit it, which nobody does in their own request."""

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
    may_override: bool
    kind_name: str
    link: str = ""
    """ "Rates (2 of 3)": which piece of a saved task it stands at; empty where there is one piece."""

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
    is_own = view.is_requester
    return [
        _row(row, view.definition, attempts.get(row.id, []), may_resolve=may_resolve, is_own=is_own) for row in rows
    ]


def attempts_of(organisation_id: UUID, ids: Sequence[UUID]) -> dict[UUID, list[TaskAttempt]]:
    """The attempts of these steps in their order."""
    found: dict[UUID, list[TaskAttempt]] = {}
    if ids:
        rows = TaskAttempt.objects.filter(organisation_id=organisation_id, machine_step_id__in=ids)
        for row in rows.order_by("number").defer("result"):
            found.setdefault(row.machine_step_id, []).append(row)
    return found


def _row(
    row: MachineStep,
    definition: RunningDefinition,
    attempts: Sequence[TaskAttempt],
    *,
    may_resolve: bool,
    is_own: bool,
) -> MachineRow:
    found = work_at(definition, row)
    node, piece = found or (None, None)
    pieces = definition.graph.steps[row.step].pieces if found else ()
    stuck = row.task.state == TaskState.FAILURE and row.task.completed_at is None
    return MachineRow(
        task_id=row.task_id,
        run_id=row.run_id,
        step=row.step,
        step_name=row.task.step_name,
        kind=row.kind,
        state=row.task.state,
        attempts=tuple(_attempt(one, pieces, shown=may_resolve) for one in attempts),
        next_at=row.next_at if row.lease_token is None else None,
        note=row.note,
        quarantined=row.quarantined,
        waits_for_admin=stuck,
        error=row.error if may_resolve else "",
        params=(row.params if row.params is not None else piece.job.params) if may_resolve and piece else {},
        may_resolve=may_resolve and stuck,
        may_override=may_resolve and stuck and not is_own,
        kind_name=kind_name(node, row.kind),
        link=piece.title if piece else "",
    )


def _attempt(row: TaskAttempt, pieces: Sequence[Piece], *, shown: bool) -> AttemptRow:
    name = AttemptOutcome(row.outcome).label
    link = pieces[row.link].name if len(pieces) > 1 and row.link < len(pieces) else ""
    error = row.error if shown else ""
    return AttemptRow(row.number, row.outcome, str(name), row.started_at, row.finished_at, error, link)


def kind_name(node: Node | None, kind: str) -> str:
    """What is done, in words: the name of the kind, or of the saved task."""
    if node is not None and node.pinned is not None:
        return node.pinned.name
    found = KINDS.get(kind)
    return found.label if found else kind.capitalize()


def work_at(definition: RunningDefinition, row: MachineStep) -> tuple[Node, Piece] | None:
    """What the machine does at the step as the document says it, and the piece of it whose turn it is."""
    found = definition.graph.steps.get(row.step)
    if found is None or found.node is None or row.link >= len(found.pieces):
        return None
    return found.node, found.pieces[row.link]


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
    is_own = row.run.requester_id == actor.id
    return _row(row, definition, attempts, may_resolve=policies.machines.may(actor, "resolve"), is_own=is_own)


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


def access_configured_task(actor: Membership, task_id: UUID) -> ConfiguredTask:
    """One of them. Raises Denied, ConfiguredTaskNotFound."""
    policies.configured_tasks.require(actor, "view")
    found = configured_tasks_of(actor.organisation_id).filter(id=task_id).first()
    if found is None:
        raise ConfiguredTaskNotFound
    return found


def configured_tasks_of(organisation_id: UUID) -> QuerySet[ConfiguredTask]:
    """The organisation's library of automatic steps, by name."""
    rows: QuerySet[ConfiguredTask] = ConfiguredTask.objects.filter(organisation_id=organisation_id)
    return rows.order_by("name")
