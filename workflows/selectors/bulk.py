"""Wishes for many tasks at once: the door to one, and how long one can be undone."""

from datetime import timedelta
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from workflows.models import BulkAct, WorkflowSettings


class BulkNotFound(NotFound):
    code = "bulk.not_found"


def access_bulk(actor: Membership, bulk_id: UUID, *, lock: bool = False) -> BulkAct:
    """The door: a wish is only of interest to whoever made it. Raises BulkNotFound."""
    rows = BulkAct.objects.filter(organisation_id=actor.organisation_id, id=bulk_id, actor_id=actor.id)
    found: BulkAct | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise BulkNotFound
    return found


def time_to_undo(organisation_id: UUID) -> timedelta:
    """How long the organisation lets its people undo."""
    rows = WorkflowSettings.objects.filter(organisation_id=organisation_id).values_list("undo_seconds", flat=True)
    found = rows.first()
    default: int = WorkflowSettings._meta.get_field("undo_seconds").default
    return timedelta(seconds=default if found is None else found)
