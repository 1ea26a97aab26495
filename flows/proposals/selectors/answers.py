"""Proposals as programs read them: any number of them in the same few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership, Role
from flows.models import ApprovalSide, InvolvementKind, ProposalComment, ProposalReason, ProposedFlow
from flows.proposals.diff import LABELS, shown_hash
from flows.proposals.selectors.rights import voices_of
from flows.proposals.selectors.standing import ApprovalRow, Permissions, permissions_of, situations
from flows.setup import PROPOSAL_KIND, PROPOSAL_WORKFLOW, settings_of
from workflows.selectors.tracking import Life, Moment, life_of, timelines

KEPT_APART: Final = "schema_version"
"""A key of the stored command that is not sent."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One attribute that the proposal changes: its name in ``flowAttributes``."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    """A proposal with all about it as one person may see it. ``outcome`` and ``message`` are what an action just came to."""

    proposal: ProposedFlow
    state_name: str
    tone: str
    flow_def: Mapping[str, Any]
    approvals: tuple[ApprovalRow, ...]
    transitions: Sequence[Moment]
    permissions: Permissions
    changes: tuple[Changed, ...]
    data_types_added: tuple[str, ...]
    data_types_removed: tuple[str, ...]
    outcome: str | None = None
    message: str | None = None

    @property
    def shown_hash(self) -> str:
        row = self.proposal
        return shown_hash(row.flow_def, row.before, row.revision)

    @property
    def failure(self) -> str | None:
        return self.proposal.failure or None


@dataclass(frozen=True, slots=True)
class SideSpeaker:
    """Who speaks for a side: those with this involvement in the end, or whoever has the role."""

    involvement: InvolvementKind | None
    role: Role | None
    entity_kind: str | None
    may_approve: bool
    may_reject: bool


@dataclass(frozen=True, slots=True)
class SideAnswer:
    side: ApprovalSide
    speakers: tuple[SideSpeaker, ...]


def proposals_read(organisation_id: UUID) -> "QuerySet[ProposedFlow]":
    """All proposals with their ends and makers; everybody of the organisation may read them."""
    rows: QuerySet[ProposedFlow] = ProposedFlow.objects.filter(organisation_id=organisation_id)
    return rows.select_related("source", "target", "maker")


def life_of_proposals(organisation_id: UUID) -> Life:
    """The state metadata; makes them ready where the app was never used."""
    settings_of(organisation_id)
    return life_of(organisation_id, PROPOSAL_WORKFLOW)


def proposal_answers(
    actor: Membership, rows: Sequence[ProposedFlow], *, outcome: str | None = None, message: str | None = None
) -> list[ProposalAnswer]:
    """The rows completed, in six queries. They come with ends and maker, see ``proposals_read``."""
    if not rows:
        return []
    own, ids = actor.organisation_id, [row.id for row in rows]
    settings = settings_of(own)
    life = life_of(own, PROPOSAL_WORKFLOW)
    found = situations(own, rows)
    voices = voices_of(actor, ids)
    moments = timelines(life=life, organisation_id=own, entity_kind=PROPOSAL_KIND, entity_ids=ids)
    return [
        ProposalAnswer(
            row,
            life.name_of(row.state),
            life.states[row.state].tone if row.state in life.states else "plain",
            {name: value for name, value in row.flow_def.items() if name != KEPT_APART},
            found[row.id].approvals,
            moments.get(row.id, ()),
            permissions_of(actor, found[row.id], voices, settings),
            *_changes(row),
            outcome,
            message,
        )
        for row in rows
    ]


def _changes(row: ProposedFlow) -> tuple[tuple[Changed, ...], tuple[str, ...], tuple[str, ...]]:
    """What an update changes, against the flow when it was proposed; a creation and a removal change no single attribute."""
    if row.before is None or row.proposal_type != "UPDATE":
        return (), (), ()
    was, new = row.before["attributes"], row.flow_def.get("flowAttributes") or {}
    changed = tuple(
        Changed(name, was.get(name), new.get(name)) for name in LABELS if name in new and was.get(name) != new[name]
    )
    had, wanted = set(row.before["dataTypeIds"]), set(row.flow_def.get("dataTypeIds") or ())
    return changed, tuple(sorted(wanted - had)), tuple(sorted(had - wanted))


def comments_of(proposal: ProposedFlow) -> "QuerySet[ProposalComment]":
    rows: QuerySet[ProposalComment] = ProposalComment.objects.filter(
        organisation_id=proposal.organisation_id, proposal_id=proposal.id
    )
    return rows.select_related("author")


def transitions_of(proposal: ProposedFlow) -> Sequence[Moment]:
    """The history of its states, oldest first."""
    own = proposal.organisation_id
    life = life_of_proposals(own)
    found = timelines(life=life, organisation_id=own, entity_kind=PROPOSAL_KIND, entity_ids=[proposal.id])
    return found.get(proposal.id, ())


def sides_answered(organisation_id: UUID) -> list[SideAnswer]:
    """All sides in their order with who speaks for them, those that are asked no more too."""
    settings_of(organisation_id)
    sides = ApprovalSide.objects.filter(organisation_id=organisation_id).order_by("position", "code")
    rows = sides.prefetch_related("kinds__involvement_kind", "roles__role")
    return [SideAnswer(side, _speakers(side)) for side in rows]


def _speakers(side: ApprovalSide) -> tuple[SideSpeaker, ...]:
    kinds = sorted(side.kinds.all(), key=lambda one: (one.involvement_kind.name, one.entity_kind))
    roles = sorted(side.roles.all(), key=lambda one: one.role.name)
    return (
        *(
            SideSpeaker(one.involvement_kind, None, one.entity_kind.upper() or None, one.may_approve, one.may_reject)
            for one in kinds
        ),
        *(SideSpeaker(None, one.role, None, one.may_approve, one.may_reject) for one in roles),
    )


def reasons_of(organisation_id: UUID) -> list[ProposalReason]:
    """The reasons that may be given, in their order."""
    settings_of(organisation_id)
    rows = ProposalReason.objects.filter(organisation_id=organisation_id, is_active=True)
    return list(rows.order_by("position", "name"))
