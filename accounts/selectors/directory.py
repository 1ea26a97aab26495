"""What an organisation keeps about itself, for those who administer it."""

from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.policies import policy_for
from accounts.tenancy.errors import NotFound
from accounts.tenancy.models import OrganisationOwned

Row = TypeVar("Row", bound=OrganisationOwned)
ADMINISTER: Final = "administer"
"""The right to these rows over REST, as in the administration: of tenant admins."""


class EntryNotFound(NotFound):
    code = "directory.not_found"


def entries_of(actor: Membership, model: type[Row], **below: Any) -> QuerySet[Row]:
    """The organisation's rows, ``below`` another one where they belong to it. Raises Denied."""
    policy_for(model).require(actor, ADMINISTER)
    rows: QuerySet[Row] = model.objects.filter(organisation_id=actor.organisation_id, **below)
    return rows


def access_entry(actor: Membership, model: type[Row], entry_id: UUID, **below: Any) -> Row:
    """One of them. Raises Denied, EntryNotFound."""
    row = entries_of(actor, model, **below).filter(id=entry_id).first()
    if row is None:
        raise EntryNotFound
    return row
