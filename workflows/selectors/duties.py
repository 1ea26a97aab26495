"""What separation of duties asks of a request's past, and the people of a panel who are left after it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from workflows import subjects
from workflows.models import Task, TaskState, Vote
from workflows.selectors.people import persons
from workflows.selectors.runs import RunView
from workflows.separation import Duties
from workflows.substitution import delegates_of


def decided_in(organisation_id: UUID, run_id: UUID, steps: Iterable[str]) -> dict[str, frozenset[UUID]]:
    """Who decided these steps of a request, by step, without what a way back has superseded. One query."""
    return decided_among(organisation_id, [run_id], steps).get(run_id, {})


def decided_among(
    organisation_id: UUID, run_ids: Collection[UUID], steps: Iterable[str]
) -> dict[UUID, dict[str, frozenset[UUID]]]:
    """The same for many requests. One query."""
    here = {"organisation_id": organisation_id, "run_id__in": run_ids}
    wanted = list(steps)
    tasks = Task.objects.filter(
        **here, step__in=wanted, state=TaskState.SUCCESS, superseded=False, completed_by__isnull=False
    )
    votes = Vote.objects.filter(**here, task__step__in=wanted, task__superseded=False)
    rows = tasks.values_list("run_id", "step", "completed_by_id").union(
        tasks.filter(on_behalf_of__isnull=False).values_list("run_id", "step", "on_behalf_of_id"),
        votes.values_list("run_id", "task__step", "member_id"),
        votes.values_list("run_id", "task__step", "seat_id"),
    )
    found: dict[UUID, dict[str, set[UUID]]] = {}
    for run_id, step, member_id in rows:
        found.setdefault(run_id, {}).setdefault(step, set()).add(member_id)
    return {run_id: {step: frozenset(people) for step, people in by_step.items()} for run_id, by_step in found.items()}


def authors_at(organisation_id: UUID, about: subjects.Row, at: datetime, work: frozenset[str]) -> frozenset[UUID]:
    """Whose work a request is about, and who stands in for them now. No query for what has no authors."""
    found = subjects.authors_of(organisation_id, about)
    return found.union(*(delegates_of(one, at, work) for one in persons(organisation_id, found).values()))


def duties_of(view: RunView) -> Duties:
    """The same for a request that has been read already, of all its steps. No query but for its authors."""
    found: dict[str, set[UUID]] = {}
    for task in view.tasks:
        if task.superseded:
            continue
        here = found.setdefault(task.step, set())
        if task.completed_by is not None and task.state == TaskState.SUCCESS:
            here |= {one.id for one in (task.completed_by, task.on_behalf_of) if one is not None}
        for vote in task.panel.votes if task.panel else ():
            here |= {vote.by, vote.seat}
    run = view.run
    authors = authors_at(run.organisation_id, run.about, timezone.now(), view.subjects)
    return Duties(run.requester_id, {step: frozenset(people) for step, people in found.items()}, authors=authors)
