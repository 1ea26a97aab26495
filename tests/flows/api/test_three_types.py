"""A creation, a change and a removal from the proposal to the catalogue, with nothing but the API."""

from typing import Any

from tests.flows.api.world import PROPOSALS, ROOT, Wire


def steps_of(proposal: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["from"], step["to"]) for step in proposal["transitions"]]


def codes_of(flow: dict[str, Any]) -> set[str]:
    return {one["code"] for one in flow["dataTypes"]}


def test_a_new_logical_and_physical_flow(wire: Wire) -> None:
    proposed = wire.propose()
    assert (proposed["number"], proposed["state"], proposed["isOpen"]) == (1, "PENDING_APPROVALS", True)
    assert (proposed["outcome"], proposed["logicalFlowId"]) == ("created", None)
    half = wire.act(wire.ravi, proposed, "approve", comment="Ours")
    assert (half["state"], half["stateName"], half["outcome"]) == (
        "SOURCE_APPROVED",
        "Source approved",
        "side_approved",
    )
    done = wire.act(wire.meera, half, "approve", comment="Theirs", version=half["version"])
    assert (done["state"], done["isOpen"], done["outcome"]) == ("FULLY_APPROVED", False, "fully_approved")
    assert steps_of(done) == [
        ("PROPOSED_CREATE", "PENDING_APPROVALS"),
        ("PENDING_APPROVALS", "SOURCE_APPROVED"),
        ("SOURCE_APPROVED", "FULLY_APPROVED"),
    ]
    assert [step["reason"] for step in done["transitions"]] == ["Agreed with the other team", "Ours", "Theirs"]
    assert [step["by"]["name"] for step in done["transitions"]] == ["Asha", "Ravi", "Meera"]


def test_what_came_of_it_is_in_the_catalogue(wire: Wire) -> None:
    flow = wire.made("TRADE", "PARTY")
    assert (flow["name"], flow["transport"], flow["frequency"]) == ("orders-eod", "FILE_TRANSPORT", "DAILY")
    assert flow["specification"]["name"] == "Daily orders file"
    assert flow["specification"]["owner"]["name"] == "Orders"
    assert codes_of(flow) == {"TRADE", "PARTY"}
    assert flow["author"]["name"] == "Asha"
    logical = wire.asha.read(f"{ROOT}logical/{flow['logicalFlow']['id']}/")
    assert (logical["source"]["name"], logical["target"]["name"]) == ("Orders", "Ledger")
    assert (codes_of(logical), logical["physicalFlows"]) == ({"TRADE", "PARTY"}, 1)
    assert flow["proposalId"] == logical["proposalId"]
    assert wire.asha.read(f"{PROPOSALS}{flow['proposalId']}/")["physicalFlowId"] == flow["id"]


def test_a_new_physical_flow_on_a_logical_one(wire: Wire) -> None:
    first = wire.made()
    logical = first["logicalFlow"]["id"]
    attributes = {**wire.command()["flowAttributes"], "name": "orders-noon"}
    second = wire.made("PARTY", logicalFlowId=logical, flowAttributes=attributes)
    assert second["logicalFlow"]["id"] == logical
    assert second["id"] != first["id"]
    assert codes_of(wire.asha.read(f"{ROOT}logical/{logical}/")) == {"TRADE", "PARTY"}
    assert len(wire.asha.read(f"{ROOT}physical/", logical_flow=logical)["results"]) == 2


def test_a_change_starts_from_what_the_flow_says_of_itself(wire: Wire) -> None:
    flow = wire.made("TRADE")
    command = {**flow["flowDef"], "reason": {"code": "CORRECTION"}}
    party = str(wire.world.types["PARTY"].id)
    command["flowAttributes"] = {**command["flowAttributes"], "frequency": "WEEKLY", "basisOffset": -1}
    proposed = wire.propose({**command, "dataTypeIds": [party], "proposalType": "EDIT"})
    assert proposed["proposalType"] == "UPDATE"
    assert proposed["changes"] == [
        {"field": "frequency", "before": "DAILY", "after": "WEEKLY"},
        {"field": "basisOffset", "before": 0, "after": -1},
    ]
    assert (proposed["dataTypesAdded"], proposed["dataTypesRemoved"]) == ([party], command["dataTypeIds"])
    assert wire.physical({"physicalFlowId": flow["id"]})["openProposalId"] == proposed["id"]
    assert wire.approve_both(proposed)["state"] == "FULLY_APPROVED"
    now = wire.physical({"physicalFlowId": flow["id"]})
    assert (now["frequency"], now["basisOffset"], codes_of(now)) == ("WEEKLY", -1, {"PARTY"})
    assert now["openProposalId"] is None


def test_the_removal_of_the_last_physical_flow_takes_the_logical_one_along(wire: Wire) -> None:
    flow = wire.made()
    assert flow["isLast"]
    proposed = wire.propose({**flow["flowDef"], "reason": {"code": "DECOMMISSION"}, "proposalType": "DELETE"})
    assert proposed["proposalType"] == "REMOVE"
    assert wire.approve_both(proposed)["state"] == "FULLY_APPROVED"
    gone = wire.physical({"physicalFlowId": flow["id"]})
    assert (gone["isRemoved"], gone["lifecycleStatus"], gone["flowDef"]) == (True, "REMOVED", None)
    logical = wire.asha.read(f"{ROOT}logical/{flow['logicalFlow']['id']}/")
    assert (logical["isRemoved"], logical["dataTypes"]) == (True, [])


def test_the_removal_of_one_of_two_leaves_the_logical_flow(wire: Wire) -> None:
    first = wire.made("TRADE")
    attributes = {**wire.command()["flowAttributes"], "name": "orders-noon"}
    wire.made("PARTY", logicalFlowId=first["logicalFlow"]["id"], flowAttributes=attributes)
    first = wire.physical({"physicalFlowId": first["id"]})
    assert not first["isLast"]
    wire.approve_both(wire.propose({**first["flowDef"], "reason": {"code": "OTHER"}, "proposalType": "REMOVE"}))
    logical = wire.asha.read(f"{ROOT}logical/{first['logicalFlow']['id']}/")
    assert (logical["isRemoved"], codes_of(logical), logical["physicalFlows"]) == (False, {"PARTY"}, 1)
