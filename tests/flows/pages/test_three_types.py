"""Create, change and remove a flow from page to page, from the maker over both approvers to the catalogue."""

import pytest

from flows.models import LogicalFlow, PhysicalFlow, ProposedFlow, SpecificationDataType
from tests.flows.pages.story import DELIVERY, REASON, Person, Town, proposal_in, said, stored

pytestmark = pytest.mark.django_db


def test_a_new_flow_from_the_wizard_to_the_catalogue(town: Town, asha: Person, ravi: Person, hema: Person) -> None:
    made = asha.propose(town)
    assert stored(town, made).state == "PENDING_APPROVALS"
    words = ravi.page(made)
    assert "Orders to Ledger" in words
    assert "You are reviewing a request to create a flow" in words
    ravi.act(made, "approve", reason="Fine")
    assert stored(town, made).state == "SOURCE_APPROVED"
    hema.act(made, "approve")
    row = stored(town, made)
    assert row.state == "FULLY_APPROVED"
    with town.acme.scope():
        flow = PhysicalFlow.objects.get(proposal_id=made)
        assert (flow.name, flow.transport, flow.author_id) == ("orders-eod", "FILE_TRANSPORT", asha.member.id)
        types = SpecificationDataType.objects.filter(specification_id=flow.specification_id)
        assert set(types.values_list("data_type__code", flat=True)) == {"TRADE", "PARTY"}
    page = asha.load(f"/flows/proposals/{made}/")
    assert f"/flows/physical/{flow.id}/" in page.content.decode()
    assert "Fully approved and carried out" in said(page)


def test_another_physical_flow_on_a_logical_flow_that_exists(
    town: Town, asha: Person, ravi: Person, hema: Person
) -> None:
    first = town.physical()
    page = asha.load(f"/flows/proposals/new/?logical={first.logical_flow_id}")
    assert f'value="logical:{first.logical_flow_id}" checked' in page.content.decode()
    made = asha.propose(town, route={"route": f"logical:{first.logical_flow_id}"}, specification="", name="orders-2")
    ravi.act(made, "approve")
    hema.act(made, "approve")
    with town.acme.scope():
        flow = PhysicalFlow.objects.get(proposal_id=made)
        assert flow.logical_flow_id == first.logical_flow_id
        assert LogicalFlow.objects.count() == 1


def test_a_change_shows_what_changes(town: Town, asha: Person, ravi: Person, hema: Person) -> None:
    flow = town.physical()
    address = f"/flows/physical/{flow.id}/propose-update/"
    assert 'value="DAILY" selected' in asha.load(address).content.decode()
    answer = asha.send(address, **{**DELIVERY, "frequency": "WEEKLY"})
    types = [str(town.types[code].id) for code in ("ORDER", "PARTY")]
    answer = asha.send(answer.headers["Location"], ids=types)
    answer = asha.send(answer.headers["Location"], **REASON)
    summary = said(asha.follow(answer))
    assert "What changes" in summary
    assert "Daily Weekly" in summary
    made = asha.propose_draft(answer.headers["Location"])
    words = ravi.page(made)
    assert "Daily Weekly" in words
    assert "Trade" in words
    ravi.act(made, "approve")
    hema.act(made, "approve")
    with town.acme.scope():
        flow = PhysicalFlow.objects.get(id=flow.id)
        assert flow.frequency == "WEEKLY"
        codes = SpecificationDataType.objects.filter(specification_id=flow.specification_id)
        assert set(codes.values_list("data_type__code", flat=True)) == {"ORDER", "PARTY"}


def test_the_removal_of_the_last_physical_flow_warns(town: Town, asha: Person, ravi: Person, hema: Person) -> None:
    flow = town.physical()
    address = f"/flows/physical/{flow.id}/propose-remove/"
    assert "This is the last physical flow." in said(asha.load(address))
    assert "Choose a reason." in said(asha.send(address, 422, code=""))
    made = proposal_in(asha.send(address, code="DECOMMISSION", description=""))
    assert "Approving the removal removes the logical flow too" in ravi.page(made)
    ravi.act(made, "approve")
    hema.act(made, "approve")
    with town.acme.scope():
        assert PhysicalFlow.objects.get(id=flow.id).is_removed
        assert LogicalFlow.objects.get(id=flow.logical_flow_id).is_removed


def test_the_same_twice_shows_the_first_one(town: Town, asha: Person) -> None:
    made = asha.propose(town)
    page = asha.load(asha.draft(town))
    assert f"/flows/proposals/{made}/" in page.content.decode()
    assert "disabled" in page.content.decode()
    number = stored(town, made).number
    assert f"Proposal {number} is open and asks for the same." in said(page)


def test_sending_the_summary_twice_makes_one_proposal(town: Town, asha: Person) -> None:
    summary = asha.draft(town)
    key = "a" * 32
    first = asha.send(summary.replace("summary", "propose"), idempotency_key=key)
    second = asha.send(summary.replace("summary", "propose"), idempotency_key=key)
    assert first.headers["Location"] == second.headers["Location"]
    with town.acme.scope():
        assert ProposedFlow.objects.count() == 1
