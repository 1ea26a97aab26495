"""What will be overdue soon if nobody acts, for those who can do something about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from workflows.models import OPEN_TASK, Task, WorkflowDefinition
from workflows.policies import sees_all_runs
from workflows.selectors.calendars import calendars_now
from workflows.selectors.inbox import HELD_BY, holder_of
from workflows.selectors.paging import Cursor, Order, Page, Row, page_of
from workflows.selectors.runs import visible_to
from workflows.sla import ROUND_THE_CLOCK, CalendarError, due_at

HOURS: Final = (4, 9, 18, 45)
"""Working hours ahead that the page offers: half a day, a day, two, a week."""
DEFAULT_HOURS: Final = 9
MOST_HOURS: Final = 500
CAP: Final = 100
SOONEST: Final = Order("due_at", "id", newest_first=False)


@dataclass(frozen=True, slots=True)
class Late:
    """A task that will be late. What the request is called is told to those only who may see it (``known``)."""

    id: UUID
    step: str
    assignee: str
    holder: str
    """With whom it is, in words."""
    workflow: str
    due_at: datetime
    known: bool
    run_id: UUID | None = None
    number: int | None = None
    title: str = ""
    requester: str = ""


def horizon(actor: Membership, hours: int, now: datetime) -> datetime:
    """The end of so many working hours from now, in the organisation's own calendar."""
    calendar = calendars_now(actor.organisation_id).default or ROUND_THE_CLOCK
    try:
        return due_at(calendar, now, f"{hours}h")
    except CalendarError:
        return due_at(ROUND_THE_CLOCK, now, f"{hours}h")


def late_soon(actor: Membership, *, until: datetime, now: datetime, workflow: UUID | None = None) -> QuerySet[Task]:
    """Open tasks whose clock runs and that will be due by then: one's own, those of people whom one leads, those of workflows
    that one owns; all of them for those who see every request. ``known`` says whether the person may see the request."""
    tasks: QuerySet[Task] = Task.objects.filter(
        organisation_id=actor.organisation_id,
        state__in=OPEN_TASK,
        # A running clock is looked at when the task is due, if not before: the index of the sweep finds the tasks.
        check_at__lte=until,
        due_at__gt=now,
        due_at__lte=until,
    )
    if workflow is not None:
        tasks = tasks.filter(definition_id=workflow)
    if not sees_all_runs(actor):
        tasks = tasks.filter(_concern(actor))
    return tasks.annotate(known=Exists(visible_to(actor).filter(id=OuterRef("run_id"))))


def forecast_page(tasks: QuerySet[Any], cursor: Cursor | None) -> Page[Late]:
    """One page, the most urgent first. One statement."""
    where = cursor if cursor is not None and SOONEST.fits(cursor) else None
    rows = tasks.values(
        "id", "step_name", "assignee__name", "definition__name", "due_at", "known", "run_id", "run__number",
        "run__title", "requester__name", **HELD_BY,
    )  # fmt: skip
    found: list[Row] = list(SOONEST.window(rows, where))
    return page_of(found, where, lambda some: [_late(row) for row in some], SOONEST)


def late_count(actor: Membership, *, until: datetime, now: datetime) -> int:
    """How many there are, up to ``CAP``."""
    return len(late_soon(actor, until=until, now=now).values_list("id", flat=True)[:CAP])


def workflows_of(actor: Membership) -> list[tuple[UUID, str]]:
    """The workflows by which the list can be narrowed: those in use that one owns, or all for those who see all."""
    rows: QuerySet[WorkflowDefinition] = WorkflowDefinition.objects.filter(
        organisation_id=actor.organisation_id, deleted_at=None
    )
    if not sees_all_runs(actor):
        rows = rows.filter(owner_id=actor.id)
    return list(rows.order_by("name", "id").values_list("id", "name")[:CAP])


def _concern(actor: Membership) -> Q:
    led = Membership.objects.filter(organisation_id=actor.organisation_id, manager_id=actor.id)
    people = [actor.id, *led.values_list("id", flat=True)]
    return Q(assignee_id__in=people) | Q(definition__owner_id=actor.id)


def _late(row: dict[str, Any]) -> Late:
    named = {
        "run_id": row["run_id"],
        "number": row["run__number"],
        "title": row["run__title"],
        "requester": row["requester__name"],
    }
    return Late(
        id=row["id"],
        step=row["step_name"],
        assignee=row["assignee__name"] or "",
        holder=holder_of(row),
        workflow=row["definition__name"],
        due_at=row["due_at"],
        known=row["known"],
        **(named if row["known"] else {}),
    )
