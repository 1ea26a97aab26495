"""From an id in a request to a proposal, or to nothing. Everybody of the organisation may read every proposal."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from flows.models import ProposedFlow


class ProposalNotFound(NotFound):
    code = "proposal.not_found"


def access_proposal(actor: Membership, proposal_id: UUID) -> ProposedFlow:
    """The proposal with its ends, its maker and their login. Raises ProposalNotFound."""
    found = _rows(actor.organisation_id).filter(id=proposal_id).first()
    if found is None:
        raise ProposalNotFound
    return found


def lock_proposal(organisation_id: UUID, proposal_id: UUID) -> ProposedFlow:
    """The proposal, held until the end of the transaction. Raises ProposalNotFound."""
    found = _rows(organisation_id).select_for_update(of=("self",)).filter(id=proposal_id).first()
    if found is None:
        raise ProposalNotFound
    return found


def lock_proposals(organisation_id: UUID, proposal_ids: Collection[UUID]) -> list[UUID]:
    """Hold many at once, in one order for everybody, so that two who do so never wait for each other in a circle."""
    rows = ProposedFlow.objects.filter(organisation_id=organisation_id, id__in=proposal_ids)
    return list(rows.select_for_update().order_by("id").values_list("id", flat=True))


def _rows(organisation_id: UUID) -> "QuerySet[ProposedFlow]":
    rows: QuerySet[ProposedFlow] = ProposedFlow.objects.filter(organisation_id=organisation_id)
    return rows.select_related("source", "target", "maker__user")
