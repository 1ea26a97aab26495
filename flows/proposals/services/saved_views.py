"""Filters of the dashboard that a person keeps under a name."""

from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from accounts.tenancy.errors import Invalid, NotFound
from flows import policies
from flows.models import SavedView
from flows.proposals.selectors.drafts import saved_views_of

MOST: Final = 30


class SavedViewNotFound(NotFound):
    code = "saved_view.not_found"


@transaction.atomic
def view_save(*, actor: Membership, name: str, query: str) -> SavedView:
    """Keep the filter under the name; one of that name is replaced.

    Raises Denied (``proposal.keep.denied``), and Invalid at ``name``.
    """
    policies.proposals.require(actor, "keep")
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid({"name": ["Give the view a name of at most 80 characters."]})
    if saved_views_of(actor).exclude(name=name).count() >= MOST:
        raise Invalid({"name": [f"You have {MOST} views. Delete one first."]})
    kept: SavedView
    kept, _ = SavedView.objects.update_or_create(
        organisation_id=actor.organisation_id,
        owner=actor,
        name=name,
        defaults={"query": query, "modified_by_id": actor.id},
        create_defaults={"query": query, "modified_by_id": actor.id, "created_by_id": actor.id},
    )
    return kept


def view_delete(*, actor: Membership, view_id: UUID) -> None:
    """Raises SavedViewNotFound, also for somebody else's."""
    gone, _ = saved_views_of(actor).filter(id=view_id).delete()
    if not gone:
        raise SavedViewNotFound
