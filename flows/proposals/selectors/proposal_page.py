"""What the page of one proposal shows, put together from rows and said in words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from accounts.absence import away_words
from accounts.models import Membership
from flows.catalogue.enums import Names, basis, names_of, said
from flows.models import (
    ApprovalStatus,
    Decision,
    FlowSettings,
    PhysicalFlow,
    ProposalComment,
    ProposalReason,
    ProposalState,
    ProposalType,
    ProposalWatcher,
    ProposedFlow,
    Vote,
    VotePolicy,
)
from flows.proposals.diff import Before, Difference, difference, shown_hash
from flows.proposals.flow_def import FlowDef
from flows.proposals.selectors import choices
from flows.proposals.selectors.changes import ShownDiff, shown_diff
from flows.proposals.selectors.doors import access_proposal
from flows.proposals.selectors.listing import who_may_approve
from flows.proposals.selectors.rights import Speaker, speakers_of, voices_of
from flows.proposals.selectors.standing import (
    ApprovalRow,
    Permissions,
    Situation,
    VoteRow,
    permissions_of,
    situation_of,
)
from flows.setup import PROPOSAL_KIND, PROPOSAL_WORKFLOW, settings_of
from workflows.selectors.tracking import Life, Moment, StepperStep, life_of, stepper, timeline

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShownType:
    """A data type in the order of the tree: ``mark`` is "added", "removed" or empty for one that stays.

    One that ``is_parent`` only says where those below it belong; it is not carried itself.
    """

    name: str
    mark: str = ""
    depth: int = 0
    is_parent: bool = False


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """Somebody who is asked: ``decision`` is what they said, ``only`` what they may where that is not both.

    Who ``is_maker`` has proposed it, and is kept from approving by the four eyes unless the organisation allows it. ``by`` is who
    said it in their place, ``away`` how they are out now, in words.
    """

    name: str
    email: str
    decision: str = ""
    at: datetime | None = None
    only: str = ""
    is_maker: bool = False
    by: str = ""
    away: str = ""


@dataclass(frozen=True, slots=True)
class ShownSide:
    """A side that must agree, with its people by the ground on which they are asked."""

    label: str
    status: str
    quorum: int
    approved: int
    decided_at: datetime | None
    groups: tuple[tuple[str, tuple[ShownPerson, ...]], ...]
    others: tuple[ShownPerson, ...]
    """Who has voted and is not asked any more."""
    unattended: bool

    @property
    def missing(self) -> int:
        return max(self.quorum - self.approved, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: ``kind`` is "moved", "voted" or "comment"."""

    kind: str
    by: str
    by_id: UUID | None
    text: str
    at: datetime
    words: str = ""
    tone: str = "plain"
    note: str = ""


@dataclass
class ProposalPage:
    """One proposal as one person sees it; each part is read when it is asked for."""

    actor: Membership
    proposal: ProposedFlow

    @classmethod
    def open(cls, actor: Membership, proposal_id: UUID) -> "ProposalPage":
        """Raises ProposalNotFound."""
        return cls(actor, access_proposal(actor, proposal_id))

    @property
    def organisation_id(self) -> UUID:
        found: UUID = self.proposal.organisation_id
        return found

    @cached_property
    def situation(self) -> Situation:
        return situation_of(self.proposal)

    @cached_property
    def permissions(self) -> Permissions:
        voices = voices_of(self.actor, [self.proposal.id])
        return permissions_of(self.actor, self.situation, voices, self.settings)

    @cached_property
    def settings(self) -> FlowSettings:
        return settings_of(self.organisation_id)

    @cached_property
    def life(self) -> Life:
        return life_of(self.organisation_id, PROPOSAL_WORKFLOW)

    @cached_property
    def moments(self) -> list[Moment]:
        return timeline(
            life=self.life,
            organisation_id=self.organisation_id,
            entity_kind=PROPOSAL_KIND,
            entity_id=self.proposal.id,
        )

    @cached_property
    def command(self) -> FlowDef:
        return FlowDef.model_validate(self.proposal.flow_def)

    @cached_property
    def difference(self) -> Difference:
        return difference(self.command, Before.load(self.proposal.before))

    @cached_property
    def names(self) -> Names:
        return names_of(self.organisation_id)

    @property
    def state_name(self) -> str:
        return self.life.name_of(self.proposal.state)

    @property
    def tone(self) -> str:
        state = self.life.states.get(self.proposal.state)
        return state.tone if state else "plain"

    @property
    def hash(self) -> str:
        """Names what is shown, to be sent along with a decision."""
        return shown_hash(self.proposal.flow_def, self.proposal.before, self.proposal.revision)

    def steps(self) -> list[StepperStep]:
        return stepper(self.life, self.moments)

    def diff(self) -> ShownDiff | None:
        if self.proposal.proposal_type != ProposalType.UPDATE:
            return None
        return shown_diff(self.organisation_id, self.difference)

    def details(self) -> Facts:
        """The attributes of the physical flow, as proposed; of a removal, as it was."""
        given = self.command.flow_attributes
        before = Before.load(self.proposal.before)
        if given is None and before is not None:
            given = before.attributes
        if given is None:
            return []
        named = [
            (label, said(self.names, kind, code))
            for label, kind, code in (
                ("Transport", "transport", given.transport),
                ("Frequency", "frequency", given.frequency),
                ("Criticality", "criticality", given.criticality),
            )
        ]
        return [
            ("Name", given.name),
            *named,
            ("Basis offset", basis(given.basis_offset)),
            ("External id", given.external_id),
            ("Description", given.description),
        ]

    def specification(self) -> Facts:
        spec = self.command.specification
        if spec is None:
            return []
        owner = spec.owning_entity.id if spec.owning_entity else None
        ends: dict[UUID | None, str] = {
            self.proposal.source_id: self.proposal.source.name,
            self.proposal.target_id: self.proposal.target.name,
        }
        return [
            ("Name", spec.name),
            ("Format", said(self.names, "format", spec.format)),
            ("Belongs to", ends.get(owner, "")),
            ("External id", spec.external_id),
            ("Description", spec.description),
            ("Specification", "An existing one" if spec.id else "A new one is made"),
        ]

    def reason(self) -> str:
        """The reason of the organisation's list, by its name, and the maker's words where they say more."""
        row = self.proposal
        listed = ProposalReason.objects.filter(organisation_id=self.organisation_id, code=row.reason_code)
        name = listed.values_list("name", flat=True).first() or ""
        return ": ".join(dict.fromkeys(filter(None, (name, row.reason))))

    def data_types(self) -> tuple[ShownType, ...]:
        """All of them under their parents; marked where there was a flow before."""
        found = self.difference
        marks = dict.fromkeys(found.kept, "")
        if self.proposal.proposal_type == ProposalType.UPDATE:
            marks |= dict.fromkeys(found.added, "added") | dict.fromkeys(found.removed, "removed")
        else:
            marks |= dict.fromkeys(found.added | found.removed, "")
        return _tree(choices.type_tree(self.organisation_id, ()), {str(ident): mark for ident, mark in marks.items()})

    def sides(self) -> tuple[ShownSide, ...]:
        people = speakers_of(self.organisation_id, [self.proposal.id])
        rows = self.situation.approvals
        return tuple(_side(row, people.get(row.id, ()), self.situation, self.settings) for row in rows)

    def history(self) -> list[Entry]:
        """Everything that happened, oldest first: states, votes that moved nothing yet, comments."""
        own = {"organisation_id": self.organisation_id, "proposal_id": self.proposal.id}
        votes = Vote.objects.filter(**own).select_related("approval").order_by("at", "id")
        comments = ProposalComment.objects.filter(**own).order_by("created_at", "id")
        told = {(moment.at, moment.by_id) for moment in self.moments}
        entries = [_moved(moment) for moment in self.moments]
        entries += [_voted(vote) for vote in votes if (vote.at, vote.member_id) not in told or vote.policy]
        entries += [
            Entry("comment", row.author_name, row.author_id, "commented", row.created_at, row.text) for row in comments
        ]
        return sorted(entries, key=lambda entry: entry.at)

    def watchers(self) -> list[tuple[UUID, str]]:
        rows = ProposalWatcher.objects.filter(organisation_id=self.organisation_id, proposal_id=self.proposal.id)
        return list(rows.order_by("member__name").values_list("member_id", "member__name"))

    def removes_the_last(self) -> bool:
        """Whether this open removal would take the logical flow along."""
        row = self.proposal
        if row.proposal_type != ProposalType.REMOVE or not row.is_open or row.physical_flow_id is None:
            return False
        flow = PhysicalFlow.objects.filter(organisation_id=self.organisation_id, id=row.physical_flow_id).first()
        return flow is not None and choices.is_last_of_its_logical_flow(flow)

    def sharing(self) -> tuple[tuple[choices.Sharer, ...], int]:
        """Other flows that an open change of this specification would touch."""
        row, spec = self.proposal, self.command.specification
        if not row.is_open or spec is None or row.proposal_type == ProposalType.REMOVE:
            return (), 0
        return choices.sharers(self.organisation_id, spec.id, without=row.physical_flow_id)

    def last_words(self) -> str:
        """The reason that came with the state in which it is."""
        return self.moments[-1].reason if self.moments else ""

    def outcome(self) -> str:
        """Which notice stands on top of a closed proposal."""
        state, row = self.proposal.state, self.proposal
        if row.is_open:
            return "failed" if row.failed_at else ""
        if state == ProposalState.FULLY_APPROVED:
            return "approved"
        known = {
            ProposalState.TIMED_OUT: "timed_out",
            ProposalState.SENT_BACK: "sent_back",
            ProposalState.CANCELLED: "cancelled",
        }
        return known.get(ProposalState(state), "rejected") if state in ProposalState.values else "rejected"


def _tree(rows: Sequence[choices.TypeRow], marks: Mapping[str, str]) -> tuple[ShownType, ...]:
    """The marked rows with the ones above them, in the order of the tree; what is no row any more comes last."""
    shown: list[ShownType] = []
    depth = 0
    for row in reversed(rows):
        if row.id in marks:
            shown.append(ShownType(row.name, marks[row.id], row.depth))
        elif row.depth < depth:
            shown.append(ShownType(row.name, "", row.depth, is_parent=True))
        else:
            continue
        depth = row.depth
    known = {row.id for row in rows}
    gone = tuple(
        ShownType("A data type that is not there any more", mark) for ident, mark in marks.items() if ident not in known
    )
    return (*reversed(shown), *gone)


def _side(row: ApprovalRow, people: Sequence[Speaker], situation: Situation, settings: FlowSettings) -> ShownSide:
    proposal = situation.proposal
    votes = {vote.speaker_id: vote for vote in row.votes if vote.speaker_id is not None}
    groups: dict[str, list[ShownPerson]] = defaultdict(list)
    for one in people:
        shown = _person(one, votes.get(one.member_id), is_maker=one.member_id == proposal.maker_id)
        for ground in one.because or ("Others",):
            groups[ground].append(shown)
    asked = {one.member_id for one in people}
    others = tuple(
        ShownPerson(vote.by, "", vote.decision, vote.at) for vote in row.votes if vote.speaker_id not in asked
    )
    waits = proposal.is_open and row.status == ApprovalStatus.PENDING
    return ShownSide(
        row.label,
        row.status,
        row.quorum,
        row.approved,
        row.decided_at,
        tuple((ground, tuple(found)) for ground, found in sorted(groups.items())),
        others,
        waits and len(who_may_approve(situation, people, row, settings)) < row.quorum - row.approved,
    )


def _person(one: Speaker, vote: VoteRow | None, *, is_maker: bool) -> ShownPerson:
    only = "" if one.may_approve and one.may_reject else "may approve" if one.may_approve else "may reject"
    away = away_words(one.away) if one.away else ""
    if vote is None:
        return ShownPerson(one.name, one.email, only=only, is_maker=is_maker, away=away)
    by = vote.member_name if vote.on_behalf_of else ""
    return ShownPerson(one.name, one.email, vote.decision, vote.at, only, is_maker, by, away)


def _moved(moment: Moment) -> Entry:
    text = f"{moment.from_name} → {moment.to_name}" if moment.from_name else moment.to_name
    return Entry("moved", moment.by, moment.by_id, text, moment.at, moment.reason, moment.tone)


def _voted(vote: Vote) -> Entry:
    word = "approved" if vote.decision == Decision.APPROVE else "rejected"
    policy = VotePolicy(vote.policy).label if vote.policy else ""
    return Entry(
        "voted",
        f"{vote.member_name} on behalf of {vote.on_behalf_of_name}" if vote.on_behalf_of_name else vote.member_name,
        vote.member_id,
        f"{word} for {vote.approval.side_name}",
        vote.at,
        vote.reason,
        "good" if vote.decision == Decision.APPROVE else "bad",
        f"By the policy: {policy}." if policy else "",
    )
