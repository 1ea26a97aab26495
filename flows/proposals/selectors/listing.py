"""What waits for somebody, and who is asked for a proposal."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from flows.models import FlowSettings, ProposalRevision, ProposalWatcher, ProposedFlow
from flows.proposals.selectors.rights import Speaker, waiting, waits_for
from flows.proposals.selectors.standing import ApprovalRow, Situation

MANY = 1_000
"""So many rows are read to count what waits for somebody."""


def pending_of(actor: Membership) -> "QuerySet[ProposedFlow]":
    """The open proposals that wait for the person: where they may approve or reject and have not yet."""
    rows: QuerySet[ProposedFlow] = ProposedFlow.objects.filter(organisation_id=actor.organisation_id)
    return rows.filter(waits_for(actor))


def pending_count(actor: Membership) -> int:
    """How many those are; the number of the badge, which stands on every page. One statement, and for whom very many wait
    they are not all counted."""
    return waiting(actor, most=MANY).number


def who_may_approve(
    situation: Situation, speakers: Iterable[Speaker], row: ApprovalRow, settings: FlowSettings
) -> frozenset[UUID]:
    """Of those who speak for the approval, who may approve it now, four eyes asked."""
    maker = situation.proposal.maker_id
    both = settings.same_person_both_sides
    return frozenset(
        one.member_id
        for one in speakers
        if one.may_approve
        and (one.member_id != maker or settings.maker_may_approve)
        and not any(vote.member_id == one.member_id for vote in row.votes)
        and (both or not situation.sides_of(one.member_id) - {row.side_code})
    )


def asked_people(
    situation: Situation, speakers: Mapping[UUID, Iterable[Speaker]], settings: FlowSettings
) -> tuple[UUID, ...]:
    """Everybody who can act on an approval that is still open, each once, in the order of their ids."""
    found: set[UUID] = set()
    for row in situation.approvals:
        if row.slot.is_pending:
            found |= who_may_approve(situation, speakers.get(row.id, ()), row, settings)
    return tuple(sorted(found))


def revisions_of(proposal: ProposedFlow) -> list[ProposalRevision]:
    """What the proposal asked for, revision by revision; the last one is what it asks for now."""
    rows = ProposalRevision.objects.filter(organisation_id=proposal.organisation_id, proposal_id=proposal.id)
    return list(rows.order_by("revision"))


def watcher_ids(organisation_id: UUID, proposal_id: UUID) -> tuple[UUID, ...]:
    """Who follows the proposal by own choice."""
    rows = ProposalWatcher.objects.filter(organisation_id=organisation_id, proposal_id=proposal_id)
    return tuple(rows.order_by("created_at", "id").values_list("member_id", flat=True))
