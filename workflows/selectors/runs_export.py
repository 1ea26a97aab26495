"""Requests of a workflow as rows of a file, with the answers that whoever asks may read of each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.templatetags.ui import RUN_WORDS
from forms_builder.schema import fields as f
from forms_builder.schema.display import NOTHING, display
from workflows.models import TIMED_OUT, RunStatus, WorkflowRun
from workflows.selectors.definitions import definition_of
from workflows.selectors.run_rows import RunRow, with_around
from workflows.selectors.runs import RunView, view_of
from workflows.selectors.runs_page import RunsOf

BATCH: Final = 200
FACTS: Final = (
    *("Number", "Title", "Requester", "State", "Outcome", "Version", "Started", "Ended"),
    *("Waits at", "Waits for", "Due", "Overdue"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """``answers`` are the fields that get a column, by name: the newest version's label is the heading."""

    door: RunsOf
    runs: QuerySet[WorkflowRun]
    answers: Mapping[str, str]
    zone: ZoneInfo

    @property
    def heading(self) -> tuple[str, ...]:
        return (*FACTS, *self.answers.values())


def sheet_of(door: RunsOf, runs: QuerySet[WorkflowRun], zone: ZoneInfo) -> Sheet:
    """The columns for these requests: every field for whoever sees all of them, else those that a start shows.

    One statement, and one per version that this process has not read yet.
    """
    versions = runs.order_by("-version__number").values_list("version_id", "version__number").distinct()
    answers: dict[str, str] = {}
    for version_id, _ in versions:
        definition = definition_of(door.definition.organisation_id, version_id)
        shown = definition.form.visible_at([definition.graph.start.key]) if door.own else definition.form.by_name
        for name, field in definition.form.by_name.items():
            if name in shown and not isinstance(field, f.StaticField):
                answers.setdefault(name, field.label or name)
    return Sheet(door, runs, answers, zone)


def batch_of(sheet: Sheet, after: tuple[datetime, UUID] | None) -> list[WorkflowRun]:
    """The next requests, newest first. One statement."""
    rows = with_around(sheet.runs, sheet.door.definition.organisation_id, sheet.door.member.id)
    if after is not None:
        at, ident = after
        rows = rows.filter(started_at__lte=at).filter(Q(started_at__lt=at) | Q(id__lt=ident))
    rows = rows.select_related("definition", "version", "requester").defer("version__graph", "version__cases")
    return list(rows.order_by("-started_at", "-id")[:BATCH])


def cells(sheet: Sheet, batch: list[WorkflowRun]) -> Iterator[list[Any]]:
    """A line per request. What may not be read is empty, as is what was not answered."""
    for run in batch:
        view = view_of(sheet.door.member, RunRow.of(run))
        yield [*_facts(view, sheet.zone), *_answers(view, sheet.answers)]


def _facts(view: RunView, zone: ZoneInfo) -> Iterator[Any]:
    run, tasks = view.run, view.open_tasks
    yield from (run.number, run.title, run.requester.name, _state(run), run.outcome, run.version.number)
    yield from (_at(run.started_at, zone), _at(run.finished_at, zone))
    yield ", ".join(task.step_name for task in tasks)
    yield ", ".join(task.assignee.name for task in tasks if task.assignee)
    yield _at(min((task.due_at for task in tasks if task.due_at), default=None), zone)
    yield "yes" if any(task.overdue for task in tasks) else ""


def _state(run: Any) -> str:
    """As the list and its filter call it."""
    return RUN_WORDS[run.status] if run.status == RunStatus.COMPLETED or run.outcome != TIMED_OUT else TIMED_OUT


def _answers(view: RunView, names: Mapping[str, str]) -> Iterator[str]:
    fields, readable = view.definition.form.by_name, view.readable
    for name in names:
        field = fields.get(name)
        value = view.run.data.get(name)
        if field is None or name not in readable or value is None:
            yield ""
            continue
        text = display(field, value, view.run.labels)
        yield "" if text == NOTHING else text


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
