"""Links whose time is over: who looks after the step is told, and may decide it. Safe to run at once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import SYSTEM
from accounts.tenancy.faults import each_alone
from workflows.engine import links
from workflows.engine.plan import Plan
from workflows.engine.state import By
from workflows.models import DecisionLink, LinkEnd, TaskState
from workflows.selectors.locks import lock_task
from workflows.services.links import asked_task, open_rows

FEW: Final = 50
"""Tasks per sweep; each is locked by itself."""


def links_sweep(organisation_id: UUID, *, at: datetime | None = None, limit: int = FEW) -> int:
    """Mark links as expired that nobody has used until ``at``; returns of how many tasks. Needs the scope.

    Those of automatic steps are their own to renew. Those of tasks that are closed meanwhile are marked without a word.
    """
    moment = at or timezone.now()
    due = DecisionLink.objects.filter(organisation_id=organisation_id, outcome=LinkEnd.OPEN, expires_at__lte=moment)
    people = due.exclude(task__state__in=(TaskState.RUNNING, TaskState.FAILURE_RETRY))
    rows = people.order_by("expires_at", "id").values_list("task_id", "run__requester_id")
    found = dict(rows[:limit])
    return each_alone(
        lambda task_id: _expire(organisation_id, task_id, found[task_id], moment), found, "links.sweep_failed"
    )


@transaction.atomic
def _expire(organisation_id: UUID, task_id: UUID, requester_id: UUID, at: datetime) -> int:
    locked = lock_task(organisation_id, task_id, requester_id)
    if locked is None:
        return 0
    over = [link for link in open_rows(locked) if link.expires_at <= at]
    if not locked.task.is_open:
        rows = DecisionLink.objects.filter(organisation_id=organisation_id, id__in=[link.id for link in over])
        rows.update(outcome=LinkEnd.EXPIRED, ended_at=at)
        return 1
    if over:
        plan = Plan(locked.run, By(None, SYSTEM.actor_label), at)
        links.end(plan, asked_task(locked), over, LinkEnd.EXPIRED)
        plan.write(SYSTEM)
    return 1
