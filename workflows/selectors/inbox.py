"""The person's work as lists. Every list is one ordered index scan from a cursor, so a heavy user costs what a light one does."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Subquery, Value
from django.utils import timezone

from accounts.absence import StandIn
from accounts.models import Membership
from accounts.selectors.absences import stand_ins_of
from workflows.assignment import PersonRef
from workflows.models import (
    OPEN_TASK,
    Participant,
    ParticipantKind,
    PauseKind,
    Task,
    TaskCandidate,
    TaskState,
    WorkflowRun,
)
from workflows.selectors.paging import PAGE_SIZE, Cursor, Order, Page, Row, page_of
from workflows.selectors.prepared import Prepared
from workflows.selectors.runs import limited_to
from workflows.selectors.summaries import as_mapping, summary_of, told_by

CAP: Final = 100
"""Counts stop here; it is shown as "99+"."""
MAX_WORDS: Final = 8
MAX_DIGITS: Final = 15

BY_TIME: Final = Order("at", "key")
BY_RUN: Final = Order("", "key")


class InboxTab(StrEnum):
    DECIDE = "decide"
    TEAM = "team"
    BEHALF = "behalf"
    """What waits for people who are away and for whom the person stands in; for those who stand in for somebody."""
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
    holder: str = ""
    """With whom the open step is, in words."""
    behalf: str = ""
    """Who is away, in whose place the person may decide."""
    due_at: datetime | None = None
    overdue: bool = False
    status: str = "running"
    outcome: str = ""
    summary: str = ""
    """What it is about, see ``selectors.summaries``."""
    task: UUID | None = None
    version: int = 0
    """The task that the row is about and its version, in lists of tasks."""
    paused_at: datetime | None = None
    pause: str = ""
    is_mine: bool = False

    @property
    def paused_why(self) -> str:
        """In two words for what the clock waits."""
        if self.pause == PauseKind.QUESTION:
            return "Answer needed" if self.is_mine else "Asked"
        return "On hold" if self.pause else ""


def tabs_of(actor: Membership) -> tuple[InboxTab, ...]:
    """The lists that the person has. No query."""
    missing = set() if actor.is_tenant_admin else {InboxTab.UNASSIGNED}
    if not _holding(actor):
        missing.add(InboxTab.BEHALF)
    return tuple(tab for tab in InboxTab if tab not in missing)


def inbox_page(actor: Membership, tab: InboxTab, *, q: str = "", cursor: Cursor | None = None) -> Page[InboxRow]:
    """One page of a list, newest first; ``q`` keeps requests with these words in title or requester, or this number."""
    order = BY_RUN if tab is InboxTab.FOLLOWING else BY_TIME
    where = cursor if cursor is not None and order.fits(cursor) else None
    if tab is InboxTab.BEHALF:
        return page_of(_on_behalf(actor, q, where), where, lambda rows: _rows(actor, rows), order)
    found = _listed(actor, tab, where) if not q else list(_list(Who.of(actor), tab, q, where))
    if tab in (InboxTab.MINE, InboxTab.FOLLOWING):
        return page_of(found, where, lambda rows: rows_with_open_tasks(actor, rows), order)
    return page_of(found, where, lambda rows: _rows(actor, rows), order)


def task_ids_of(actor: Membership, tab: InboxTab, q: str, most: int) -> list[UUID]:
    """The newest tasks of a list that wait for the person."""
    if tab is InboxTab.BEHALF:
        rows = [row for part in _behalf_parts(actor, q) for row in part.order_by("-at", "-key")[:most]]
        newest = sorted({(row["at"], row["key"]) for row in rows}, reverse=True)
        return [key for _, key in newest[:most]]
    who = Who.of(actor)
    queued = _queued(who).filter(words_in(q, "task__run__")).order_by("-opened_at", "-task_id")
    found = list(queued.values_list("opened_at", "task_id")[:most])
    if tab is InboxTab.DECIDE:
        assigned = _assigned(who).filter(words_in(q, "run__")).order_by("-opened_at", "-id")
        found = sorted([*found, *assigned.values_list("opened_at", "id")[:most]], reverse=True)
    return [task_id for _, task_id in found[:most]]


def on_behalf_among(actor: Membership, task_ids: Iterable[UUID]) -> dict[UUID, PersonRef]:
    """Those of the tasks that wait for somebody in whose place the person may act, with that one."""
    wanted = list(task_ids)
    return {
        row["key"]: PersonRef(one.member_id, one.member_name)
        for one in _holding(actor)
        for part in _parts_for(actor, one, "")
        for row in part.filter(key__in=wanted)
    }


def inbox_counts(actor: Membership) -> dict[InboxTab, int]:
    """How long each list is, up to ``CAP``; of own and followed requests the open ones among the newest hundred.

    One statement, asked once per request.
    """
    known: dict[InboxTab, int] | None = actor.__dict__.get("_inbox_counts")
    if known is None:
        [found] = _counted(actor.is_tenant_admin).rows(Who.of(actor)._asdict())
        found["decide"] = min(found.pop("assigned") + found["team"], CAP)
        known = actor.__dict__["_inbox_counts"] = {InboxTab(name): count for name, count in found.items()}
        if _holding(actor):
            known[InboxTab.BEHALF] = _behalf_count(actor)
    return known


def decide_count(actor: Membership) -> int:
    """How many tasks wait for the person, up to ``CAP``; for the badge of every page."""
    known: dict[InboxTab, int] | None = actor.__dict__.get("_inbox_counts")
    if known is not None:
        return known[InboxTab.DECIDE]
    [found] = _badge().rows(Who.of(actor)._asdict())
    return min(sum(found.values()), CAP)


class Who(NamedTuple):
    """Whose lists."""

    organisation_id: UUID
    id: UUID

    @classmethod
    def of(cls, actor: Membership) -> "Who":
        return cls(actor.organisation_id, actor.id)


_CLOCK: Final = ("due_at", "overdue", "paused_at", "pause")
ANYBODY: Final = Who(UUID(int=1), UUID(int=2))
ANYWHERE: Final = Cursor(datetime(2000, 1, 1, tzinfo=UTC), UUID(int=3))
"""Placeholders of the prepared statements."""


def _assigned(who: Who) -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.filter(
        organisation_id=who.organisation_id, assignee_id=who.id, state__in=OPEN_TASK
    )
    return tasks


def _queued(who: Who) -> QuerySet[TaskCandidate]:
    places: QuerySet[TaskCandidate] = TaskCandidate.objects.filter(
        organisation_id=who.organisation_id, member_id=who.id, is_open=True
    )
    return places


def _unassigned(who: Who) -> QuerySet[Task]:
    tasks: QuerySet[Task] = Task.objects.filter(
        organisation_id=who.organisation_id, unassigned=True, state__in=OPEN_TASK
    )
    return tasks


def _requested(who: Who) -> QuerySet[WorkflowRun]:
    runs: QuerySet[WorkflowRun] = WorkflowRun.objects.filter(organisation_id=who.organisation_id, requester_id=who.id)
    return runs


def _followed(who: Who) -> QuerySet[Participant]:
    """Requests of others: being a stakeholder by one's own doing means having asked for it, which is "mine"."""
    places: QuerySet[Participant] = Participant.objects.filter(organisation_id=who.organisation_id, member_id=who.id)
    return places.exclude(kind=ParticipantKind.STAKEHOLDER, created_by_id=who.id)


def followed_by(actor: Membership) -> QuerySet[Any, Any]:
    """The ids of the requests in the list of what the person follows."""
    return _followed(Who.of(actor)).values("run_id")


# --- in the place of somebody who is away ---


def _holding(actor: Membership) -> list[StandIn]:
    """For whom the person stands in now."""
    now = timezone.now()
    return [one for one in stand_ins_of(actor) if one.period.holds(now)]


def _on_behalf(actor: Membership, q: str, cursor: Cursor | None) -> list[Row]:
    """A window of what waits for them; a task of two people who are both away is there once."""
    found = [BY_TIME.window(part, cursor) for part in _behalf_parts(actor, q)]
    if not found:
        return []
    merged = found[0].union(*found[1:], all=True).order_by(*BY_TIME.sorted_by(cursor))[: PAGE_SIZE + 1]
    return list({row["key"]: row for row in merged}.values())


def _behalf_count(actor: Membership) -> int:
    found = [part.order_by("-at").values("key")[:CAP] for part in _behalf_parts(actor, "")]
    return min(len(found[0].union(*found[1:])), CAP)


def _behalf_parts(actor: Membership, q: str) -> list[QuerySet[Any, Row]]:
    return [part for one in _holding(actor) for part in _parts_for(actor, one, q)]


def _parts_for(actor: Membership, one: StandIn, q: str) -> Iterator[QuerySet[Any, Row]]:
    """The two scans of "to decide" for one of them, without what the person must not decide or has in their own queue."""
    own = _queued(Who.of(actor)).values("task_id")
    who = Who(actor.organisation_id, one.member_id)
    tasks = _assigned(who).exclude(requester_id=actor.id).filter(limited_to(one.scope), words_in(q, "run__"))
    places = _queued(who).exclude(task__requester_id=actor.id).exclude(task_id__in=own)
    places = places.filter(limited_to(one.scope, "task__"), words_in(q, "task__run__"))
    for rows, task, key in ((tasks, "", "id"), (places, "task__", "task_id")):
        named = rows.annotate(behalf=Value(one.member_name, output_field=CharField()))
        columns = {**_task_columns(task), "shown_behalf": "behalf"}
        yield shaped(named, columns, key=key, at="opened_at")


# --- rows ---


def _listed(actor: Membership, tab: InboxTab, cursor: Cursor | None) -> list[Row]:
    """A window of the whole list, by a statement that is kept."""
    way = "" if cursor is None else "back" if cursor.back else "on"
    values = {**Who.of(actor)._asdict(), "at": cursor.at if cursor else None, "key": cursor.id if cursor else None}
    return _window(tab, way).rows(values)


@cache
def _window(tab: InboxTab, way: str) -> Prepared:
    cursor = replace(ANYWHERE, at=None if tab is InboxTab.FOLLOWING else ANYWHERE.at, back=way == "back")
    slots: dict[Hashable, str] = {
        ANYBODY.organisation_id: "organisation_id",
        ANYBODY.id: "id",
        ANYWHERE.at: "at",
        ANYWHERE.id: "key",
    }
    return Prepared(_list(ANYBODY, tab, "", cursor if way else None), slots)


def _list(who: Who, tab: InboxTab, q: str, cursor: Cursor | None) -> QuerySet[Any, Row]:
    if tab is InboxTab.FOLLOWING:
        rows = shaped(_followed(who).filter(words_in(q, "run__")), run_columns("run__"), key="run_id")
        return BY_RUN.window(rows.distinct("key"), cursor)
    if tab is InboxTab.MINE:
        rows = shaped(_requested(who).filter(words_in(q, "")), run_columns(""), key="id", at="started_at")
        return BY_TIME.window(rows, cursor)
    if tab is InboxTab.UNASSIGNED:
        return _window_of_tasks(_unassigned(who), q, cursor)
    places = _queued(who).filter(words_in(q, "task__run__"))
    queued = BY_TIME.window(shaped(places, _task_columns("task__"), key="task_id", at="opened_at"), cursor)
    if tab is InboxTab.TEAM:
        return queued
    # Two short ordered scans, merged.
    both = _window_of_tasks(_assigned(who), q, cursor).union(queued, all=True)
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
    return {f"shown_{name}": f"{run}{path}" for name, path in paths.items()} | _answer_columns(run)


def _task_columns(task: str) -> dict[str, str]:
    paths = {"id": "run_id", "number": "run__number", "title": "run__title", "requester": "requester__name"}
    paths |= {"definition": "definition__name", "last_at": "opened_at"}
    paths |= {name: name for name in _CLOCK} | {"step": "step_name", "task": "id", "version": "version"}
    return {f"shown_{name}": f"{task}{path}" for name, path in paths.items()} | _answer_columns(f"{task}run__")


def _answer_columns(run: str) -> dict[str, str]:
    """What ``summary_of`` reads."""
    return {"edition": f"{run}version_id", "answers": f"{run}data", "names": f"{run}labels"}


def _rows(
    actor: Membership, rows: Sequence[Row], more: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({})
) -> list[InboxRow]:
    """The rows with what each request is about; ``more`` has further columns by request."""
    told = told_by(actor.organisation_id, (row["edition"] for row in rows))
    made = []
    for row in rows:
        found = {name.removeprefix("shown_"): value for name, value in row.items() if name.startswith("shown_")}
        about = summary_of(told[row["edition"]], as_mapping(row["answers"]), as_mapping(row["names"]))
        made.append(InboxRow(**{**found, "summary": about, **more.get(found["id"], {})}))
    return made


def rows_with_open_tasks(actor: Membership, rows: Sequence[Row]) -> list[InboxRow]:
    """The rows with where each open request stands; of several open steps the one opened last."""
    tasks = Task.objects.filter(
        organisation_id=actor.organisation_id, run_id__in=[row["shown_id"] for row in rows], state__in=OPEN_TASK
    ).order_by("opened_at")
    open_tasks = {
        task["run_id"]: {
            "step": task["step_name"],
            "holder": holder_of(task),
            "is_mine": task["requester_id"] == actor.id,
            **{name: task[name] for name in _CLOCK},
        }
        for task in tasks.values("run_id", "step_name", "requester_id", *_CLOCK, **HELD_BY)
    }
    return _rows(actor, rows, open_tasks)


HELD_BY: Final[Mapping[str, Any]] = {
    "named": F("assignee__name"),
    "nobody": F("unassigned"),
    "as_state": F("state"),
    "by_panel": Q(panel__isnull=False),
}
"""The columns of a task that ``holder_of`` reads."""


def holder_of(task: Row) -> str:
    """With whom an open task is, as a list says it; the page of the request says more."""
    if task["named"]:
        return str(task["named"])
    if task["nobody"]:
        return "nobody yet"
    if task["as_state"] != TaskState.WAITING:
        return "the product"
    return "a panel" if task["by_panel"] else "the team"


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


@cache
def _counted(is_tenant_admin: bool) -> Prepared:
    who = ANYBODY
    wanted: dict[str, Subquery] = {
        "assigned": _capped(_assigned(who)),
        "team": _capped(_queued(who)),
        "mine": _open_among(_requested(who), "-started_at", "status"),
        "following": _open_among(_followed(who).distinct("run_id"), "-run_id", "run__status"),
    }
    if is_tenant_admin:
        wanted["unassigned"] = _capped(_unassigned(who))
    return _scalars(wanted)


@cache
def _badge() -> Prepared:
    return _scalars({"assigned": _capped(_assigned(ANYBODY)), "queued": _capped(_queued(ANYBODY))})


def _scalars(wanted: Mapping[str, Subquery]) -> Prepared:
    """One row of counts; the person's own row is what it hangs on."""
    row = Membership.objects.filter(organisation_id=ANYBODY.organisation_id, id=ANYBODY.id).values(**wanted)
    return Prepared(row, {ANYBODY.organisation_id: "organisation_id", ANYBODY.id: "id"})
