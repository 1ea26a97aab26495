"""What the API refuses: with which status, which code, which places, and nothing changed."""

from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Acme, Globex
from tests.flows.api.world import PROPOSALS, ROOT, Wire, refused, snapshot
from tests.scenarios.rest import Rest


def test_the_same_again_is_answered_with_the_way_to_it(wire: Wire) -> None:
    first = wire.propose()
    problem = refused(wire.asha.post(PROPOSALS, wire.command()), 409, "proposal.duplicate")
    assert problem["params"]["proposal"] == first["id"]
    assert problem["params"]["href"] == f"/api/v1/flows/proposals/{first['id']}/"
    assert problem["params"]["url"] == f"/flows/proposals/{first['id']}/"
    assert wire.ravi.client.get(problem["params"]["href"]).json()["number"] == first["number"]


def test_what_is_in_the_catalogue_is_answered_with_the_way_to_it(wire: Wire) -> None:
    flow = wire.made()
    command = {**flow["flowDef"], "reason": {"code": "OTHER"}, "proposalType": "CREATE", "physicalFlowId": None}
    problem = refused(wire.asha.post(PROPOSALS, command), 409, "proposal.duplicate")
    assert problem["params"]["physical_flow"] == flow["id"]
    assert wire.asha.client.get(problem["params"]["href"]).json()["id"] == flow["id"]


def test_a_decision_on_an_older_version(wire: Wire) -> None:
    proposed = wire.propose()
    wire.act(wire.ravi, proposed, "approve")
    before = snapshot(wire.world)
    answer = wire.try_to(wire.meera, proposed, "approve", version=proposed["version"])
    assert refused(answer, 409, "proposal.stale")["params"]["version"] == 2
    answer = wire.meera.post(f"{PROPOSALS}{proposed['id']}/approve/", {}, **{"If-Match": '"1"'})
    refused(answer, 409, "proposal.stale")
    refused(wire.try_to(wire.meera, proposed, "approve", shownHash="0" * 64), 409, "proposal.stale")
    assert snapshot(wire.world) == before
    answer = wire.meera.post(f"{PROPOSALS}{proposed['id']}/approve/", {}, **{"If-Match": '"2"'})
    assert answer.json()["state"] == "FULLY_APPROVED"
    assert answer.headers["ETag"] == '"3"'


def test_the_maker_approves_nothing(wire: Wire) -> None:
    command = wire.command()
    proposed = wire.ravi.done(PROPOSALS, command, 201)
    before = snapshot(wire.world)
    problem = refused(wire.try_to(wire.ravi, proposed, "approve"), 403, "proposal.approve.denied")
    assert "You proposed this yourself" in problem["detail"]
    refused(wire.try_to(wire.ravi, proposed, "approve", side="source"), 403, "proposal.approve.denied")
    row = wire.ravi.done(f"{PROPOSALS}bulk/", {"ids": [proposed["id"]], "decision": "approve"})["results"][0]
    assert (row["ok"], row["code"]) == (False, "proposal.approve.denied")
    assert snapshot(wire.world) == before


@pytest.mark.parametrize(
    ("who", "verb", "code"),
    [
        ("fritz", "approve", "proposal.approve.denied"),
        ("fritz", "reject", "proposal.reject.denied"),
        ("tess", "approve", "proposal.approve.denied"),
        ("ravi", "cancel", "proposal.cancel.denied"),
    ],
)
def test_people_without_the_right(who: str, verb: str, code: str, wire: Wire) -> None:
    proposed = wire.propose()
    before = snapshot(wire.world)
    refused(wire.try_to(getattr(wire, who), proposed, verb, comment="No"), 403, code)
    assert snapshot(wire.world) == before


@pytest.mark.parametrize("verb", ["approve", "reject", "cancel", "retry", "resubmit"])
def test_an_action_that_the_state_does_not_know(verb: str, wire: Wire) -> None:
    done = wire.approve_both(wire.propose())
    before = snapshot(wire.world)
    body = {} if verb == "retry" else {"comment": "Late"}
    refused(wire.try_to(wire.asha, done, verb, **body), 409, "proposal.transition_unknown")
    assert snapshot(wire.world) == before


def test_who_is_not_involved_may_not_propose(wire: Wire) -> None:
    before = snapshot(wire.world)
    refused(wire.fritz.post(PROPOSALS, wire.command()), 403, "proposal.propose.denied")
    refused(wire.fritz.post(f"{PROPOSALS}validate/", wire.command()), 403, "proposal.propose.denied")
    assert snapshot(wire.world) == before


def test_a_rejection_says_why(wire: Wire) -> None:
    proposed = wire.propose()
    problem = refused(wire.try_to(wire.ravi, proposed, "reject"), 422, "proposal.reason_required")
    assert list(problem["errors"]) == ["comment"]
    bulk = {"ids": [proposed["id"]], "decision": "reject"}
    assert list(wire.ravi.post(f"{PROPOSALS}bulk/", bulk).json()["errors"]) == ["comment"]


def wrong(command: dict[str, Any]) -> dict[str, Any]:
    """Wrong in eight places."""
    return {
        **command,
        "target": {"kind": "APPLICATION", "id": str(uuid4())},
        "reason": {"code": "BECAUSE"},
        "logicalFlowId": str(uuid4()),
        "specification": {
            **command["specification"],
            "format": "PAPYRUS",
            "owningEntity": {"kind": "ACTOR", "id": str(uuid4())},
        },
        "flowAttributes": {**command["flowAttributes"], "transport": "PIGEON", "criticality": "low"},
        "dataTypeIds": [str(uuid4())],
    }


PLACES = {
    *("target", "reason.code", "logicalFlowId", "specification.owningEntity", "specification.format"),
    *("flowAttributes.transport", "flowAttributes.criticality", "dataTypeIds"),
}


def test_every_wrong_place_of_a_command_is_named(wire: Wire) -> None:
    before = snapshot(wire.world)
    problem = refused(wire.asha.post(PROPOSALS, wrong(wire.command())), 422, "proposal.invalid")
    assert set(problem["errors"]) == PLACES
    assert snapshot(wire.world) == before


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"source": {"kind": "APPLICATION", "id": 7}}, "source.id"),
        (
            {"flowAttributes": {"transport": "WEB", "frequency": "DAILY", "basisOffset": "1"}},
            "flowAttributes.basisOffset",
        ),
        ({"colour": "blue"}, "colour"),
        ({"proposalType": "RENAME"}, "proposalType"),
        ({"dataTypeIds": []}, "dataTypeIds"),
        ({"specification": None}, "specification"),
        ({"state": "FULLY_APPROVED"}, "state"),
    ],
)
def test_a_malformed_command(change: dict[str, Any], place: str, wire: Wire) -> None:
    problem = refused(wire.asha.post(PROPOSALS, wire.command(**change)), 422, "proposal.invalid")
    assert place in problem["errors"]


def test_foreign_proposals_are_missing_ones(wire: Wire, globex: Globex) -> None:
    proposed = wire.propose()
    gita = Rest(globex.gita)
    for verb in ("", "approvers/", "permissions/", "comments/", "transitions/"):
        foreign = gita.get(f"{PROPOSALS}{proposed['id']}/{verb}")
        missing = gita.get(f"{PROPOSALS}{uuid4()}/{verb}")
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
        refused(foreign, 404, "proposal.not_found")
    for verb in ("approve", "reject", "cancel", "resubmit", "retry", "watch"):
        refused(wire.try_to(gita, proposed, verb, surprise=1), 404, "proposal.not_found")
    row = gita.done(f"{PROPOSALS}bulk/", {"ids": [proposed["id"]], "decision": "approve"})["results"][0]
    assert (row["ok"], row["code"], row["number"]) == (False, "proposal.not_found", None)
    assert gita.read(PROPOSALS)["results"] == []


def test_a_command_names_nothing_of_another_organisation(wire: Wire, globex: Globex) -> None:
    from_here = wire.command()
    gus = Rest(globex.gus)
    problem = refused(gus.post(PROPOSALS, from_here), 422, "proposal.invalid")
    assert {"source", "target", "dataTypeIds"} <= set(problem["errors"])
    elsewhere = {
        **from_here,
        "source": {"kind": "APPLICATION", "id": str(uuid4())},
        "target": {"kind": "APPLICATION", "id": str(uuid4())},
    }
    assert gus.post(PROPOSALS, elsewhere).json()["errors"]["target"] == problem["errors"]["target"]


def test_flows_and_entities_of_another_organisation_are_missing(wire: Wire, globex: Globex) -> None:
    flow = wire.made()
    gita = Rest(globex.gita)
    for path in (
        f"physical/{flow['id']}/",
        f"logical/{flow['logicalFlow']['id']}/",
        f"entities/{flow['logicalFlow']['source']['id']}/",
    ):
        assert gita.get(f"{ROOT}{path}").status_code == 404
    for path in ("physical/", "logical/", "entities/"):
        assert gita.read(f"{ROOT}{path}")["results"] == []


@pytest.mark.parametrize("path", ["logical/", "physical/", "entities/", "data-types/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_catalogue_is_not_written_directly(path: str, method: str, acme: Acme) -> None:
    answer = getattr(Rest(acme.tess).client, method)(f"/api/v1/{ROOT}{path}", {}, content_type="application/json")
    assert answer.status_code == 405
