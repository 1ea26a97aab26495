"""Requests and tasks as querysets that filters narrow and cursors page; what each person may list is decided here."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.models import Membership
from workflows.models import OPEN_TASK, Comment, Task, TaskCandidate, WorkflowRun
from workflows.selectors.runs import on_behalf, visible_list, visible_to

_PERSON: Final = ("name", "email")
_STEP: Final = (
    "id", "organisation_id", "run_id", "step", "step_name", "state", "version", "unassigned", "opened_at", "due_at", "overdue",
    "paused_at", "pause", "completed_at", "transition", "superseded",
)  # fmt: skip
_RUN: Final = ("id", "organisation_id", "number", "title", "status", "outcome", "started_at", "finished_at")
"""What lists say of a task and of a request."""


def _read_for(columns: Iterable[str], **related: Iterable[str]) -> list[str]:
    """Those columns, and of the related rows those: the columns of four or five tables are most of what a list costs."""
    return [*columns, *related, *(f"{path}__{name}" for path, names in related.items() for name in names)]


def runs_listed(actor: Membership) -> QuerySet[WorkflowRun]:
    """The requests that the person may see, with their steps. Three statements per page."""
    people = dict.fromkeys(("assignee", "completed_by", "on_behalf_of"), _PERSON)
    steps = Task.objects.filter(organisation_id=actor.organisation_id).select_related(*people)
    steps = steps.only(*_read_for(_STEP, **people)).order_by("opened_at", "id")
    around = {"definition": ("name", "slug"), "version": ("number",), "requester": _PERSON}
    rows = visible_list(actor).select_related(*around).only(*_read_for(_RUN, **around))
    return rows.prefetch_related(Prefetch("tasks", steps))


def tasks_listed(actor: Membership) -> QuerySet[Task]:
    """The tasks of the requests that the person may see."""
    return _with_run(actor).filter(run_id__in=visible_to(actor).values("id"))


def tasks_waiting_for(actor: Membership) -> QuerySet[Task]:
    """Open tasks that the person is to decide, alone or as one of a team queue."""
    alone: QuerySet[Task] = Task.objects.filter(
        organisation_id=actor.organisation_id, assignee_id=actor.id, state__in=OPEN_TASK
    )
    # Two short index scans; with OR the server would read every open task.
    return _with_run(actor).filter(id__in=alone.values("id").union(_queue(actor).values("task_id")))


def tasks_queued_for(actor: Membership) -> QuerySet[Task]:
    """Open tasks in a team queue of the person."""
    return _with_run(actor).filter(id__in=_queue(actor).values("task_id"))


def tasks_on_behalf(actor: Membership) -> QuerySet[Task]:
    """Open tasks that wait for people who are away and for whom the person stands in."""
    tasks, waiting = _with_run(actor), on_behalf(actor)
    return tasks.exclude(requester_id=actor.id).filter(waiting) if waiting else tasks.none()


def tasks_of_nobody(actor: Membership) -> QuerySet[Task]:
    """Open tasks that nobody is left to decide; none for people who are not tenant admins."""
    tasks = _with_run(actor).filter(unassigned=True, state__in=OPEN_TASK)
    return tasks if actor.is_tenant_admin else tasks.none()


def tasks_decided_by(actor: Membership) -> QuerySet[Task]:
    """Tasks that the person has decided."""
    return _with_run(actor).filter(completed_by_id=actor.id)


def tasks_of(actor: Membership) -> QuerySet[Task]:
    """Tasks that wait for the person or were decided by them."""
    open_ids = tasks_waiting_for(actor).values("id")
    return _with_run(actor).filter(id__in=open_ids.union(tasks_decided_by(actor).values("id")))


def of_state(tasks: QuerySet[Task], state: str) -> QuerySet[Task]:
    """``open`` tasks, those that are ``done``, or ``all``."""
    if state == "all":
        return tasks
    return tasks.filter(state__in=OPEN_TASK) if state == "open" else tasks.exclude(state__in=OPEN_TASK)


def comments_of(organisation_id: UUID, run_id: UUID) -> QuerySet[Comment]:
    """What was written about a request; the caller has passed its door."""
    comments: QuerySet[Comment] = Comment.objects.filter(organisation_id=organisation_id, run_id=run_id)
    return comments.select_related("author", "on_behalf_of")


def _queue(actor: Membership) -> QuerySet[TaskCandidate]:
    places: QuerySet[TaskCandidate] = TaskCandidate.objects.filter(
        organisation_id=actor.organisation_id, member_id=actor.id, is_open=True
    )
    return places


def _with_run(actor: Membership) -> QuerySet[Task]:
    people = dict.fromkeys(("requester", "assignee", "completed_by", "on_behalf_of"), _PERSON)
    around = {"run": ("number", "title"), "definition": ("name", "slug"), **people}
    tasks: QuerySet[Task] = Task.objects.filter(organisation_id=actor.organisation_id)
    return tasks.select_related(*around).only(*_read_for(_STEP, **around))
