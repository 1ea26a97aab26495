"""Why the clock of a task stands still, and for which reasons it may."""

from functools import cache
from typing import Final
from uuid import UUID

from workflows.assignment import PersonRef
from workflows.engine.pauses import OpenPause
from workflows.models import HoldReason, TaskPause
from workflows.selectors.prepared import Prepared

REASONS: Final = ("Waiting for a third party", "Waiting for a document", "Planned for later")
"""What is offered where the organisation has named no reasons of its own."""


def hold_reasons(organisation_id: UUID) -> tuple[str, ...]:
    """The reasons for which a task may be put on hold. One query."""
    return tuple(row["name"] for row in _reasons().rows({"organisation": organisation_id})) or REASONS


@cache
def _reasons() -> Prepared:
    here = UUID(int=1)
    rows = HoldReason.objects.filter(organisation_id=here).order_by("position", "name").values(*("name",))
    return Prepared(rows, {here: "organisation"})


def open_pause(organisation_id: UUID, task_id: UUID) -> OpenPause | None:
    """Of a task whose clock stands still. One query."""
    rows = TaskPause.objects.filter(organisation_id=organisation_id, task_id=task_id, ended_at=None)
    row = rows.select_related("by", "asked").first()
    if row is None:
        return None
    asked = PersonRef(row.asked.id, row.asked.name, row.asked.email) if row.asked else None
    by = PersonRef(row.by.id, row.by.name, row.by.email)
    return OpenPause(row.id, row.kind, row.reason, row.text, by, asked, row.started_at)
