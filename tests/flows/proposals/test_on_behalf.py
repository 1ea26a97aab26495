"""Approving on behalf of somebody who is away: who may and until when, and every place that says so."""

import csv
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from accounts.scopes import scope_choices
from flows.models import ApprovalSide, ProposedFlow, Vote
from flows.proposals.selectors import approvers, my_permissions, pending_count, pending_of
from flows.proposals.services import finalise
from flows.proposals.services.act import proposal_approve, proposal_reject, proposal_retry
from flows.proposals.services.timeouts import proposals_sweep, unattended_sweep
from flows.proposals.substitution import SUBJECT
from notifications.models import InboxItem, OutboxEvent
from notifications.planning import plan
from tests.accounts.clients import program, signed_in
from tests.factories.accounts import be_away
from tests.factories.flows import involve, make_vote
from tests.flows.proposals.world import World, kinds_of
from workflows.models import EntityTransition

FIRST, LAST = date(2025, 10, 1), date(2025, 10, 5)
BEFORE, DURING, AFTER = "2025-09-30T18:00:00Z", "2025-10-02T05:00:00Z", "2025-10-05T19:00:00Z"
REST = "/api/v1/flows/proposals/"


@pytest.fixture
def farid(world: World) -> Membership:
    """He stands in for Ravi from the first to the fifth of October."""
    be_away(world.acme.ravi, FIRST, LAST, world.acme.farid)
    return world.acme.farid


@pytest.fixture
def proposal(world: World, farid: Membership) -> ProposedFlow:
    with time_machine.travel(BEFORE, tick=False):
        return world.propose()


def may(person: Membership, proposal: ProposedFlow) -> tuple[bool, bool, int, bool]:
    """Approve, reject, the badge, the pending list."""
    found = my_permissions(person, proposal)
    return found.approve, found.reject, pending_count(person), proposal in pending_of(person)


def test_it_begins_and_ends_with_the_absence(world: World, farid: Membership, proposal: ProposedFlow) -> None:
    for moment, expected in ((BEFORE, False), (DURING, True), (AFTER, False)):
        with time_machine.travel(moment, tick=False):
            assert may(farid, proposal) == (expected, expected, int(expected), expected)
            assert may(world.acme.ravi, proposal) == (True, True, 1, True), "who is away may still act"


def test_an_absence_can_be_for_approvals_alone(world: World) -> None:
    acme, proposal = world.acme, world.propose()
    assert scope_choices(acme.organisation.id)[SUBJECT] == "Approvals of data flows"
    be_away(acme.ravi, FIRST, LAST, acme.farid, scope=[SUBJECT])
    with time_machine.travel(DURING, tick=False):
        assert may(acme.farid, proposal) == (True, True, 1, True)


def test_every_record_names_both(world: World, farid: Membership, proposal: ProposedFlow) -> None:
    with time_machine.travel(DURING, tick=False):
        proposal_approve(proposal_id=proposal.id, actor=farid, reason="Checked")
    ravi = world.acme.ravi.id
    vote = Vote.objects.get()
    assert (vote.member_id, vote.on_behalf_of_id, vote.on_behalf_of_name) == (farid.id, ravi, "Ravi")
    entry = AuditEntry.objects.get(kind="proposal.side_approved")
    assert (entry.actor_id, entry.payload["by_name"]) == (farid.id, "Farid")
    assert (entry.payload["on_behalf_of_id"], entry.payload["on_behalf_of_name"]) == (str(ravi), "Ravi")
    step = EntityTransition.objects.filter(entity_id=proposal.id).latest("seq")
    assert (step.by_name, step.on_behalf_of_id, step.on_behalf_of_name) == ("Farid", ravi, "Ravi")


def test_a_rejection_names_both(world: World, farid: Membership, proposal: ProposedFlow) -> None:
    with time_machine.travel(DURING, tick=False):
        proposal_reject(proposal_id=proposal.id, actor=farid, reason="No")
    assert Vote.objects.get().on_behalf_of_name == "Ravi"
    assert AuditEntry.objects.get(kind="proposal.rejected").payload["on_behalf_of_name"] == "Ravi"


def test_the_page_and_the_dashboard_say_so(world: World, farid: Membership, proposal: ProposedFlow) -> None:
    page = f"/flows/proposals/{proposal.id}/"
    with time_machine.travel(DURING, tick=False):
        client = signed_in(farid)
        text = client.get(page).content.decode()
        assert "You act on behalf of <strong>Ravi</strong>" in text
        assert "(away until 5 Oct) → Farid" in text
        board = client.get("/flows/proposals/?actionable=behalf").content.decode()
        assert "on behalf of Ravi" in board
        assert 'id="pill-actionable-behalf" checked' in board
        assert (
            'id="pill-actionable-behalf"' not in signed_in(world.acme.meera).get("/flows/proposals/").content.decode()
        )
        assert client.post(f"{page}approve/", {"reason": "Checked"}).status_code == 302
        after = client.get(page).content.decode()
        assert "<strong>Farid on behalf of Ravi</strong>" in after
        assert "approved by Farid" in after
        assert "on behalf of Ravi" not in client.get("/flows/proposals/").content.decode()
        export = b"".join(client.get("/flows/proposals/export.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(export.splitlines())
    assert row["Source: decided by"] == "Farid on behalf of Ravi"


def test_rest_says_so(world: World, farid: Membership, proposal: ProposedFlow) -> None:
    with time_machine.travel(DURING, tick=False):
        client = program(farid)
        found = [client.get(f"{REST}{query}").json()["results"] for query in ("?actionable=behalf", "pending/")]
        assert [[row["id"] for row in rows] for rows in found] == [[str(proposal.id)]] * 2
        sides = client.get(f"{REST}{proposal.id}/permissions/").json()["sides"]
        assert [side["onBehalfOf"] for side in sides] == [{"id": str(world.acme.ravi.id), "name": "Ravi"}, None]
        people = client.get(f"{REST}{proposal.id}/approvers/").json()["results"][0]["people"]
        assert (people[0]["away"]["until"], people[0]["away"]["substituteName"]) == ("2025-10-05", "Farid")
        answer = client.post(f"{REST}{proposal.id}/approve/", {}, content_type="application/json").json()
    behalf = {"id": str(world.acme.ravi.id), "name": "Ravi"}
    assert answer["approvals"][0]["votes"][0]["onBehalfOf"] == behalf
    assert [step["onBehalfOf"] for step in answer["transitions"]] == [None, behalf]


def test_who_has_a_voice_of_their_own_is_asked_for_themselves(world: World, proposal: ProposedFlow) -> None:
    acme = world.acme
    be_away(acme.meera, FIRST, LAST, acme.ravi)
    with time_machine.travel(DURING, tick=False):
        rows = signed_in(acme.ravi).get("/flows/proposals/?actionable=behalf").context["page"].rows
        assert rows == ()
        sides = my_permissions(acme.ravi, proposal).sides
        assert [side.on_behalf_of.name if side.on_behalf_of else "" for side in sides] == ["", "Meera"]


def test_a_substitute_adds_no_voice(world: World, farid: Membership) -> None:
    """Of two who must approve for the source one is there, however many stand in: the admins are told."""
    acme = world.acme
    ApprovalSide.objects.filter(code="source").update(quorum=2)
    with time_machine.travel(DURING, tick=False):
        proposal = world.propose()
        assert kinds_of(proposal.id).count("proposal.unattended") == 1
        involve(acme.hari, world.orders)
        assert unattended_sweep(organisation_id=acme.organisation.id, at=timezone.now()) == 0
        proposal_approve(proposal_id=proposal.id, actor=farid)
        source = approvers(proposal)[0].approval
        assert (source.approved, source.unattended_at) == (1, None), "Hari is left"
        acme.hari.is_active = False
        acme.hari.save(update_fields=["is_active"])
        assert unattended_sweep(organisation_id=acme.organisation.id, at=timezone.now()) == 1, "Ravi has had his voice"


def test_the_substitute_is_told_with_the_absent(world: World, farid: Membership) -> None:
    acme = world.acme
    be_away(acme.meera, FIRST, LAST, acme.asha)
    with time_machine.travel(DURING, tick=False):
        proposal = world.propose()
        plan(acme.organisation, list(OutboxEvent.objects.order_by("seq")))
        told = {item.recipient.name: item.title for item in InboxItem.objects.filter(path__contains=str(proposal.id))}
    assert told == {
        "Ravi": "To approve: proposal #1, create Orders → Ledger",
        "Meera": "To approve: proposal #1, create Orders → Ledger",
        "Farid": "To approve on behalf of Ravi: proposal #1, create Orders → Ledger",
    }, "and Asha, who has proposed it, decides for nobody"


def test_the_reminder_reaches_who_stands_in_then(world: World, farid: Membership) -> None:
    with time_machine.travel("2025-09-04T05:00:00Z", tick=False):
        proposal = world.propose()
    proposals_sweep(organisation_id=world.acme.organisation.id, at=datetime(2025, 10, 2, 5, tzinfo=UTC))
    payload = AuditEntry.objects.get(kind="proposal.reminded", subject_id=proposal.id).payload
    assert payload["substitutes"] == {str(farid.id): "Ravi"}
    assert str(farid.id) in payload["approver_ids"]


def test_the_database_refuses_what_four_eyes_refuse(world: World, farid: Membership, proposal: ProposedFlow) -> None:
    acme = world.acme
    for_ravi = {"on_behalf_of": acme.ravi, "on_behalf_of_name": "Ravi"}
    during = {"at": datetime(2025, 10, 2, 5, tzinfo=UTC)}

    def refused(name: str, member: Membership, side: str, **more: object) -> None:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make_vote(proposal, member, side, **{**during, **more})

    refused("vote_stands_in", farid, "source", **for_ravi, at=timezone.now())
    refused("vote_stands_in", acme.fiona, "source", **for_ravi)
    refused("vote_not_the_maker", acme.asha, "source", **for_ravi)
    refused("vote_not_the_maker", farid, "source", on_behalf_of=acme.asha, on_behalf_of_name="Asha")
    make_vote(proposal, farid, "source", **during, **for_ravi)
    refused("vote_once", acme.ravi, "source")
    refused("vote_one_side", acme.ravi, "target")
    refused("vote_one_side", farid, "target")


def test_lists_take_the_same_statements_for_any_number_of_absent_people(world: World, proposal: ProposedFlow) -> None:
    acme = world.acme
    numbers = []
    for person in (None, acme.meera, acme.hari, acme.hema):
        if person is not None:
            be_away(person, FIRST, LAST, acme.farid)
        with time_machine.travel(DURING, tick=False):
            client = signed_in(acme.farid)
            client.get("/flows/proposals/?actionable=behalf")
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/flows/proposals/?actionable=behalf").status_code == 200
            numbers.append(len(asked))
    assert len(set(numbers)) == 1, numbers


def test_a_retry_by_somebody_else_stays_the_vote_on_behalf(
    world: World, farid: Membership, proposal: ProposedFlow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(DURING, tick=False):
        proposal_approve(proposal_id=proposal.id, actor=world.acme.meera)
        with monkeypatch.context() as patch:
            patch.setattr(finalise, "_union_of_types", lambda *args: 1 / 0)
            assert proposal_approve(proposal_id=proposal.id, actor=farid).outcome == "failed"
        assert proposal_retry(proposal_id=proposal.id, actor=world.acme.asha).outcome == "fully_approved"
    vote = Vote.objects.get(approval__side_code="source")
    assert (vote.member_name, vote.on_behalf_of_name) == ("Farid", "Ravi")
    payload = AuditEntry.objects.get(kind="proposal.approved").payload
    assert (payload["by_name"], payload["on_behalf_of_name"]) == ("Asha", ""), "she pressed the button for nobody"
