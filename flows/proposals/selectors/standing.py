"""Where proposals stand and what somebody may do with them: from rows to the terms of ``states``, and to words."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Membership
from flows.models import Approval, Decision, FlowSettings, ProposedFlow, Vote
from flows.proposals.selectors.rights import Behalf, Speaker, Voice, speakers_of, voices_of
from flows.proposals.states import Action, Rights, Said, Side, Slot, Standing, known_actions
from flows.setup import settings_of
from workflows.assignment import PersonRef
from workflows.substitution import by_words

OWN_PROPOSAL = "You proposed this yourself; others must approve it."
OWN_FOR_OTHERS = "You proposed this yourself, so you do not approve it on behalf of somebody else either."


@dataclass(frozen=True, slots=True)
class VoteRow:
    member_id: UUID | None
    member_name: str
    decision: str
    reason: str
    at: datetime
    policy: str
    on_behalf_of: PersonRef | None = None

    @property
    def speaker_id(self) -> UUID | None:
        """Whose voice it is."""
        return self.on_behalf_of.id if self.on_behalf_of else self.member_id

    @property
    def people(self) -> frozenset[UUID]:
        """Who has had their part: whoever voted, and on whose behalf."""
        return frozenset(one for one in (self.member_id, self.speaker_id) if one is not None)

    @property
    def by(self) -> str:
        return by_words(self.member_name, self.on_behalf_of)


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One approval of the current revision with its votes, oldest first."""

    id: UUID
    side_code: str
    side_name: str
    position: int
    anchor: str
    approved_state: str
    rejected_state: str
    entity_id: UUID | None
    entity_name: str
    quorum: int
    status: str
    decided_at: datetime | None
    unattended_at: datetime | None
    votes: tuple[VoteRow, ...] = ()

    @property
    def approved(self) -> int:
        return sum(vote.decision == Decision.APPROVE for vote in self.votes)

    @property
    def label(self) -> str:
        return f"{self.side_name} ({self.entity_name})" if self.entity_name else self.side_name

    @property
    def slot(self) -> Slot:
        side = Side(self.side_code, self.side_name, self.position, self.approved_state, self.rejected_state)
        return Slot(self.id, side, self.quorum, self.approved, Said(self.status))


@dataclass(frozen=True, slots=True)
class Situation:
    """A proposal with the approvals of its current revision, in the order of the sides."""

    proposal: ProposedFlow
    approvals: tuple[ApprovalRow, ...]

    @property
    def standing(self) -> Standing:
        row = self.proposal
        slots = tuple(approval.slot for approval in self.approvals)
        return Standing(row.state, row.is_open, slots, has_failed=row.failed_at is not None)

    def votes_elsewhere(self, row: ApprovalRow, people: Collection[UUID]) -> list[VoteRow]:
        """The approvals of other sides in which one of these people has a part."""
        return [
            vote
            for other in self.approvals
            if other.side_code != row.side_code
            for vote in other.votes
            if vote.decision == Decision.APPROVE and not vote.people.isdisjoint(people)
        ]


@dataclass(frozen=True, slots=True)
class SidePermission:
    """What one person may do with one approval; the texts say why not and are empty where they may."""

    approval_id: UUID
    side_code: str
    side_name: str
    entity_id: UUID | None
    entity_name: str
    status: str
    approve: bool
    reject: bool
    why_not_approve: str
    why_not_reject: str
    approve_for: PersonRef | None = None
    reject_for: PersonRef | None = None
    """In whose place, where it is not for themselves."""

    @property
    def on_behalf_of(self) -> PersonRef | None:
        return self.approve_for if self.approve else self.reject_for


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one person may do with one proposal now. ``why_not`` has a sentence for every action that they may not take."""

    sides: tuple[SidePermission, ...]
    approve: bool
    reject: bool
    cancel: bool
    resubmit: bool
    retry: bool
    why_not: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ApprovalSpeakers:
    """Everybody active who speaks for one approval."""

    approval: ApprovalRow
    people: tuple[Speaker, ...]


def situations(organisation_id: UUID, proposals: Collection[ProposedFlow]) -> dict[UUID, Situation]:
    """The proposals with their approvals and votes, in two queries for any number."""
    votes: dict[UUID, list[VoteRow]] = defaultdict(list)
    ids = [proposal.id for proposal in proposals]
    for vote in Vote.objects.filter(organisation_id=organisation_id, proposal_id__in=ids).order_by("at", "id"):
        behalf = PersonRef(vote.on_behalf_of_id, vote.on_behalf_of_name) if vote.on_behalf_of_id else None
        row = VoteRow(vote.member_id, vote.member_name, vote.decision, vote.reason, vote.at, vote.policy, behalf)
        votes[vote.approval_id].append(row)
    revisions = {proposal.id: proposal.revision for proposal in proposals}
    found: dict[UUID, list[ApprovalRow]] = defaultdict(list)
    rows = Approval.objects.filter(organisation_id=organisation_id, proposal_id__in=ids)
    for approval in rows.select_related("entity").order_by("position", "created_at", "id"):
        if approval.revision == revisions[approval.proposal_id]:
            found[approval.proposal_id].append(_approval_row(approval, votes[approval.id]))
    return {proposal.id: Situation(proposal, tuple(found[proposal.id])) for proposal in proposals}


def situation_of(proposal: ProposedFlow) -> Situation:
    """One proposal with its approvals and votes."""
    return situations(proposal.organisation_id, [proposal])[proposal.id]


def _approval_row(approval: Approval, votes: Iterable[VoteRow]) -> ApprovalRow:
    return ApprovalRow(
        id=approval.id,
        side_code=approval.side_code,
        side_name=approval.side_name,
        position=approval.position,
        anchor=approval.anchor,
        approved_state=approval.approved_state,
        rejected_state=approval.rejected_state,
        entity_id=approval.entity_id,
        entity_name=approval.entity.name if approval.entity else "",
        quorum=approval.quorum,
        status=approval.status,
        decided_at=approval.decided_at,
        unattended_at=approval.unattended_at,
        votes=tuple(votes),
    )


def rights_of(actor: Membership, situation: Situation, voices: Mapping[UUID, Voice], settings: FlowSettings) -> Rights:
    """What the person may, four eyes asked; ``why_not`` says for each approval why they may not approve it."""
    approve: set[Hashable] = set()
    reject: set[Hashable] = set()
    why_not: dict[Hashable, str] = {}
    approve_for: dict[Hashable, Hashable] = {}
    reject_for: dict[Hashable, Hashable] = {}
    for row in situation.approvals:
        seat, why = _seat_to_approve(actor, situation, row, voices.get(row.id), settings)
        if why:
            why_not[row.id] = why
        else:
            approve.add(row.id)
            if seat is not None:
                approve_for[row.id] = seat.person
        seats = _seats_to_reject(actor, situation, row, voices.get(row.id))
        if seats:
            reject.add(row.id)
            if seats[0] is not None:
                reject_for[row.id] = seats[0].person
    return Rights(
        is_maker=situation.proposal.maker_id == actor.id,
        approve=frozenset(approve),
        reject=frozenset(reject),
        why_not=why_not,
        one_side_only=not settings.same_person_both_sides,
        approve_for=approve_for,
        reject_for=reject_for,
    )


Seat = Behalf | None
"""Somebody's place at an approval; None is the actor's own."""


def _seat_to_approve(
    actor: Membership, situation: Situation, row: ApprovalRow, voice: Voice | None, settings: FlowSettings
) -> tuple[Seat, str]:
    """For whom the person may approve, or why not. Who may for themselves does it for nobody else."""
    if voice is None:
        return None, f"You do not speak for the side {row.label}."
    seats: list[Seat] = [None] if voice.may_approve else [one for one in voice.behalf if one.may_approve]
    if not seats:
        return None, f"For the side {row.label} you may reject, but not approve."
    judged = [(seat, _four_eyes(actor.id, seat, situation, row, settings)) for seat in seats]
    return next((one for one in judged if not one[1]), judged[0])


def _seats_to_reject(actor: Membership, situation: Situation, row: ApprovalRow, voice: Voice | None) -> list[Seat]:
    """For whom the person may reject, themselves first. The maker does it for nobody, and nobody for the maker."""
    if voice is None:
        return []
    seats: list[Seat] = [None] if voice.may_reject else [one for one in voice.behalf if one.may_reject]
    maker = situation.proposal.maker_id
    return [
        seat
        for seat in seats
        if _vote_of(row.votes, actor.id, seat) is None and (seat is None or maker not in (actor.id, seat.person.id))
    ]


def _four_eyes(actor_id: UUID, seat: Seat, situation: Situation, row: ApprovalRow, settings: FlowSettings) -> str:
    maker = situation.proposal.maker_id
    if seat is None and maker == actor_id and not settings.maker_may_approve:
        return OWN_PROPOSAL
    if seat is not None and maker == actor_id:
        return OWN_FOR_OTHERS
    if seat is not None and maker == seat.person.id:
        return f"{seat.person.name} proposed this, so nobody approves it on their behalf."
    if (vote := _vote_of(row.votes, actor_id, seat)) is not None:
        return f"{_said(vote, actor_id)} the side {row.label} already{_for_whom(vote, actor_id)}."
    elsewhere = situation.votes_elsewhere(row, _people(actor_id, seat))
    if elsewhere and not settings.same_person_both_sides:
        vote = elsewhere[0]
        done = f"{_said(vote, actor_id)} another side{_for_whom(vote, actor_id)}"
        return f"{done}; a different person must approve this one."
    return ""


def _people(actor_id: UUID, seat: Seat) -> frozenset[UUID]:
    return frozenset((actor_id, *((seat.person.id,) if seat is not None else ())))


def _vote_of(votes: Iterable[VoteRow], actor_id: UUID, seat: Seat) -> VoteRow | None:
    """A vote in which the person has a part, or the one for whom they would act."""
    people = _people(actor_id, seat)
    return next((vote for vote in votes if not vote.people.isdisjoint(people)), None)


def _said(vote: VoteRow, actor_id: UUID) -> str:
    return "You have approved" if vote.member_id == actor_id else f"{vote.member_name} has approved"


def _for_whom(vote: VoteRow, actor_id: UUID) -> str:
    if vote.on_behalf_of is None:
        return ""
    return " on your behalf" if vote.on_behalf_of.id == actor_id else f" on behalf of {vote.on_behalf_of.name}"


def approvers(proposal: ProposedFlow) -> tuple[ApprovalSpeakers, ...]:
    """Who speaks for each approval of the current revision."""
    situation = situation_of(proposal)
    people = speakers_of(proposal.organisation_id, [proposal.id])
    return tuple(ApprovalSpeakers(row, people.get(row.id, ())) for row in situation.approvals)


def my_permissions(actor: Membership, proposal: ProposedFlow) -> Permissions:
    """What the person may do with the proposal now, and why not the rest."""
    situation = situation_of(proposal)
    settings = settings_of(actor.organisation_id)
    return permissions_of(actor, situation, voices_of(actor, [proposal.id]), settings)


def permissions_of(
    actor: Membership, situation: Situation, voices: Mapping[UUID, Voice], settings: FlowSettings
) -> Permissions:
    """As ``my_permissions`` for what is read already; this is what ``states.decide`` would answer."""
    rights = rights_of(actor, situation, voices, settings)
    known = known_actions(situation.standing)
    sides = tuple(_side_permission(row, rights, known) for row in situation.approvals)
    first = next((side.side_code for side in sides if side.approve), None)
    approve = first is not None
    reject = any(side.reject for side in sides)
    may = {
        Action.APPROVE: approve,
        Action.REJECT: reject,
        Action.CANCEL: Action.CANCEL in known and rights.is_maker,
        Action.RESUBMIT: Action.RESUBMIT in known and rights.is_maker,
        Action.RETRY: Action.RETRY in known and (rights.is_maker or approve),
    }
    return Permissions(
        sides=sides,
        approve=approve,
        reject=reject,
        cancel=may[Action.CANCEL],
        resubmit=may[Action.RESUBMIT],
        retry=may[Action.RETRY],
        why_not={action.value: _why_not(action, known, sides) for action, holds in may.items() if not holds},
    )


def _side_permission(row: ApprovalRow, rights: Rights, known: Collection[Action]) -> SidePermission:
    closed = ""
    if row.status != Said.PENDING:
        closed = f"The side {row.label} has decided already."
    elif Action.APPROVE not in known:
        closed = "This proposal is closed."
    reject = not closed and row.id in rights.reject
    no_reject = closed or ("" if reject else f"You may not reject for the side {row.label}.")
    no_approve = closed or rights.why_not.get(row.id, "")
    return SidePermission(
        approval_id=row.id,
        side_code=row.side_code,
        side_name=row.side_name,
        entity_id=row.entity_id,
        entity_name=row.entity_name,
        status=row.status,
        approve=not no_approve,
        reject=reject,
        why_not_approve=no_approve,
        why_not_reject=no_reject,
        approve_for=None if no_approve else person_of(rights.approve_for.get(row.id)),
        reject_for=person_of(rights.reject_for.get(row.id)) if reject else None,
    )


def person_of(behalf: Hashable) -> PersonRef | None:
    """For whom somebody acts, from the pure terms of ``states``, which ask no type of it."""
    return behalf if isinstance(behalf, PersonRef) else None


def _why_not(action: Action, known: Collection[Action], sides: Sequence[SidePermission]) -> str:
    if action in (Action.APPROVE, Action.REJECT) and sides:
        texts = [side.why_not_approve if action is Action.APPROVE else side.why_not_reject for side in sides]
        return " ".join(dict.fromkeys(text for text in texts if text))
    if action not in known:
        return "This is not possible from where the proposal is now."
    return "Only the person who proposed this may do it."
