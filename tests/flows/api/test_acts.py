"""Actions besides approval: reject and resubmit, cancel, retry, many at once, retries of requests, comments, following."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from flows.models import PhysicalFlow, ProposalWatcher, ProposedFlow
from flows.proposals.services import approving
from tests.flows.api.world import PROPOSALS, Wire, refused, snapshot


def test_what_was_rejected_is_revised_and_approved(wire: Wire) -> None:
    proposed = wire.propose()
    rejected = wire.act(wire.ravi, proposed, "reject", comment="Weekly is enough")
    assert (rejected["state"], rejected["outcome"], rejected["isOpen"]) == ("SOURCE_REJECTED", "rejected", False)
    mine = wire.asha.read(f"{PROPOSALS}{proposed['id']}/")
    assert mine["permissions"]["resubmit"]
    assert mine["transitions"][-1]["reason"] == "Weekly is enough"
    command = {**mine["flowDef"], "flowAttributes": {**mine["flowDef"]["flowAttributes"], "frequency": "WEEKLY"}}
    again = wire.act(wire.asha, proposed, "resubmit", flowDef=command, version=mine["version"])
    assert (again["id"], again["revision"], again["state"]) == (proposed["id"], 2, "PENDING_APPROVALS")
    assert again["outcome"] == "resubmitted"
    assert {one["status"] for one in again["approvals"]} == {"pending"}
    done = wire.approve_both(again)
    assert wire.physical(done)["frequency"] == "WEEKLY"
    assert len(done["transitions"]) == 5


def test_the_same_is_sent_again_with_a_word(wire: Wire) -> None:
    proposed = wire.propose()
    wire.act(wire.meera, proposed, "reject", comment="Not before May")
    again = wire.act(wire.asha, proposed, "resubmit", comment="It is May")
    assert again["flowDef"]["reason"]["description"] == "It is May"
    assert again["flowDef"]["flowAttributes"] == proposed["flowDef"]["flowAttributes"]


def test_a_change_is_sent_again_upon_the_flow_as_it_is(wire: Wire) -> None:
    flow = wire.made("TRADE")
    command = {**flow["flowDef"], "reason": {"code": "OTHER", "description": "Weekly is enough"}}
    command["flowAttributes"] = {**command["flowAttributes"], "frequency": "WEEKLY"}
    half = wire.act(wire.ravi, wire.propose(command), "approve")
    with wire.world.acme.scope():
        PhysicalFlow.objects.filter(id=flow["id"]).update(criticality="HIGH")
    back = wire.act(wire.meera, half, "approve")
    assert back["outcome"] == "sent_back"
    again = wire.act(wire.asha, back, "resubmit")
    told = again["flowDef"]["flowAttributes"]
    assert (told["frequency"], told["criticality"]) == ("WEEKLY", "HIGH")


def test_a_revision_names_its_places_below_the_command(wire: Wire) -> None:
    proposed = wire.propose()
    wire.act(wire.ravi, proposed, "reject", comment="No")
    wrong = {**proposed["flowDef"], "dataTypeIds": [], "proposalType": "CREATE"}
    problem = refused(wire.try_to(wire.asha, proposed, "resubmit", flowDef=wrong), 422, "proposal.invalid")
    assert list(problem["errors"]) == ["flowDef.dataTypeIds"]
    problem = refused(wire.try_to(wire.asha, proposed, "resubmit", flowDef=7), 422, "proposal.invalid")
    assert list(problem["errors"]) == ["flowDef"]
    refused(wire.try_to(wire.ravi, proposed, "resubmit"), 403, "proposal.resubmit.denied")


def test_the_maker_takes_a_proposal_back_and_may_propose_it_anew(wire: Wire) -> None:
    proposed = wire.propose()
    cancelled = wire.act(wire.asha, proposed, "cancel", comment="Not needed")
    assert (cancelled["state"], cancelled["outcome"]) == ("CANCELLED", "cancelled")
    assert wire.propose()["number"] == 2


def test_a_failed_change_is_told_and_retried(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    half = wire.act(wire.ravi, wire.propose(), "approve")

    def fail(*args: Any, **more: Any) -> Any:
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(approving, "materialise", fail)
        failed = wire.act(wire.meera, half, "approve")
    assert (failed["outcome"], failed["state"], failed["isOpen"]) == ("failed", "SOURCE_APPROVED", True)
    assert "the disk is full" in failed["failure"]
    assert failed["physicalFlowId"] is None
    assert failed["permissions"]["retry"]
    done = wire.act(wire.meera, failed, "retry")
    assert (done["outcome"], done["failure"]) == ("fully_approved", None)
    assert wire.physical(done)["name"] == "orders-eod"


def test_many_at_once_each_by_itself(wire: Wire) -> None:
    first, second, closed = (wire.named(name) for name in ("one", "two", "three"))
    wire.act(wire.asha, closed, "cancel")
    nobody = str(uuid4())
    ids = [first["id"], closed["id"], nobody, second["id"]]
    answer = wire.ravi.done(f"{PROPOSALS}bulk/", {"ids": ids, "decision": "approve", "comment": "All fine"})
    assert [row["id"] for row in answer["results"]] == ids
    assert [row["code"] for row in answer["results"]] == [
        "proposal.side_approved",
        "proposal.transition_unknown",
        "proposal.not_found",
        "proposal.side_approved",
    ]
    assert (answer["done"], answer["failed"]) == (2, 2)
    assert wire.asha.read(f"{PROPOSALS}{second['id']}/")["approvals"][0]["votes"][0]["reason"] == "All fine"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"ids": [], "decision": "approve"}, "ids"),
        ({"ids": ["x"], "decision": "approve"}, "ids.0"),
        ({"ids": [str(uuid4()) for _ in range(501)], "decision": "approve"}, "ids"),
        ({"ids": [str(uuid4())], "decision": "cancel"}, "decision"),
        ({"decision": "approve"}, "ids"),
    ],
)
def test_a_bulk_that_is_wrong_does_nothing(body: dict[str, Any], place: str, wire: Wire) -> None:
    wire.propose()
    before = snapshot(wire.world)
    assert place in refused(wire.ravi.post(f"{PROPOSALS}bulk/", body), 422, "invalid")["errors"]
    assert snapshot(wire.world) == before


def test_a_retried_request_is_answered_as_the_first(wire: Wire) -> None:
    command = wire.command()
    first = wire.asha.post(PROPOSALS, command, key="k-1")
    again = wire.asha.post(PROPOSALS, command, key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    with wire.world.acme.scope():
        assert ProposedFlow.objects.count() == 1
    refused(wire.asha.post(PROPOSALS, wire.command("PARTY"), key="k-1"), 422, "idempotency.mismatch")
    path = f"{PROPOSALS}{first.json()['id']}/approve/"
    votes = [wire.ravi.post(path, {"comment": "Ours"}, key="k-2") for _ in range(3)]
    assert len({vote.content for vote in votes}) == 1
    assert wire.asha.read(f"{PROPOSALS}{first.json()['id']}/")["version"] == 2


def test_comments_are_told_in_order(wire: Wire) -> None:
    proposed = wire.propose()
    path = f"{PROPOSALS}{proposed['id']}/comments/"
    said = wire.fritz.done(path, {"text": "  Why daily?  "}, 201)
    assert (said["text"], said["author"]["name"]) == ("Why daily?", "Fritz")
    wire.asha.done(path, {"text": "Because"}, 201)
    assert [one["text"] for one in wire.ravi.read(path)["results"]] == ["Why daily?", "Because"]
    page = wire.ravi.read(path, page_size=1)
    assert [one["text"] for one in wire.ravi.client.get(page["next"]).json()["results"]] == ["Because"]
    assert "text" in refused(wire.fritz.post(path, {"text": " "}), 422, "invalid")["errors"]


def test_following_and_no_longer(wire: Wire) -> None:
    path = f"{PROPOSALS}{wire.propose()['id']}/watch/"
    wire.fritz.done(path)
    wire.fritz.done(path)
    with wire.world.acme.scope():
        assert ProposalWatcher.objects.get().member_id == wire.world.acme.fritz.id
    assert wire.fritz.delete(path).status_code == 204
    with wire.world.acme.scope():
        assert not ProposalWatcher.objects.exists()
