"""Whether a command may be proposed: well-formed, sound against the catalogue, allowed for the person, and new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.models import ActingAdmin, Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid
from flows.models import PhysicalFlow, ProposalReason, ProposedFlow
from flows.policies import may_propose
from flows.proposals.checks import Facts, problems, settled
from flows.proposals.diff import Before
from flows.proposals.flow_def import EntityRef, FlowDef, ProposalType, Reason, Specification
from flows.proposals.identity import identity_of
from flows.proposals.selectors.facts import facts_of

NOT_INVOLVED: Final = (
    "To propose this you need to be involved with the source or the target, or a role that may propose."
)


class ProposalInvalid(Invalid):
    """The command does not fit the catalogue; ``fields`` names each place."""

    code = "proposal.invalid"


class Duplicate(Conflict):
    """The same is proposed or there already. ``params``: ``proposal`` and its ``number``, or ``physical_flow``; ``url_kind``
    says which of the two pages to link to."""

    code = "proposal.duplicate"


@dataclass(frozen=True, slots=True)
class Checked:
    """A command that may be proposed, with names as they are today. ``identity`` is what makes it a duplicate."""

    command: FlowDef
    facts: Facts
    identity: str
    before: Before | None
    reason_code: str
    reason: str


def judge(actor: Membership, flow_def: Mapping[str, Any], *, except_id: UUID | None = None) -> Checked:
    """Raises FlowDefInvalid, ProposalInvalid, Denied (``proposal.propose.denied``), Duplicate. ``except_id`` is the proposal
    that is being revised, which is no duplicate of itself."""
    command = FlowDef.load(flow_def)
    facts = facts_of(actor.organisation_id, command)
    sent = settled(command, facts)
    found = problems(sent, facts)
    reason, reason_problems = _reason(actor.organisation_id, sent.reason)
    if found or reason_problems:
        raise ProposalInvalid({**found, **reason_problems})
    if isinstance(actor, ActingAdmin) or not may_propose(actor, sent.source.id, sent.target.id):
        raise Denied(NOT_INVOLVED, code="proposal.propose.denied")
    command = _as_of_today(sent, facts, reason)
    checked = Checked(command, facts, identity_of(command), facts.before, reason.code, reason.description)
    refuse_duplicate(actor.organisation_id, checked, except_id)
    return checked


def _reason(organisation_id: UUID, sent: Reason) -> tuple[Reason, dict[str, list[str]]]:
    """The organisation's reason with its words, and what is wrong with it."""
    rows = ProposalReason.objects.filter(organisation_id=organisation_id, is_active=True)
    if sent.rating_id is None and not sent.code:
        if not sent.description:
            return sent, {"reason": ["Say why you propose this."]}
        return sent, {}
    named = rows.filter(id=sent.rating_id) if sent.rating_id else rows.filter(code=sent.code)
    row = named.first()
    if row is None:
        path = "reason.ratingId" if sent.rating_id else "reason.code"
        return sent, {path: ["Choose one of the organisation's reasons."]}
    words = sent.description or row.description or row.name
    return Reason.model_construct(rating_id=row.id, code=row.code, description=words), {}


def _as_of_today(sent: FlowDef, facts: Facts, reason: Reason) -> FlowDef:
    """The command as it is kept: names are those of the catalogue, and what follows from the flow is filled in."""
    spec = sent.specification or Specification.model_construct()
    known = facts.specification
    if known is not None:
        owner = next((ref for ref in (sent.source, sent.target) if ref.id == known.owner_id), None)
        values = {"id": known.id, "name": known.name, "format": known.format, "owning_entity": owner}
        spec = spec.model_copy(update=values)
    return sent.model_copy(
        update={
            "source": _named(sent.source, facts),
            "target": _named(sent.target, facts),
            "reason": reason,
            "specification": spec,
        }
    )


def _named(ref: EntityRef, facts: Facts) -> EntityRef:
    entity = facts.entities[ref.id]
    return ref.model_copy(update={"name": entity.name, "external_id": entity.external_id})


def refuse_duplicate(organisation_id: UUID, checked: Checked, except_id: UUID | None = None) -> None:
    """Raises Duplicate naming the open proposal or the flow that is the same."""
    if twin := same_physical_flow(organisation_id, checked.command, checked.facts):
        raise Duplicate(
            "This physical flow exists already.", proposal=None, physical_flow=str(twin), url_kind="physical_flow"
        )
    rows = ProposedFlow.objects.filter(organisation_id=organisation_id, is_open=True, identity=checked.identity)
    row = rows.exclude(id=except_id).only("id", "number").first()
    if row is not None:
        raise Duplicate(
            f"Proposal {row.number} is open and asks for the same.",
            proposal=str(row.id),
            number=row.number,
            physical_flow=None,
            url_kind="proposal",
        )


def same_physical_flow(organisation_id: UUID, command: FlowDef, facts: Facts) -> UUID | None:
    """The flow that a creation would repeat: same ends, specification and delivery, not removed. Criticality does not count."""
    attributes, spec = command.flow_attributes, command.specification
    if command.proposal_type is ProposalType.REMOVE or attributes is None or facts.logical is None:
        return None
    spec_id = spec.id if spec and spec.id else None
    if spec_id is None:
        return None
    rows = PhysicalFlow.objects.filter(
        organisation_id=organisation_id,
        logical_flow_id=facts.logical.id,
        specification_id=spec_id,
        name=attributes.name,
        basis_offset=attributes.basis_offset,
        frequency=attributes.frequency,
        transport=attributes.transport,
        is_removed=False,
    )
    found: UUID | None = rows.exclude(id=command.physical_flow_id).values_list("id", flat=True).first()
    return found
