"""Orders sends to Ledger: Ravi speaks for the source, Meera for the target, Asha proposes, Omar watches from afar."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from accounts.models import AuditEntry, Membership
from flows.models import CatalogueEntity, DataType, LogicalFlow, PhysicalFlow, ProposedFlow
from flows.proposals.services.act import proposal_approve
from flows.proposals.services.propose import proposal_create
from flows.setup import PROPOSAL_KIND
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.flows import (
    ATTRIBUTES,
    flow_def,
    involve,
    make_entity,
    make_logical,
    make_physical,
    make_types,
)
from workflows.models import EntityResult, EntityTransition


@dataclass(frozen=True)
class World:
    acme: Acme
    orders: CatalogueEntity
    ledger: CatalogueEntity
    risk: CatalogueEntity
    types: dict[str, DataType]

    def command(self, *codes: str, **more: Any) -> dict[str, Any]:
        """A creation from Orders to Ledger, carrying trades unless told otherwise."""
        types = [self.types[code] for code in codes or ("TRADE",)]
        return {**flow_def(self.orders, self.ledger, types), **more}

    def propose(self, *codes: str, maker: Membership | None = None, **more: Any) -> ProposedFlow:
        return proposal_create(actor=maker or self.acme.asha, flow_def=self.command(*codes, **more))

    def flow(self, *codes: str, **more: Any) -> PhysicalFlow:
        """A live flow from Orders to Ledger."""
        logical = LogicalFlow.objects.filter(source=self.orders, target=self.ledger).first()
        logical = logical or make_logical(self.orders, self.ledger)
        return make_physical(logical, types=[self.types[code] for code in codes or ("TRADE",)], **more)

    def change(
        self, flow: PhysicalFlow, kind: str, codes: Iterable[str] = ("TRADE",), **attributes: Any
    ) -> dict[str, Any]:
        """A command for an existing flow; ``attributes`` differ from today's."""
        logical = flow.logical_flow
        today = {
            **ATTRIBUTES,
            "name": flow.name,
            "transport": flow.transport,
            "frequency": flow.frequency,
            "basisOffset": flow.basis_offset,
            "criticality": flow.criticality,
        }
        return {
            **flow_def(logical.source, logical.target, [self.types[code] for code in codes]),
            "logicalFlowId": str(logical.id),
            "physicalFlowId": str(flow.id),
            "specification": {"id": str(flow.specification_id)},
            "flowAttributes": {**today, **attributes},
            "proposalType": kind,
        }

    def propose_change(
        self, flow: PhysicalFlow, kind: str, codes: Iterable[str] = ("TRADE",), **more: Any
    ) -> ProposedFlow:
        return proposal_create(actor=self.acme.asha, flow_def=self.change(flow, kind, codes, **more))

    def approve_both(self, proposal: ProposedFlow) -> ProposedFlow:
        """Ravi for the source, then Meera for the target."""
        proposal_approve(proposal_id=proposal.id, actor=self.acme.ravi)
        return proposal_approve(proposal_id=proposal.id, actor=self.acme.meera).proposal


def make_world(acme: Acme) -> World:
    """Needs the scope of Acme."""
    orders, ledger, risk = (make_entity(acme.organisation, name) for name in ("Orders", "Ledger", "Risk"))
    involve(acme.ravi, orders)
    involve(acme.meera, ledger)
    involve(acme.hema, risk)
    give_role(acme.asha, "Proposer", "flow.propose")
    return World(acme, orders, ledger, risk, make_types(acme.organisation))


def states_of(proposal_id: UUID) -> list[str]:
    """The states that the proposal went through, from its history."""
    rows = EntityTransition.objects.filter(entity_kind=PROPOSAL_KIND, entity_id=proposal_id).order_by("seq")
    found = list(rows.values_list("from_state", "to_state", "seq"))
    assert [seq for _, _, seq in found] == list(range(1, len(found) + 1))
    assert all(before[1] == after[0] for before, after in pairwise(found))
    return [found[0][0], *(to_state for _, to_state, _ in found)] if found else []


def results_of(proposal_id: UUID) -> set[tuple[str, UUID]]:
    rows = EntityResult.objects.filter(entity_kind=PROPOSAL_KIND, entity_id=proposal_id)
    return set(rows.values_list("result_kind", "result_id"))


def kinds_of(proposal_id: UUID) -> list[str]:
    """The kinds of the audit entries about the proposal, oldest first."""
    return list(AuditEntry.objects.filter(subject_id=proposal_id).order_by("at", "id").values_list("kind", flat=True))
