"""What a person keeps to go on with: drafts of the wizard, and filters of the dashboard under a name."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from flows.models import ProposalDraft, ProposedFlow, SavedView


class DraftNotFound(NotFound):
    code = "draft.not_found"


def drafts_of(actor: Membership) -> QuerySet[ProposalDraft]:
    """The person's own drafts; they are nobody else's business."""
    rows: QuerySet[ProposalDraft] = ProposalDraft.objects.filter(
        organisation_id=actor.organisation_id, owner_id=actor.id
    )
    return rows


def access_draft(actor: Membership, draft_id: UUID) -> ProposalDraft:
    """Raises DraftNotFound, also for somebody else's."""
    draft = drafts_of(actor).select_related("proposal").filter(id=draft_id).first()
    if draft is None:
        raise DraftNotFound
    return draft


def revision_begun(actor: Membership, proposal: ProposedFlow) -> ProposalDraft | None:
    """The person's draft of the next revision, since the proposal came back."""
    begun = drafts_of(actor).filter(proposal_id=proposal.id, modified_at__gte=proposal.acted_at)
    return begun.order_by("-modified_at", "-id").first()


def saved_views_of(actor: Membership) -> QuerySet[SavedView]:
    """The person's own views of the dashboard, by name."""
    rows: QuerySet[SavedView] = SavedView.objects.filter(organisation_id=actor.organisation_id, owner_id=actor.id)
    return rows.order_by("name", "id")
