"""What the organisation has of its own shows over REST; who may do what is said with reasons; a trial writes nothing."""

from typing import Any
from uuid import uuid4

from flows.models import Anchor, ApprovalSide, ProposedFlow
from flows.setup import PROPOSAL_WORKFLOW
from tests.factories.flows import allow, make_entity, speak_by_role
from tests.flows.api.test_refusals import PLACES, wrong
from tests.flows.api.world import PROPOSALS, ROOT, Wire, snapshot
from workflows.models import EntityStateKind, EntityWorkflow


def by_code(wire: Wire, path: str) -> dict[str, dict[str, Any]]:
    answer = wire.fritz.read(f"{ROOT}{path}")
    assert (answer["next"], answer["previous"]) == (None, None)
    return {row["code"]: row for row in answer["results"]}


def test_the_states_are_those_of_the_metadata(wire: Wire) -> None:
    states = by_code(wire, "states/")
    assert states["FULLY_APPROVED"]["isEnd"]
    assert "FULLY_APPROVED" in states["SOURCE_APPROVED"]["next"]
    with wire.world.acme.scope():
        life = EntityWorkflow.objects.get(code=PROPOSAL_WORKFLOW)
        EntityStateKind.objects.create(
            organisation=wire.world.acme.organisation, workflow=life, code="ON_HOLD", name="On hold", position=35
        )
    assert by_code(wire, "states/")["ON_HOLD"]["name"] == "On hold"
    assert wire.fritz.read(PROPOSALS, state="ON_HOLD")["results"] == []


def test_a_side_and_a_role_that_were_added_are_told_and_asked(wire: Wire) -> None:
    acme = wire.world.acme
    with acme.scope():
        ApprovalSide.objects.create(
            organisation=acme.organisation, code="risk", name="Risk office", position=30, anchor=Anchor.NONE
        )
        speak_by_role(acme.fritz, "risk", "Risk officer")
    side = by_code(wire, "sides/")["risk"]
    assert (side["asks"], side["quorum"]) == ("none", 1)
    assert [one["role"]["name"] for one in side["speakers"]] == ["Risk officer"]
    source = by_code(wire, "sides/")["source"]
    assert {one["involvement"]["code"] for one in source["speakers"]} == {"OWNER", "FLOW_APPROVER"}
    proposed = wire.propose()
    assert [one["side"] for one in proposed["approvals"]] == ["source", "target", "risk"]
    assert wire.fritz.read(PROPOSALS, side="risk")["results"][0]["id"] == proposed["id"]
    assert wire.fritz.read(f"{PROPOSALS}pending/")["count"] == 1
    voted = wire.act(wire.fritz, proposed, "approve", side="risk")
    assert [one["status"] for one in voted["approvals"]] == ["pending", "pending", "approved"]


def test_reasons_enums_and_data_types(wire: Wire) -> None:
    assert by_code(wire, "reasons/")["DECOMMISSION"]["name"] == "Decommission"
    kinds = {row["kind"] for row in wire.fritz.read(f"{ROOT}enums/")["results"]}
    assert kinds == {"transport", "frequency", "criticality", "format"}
    formats = wire.fritz.read(f"{ROOT}enums/", kind="format")["results"]
    assert {"FLAT_FILE", "JSON"} <= {row["code"] for row in formats}
    assert wire.fritz.get(f"{ROOT}enums/", kind="colour").status_code == 422
    types = {row["code"]: row for row in wire.fritz.read(f"{ROOT}data-types/")["results"]}
    assert types["TRADE"]["parentId"] == types["TRADING"]["id"]
    assert (types["TRADING"]["concrete"], types["OLD_ORDER"]["deprecated"]) == (False, True)
    found = wire.fritz.read(f"{ROOT}data-types/", q="order", deprecated="false")["results"]
    assert [row["code"] for row in found] == ["ORDER"]


def test_who_speaks_for_each_side(wire: Wire) -> None:
    proposed = wire.propose()
    source, target = wire.fritz.read(f"{PROPOSALS}{proposed['id']}/approvers/")["results"]
    assert (source["side"], source["entityName"], target["side"]) == ("source", "Orders", "target")
    assert [(one["name"], one["because"], one["mayApprove"]) for one in source["people"]] == [("Ravi", ["Owner"], True)]
    assert [one["name"] for one in target["people"]] == ["Meera"]


def test_what_the_caller_may_and_why_not(wire: Wire) -> None:
    path = f"{PROPOSALS}{wire.propose()['id']}/permissions/"
    mine = wire.ravi.read(path)
    assert (mine["approve"], mine["reject"], mine["cancel"]) == (True, True, False)
    assert [(one["side"], one["approve"]) for one in mine["sides"]] == [("source", True), ("target", False)]
    assert mine["sides"][1]["whyNotApprove"] == "You do not speak for the side Target (Ledger)."
    maker = wire.asha.read(path)
    assert (maker["approve"], maker["cancel"]) == (False, True)
    assert maker["whyNot"]["approve"]


def test_four_eyes_are_told_to_a_maker_who_speaks_for_an_end(wire: Wire) -> None:
    proposed = wire.ravi.done(PROPOSALS, wire.command(), 201)
    path = f"{PROPOSALS}{proposed['id']}/permissions/"
    assert wire.ravi.read(path)["sides"][0]["whyNotApprove"].startswith("You proposed this yourself")
    assert not proposed["permissions"]["approve"]
    with wire.world.acme.scope():
        allow(wire.world.acme.organisation, maker_may_approve=True)
    assert wire.ravi.read(path)["approve"]
    done = wire.act(wire.ravi, proposed, "approve")
    assert done["approvals"][0]["votes"][0]["policy"] == "maker_may_approve"


def test_a_trial_says_what_would_be_kept_and_writes_nothing(wire: Wire) -> None:
    before = snapshot(wire.world)
    command = wire.command()
    found = wire.asha.done(f"{PROPOSALS}validate/", command)
    assert (found["valid"], found["errors"], found["duplicate"]) == (True, {}, None)
    assert found["flowDef"]["source"]["name"] == "Orders"
    assert set(found["flowDef"]) == set(command)
    assert snapshot(wire.world) == before


def test_a_trial_says_every_wrong_place_and_what_is_there(wire: Wire) -> None:
    command = wire.command()
    first = wire.propose(command)
    before = snapshot(wire.world)
    found = wire.asha.done(f"{PROPOSALS}validate/", wrong(command))
    assert (found["valid"], set(found["errors"]), found["flowDef"]) == (False, PLACES, None)
    shape = wire.asha.done(f"{PROPOSALS}validate/", {"source": 1, "colour": 2})
    assert {"source", "colour", "target", "reason", "proposalType"} <= set(shape["errors"])
    twice = wire.asha.done(f"{PROPOSALS}validate/", command)
    assert (twice["valid"], twice["duplicate"]["proposalId"]) == (False, first["id"])
    assert twice["duplicate"]["href"] == f"/api/v1/flows/proposals/{first['id']}/"
    assert snapshot(wire.world) == before


def test_the_stored_command_is_sent_with_the_keys_of_the_reference(wire: Wire) -> None:
    sent = wire.propose()["flowDef"]
    assert set(sent) == {
        *("source", "target", "reason", "logicalFlowId", "physicalFlowId", "specification", "flowAttributes"),
        *("dataTypeIds", "proposalType"),
    }
    with wire.world.acme.scope():
        assert ProposedFlow.objects.get().flow_def["schema_version"] == 1


def test_both_ends_outside_are_approved_at_once_where_the_policy_says_so(wire: Wire) -> None:
    acme = wire.world.acme
    with acme.scope():
        allow(acme.organisation, auto_approve_external_actors=True)
        one, other = (
            make_entity(acme.organisation, name, kind="actor", is_external=True) for name in ("Bourse", "Bureau")
        )
    ends = [{"kind": "ACTOR", "id": str(end.id)} for end in (one, other)]
    command = wire.command()
    specification = {**command["specification"], "owningEntity": ends[0]}
    done = wire.propose({**command, "source": ends[0], "target": ends[1], "specification": specification})
    assert (done["outcome"], done["state"]) == ("fully_approved", "FULLY_APPROVED")
    assert {vote["memberId"] for one in done["approvals"] for vote in one["votes"]} == {None}
    assert wire.physical(done)["author"]["name"] == "Asha"
    assert wire.fritz.get(f"{ROOT}physical/{uuid4()}/").status_code == 404
