"""What waits for somebody, and who is asked for a proposal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership
from flows.models import FlowSettings, ProposalRevision, ProposalWatcher, ProposedFlow
from flows.proposals.selectors.asker import Asker, Proposals, proposals_of
from flows.proposals.selectors.gathering import COUNT_CAP, counted
from flows.proposals.selectors.rights import Speaker, count_waiting
from flows.proposals.selectors.standing import ApprovalRow, Situation


@dataclass(frozen=True, slots=True)
class Pending:
    """The open proposals that wait for a person, and how many they are, up to ``COUNT_CAP``."""

    rows: Proposals
    number: int


def pending_of(actor: Membership) -> Proposals:
    """The open proposals that wait for the person: where they may approve or reject and have not yet."""
    return proposals_of(actor.organisation_id).filter(Asker(actor).outstanding)


def pending_counted(actor: Membership) -> Pending:
    """The same with their number. One statement, and another one if that did not tell."""
    asker = Asker(actor)
    rows = proposals_of(actor.organisation_id).filter(asker.outstanding)
    return Pending(rows, counted({"": asker.count_waiting()}, keep=True)[""])


def pending_count(actor: Membership, cap: int = COUNT_CAP) -> int:
    """How many those are, up to ``cap``. One statement."""
    return counted({"": count_waiting(actor, cap)}, keep=True)[""]


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
