"""What waits for somebody, and who is asked for a proposal."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
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
    """Of those who speak for the approval, who may approve it now, four eyes asked. Each has one voice, whoever stands in."""
    maker = situation.proposal.maker_id
    return frozenset(
        one.member_id
        for one in speakers
        if one.may_approve
        and (one.member_id != maker or settings.maker_may_approve)
        and _is_unspoken(situation, row, settings, (one.member_id,))
    )


def _is_unspoken(situation: Situation, row: ApprovalRow, settings: FlowSettings, people: Collection[UUID]) -> bool:
    if any(not vote.people.isdisjoint(people) for vote in row.votes):
        return False
    return settings.same_person_both_sides or not situation.votes_elsewhere(row, people)


@dataclass(frozen=True, slots=True)
class AskedPeople:
    """Everybody who can act on an approval that is still open, in the order of their ids. ``substitutes`` are those among them
    who would on behalf of others, with the names of these."""

    ids: tuple[UUID, ...] = ()
    substitutes: Mapping[UUID, str] = field(default_factory=dict)


def asked_people(
    situation: Situation, speakers: Mapping[UUID, Iterable[Speaker]], settings: FlowSettings
) -> AskedPeople:
    own: set[UUID] = set()
    instead: dict[UUID, set[str]] = defaultdict(set)
    for row in situation.approvals:
        if not row.slot.is_pending:
            continue
        people = {one.member_id: one for one in speakers.get(row.id, ())}
        able = who_may_approve(situation, people.values(), row, settings)
        own |= able
        for one in (people[ident] for ident in able):
            if (substitute := _substitute_of(situation, row, settings, one)) is not None:
                instead[substitute].add(one.name)
    behind = {ident: ", ".join(sorted(names)) for ident, names in sorted(instead.items()) if ident not in own}
    return AskedPeople(tuple(sorted(own | behind.keys())), behind)


def _substitute_of(situation: Situation, row: ApprovalRow, settings: FlowSettings, speaker: Speaker) -> UUID | None:
    """Who may approve in this person's place now."""
    substitute = speaker.away.substitute_id if speaker.away else None
    if substitute is None or situation.proposal.maker_id in (substitute, speaker.member_id):
        return None
    people = (substitute, speaker.member_id)
    return substitute if _is_unspoken(situation, row, settings, people) else None


def revisions_of(proposal: ProposedFlow) -> list[ProposalRevision]:
    """What the proposal asked for, revision by revision; the last one is what it asks for now."""
    rows = ProposalRevision.objects.filter(organisation_id=proposal.organisation_id, proposal_id=proposal.id)
    return list(rows.order_by("revision"))


def watcher_ids(organisation_id: UUID, proposal_id: UUID) -> tuple[UUID, ...]:
    """Who follows the proposal by own choice."""
    rows = ProposalWatcher.objects.filter(organisation_id=organisation_id, proposal_id=proposal_id)
    return tuple(rows.order_by("created_at", "id").values_list("member_id", flat=True))
