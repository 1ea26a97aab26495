"""What all actions on a proposal have in common: the situation under lock, the step written, and the facts told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from accounts.audit.record import Actor
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from flows.models import Approval, ApprovalStatus, Decision, FlowSettings, ProposedFlow, Vote
from flows.proposals.diff import shown_hash
from flows.proposals.selectors.doors import lock_proposal
from flows.proposals.selectors.listing import asked_people, watcher_ids
from flows.proposals.selectors.rights import Speaker, Voice, speakers_of, voices_of
from flows.proposals.selectors.standing import Situation, person_of, rights_of, situation_of
from flows.proposals.states import Action, Rights, Said, Step, TransitionUnknown, known_actions, said_aloud
from flows.setup import PROPOSAL_KIND, PROPOSAL_WORKFLOW, settings_of
from forms_builder.schema.parts import has_unstorable, unturned
from workflows.assignment import PersonRef
from workflows.services import tracking

MAX_TEXT: Final = 4_000


class ProposalStale(Conflict):
    """The proposal has changed since the caller saw it."""

    code = "proposal.stale"


class TextInvalid(Invalid):
    code = "proposal.text_invalid"


class Outcome(StrEnum):
    """What an action came to."""

    CREATED = "created"
    VOTED = "voted"
    """Noted, but the side needs more people."""
    SIDE_APPROVED = "side_approved"
    FULLY_APPROVED = "fully_approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    RESUBMITTED = "resubmitted"
    SENT_BACK = "sent_back"
    """Not approved: the catalogue has changed in between; ``Acted.message`` and the timeline say how."""
    FAILED = "failed"
    """Not approved: the change could not be made. Nothing of it stays, and it can be retried."""


@dataclass(frozen=True, slots=True)
class Acted:
    """The proposal as it is after an action, and a sentence for whoever acted."""

    proposal: ProposedFlow
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal under lock with everything that judging an action needs."""

    situation: Situation
    settings: FlowSettings
    voices: Mapping[UUID, Voice] = field(default_factory=dict)

    @property
    def proposal(self) -> ProposedFlow:
        return self.situation.proposal

    def rights_of(self, actor: Membership) -> Rights:
        rights = rights_of(actor, self.situation, self.voices, self.settings)
        return replace(rights, is_maker=rights.is_maker and self._maker_is_here)

    @property
    def _maker_is_here(self) -> bool:
        """Whoever has left has no rights any more, over what was theirs either; as for the voices."""
        maker = self.proposal.maker
        return bool(maker.is_active and maker.user.is_active)


def hold(organisation_id: UUID, proposal_id: UUID, actor: Membership | None = None, at: datetime | None = None) -> Held:
    """Lock and read; with an actor also for what they speak at the moment. Raises ProposalNotFound."""
    proposal = lock_proposal(organisation_id, proposal_id)
    voices = voices_of(actor, [proposal.id], at) if actor is not None else {}
    return Held(situation_of(proposal), settings_of(organisation_id), voices)


def demand_fresh(held: Held, action: Action, version: int | None, seen: str | None = None) -> None:
    """Raises TransitionUnknown where the state has no such action, ProposalStale where the caller saw something else."""
    row = held.proposal
    if action not in known_actions(held.situation.standing):
        raise TransitionUnknown(f"Proposal {row.number} is {said_aloud(row.state)} now; this is not possible any more.")
    is_other = seen is not None and seen != "" and seen != hash_of(row)
    if is_other or (version is not None and version != row.version):
        raise ProposalStale("This proposal has changed since you opened it. Look at it again.", version=row.version)


def hash_of(proposal: ProposedFlow) -> str:
    """What somebody sees of the proposal, as a hash to send along with a decision."""
    return shown_hash(proposal.flow_def, proposal.before, proposal.revision)


def clean_text(text: str, path: str = "reason", *, most: int = MAX_TEXT) -> str:
    """Plain text without outer space. Raises TextInvalid at ``path``."""
    found = unturned(text).replace("\r\n", "\n").strip()
    if len(found) > most:
        raise TextInvalid({path: [f"Use at most {most} characters; this has {len(found)}."]})
    if has_unstorable(found):
        raise TextInvalid({path: ["This contains a character that cannot be stored."]})
    return found


@dataclass(frozen=True, slots=True)
class Voting:
    """Somebody's word, or the product's for an external actor (without a member)."""

    decision: Decision
    member_id: UUID | None
    name: str
    reason: str
    at: datetime
    policies: Mapping[Any, str] = field(default_factory=dict)
    """By approval: the policy of the organisation that allows it."""
    behalf: PersonRef | None = None
    """In whose place, where the person stands in for somebody."""

    def behalf_by(self, by: Actor) -> PersonRef | None:
        """The same for records that name who pressed the button, who in a retry may be somebody else."""
        return self.behalf if by.actor_id == self.member_id else None


def behalf_of(step: Step) -> PersonRef | None:
    """For whom the actor of a step acts, where it is not for themselves."""
    return person_of(step.behalf)


def write_votes(held: Held, step: Step, voting: Voting) -> None:
    """Add the votes and note which approvals are decided by them."""
    row = held.proposal
    before = {slot.key: slot for slot in held.situation.standing.slots}
    for slot in (slot for slot in step.slots if slot.key in step.voted):
        Vote.objects.create(
            organisation_id=row.organisation_id,
            approval_id=slot.key,
            proposal_id=row.id,
            revision=row.revision,
            member_id=voting.member_id,
            member_name=voting.name,
            on_behalf_of_id=voting.behalf.id if voting.behalf else None,
            on_behalf_of_name=voting.behalf.name if voting.behalf else "",
            decision=voting.decision,
            reason=voting.reason,
            at=voting.at,
            policy=voting.policies.get(slot.key, ""),
            shown_hash=hash_of(row),
        )
        if slot.said is not before[slot.key].said:
            status = ApprovalStatus.REJECTED if slot.said is Said.REJECTED else ApprovalStatus.APPROVED
            Approval.objects.filter(organisation_id=row.organisation_id, id=slot.key).update(
                status=status,
                is_asked=False,
                decided_at=voting.at,
                modified_at=voting.at,
                modified_by_id=voting.member_id,
            )


def write_step(
    held: Held, step: Step, *, by: Actor, reason: str, at: datetime, behalf: PersonRef | None = None
) -> None:
    """Bring the proposal over the states of the step: its row, and one entry of history for each."""
    row = held.proposal
    for state in step.states:
        row.advance(state)
    row.is_open = step.is_open
    row.version += 1
    row.acted_at = at
    row.due_at = at + timedelta(days=held.settings.timeout_days)
    row.reminded_at = None
    row.completed_at = None if step.is_open else at
    row.failure, row.failed_at, row.failed_vote = "", None, None
    changed = [
        *("state", "is_open", "version", "acted_at", "due_at", "reminded_at", "completed_at"),
        *("failure", "failed_at", "failed_vote"),
    ]
    row.save(update_fields=[*changed, *row.touch(by.actor_id, at)])
    if step.states:
        track(row, step.states, by=by, reason=reason, at=at, behalf=behalf)


def track(
    row: ProposedFlow,
    states: Sequence[str],
    *,
    by: Actor,
    reason: str,
    at: datetime,
    behalf: PersonRef | None = None,
) -> None:
    tracking.track_steps(
        workflow_code=PROPOSAL_WORKFLOW,
        entity_kind=PROPOSAL_KIND,
        entity_id=row.id,
        steps=[tracking.Step(state, reason, behalf) for state in states],
        by=by,
        at=at,
    )


def event_facts(held: Held, at: datetime) -> dict[str, Any]:
    """What every event of a proposal says, with the people as they are at the moment. ``held`` is read after the change."""
    row = held.proposal
    speakers = speakers_of(row.organisation_id, [row.id], at) if row.is_open else {}
    return facts_about(held, speakers, watcher_ids(row.organisation_id, row.id))


def facts_about(held: Held, speakers: Mapping[UUID, Sequence[Speaker]], watchers: Sequence[UUID]) -> dict[str, Any]:
    """As ``event_facts`` for people who are read already."""
    row = held.proposal
    asked = asked_people(held.situation, speakers, held.settings)
    return {
        "subject_id": row.id,
        "number": row.number,
        "proposal_type": row.proposal_type,
        "revision": row.revision,
        "state": row.state,
        "source_id": row.source_id,
        "source_name": row.source.name,
        "target_id": row.target_id,
        "target_name": row.target.name,
        "maker_id": row.maker_id,
        "maker_name": row.maker_name,
        "approver_ids": asked.ids,
        "substitutes": asked.substitutes,
        "watcher_ids": tuple(watchers),
    }


def again(held: Held) -> Held:
    """The same proposal, still under lock, with its approvals as they are now."""
    return Held(situation_of(held.proposal), held.settings, held.voices)


def by_whom(actor: Actor, reason: str = "", behalf: PersonRef | None = None) -> dict[str, Any]:
    found = {"by_id": actor.actor_id, "by_name": actor.actor_label, "reason": reason}
    return found | ({"on_behalf_of_id": behalf.id, "on_behalf_of_name": behalf.name} if behalf else {})
