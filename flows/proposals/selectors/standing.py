"""Where proposals stand and what somebody may do with them: from rows to the terms of ``states``, and to words."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Membership
from flows.models import Approval, Decision, FlowSettings, ProposedFlow, Vote
from flows.proposals.selectors.rights import Speaker, Voice, speakers_of, voices_of
from flows.proposals.states import Action, Rights, Said, Side, Slot, Standing, known_actions
from flows.setup import settings_of

OWN_PROPOSAL = "You proposed this yourself; others must approve it."
OTHER_SIDE = "You have approved another side; a different person must approve this one."


@dataclass(frozen=True, slots=True)
class VoteRow:
    member_id: UUID | None
    member_name: str
    decision: str
    reason: str
    at: datetime
    policy: str


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

    def sides_of(self, member_id: UUID) -> frozenset[str]:
        """The sides for which the person has approved."""
        return frozenset(
            row.side_code
            for row in self.approvals
            for vote in row.votes
            if vote.member_id == member_id and vote.decision == Decision.APPROVE
        )


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
        row = VoteRow(vote.member_id, vote.member_name, vote.decision, vote.reason, vote.at, vote.policy)
        votes[vote.approval_id].append(row)
    revisions = {proposal.id: proposal.revision for proposal in proposals}
    found: dict[UUID, list[ApprovalRow]] = defaultdict(list)
    rows = Approval.objects.filter(organisation_id=organisation_id, proposal_id__in=ids)
    for approval in rows.select_related("side", "entity").order_by("side__position", "created_at", "id"):
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
        position=approval.side.position,
        anchor=approval.side.anchor,
        approved_state=approval.side.approved_state,
        rejected_state=approval.side.rejected_state,
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
    for row in situation.approvals:
        voice = voices.get(row.id)
        if text := _why_not_approve(actor, situation, row, voice, settings):
            why_not[row.id] = text
        else:
            approve.add(row.id)
        if voice is not None and voice.may_reject and not _has_voted(actor.id, row):
            reject.add(row.id)
    return Rights(
        is_maker=situation.proposal.maker_id == actor.id,
        approve=frozenset(approve),
        reject=frozenset(reject),
        why_not=why_not,
        one_side_only=not settings.same_person_both_sides,
    )


def _why_not_approve(
    actor: Membership, situation: Situation, row: ApprovalRow, voice: Voice | None, settings: FlowSettings
) -> str:
    if voice is None:
        return f"You do not speak for the side {row.label}."
    if not voice.may_approve:
        return f"For the side {row.label} you may reject, but not approve."
    if situation.proposal.maker_id == actor.id and not settings.maker_may_approve:
        return OWN_PROPOSAL
    if _has_voted(actor.id, row):
        return f"You have approved the side {row.label} already."
    if situation.sides_of(actor.id) - {row.side_code} and not settings.same_person_both_sides:
        return OTHER_SIDE
    return ""


def _has_voted(member_id: UUID, row: ApprovalRow) -> bool:
    return any(vote.member_id == member_id for vote in row.votes)


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
    sides = tuple(_side_permission(row, voices.get(row.id), rights, known) for row in situation.approvals)
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


def _side_permission(
    row: ApprovalRow, voice: Voice | None, rights: Rights, known: Collection[Action]
) -> SidePermission:
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
    )


def _why_not(action: Action, known: Collection[Action], sides: Sequence[SidePermission]) -> str:
    if action in (Action.APPROVE, Action.REJECT) and sides:
        texts = [side.why_not_approve if action is Action.APPROVE else side.why_not_reject for side in sides]
        return " ".join(dict.fromkeys(text for text in texts if text))
    if action not in known:
        return "This is not possible from where the proposal is now."
    return "Only the person who proposed this may do it."
