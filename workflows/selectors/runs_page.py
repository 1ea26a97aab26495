"""Requests of one workflow in a period: the list, and what took how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, QuerySet

from accounts.models import Membership
from workflows.models import OPEN_TASK, TIMED_OUT, Task, TaskCandidate, WorkflowDefinition, WorkflowRun
from workflows.policies import sees_all_runs
from workflows.selectors.definitions import DefinitionNotFound, access_definition
from workflows.selectors.paging import Cursor, Order, Page, Row, page_of

NEWEST: Final = Order("started_at", "id")
MOST_HOLDERS: Final = 500
"""Steps and people to choose from."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One request, with its open step if it has one."""

    id: UUID
    number: int
    title: str
    requester: str
    status: str
    outcome: str
    version: int
    started_at: datetime
    finished_at: datetime | None
    step: str = ""
    due_at: datetime | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """Counts of the requests that were started in a week, or in the whole period (``label`` empty): each of them is completed,
    open, withdrawn, failed or timed out.

    ``p50`` and ``p90``: within what time from start to end half and nine of ten of the completed ones were done.
    """

    label: str
    started: int
    completed: int
    open: int
    overdue: int
    withdrawn: int
    failed: int
    timed_out: int
    p50: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """Open requests of one version; ``current``: new requests start on it."""

    number: int
    state: str
    requests: int
    current: bool


@dataclass(frozen=True, slots=True)
class RunsOf:
    """Requests of one workflow as one person may see them: all of them, or ``own`` only."""

    definition: WorkflowDefinition
    member: Membership
    own: bool

    @property
    def sees_figures(self) -> bool:
        """Whether the times of the steps may be told: they are of everybody's requests."""
        return not self.own

    def runs(self) -> QuerySet[WorkflowRun]:
        runs: QuerySet[WorkflowRun] = WorkflowRun.objects.filter(
            organisation_id=self.definition.organisation_id, definition_id=self.definition.id
        )
        return runs.filter(requester_id=self.member.id) if self.own else runs


def access_runs_of(actor: Membership, definition_id: UUID) -> RunsOf:
    """The door to the requests of a workflow, also of a deleted one. Raises DefinitionNotFound.

    Whoever may see every request sees them all, and so does the workflow's owner; everybody else their own, and the page
    exists for them while they have any or see the workflow.
    """
    everything = sees_all_runs(actor)
    try:
        definition = access_definition(actor, definition_id, deleted=True)
    except DefinitionNotFound:
        rows = WorkflowDefinition.objects.filter(organisation_id=actor.organisation_id, id=definition_id)
        found = rows.select_related("group", "owner").first()
        if found is None or not (everything or RunsOf(found, actor, True).runs().exists()):
            raise
        definition = found
    return RunsOf(definition, actor, own=not (everything or definition.owner_id == actor.id))


def runs_page(runs: QuerySet[WorkflowRun], organisation_id: UUID, cursor: Cursor | None) -> Page[RunRow]:
    """A page of the filtered requests, newest first. Two statements."""
    columns = ("id", "number", "title", "status", "outcome", "started_at", "finished_at")
    rows = runs.values(*columns, requester_name=F("requester__name"), version_number=F("version__number"))
    found = list(NEWEST.window(rows, cursor))
    return page_of(found, cursor, lambda rows: _with_open_tasks(organisation_id, rows), NEWEST)


def _with_open_tasks(organisation_id: UUID, rows: Sequence[Row]) -> list[RunRow]:
    tasks = Task.objects.filter(
        organisation_id=organisation_id, run_id__in=[row["id"] for row in rows], state__in=OPEN_TASK
    ).order_by("opened_at")
    where: dict[UUID, dict[str, Any]] = {}
    for run, step, due_at, overdue in tasks.values_list("run_id", "step_name", "due_at", "overdue"):
        # Of several branches the one that is due first.
        known = where.setdefault(run, {"step": "", "due_at": due_at, "overdue": False})
        known["step"] = f"{known['step']}, {step}".removeprefix(", ")
        known["due_at"] = min(filter(None, (known["due_at"], due_at)), default=None)
        known["overdue"] = known["overdue"] or overdue
    return [
        RunRow(
            **{key: value for key, value in row.items() if key not in ("requester_name", "version_number")},
            requester=row["requester_name"],
            version=row["version_number"],
            **where.get(row["id"], {}),
        )
        for row in rows
    ]


def holding(door: RunsOf) -> tuple[dict[str, str], dict[str, str]]:
    """Steps by key, and people by id, at and for whom open requests wait. Two statements."""
    tasks = Task.objects.filter(
        organisation_id=door.definition.organisation_id, definition_id=door.definition.id, state__in=OPEN_TASK
    )
    if door.own:
        tasks = tasks.filter(requester_id=door.member.id)
    steps: dict[str, str] = {}
    people: dict[str, str] = {}
    rows = tasks.order_by("step_name", "assignee__name").values_list(
        "step", "step_name", "assignee_id", "assignee__name"
    )
    for step, name, member, member_name in rows.distinct()[:MOST_HOLDERS]:
        steps[step] = name
        if member is not None:
            people[str(member)] = member_name
    queues = TaskCandidate.objects.filter(
        organisation_id=door.definition.organisation_id, is_open=True, task__in=tasks.filter(assignee=None)
    )
    for member, name in (
        queues.order_by("member__name").values_list("member_id", "member__name").distinct()[:MOST_HOLDERS]
    ):
        people[str(member)] = name
    return steps, dict(sorted(people.items(), key=lambda one: one[1]))


def open_versions(door: RunsOf) -> list[OpenVersion]:
    """How many open requests each version has, whenever they were started, newest first. One statement."""
    running = door.runs().filter(finished_at=None)
    rows = running.order_by("-version__number").values_list("version__number", "version__state", "version_id")
    return [
        OpenVersion(number, state, requests, current=version_id == door.definition.published_version_id)
        for number, state, version_id, requests in rows.annotate(requests=Count("id"))
    ]


# Durations in seconds of completed requests; overdue ones are open and have an open task past its time.
_FIGURES: Final = """
SELECT date_trunc('week', r.started_at AT TIME ZONE %s)::date AS week, count(*),
    count(*) FILTER (WHERE r.status = 'completed'),
    count(*) FILTER (WHERE r.status IN ('queued', 'running')),
    count(*) FILTER (WHERE r.status = 'running' AND EXISTS (
        SELECT FROM workflows_task t WHERE t.organisation_id = r.organisation_id AND t.run_id = r.id AND t.overdue
        AND t.state IN ('running', 'waiting', 'failure_retry')
    )),
    count(*) FILTER (WHERE r.status = 'killed' AND r.outcome <> %s),
    count(*) FILTER (WHERE r.status = 'failed' AND r.outcome <> %s),
    count(*) FILTER (WHERE r.status IN ('killed', 'failed') AND r.outcome = %s),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM r.finished_at - r.started_at)::float8)
        FILTER (WHERE r.status = 'completed')
FROM workflows_workflowrun r
WHERE r.id IN ({runs})
GROUP BY GROUPING SETS ((week), ())
ORDER BY week NULLS FIRST
"""


def figures(runs: QuerySet[WorkflowRun], zone: ZoneInfo) -> tuple[Bucket, list[Bucket]]:
    """The whole of the filtered requests, and week by week (weeks begin on Monday, there). One statement."""
    chosen, params = runs.values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.format(runs=chosen), [zone.key, *[TIMED_OUT] * 3, *params])
        buckets = [_bucket(*row) for row in cursor.fetchall()]
    return buckets[0], buckets[1:]


def _bucket(week: date | None, *found: Any) -> Bucket:
    started, completed, still, overdue, withdrawn, failed, timed_out, spans = found
    label = f"{week.day} {week:%b %Y}" if week else ""
    return Bucket(label, started, completed, still, overdue, withdrawn, failed, timed_out, *_spans(spans))


def _spans(found: list[float] | None) -> tuple[timedelta | None, timedelta | None]:
    if found is None:
        return None, None
    return timedelta(seconds=found[0]), timedelta(seconds=found[1])
