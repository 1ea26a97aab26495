"""Keep what somebody fills in of the wizard, step by step."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from accounts.tenancy.errors import Conflict
from flows import policies
from flows.catalogue.enums import names_of
from flows.models import ProposalDraft
from flows.proposals.selectors.changes import spoken
from flows.proposals.selectors.choices import PhysicalFlowNotFound, before_of, physical_flow
from flows.proposals.selectors.drafts import DraftNotFound, drafts_of
from flows.proposals.wizard import CREATE, UPDATE, Section, Step, after, caught_up, with_section

MOST: Final = 50
"""Drafts that one person may have."""


class TooManyDrafts(Conflict):
    code = "draft.too_many"
    message = f"You have {MOST} drafts. Finish or discard one first."


def draft_start(
    *,
    actor: Membership,
    data: dict[str, Any],
    step: Step,
    proposal_type: str = CREATE,
    physical_flow_id: UUID | None = None,
    proposal_id: UUID | None = None,
) -> ProposalDraft:
    """A new draft that goes on at ``step``. Raises Denied (``proposal.keep.denied``), TooManyDrafts."""
    policies.proposals.require(actor, "keep")
    if drafts_of(actor).count() >= MOST:
        raise TooManyDrafts
    made: ProposalDraft = ProposalDraft.objects.create(
        organisation_id=actor.organisation_id,
        owner=actor,
        created_by_id=actor.id,
        modified_by_id=actor.id,
        step=step.value,
        data=data,
        proposal_type=proposal_type,
        physical_flow_id=physical_flow_id,
        proposal_id=proposal_id,
    )
    return made


@transaction.atomic
def draft_save(*, actor: Membership, draft_id: UUID, step: Step, section: Section) -> ProposalDraft:
    """Finish a step; the draft goes on at the next one. Raises DraftNotFound."""
    draft = drafts_of(actor).select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise DraftNotFound
    draft.data = with_section(draft.data, step, section)
    draft.step = after(draft.proposal_type, step).value
    draft.save(update_fields=["data", "step", *draft.touch(actor.id)])
    return draft


@transaction.atomic
def draft_catch_up(*, actor: Membership, draft_id: UUID) -> tuple[ProposalDraft, list[str]]:
    """Bring the draft of a change upon the flow as it is today, so that it puts nothing back that somebody else has changed;
    with it what has changed of the flow, in words. Raises DraftNotFound."""
    draft = drafts_of(actor).select_related("proposal").select_for_update(of=("self",)).filter(id=draft_id).first()
    if draft is None:
        raise DraftNotFound
    if draft.proposal_type != UPDATE or draft.physical_flow_id is None:
        return draft, []
    try:
        flow = physical_flow(actor.organisation_id, draft.physical_flow_id)
    except PhysicalFlowNotFound:
        return draft, []
    words = partial(spoken, names_of(actor.organisation_id))
    draft.data, texts = caught_up(draft.data, before_of(flow), words)
    if texts:
        draft.save(update_fields=["data", *draft.touch(actor.id)])
    return draft, texts


def draft_discard(*, actor: Membership, draft_id: UUID) -> None:
    """Raises DraftNotFound."""
    gone, _ = drafts_of(actor).filter(id=draft_id).delete()
    if not gone:
        raise DraftNotFound
