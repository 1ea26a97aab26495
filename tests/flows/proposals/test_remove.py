"""REMOVE: one flow of several, the last one, and what hangs on it."""

import pytest

from flows.models import (
    DataType,
    EntityLife,
    LogicalFlow,
    LogicalFlowDataType,
    PhysicalFlow,
    PhysicalSpecification,
    SpecificationDataType,
)
from flows.proposals.flow_def import FlowDefInvalid
from flows.proposals.services.act import proposal_approve
from flows.proposals.services.acting import Outcome
from flows.proposals.services.judging import ProposalInvalid
from flows.proposals.services.resubmit import proposal_resubmit
from tests.factories.flows import make_logical, make_physical
from tests.flows.proposals.world import World, results_of


def types_of(logical: LogicalFlow) -> set[str]:
    return set(LogicalFlowDataType.objects.filter(logical_flow=logical).values_list("data_type__code", flat=True))


def test_the_last_physical_flow_takes_the_logical_flow_along(world: World) -> None:
    flow = world.flow("TRADE")
    proposal = world.propose_change(flow, "DELETE")
    assert proposal.proposal_type == "REMOVE"
    world.approve_both(proposal)
    flow.refresh_from_db()
    logical, specification = flow.logical_flow, flow.specification
    assert (flow.is_removed, flow.lifecycle_status) == (True, "REMOVED")
    assert (logical.is_removed, logical.lifecycle_status) == (True, "REMOVED")
    assert specification.is_removed
    assert types_of(logical) == set()
    kinds = ("flows.physicalflow", "flows.physicalspecification", "flows.logicalflow")
    assert results_of(proposal.id) == set(zip(kinds, (flow.id, specification.id, logical.id), strict=True))


def test_one_of_several_takes_only_what_nobody_else_carries(world: World) -> None:
    flow = world.flow("TRADE", "PARTY")
    world.flow("PARTY", name="parties-weekly")
    world.approve_both(world.propose_change(flow, "REMOVE"))
    flow.refresh_from_db()
    assert flow.is_removed
    assert flow.logical_flow.is_live
    assert types_of(flow.logical_flow) == {"PARTY"}


def test_a_shared_specification_stays(world: World) -> None:
    flow = world.flow("TRADE")
    make_physical(make_logical(world.orders, world.risk), flow.specification)
    proposal = world.propose_change(flow, "REMOVE")
    world.approve_both(proposal)
    assert not PhysicalSpecification.objects.get(id=flow.specification_id).is_removed
    assert "flows.physicalspecification" not in {kind for kind, _ in results_of(proposal.id)}


def test_what_was_removed_comes_back_with_its_id(world: World) -> None:
    flow = world.flow("TRADE")
    world.approve_both(world.propose_change(flow, "REMOVE"))
    done = world.approve_both(world.propose("PARTY"))
    logical = LogicalFlow.objects.get(source=world.orders, target=world.ledger)
    assert (logical.id, done.logical_flow_id) == (flow.logical_flow_id, logical.id)
    assert (logical.is_live, logical.lifecycle_status, logical.author) == (True, "ACTIVE", world.acme.asha)
    assert types_of(logical) == {"PARTY"}
    assert PhysicalFlow.objects.filter(logical_flow=logical, is_removed=False).count() == 1


def test_flows_of_a_retired_application_can_still_be_removed(world: World) -> None:
    flow = world.flow("TRADE")
    world.orders.lifecycle_status = EntityLife.RETIRED
    world.orders.save(update_fields=["lifecycle_status"])
    assert world.approve_both(world.propose_change(flow, "REMOVE")).state == "FULLY_APPROVED"


def test_a_flow_that_is_gone_meanwhile_sends_the_proposal_back(world: World) -> None:
    flow = world.flow("TRADE")
    proposal = world.propose_change(flow, "REMOVE")
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    PhysicalFlow.objects.filter(id=flow.id).update(is_removed=True, lifecycle_status="REMOVED")
    acted = proposal_approve(proposal_id=proposal.id, actor=world.acme.meera)
    assert acted.outcome is Outcome.SENT_BACK
    assert "has been removed" in acted.message


@pytest.mark.parametrize("missing", ["logicalFlowId", "physicalFlowId"])
def test_a_removal_names_its_flow(world: World, missing: str) -> None:
    command = {**world.change(world.flow("TRADE"), "REMOVE"), missing: None}
    with pytest.raises(FlowDefInvalid) as refusal:
        world.propose(**command)
    assert list(refusal.value.fields) == [missing]


def test_a_read_only_flow_is_not_removed(world: World) -> None:
    flow = world.flow("TRADE", is_readonly=True)
    with pytest.raises(ProposalInvalid) as refusal:
        world.propose_change(flow, "REMOVE")
    assert refusal.value.fields == {"physicalFlowId": ["This physical flow is read-only."]}


def test_a_flow_that_changed_in_between_is_not_removed(world: World) -> None:
    flow = world.flow("TRADE")
    proposal = world.propose_change(flow, "REMOVE")
    proposal_approve(proposal_id=proposal.id, actor=world.acme.ravi)
    PhysicalFlow.objects.filter(id=flow.id).update(criticality="VERY_HIGH")
    make_specification_type(flow, world.types["PARTY"])
    acted = proposal_approve(proposal_id=proposal.id, actor=world.acme.meera)
    assert (acted.outcome, acted.proposal.state) == (Outcome.SENT_BACK, "SENT_BACK")
    assert "Criticality was Medium and is Very high now." in acted.message
    assert "The data types of the specification have changed." in acted.message
    assert not PhysicalFlow.objects.get(id=flow.id).is_removed
    proposal_resubmit(proposal_id=proposal.id, actor=world.acme.asha, flow_def=proposal.flow_def)
    assert world.approve_both(proposal).state == "FULLY_APPROVED"
    assert PhysicalFlow.objects.get(id=flow.id).is_removed


def make_specification_type(flow: PhysicalFlow, data_type: DataType) -> None:
    """What another approved flow of the same specification brings."""
    SpecificationDataType.objects.create(
        organisation_id=flow.organisation_id, specification_id=flow.specification_id, data_type=data_type
    )
