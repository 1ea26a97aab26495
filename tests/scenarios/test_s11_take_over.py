"""S11: Hema is away. Hari, who may, takes her task over; Farid may not."""

from typing import Any

from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest, one
from tests.scenarios.world import ASKED, recorded, snapshot
from workflows.models import WorkflowDefinition


def with_hema(acme: Acme) -> dict[str, Any]:
    ravi = Rest(acme.ravi)
    run = Rest(acme.asha).start("Leave Application", ASKED)
    return ravi.complete(ravi.task(run), "HR review", data={"criticality": "low"}, assignee=acme.hema)


def test_hari_becomes_the_assignee_and_hema_is_told(acme: Acme, leave: WorkflowDefinition) -> None:
    run, hari = with_hema(acme), Rest(acme.hari)
    path = f"tasks/{run['steps'][-1]['id']}/"
    assert hari.read(path)["step"] == "HR review"
    after = hari.done(f"{path}take-over/", {"comment": "Hema is ill", "version": 1})
    assert after["steps"][-1]["assignee"]["name"] == "Hari"
    assert told(acme.hema)[-1] == "task.taken_over.left"
    fact = one(recorded(acme, "task.taken_over"))
    assert (fact["previous_assignee_name"], fact["assignee_name"], fact["by_name"]) == ("Hema", "Hari", "Hari")
    late = Rest(acme.hema).post(f"{path}complete/", {"transition": "Approved", "version": 1})
    assert late.status_code == 409
    assert hari.complete(hari.task(run), "Approved")["outcome"] == "Approved"


def test_farid_finds_nothing_there(acme: Acme, leave: WorkflowDefinition) -> None:
    run = with_hema(acme)
    path, before = f"tasks/{run['steps'][-1]['id']}/take-over/", snapshot(acme)
    assert Rest(acme.farid).post(path).status_code == 404
    with acme.scope():
        give_role(acme.farid, "Stand-in", "task.take_over")
    assert Rest(acme.farid).post(path).status_code == 404, "the right alone does not open what HR decides"
    ravi = Rest(acme.ravi).post(path)
    assert (ravi.status_code, ravi.json()["code"]) == (403, "task.take_over.denied")
    assert snapshot(acme) == before


def test_over_the_pages(acme: Acme, leave: WorkflowDefinition) -> None:
    run = with_hema(acme)
    address = f"/tasks/{run['steps'][-1]['id']}/take-over/"
    before = snapshot(acme)
    assert Pages(acme.farid).client.post(address, {"version": 1}).status_code == 404
    assert snapshot(acme) == before
    hari = Pages(acme.hari)
    assert address in hari.request(run["id"])
    assert hari.client.post(address, {"version": 1, "comment": "Hema is ill"}).status_code == 302
    assert run["id"] in hari.read("/inbox/")
