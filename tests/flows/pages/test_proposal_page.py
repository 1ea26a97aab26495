"""The page of a proposal: reject, revise and send again, cancel, comment, watch."""

from typing import Any

import pytest

from flows.models import Approval, ApprovalSide, CatalogueEntity, EntityLife, LogicalFlow, ProposedFlow
from flows.proposals.services.resubmit import proposal_resubmit
from tests.factories import flows as make
from tests.flows.pages.story import BOARD, REASON, Person, Town, said, stored

pytestmark = pytest.mark.django_db


def test_rejecting_needs_a_typed_reason(town: Town, asha: Person, ravi: Person) -> None:
    made = asha.propose(town)
    page = ravi.act(made, "reject", 422, reason="  ")
    assert "A reason is required when a proposal is rejected." in said(page)
    assert stored(town, made).state == "PENDING_APPROVALS"
    ravi.act(made, "reject", reason="It comes from the hub")
    assert stored(town, made).state == "SOURCE_REJECTED"
    words = asha.page(made)
    assert "Source rejected. It comes from the hub" in words
    assert "Revise and resubmit" in words


def test_what_was_rejected_is_revised_and_sent_again(town: Town, asha: Person, ravi: Person, hema: Person) -> None:
    made = asha.propose(town)
    ravi.act(made, "reject", reason="Weekly is enough")
    answer = asha.send(f"{BOARD}{made}/revise/")
    summary = answer.headers["Location"]
    assert summary.endswith("/summary/")
    asha.load(summary.replace("summary", "route"), 302)
    delivery = summary.replace("summary", "delivery")
    asha.send(delivery, **{**town_delivery(), "frequency": "WEEKLY"})
    assert asha.propose_draft(summary) == made
    row = stored(town, made)
    assert (row.state, row.revision, row.is_open) == ("PENDING_APPROVALS", 2, True)
    words = ravi.page(made)
    assert "revision 2" in words
    assert "Weekly is enough" in words
    ravi.act(made, "approve")
    hema.act(made, "approve")
    assert stored(town, made).state == "FULLY_APPROVED"


def town_delivery() -> dict[str, Any]:
    return {
        "name": "orders-eod",
        "transport": "FILE_TRANSPORT",
        "criticality": "MEDIUM",
        "basis_offset": "0",
        "frequency": "DAILY",
    }


def test_a_revision_that_was_begun_is_gone_on_with(town: Town, asha: Person, ravi: Person) -> None:
    made = asha.propose(town)
    ravi.act(made, "reject", reason="Weekly is enough")
    summary = asha.act(made, "revise").headers["Location"]
    asha.send(summary.replace("summary", "delivery"), **{**town_delivery(), "frequency": "WEEKLY"})
    assert asha.act(made, "revise").headers["Location"] == summary
    asha.propose_draft(summary)
    ravi.act(made, "reject", reason="Monthly is enough")
    assert asha.act(made, "revise").headers["Location"] != summary


def test_a_revision_that_was_begun_before_another_one_is_not_gone_on_with(
    town: Town, asha: Person, ravi: Person
) -> None:
    made = asha.propose(town)
    ravi.act(made, "reject", reason="Weekly is enough")
    old = asha.act(made, "revise").headers["Location"]
    with town.acme.scope():
        row = ProposedFlow.objects.get(id=made)
        proposal_resubmit(proposal_id=made, actor=asha.member, flow_def=row.flow_def)
    ravi.act(made, "reject", reason="I said weekly")
    assert asha.act(made, "revise").headers["Location"] != old


def test_only_the_maker_revises(town: Town, asha: Person, ravi: Person) -> None:
    made = asha.propose(town)
    ravi.act(made, "reject", reason="No")
    assert "Only the person who proposed this may" in said(ravi.send(f"{BOARD}{made}/revise/", 403))


def test_a_removal_that_was_rejected_is_revised_too(town: Town, asha: Person, ravi: Person) -> None:
    flow = town.physical()
    answer = asha.send(f"/flows/physical/{flow.id}/propose-remove/", **REASON)
    made = answer.headers["Location"].split("/")[3]
    ravi.act(made, "reject", reason="Not before June")
    step = asha.send(f"{BOARD}{made}/revise/").headers["Location"]
    assert step.endswith("/reason/")
    summary = asha.send(step, code="DECOMMISSION", description="In July").headers["Location"]
    asha.propose_draft(summary)
    assert stored(town, made).reason == "In July"


def test_the_maker_cancels_and_can_propose_the_same_again(town: Town, asha: Person) -> None:
    made = asha.propose(town)
    asha.act(made, "cancel", reason="Asked too early")
    assert stored(town, made).state == "CANCELLED"
    assert "Cancelled by Asha. Asked too early" in asha.page(made)
    assert asha.propose(town) != made


def test_comments_and_followers(town: Town, asha: Person) -> None:
    made = asha.propose(town)
    fiona = Person(town.acme.fiona)
    fiona.act(made, "comment", text="Which cut-off?\n<b>18:00</b>")
    page = fiona.load(f"{BOARD}{made}/")
    assert "Which cut-off?" in said(page)
    assert "<b>18:00" not in page.content.decode()
    assert "Write something." in said(fiona.act(made, "comment", 422, text=" "))
    fiona.act(made, "watch", action="watch")
    assert "Stop watching" in fiona.page(made)
    fiona.act(made, "watch", action="unwatch")
    assert "Stop watching" not in fiona.page(made)
    fiona.act(made, "watch", 422, action="stare")


def test_a_quorum_shows_who_has_voted_and_who_is_missing(town: Town, asha: Person, ravi: Person) -> None:
    with town.acme.scope():
        ApprovalSide.objects.filter(code="source").update(quorum=2)
        make.involve(town.acme.meera, town.orders, kind="FLOW_APPROVER")
    made = asha.propose(town)
    ravi.act(made, "approve", reason="First of two")
    words = ravi.page(made)
    assert "1 of 2 approvals, 1 to come" in words
    assert "First of two" in words
    assert "Flow approver Meera" in words.replace(" M ", " ")
    Person(town.acme.meera).act(made, "approve")
    with town.acme.scope():
        assert Approval.objects.get(proposal_id=made, side_code="source").status == "approved"


def test_a_side_without_anybody_says_so(town: Town, asha: Person) -> None:
    with town.acme.scope():
        town.ledger.involvements.all().delete()
    assert "Too few people are left who may approve" in asha.page(asha.propose(town))


def test_data_types_stand_under_their_parents_with_their_marks(town: Town, asha: Person) -> None:
    flow = town.physical()
    step = f"/flows/physical/{flow.id}/propose-update/"
    answer = asha.send(step, **{**town_delivery(), "frequency": "DAILY"})
    answer = asha.send(answer.headers["Location"], ids=[str(town.types["ORDER"].id), str(town.types["PARTY"].id)])
    answer = asha.send(answer.headers["Location"], **REASON)
    page = asha.load(f"{BOARD}{asha.propose_draft(answer.headers['Location'])}/")
    shown = [(one.name, one.mark, one.depth, one.is_parent) for one in page.context["data_types"]]
    assert shown == [
        ("Party", "added", 0, False),
        ("Trading", "", 0, True),
        ("Order", "added", 1, False),
        ("Trade", "removed", 1, False),
    ]
    assert "Physical flow As it is today" in said(page)


def test_approvers_see_who_of_them_has_proposed_it(town: Town, asha: Person, ravi: Person) -> None:
    with town.acme.scope():
        make.involve(town.acme.asha, town.ledger)
    words = ravi.page(asha.propose(town))
    assert "Asha proposed it" in words
    assert "Reason New requirement: The ledger needs it at night" in words


def test_home_says_what_waits_and_closed_ones_offer_nothing(town: Town, asha: Person, ravi: Person) -> None:
    assert "Proposed flows waiting for you" not in said(ravi.load("/"))
    made = asha.propose(town)
    assert "Proposed flows waiting for you 1" in said(ravi.load("/"))
    ravi.act(made, "reject", reason="Not needed")
    words = ravi.page(made)
    assert "Asha can revise it and send it again" in words
    assert "Why can I not approve?" not in words


def test_where_somebody_may_not_propose_nothing_is_offered(town: Town, ravi: Person) -> None:
    with town.acme.scope():
        far = [make.make_entity(town.acme.organisation, name) for name in ("Risk", "Treasury")]
        foreign = make.make_physical(make.make_logical(*far), types=[town.types["TRADE"]])
    for flow in (town.physical(), foreign):
        source = ravi.load(f"/flows/physical/{flow.id}/").content.decode()
        assert (f"/flows/physical/{flow.id}/propose-update/" in source) is (flow.id != foreign.id)
    logical = ravi.load(f"/flows/logical/{foreign.logical_flow_id}/").content.decode()
    assert f"?logical={foreign.logical_flow_id}" not in logical


def test_what_stands_below_a_read_only_flow_offers_no_change(town: Town, asha: Person) -> None:
    flow = town.physical()
    with town.acme.scope():
        LogicalFlow.objects.filter(id=flow.logical_flow_id).update(is_readonly=True)
    page = asha.load(f"/flows/physical/{flow.id}/")
    assert "propose-update" not in page.content.decode()
    assert "This flow is read-only" in said(page)


def test_a_flow_of_a_retired_end_may_only_be_removed(town: Town, asha: Person) -> None:
    flow = town.physical()
    with town.acme.scope():
        CatalogueEntity.objects.filter(id=town.orders.id).update(lifecycle_status=EntityLife.RETIRED)
    page = asha.load(f"/flows/physical/{flow.id}/").content.decode()
    assert ("propose-update" in page, "propose-remove" in page) == (False, True)
    assert "?logical=" not in asha.load(f"/flows/logical/{flow.logical_flow_id}/").content.decode()


def test_who_may_not_propose_is_told_at_the_beginning(town: Town, asha: Person) -> None:
    sentence = "You may not propose data flows yet."
    assert sentence in said(Person(town.acme.fiona).load("/flows/proposals/new/"))
    assert sentence not in said(asha.load("/flows/proposals/new/"))
