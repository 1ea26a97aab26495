"""CREATE from proposing to the changed catalogue."""

from flows.models import LogicalFlow, LogicalFlowDataType, PhysicalFlow, PhysicalSpecification
from flows.proposals.services.act import proposal_approve
from flows.proposals.services.acting import Outcome
from tests.flows.proposals.world import World, kinds_of, results_of, states_of


def test_a_new_flow_from_the_proposal_to_the_catalogue(world: World) -> None:
    acme = world.acme
    proposal = world.propose("TRADE", "PARTY")
    assert (proposal.number, proposal.state, proposal.is_open) == (1, "PENDING_APPROVALS", True)
    first = proposal_approve(proposal_id=proposal.id, actor=acme.ravi, reason="agreed")
    assert (first.outcome, first.proposal.state) == (Outcome.SIDE_APPROVED, "SOURCE_APPROVED")
    assert not PhysicalFlow.objects.exists()
    last = proposal_approve(proposal_id=proposal.id, actor=acme.meera)
    assert (last.outcome, last.proposal.state) == (Outcome.FULLY_APPROVED, "FULLY_APPROVED")
    assert states_of(proposal.id) == ["PROPOSED_CREATE", "PENDING_APPROVALS", "SOURCE_APPROVED", "FULLY_APPROVED"]

    logical, physical = LogicalFlow.objects.get(), PhysicalFlow.objects.get()
    specification = PhysicalSpecification.objects.get()
    assert (logical.source, logical.target) == (world.orders, world.ledger)
    assert (physical.logical_flow, physical.specification) == (logical, specification)
    assert {flow.author for flow in (logical, physical)} == {acme.asha}
    assert {flow.proposal for flow in (logical, physical)} == {proposal}
    carried = LogicalFlowDataType.objects.filter(logical_flow=logical).values_list("data_type__code", flat=True)
    assert set(carried) == {"TRADE", "PARTY"}
    kinds = ("flows.logicalflow", "flows.physicalflow", "flows.physicalspecification")
    assert results_of(proposal.id) == set(zip(kinds, (logical.id, physical.id, specification.id), strict=True))
    assert kinds_of(proposal.id) == ["proposal.created", *["proposal.side_approved"] * 2, "proposal.approved"]
