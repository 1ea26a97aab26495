"""UPDATE: attributes, data types, and specifications that several flows share."""

import pytest

from accounts.models import AuditEntry
from flows.models import Approval, LogicalFlow, LogicalFlowDataType, PhysicalFlow, SpecificationDataType
from flows.proposals.diff import Before, difference
from flows.proposals.flow_def import FlowDef
from flows.proposals.services.act import proposal_approve
from flows.proposals.services.acting import Outcome
from flows.proposals.services.judging import Duplicate, ProposalInvalid
from tests.factories.flows import make_logical, make_physical
from tests.flows.proposals.world import World, results_of, states_of


def types_of_specification(flow: PhysicalFlow) -> set[str]:
    links = SpecificationDataType.objects.filter(specification=flow.specification_id)
    return set(links.values_list("data_type__code", flat=True))


def types_of(logical: LogicalFlow) -> set[str]:
    return set(LogicalFlowDataType.objects.filter(logical_flow=logical).values_list("data_type__code", flat=True))


def test_attributes_and_data_types_change_together(world: World) -> None:
    flow = world.flow("TRADE", "PARTY")
    proposal = world.propose_change(flow, "EDIT", ["PARTY", "ORDER"], frequency="WEEKLY", basisOffset=-30)
    assert proposal.proposal_type == "UPDATE"
    world.approve_both(proposal)
    flow.refresh_from_db()
    assert (flow.frequency, flow.basis_offset, flow.author) == ("WEEKLY", -30, None)
    assert types_of_specification(flow) == types_of(flow.logical_flow) == {"PARTY", "ORDER"}
    kinds = {"flows.physicalspecification": flow.specification_id, "flows.physicalflow": flow.id}
    assert results_of(proposal.id) == set(kinds.items())


def test_the_unknown_type_gives_way_to_known_ones(world: World) -> None:
    flow = world.flow("UNKNOWN")
    world.approve_both(world.propose_change(flow, "UPDATE", ["UNKNOWN", "TRADE"]))
    assert types_of_specification(flow) == types_of(flow.logical_flow) == {"TRADE"}


def test_read_only_types_stay(world: World) -> None:
    flow = world.flow("TRADE", "PARTY")
    fixed = {"data_type": world.types["PARTY"]}
    SpecificationDataType.objects.filter(**fixed).update(is_readonly=True)
    LogicalFlowDataType.objects.filter(**fixed).update(is_readonly=True)
    world.approve_both(world.propose_change(flow, "UPDATE", ["TRADE", "ORDER"]))
    assert types_of_specification(flow) == types_of(flow.logical_flow) == {"TRADE", "PARTY", "ORDER"}


def test_approvers_see_no_change_that_will_not_be_made(world: World) -> None:
    flow = world.flow("TRADE", "PARTY")
    SpecificationDataType.objects.filter(data_type=world.types["PARTY"]).update(is_readonly=True)
    proposal = world.propose_change(flow, "UPDATE", ["UNKNOWN", "ORDER"])
    shown = difference(FlowDef.load(proposal.flow_def), Before.load(proposal.before))
    assert [shown.added, shown.removed] == [{world.types["ORDER"].id}, {world.types["TRADE"].id}]
    world.approve_both(proposal)
    assert types_of_specification(flow) == {"ORDER", "PARTY"}
    told = AuditEntry.objects.get(kind="flow.updated", subject_id=flow.id).payload["changes"]
    assert told["Data types"] == ["Party, Trade", "Order, Party"]


def test_an_update_of_which_nothing_would_be_made_is_none(world: World) -> None:
    flow = world.flow("TRADE", "PARTY")
    SpecificationDataType.objects.filter(data_type=world.types["PARTY"]).update(is_readonly=True)
    with pytest.raises(ProposalInvalid) as refusal:
        world.propose_change(flow, "UPDATE", ["UNKNOWN", "TRADE"])
    assert refusal.value.fields == {"flowAttributes": ["Nothing is different from today."]}


def test_a_shared_specification_asks_the_ends_of_every_flow_that_shares_it(world: World) -> None:
    acme, flow = world.acme, world.flow("TRADE", "PARTY")
    other = make_logical(world.orders, world.risk)
    make_physical(other, flow.specification)
    proposal = world.propose_change(flow, "UPDATE", ["ORDER"])
    asked = Approval.objects.filter(proposal=proposal).order_by("side__position", "id")
    assert list(asked.values_list("side_code", "entity__name")) == [
        ("source", "Orders"),
        ("target", "Ledger"),
        ("target", "Risk"),
    ]
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    half = proposal_approve(proposal_id=proposal.id, actor=acme.meera)
    assert (half.outcome, half.proposal.state) == (Outcome.VOTED, "SOURCE_APPROVED")
    done = proposal_approve(proposal_id=proposal.id, actor=acme.hema)
    assert done.proposal.state == "FULLY_APPROVED"
    assert states_of(proposal.id)[-2:] == ["SOURCE_APPROVED", "FULLY_APPROVED"]
    assert types_of(flow.logical_flow) == types_of(other) == {"ORDER"}


def test_attributes_of_a_flow_with_a_shared_specification_are_its_own(world: World) -> None:
    flow = world.flow("TRADE")
    make_physical(make_logical(world.orders, world.risk), flow.specification)
    proposal = world.propose_change(flow, "UPDATE", ["TRADE"], criticality="HIGH")
    assert Approval.objects.filter(proposal=proposal).count() == 2


def test_somebody_who_shares_it_meanwhile_sends_the_proposal_back(world: World) -> None:
    acme, flow = world.acme, world.flow("TRADE")
    proposal = world.propose_change(flow, "UPDATE", ["ORDER"])
    make_physical(make_logical(world.orders, world.risk), flow.specification)
    proposal_approve(proposal_id=proposal.id, actor=acme.ravi)
    acted = proposal_approve(proposal_id=proposal.id, actor=acme.meera)
    assert (acted.outcome, acted.proposal.state) == (Outcome.SENT_BACK, "SENT_BACK")
    assert "shared with more flows" in acted.message
    assert types_of_specification(flow) == {"TRADE"}


@pytest.mark.parametrize("second", ["UPDATE", "REMOVE", "EDIT", "DELETE"])
def test_one_change_of_a_flow_at_a_time(world: World, second: str) -> None:
    flow = world.flow("TRADE")
    first = world.propose_change(flow, "UPDATE", ["ORDER"])
    with pytest.raises(Duplicate) as refusal:
        world.propose_change(flow, second, ["PARTY"])
    assert refusal.value.params["proposal"] == str(first.id)


def test_an_update_that_changes_nothing_is_none(world: World) -> None:
    flow = world.flow("TRADE")
    with pytest.raises(ProposalInvalid) as refusal:
        world.propose_change(flow, "UPDATE", ["TRADE"])
    assert refusal.value.fields == {"flowAttributes": ["Nothing is different from today."]}


def test_an_update_that_would_repeat_another_flow_is_refused(world: World) -> None:
    flow = world.flow("TRADE")
    twin = make_physical(flow.logical_flow, flow.specification, name="orders-intraday")
    with pytest.raises(Duplicate) as refusal:
        world.propose_change(flow, "UPDATE", ["TRADE"], name="orders-intraday")
    assert refusal.value.params["physical_flow"] == str(twin.id)


def test_the_history_says_what_changed_in_the_words_of_the_pages(world: World) -> None:
    flow = world.flow("TRADE")
    world.approve_both(world.propose_change(flow, "UPDATE", ["TRADE"], frequency="WEEKLY", basisOffset=-30, name=""))
    told = AuditEntry.objects.get(kind="flow.updated", subject_id=flow.id).payload["changes"]
    assert told == {"Name": [flow.name, ""], "Frequency": ["Daily", "Weekly"], "Basis offset": ["T", "T-30"]}
