"""S20: open requests are moved to a new version: rehearsed on all, then only those that were confirmed."""

from tests.cast import Acme
from tests.factories.workflows import LEAVE
from tests.scenarios.rest import Rest
from tests.scenarios.world import snapshot
from workflows.models import WorkflowDefinition


def test_rehearse_then_move_what_was_confirmed(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, omar = Rest(acme.asha), Rest(acme.ravi), Rest(acme.omar)
    first, second = (asha.start("Leave Application", LEAVE) for _ in range(2))
    ravi.complete(ravi.task(second), "HR review", assignee=acme.hema)
    document = omar.read(f"definitions/{leave.id}/") | {"cases": []}
    graph = document["graph"]
    graph["steps"] = [
        {**step, "key": "lead", "name": "Lead"} if step["key"] == "manager_review" else step for step in graph["steps"]
    ]
    for way in graph["transitions"]:
        way |= {end: "lead" for end in ("from", "to") if way[end] == "manager_review"}
    for field in document["form"]["fields"]:
        access = field.get("access", {})
        field["access"] = {"lead" if key == "manager_review" else key: level for key, level in access.items()}
    omar.client.put(f"/api/v1/definitions/{leave.id}/", document, content_type="application/json")
    omar.done(f"definitions/{leave.id}/publish/")
    before = snapshot(acme)
    address = f"definitions/{leave.id}/migration/"
    rows = {row["run"]: row for row in omar.done(f"{address}rehearsal/")["rows"]}
    assert (rows[first["id"]]["moves"], rows[second["id"]]["moves"]) == (False, True)
    assert "Manager review" in rows[first["id"]]["blocked"][0]
    steps = {"manager_review": "lead"}
    assert all(row["moves"] for row in omar.done(f"{address}rehearsal/", {"steps": steps})["rows"])
    assert snapshot(acme) == before
    [result] = omar.done(address, {"runs": [first["id"]], "steps": steps, "comment": "New names"})["results"]
    assert (result["run"], result["moved"]) == (first["id"], True)
    assert (asha.read(f"runs/{first['id']}/")["version"], asha.read(f"runs/{second['id']}/")["version"]) == (2, 1)
    assert ravi.task(first)["step"] == "Lead"
    assert "moved it to version 2 of the workflow" in str(asha.read(f"runs/{first['id']}/timeline/"))
    assert Rest(acme.asha).post(f"{address}rehearsal/").status_code == 403
