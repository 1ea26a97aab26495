"""The person's work as lists. Every list is one ordered index scan from a cursor, so a heavy user costs what a light one does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import F, IntegerField, Q, QuerySet, Subquery, Value

from accounts.models import Membership
from workflows.models import OPEN_TASK, Participant, ParticipantKind, Task, TaskCandidate, WorkflowRun
from workflows.selectors.paging import PAGE_SIZE, Cursor, Order, Page, Row, page_of

CAP: Final = 100
"""Counts stop here; it is shown as "99+"."""
MAX_WORDS: Final = 8
MAX_DIGITS: Final = 15

BY_TIME: Final = Order("at", "key")
BY_RUN: Final = Order("", "key")


class InboxTab(StrEnum):
    DECIDE = "decide"
    TEAM = "team"
    MINE = "mine"
    FOLLOWING = "following"
    UNASSIGNED = "unassigned"
    """Tasks that nobody is left to decide; for tenant admins."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A request in a list, with its open step if it has one. ``last_at`` is when something last happened to it."""

    id: UUID
    number: int
    title: str
    requester: str
    definition: str
    last_at: datetime
    step: str = ""
    assignee: str = ""
    due_at: datetime | None = None
    overdue: bool = False
    status: str = "running"
    outcome: str = ""


def tabs_of(actor: Membership) -> tuple[InboxTab, ...]:
    """The lists that the person has."""
    if actor.is_tenant_admin:
        return tuple(InboxTab)
    return tuple(tab for tab in InboxTab if tab is not InboxTab.UNASSIGNED)


def inbox_page(actor: Membership, tab: InboxTab, *, q: str = "", cursor: Cursor | None = None) -> Page[InboxRow]:
    """One page of a list, newest first; ``q`` keeps requests with these words in title or requester, or this number."""
    if tab is InboxTab.FOLLOWING:
        rows = shaped(_followed(actor).filter(words_in(q, "run__")), run_columns("run__"), key="run_id")
        found = BY_RUN.window(rows.distinct("key"), cursor)
        return page_of(list(found), cursor, lambda rows: rows_with_open_tasks(actor, rows), BY_RUN)
    if tab is InboxTab.MINE:
        rows = shaped(_requested(actor).filter(words_in(q, "")), run_columns(""), key="id", at="started_at")
        found = BY_TIME.window(rows, cursor)
        return page_of(list(found), cursor, lambda rows: rows_with_open_tasks(actor, rows), BY_TIME)
    return page_of(list(_tasks(actor, tab, q, cursor)), cursor, lambda rows: [_row(row) for row in rows], BY_TIME)


def inbox_counts(actor: Membership) -> dict[InboxTab, int]:
    """How long each list is, up to ``CAP``; of own and followed requests the open ones among the newest hundred.

    One statement, asked once per request.
    """
    known: dict[InboxTab, int] | None = actor.__dict__.get("_inbox_counts")
    if known is None:
        wanted: dict[str, Subquery] = {
            "assigned": _capped(_assigned(actor)),
            "team": _capped(_queued(actor)),
            "mine": _open_among(_requested(actor), "-started_at", "status"),
            "following": _open_among(_followed(actor).distinct("run_id"), "-run_id", "run__status"),
        }
        if actor.is_tenant_admin:
            wanted["unassigned"] = _capped(_unassigned(actor))
        found = _scalars(actor, wanted)
        found["decide"] = min(found.pop("assigned") + found["team"], CAP)
        known = actor.__dict__["_inbox_counts"] = {InboxTab(name): count for name, count in found.items()}
    return known


def decide_count(actor: Membership) -> int:
    """How many tasks wait for the person, up to ``CAP``; for the badge of every page."""
    known: dict[InboxTab, int] | None = actor.__dict__.get("_inbox_counts")
    if known is not None:
        return known[InboxTab.DECIDE]
    found = _scalars(actor, {"assigned": _capped(_assigned(actor)), "queued": _capped(_queued(actor))})
    return min(sum(found.values()), CAP)


def _assigned(actor: Membership) -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.filter(
        organisation_id=actor.organisation_id, assignee_id=actor.id, state__in=OPEN_TASK
    )
    return tasks


def _queued(actor: Membership) -> QuerySet[TaskCandidate]:
    places: QuerySet[TaskCandidate] = TaskCandidate.objects.filter(
        organisation_id=actor.organisation_id, member_id=actor.id, is_open=True
    )
    return places


def _unassigned(actor: Membership) -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.filter(
        organisation_id=actor.organisation_id, unassigned=True, state__in=OPEN_TASK
    )
    return tasks


def _requested(actor: Membership) -> QuerySet[WorkflowRun]:
    runs: QuerySet[WorkflowRun] = WorkflowRun.objects.filter(
        organisation_id=actor.organisation_id, requester_id=actor.id
    )
    return runs


def _followed(actor: Membership) -> QuerySet[Participant]:
    """Requests of others: being a stakeholder by one's own doing means having asked for it, which is "mine"."""
    places: QuerySet[Participant] = Participant.objects.filter(
        organisation_id=actor.organisation_id, member_id=actor.id
    )
    return places.exclude(kind=ParticipantKind.STAKEHOLDER, created_by_id=actor.id)


# --- rows ---


def _tasks(actor: Membership, tab: InboxTab, q: str, cursor: Cursor | None) -> QuerySet[Any, Row]:
    if tab is InboxTab.UNASSIGNED:
        return _window_of_tasks(_unassigned(actor), q, cursor)
    places = _queued(actor).filter(words_in(q, "task__run__"))
    queued = BY_TIME.window(shaped(places, _task_columns("task__"), key="task_id", at="opened_at"), cursor)
    if tab is InboxTab.TEAM:
        return queued
    # Two short ordered scans, merged.
    both = _window_of_tasks(_assigned(actor), q, cursor).union(queued, all=True)
    return both.order_by(*BY_TIME.sorted_by(cursor))[: PAGE_SIZE + 1]


def _window_of_tasks(tasks: QuerySet[Task], q: str, cursor: Cursor | None) -> QuerySet[Any, Row]:
    rows = shaped(tasks.filter(words_in(q, "run__")), _task_columns(""), key="id", at="opened_at")
    return BY_TIME.window(rows, cursor)


def shaped(rows: QuerySet[Any], columns: Mapping[str, str], *, key: str, at: str | None = None) -> QuerySet[Any, Row]:
    """Rows with the columns of ``InboxRow`` (``shown_`` in front), whatever table they come from."""
    paths = {"key": key, **({"at": at} if at else {}), **columns}
    return rows.values(**{name: F(path) for name, path in paths.items()})


def run_columns(run: str) -> dict[str, str]:
    paths = {"id": "id", "number": "number", "title": "title", "status": "status", "outcome": "outcome"}
    paths |= {"requester": "requester__name", "definition": "definition__name", "last_at": "modified_at"}
    return {f"shown_{name}": f"{run}{path}" for name, path in paths.items()}


def _task_columns(task: str) -> dict[str, str]:
    paths = {"id": "run_id", "number": "run__number", "title": "run__title", "requester": "requester__name"}
    paths |= {"definition": "definition__name", "last_at": "opened_at"}
    paths |= {"step": "step_name", "due_at": "due_at", "overdue": "overdue"}
    return {f"shown_{name}": f"{task}{path}" for name, path in paths.items()}


def _row(row: Row, **more: Any) -> InboxRow:
    found = {name.removeprefix("shown_"): value for name, value in row.items() if name.startswith("shown_")}
    return InboxRow(**(found | more))


def rows_with_open_tasks(actor: Membership, rows: Sequence[Row]) -> list[InboxRow]:
    """The rows with where each open request stands; of several open steps the one opened last."""
    tasks = Task.objects.filter(
        organisation_id=actor.organisation_id, run_id__in=[row["shown_id"] for row in rows], state__in=OPEN_TASK
    ).order_by("opened_at")
    open_tasks = {
        run: {"step": step, "assignee": assignee or "", "due_at": due_at, "overdue": overdue}
        for run, step, assignee, due_at, overdue in tasks.values_list(
            "run_id", "step_name", "assignee__name", "due_at", "overdue"
        )
    }
    return [_row(row, **open_tasks.get(row["shown_id"], {})) for row in rows]


def words_in(q: str, run: str) -> Q:
    """The search box: a number, or words of the title and of the requester's name, all of them."""
    text = q.strip().removeprefix("#")
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return Q(**{f"{run}number": int(text)})
    wanted = Q()
    for word in text.split()[:MAX_WORDS]:
        wanted &= Q(**{f"{run}title__icontains": word}) | Q(**{f"{run}requester__name__icontains": word})
    return wanted


# --- counts ---


class _Count(Subquery):
    """How many rows a subquery has."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _capped(rows: QuerySet[Any]) -> _Count:
    # The order keeps to the index: without it the planner may hope to find a heavy user's rows anywhere in the table.
    return _Count(rows.order_by("-opened_at").values(one=Value(1))[:CAP])


class _OpenCount(Subquery):
    """How many rows of a subquery with one column of run statuses are of open runs."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted (status) WHERE status IN ('queued', 'running'))"
    output_field = IntegerField()


def _open_among(rows: QuerySet[Any], newest_first: str, status: str) -> _OpenCount:
    return _OpenCount(rows.order_by(newest_first).values_list(status, flat=True)[:CAP])


def _scalars(actor: Membership, wanted: Mapping[str, Subquery]) -> dict[str, int]:
    row = Membership.objects.filter(organisation_id=actor.organisation_id, id=actor.id).values(**wanted).first()
    return dict(row) if row else dict.fromkeys(wanted, 0)
