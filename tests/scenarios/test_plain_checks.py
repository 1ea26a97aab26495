"""What the stories leave out: somebody leaves, entries change once they were chosen, a branch is not taken, counts, copies."""

from typing import Any

from tests.cast import Acme
from tests.factories.branches import contract
from tests.factories.workflows import publish
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import ASKED
from workflows import tasks
from workflows.models import WorkflowDefinition


def test_who_is_deactivated_has_nothing_left_to_do(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, hema, tess = (Rest(one) for one in (acme.asha, acme.ravi, acme.hema, acme.tess))
    of_ravi = asha.start("Leave Application", ASKED)
    of_hema = ravi.complete(ravi.task(asha.start("Leave Application", ASKED)), "HR review", assignee=acme.hema)
    third = asha.start("Leave Application", ASKED)
    with acme.scope():
        for person in (acme.hema, acme.omar):
            person.is_active = False
            person.save(update_fields=["is_active"])
    assert [one["name"] for way in ravi.task(third)["transitions"] for one in way["assignees"]][:1] == ["Hari"]
    refused = ravi.try_complete(ravi.task(third), "HR review", assignee=acme.hema)
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {"assignee"})
    with acme.scope():
        acme.ravi.is_active = False
        acme.ravi.save(update_fields=["is_active"])
    assert [hema.get("tasks/").status_code, ravi.get("tasks/").status_code] == [401, 401]
    tasks.sla_sweep_organisation(organisation_id=str(acme.organisation.id))
    meera = Rest(acme.meera)
    assert meera.task(of_ravi)["step"] == "Manager review"
    assert [row["run"] for row in tess.read("tasks/", assigned="nobody")["results"]] == [of_hema["id"]]
    assert of_hema["id"] in Pages(acme.tess).read("/inbox/?tab=unassigned")
    assert told(acme.tess) == ["task.unassigned"]


def test_an_entry_that_is_gone_keeps_its_name_and_is_not_taken_again(acme: Acme) -> None:
    with acme.scope():
        publish(helper(), acme.omar)
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    run = asha.start("Helper", {"who": str(acme.hema.id)})
    with acme.scope():
        acme.hema.department = acme.departments["FIN"]
        acme.hema.save(update_fields=["department"])
    assert "Hema" in said(Pages(acme.asha).get(f"/requests/{run['id']}/"))
    [field] = ravi.task(run)["fields"]
    assert (field["value"], field["display"]) == (str(acme.hema.id), "Hema")
    ravi.complete(ravi.task(run), "Ask", comment="Still she?")
    again = asha.task(run)
    assert "Hema" not in [choice["label"] for choice in again["fields"][0]["choices"]]
    refused = asha.try_complete(again, "Check", data={"who": str(acme.hema.id)})
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {"data.who"})
    assert asha.complete(again, "Check", data={"who": str(acme.hari.id)})["data"] == {"who": str(acme.hari.id)}


def helper() -> dict[str, Any]:
    """Somebody of HR is named, and the manager looks at it."""
    hr = {"field": "candidate.department", "op": "eq", "value": "HR"}
    manager = {"field": "candidate.id", "op": "eq", "value_field": "requester.manager"}
    who = {"name": "who", "type": "user", "label": "Who", "filter": hr, "access": {"ask": "required", "check": "read"}}
    return {
        "name": "Helper",
        "form": {"schema_version": 1, "fields": [who]},
        "graph": {
            "steps": [
                {"key": "ask", "name": "Ask", "kind": "start"},
                {"key": "check", "name": "Check", "kind": "task", "assignee": {"rule": manager}},
                {"key": "done", "name": "Done", "kind": "end"},
            ],
            "transitions": [
                {"key": "t1", "from": "ask", "to": "check"},
                {"key": "t2", "from": "check", "to": "done"},
                {"key": "t3", "name": "Ask", "from": "check", "to": "ask", "return": True},
            ],
        },
    }


def test_a_branch_that_is_not_taken_is_skipped_and_not_waited_for(acme: Acme) -> None:
    with acme.scope():
        publish(contract(), acme.omar)
    asha, ravi, hema = (Rest(one) for one in (acme.asha, acme.ravi, acme.hema))
    run = asha.start("Contract", {"amount": 10}, assignee=acme.ravi)
    run = ravi.complete(ravi.task(run), "Split", assignee=acme.hema)
    states = {step["key"]: step["state"] for step in run["steps"]}
    assert (states["money"], states["law"]) == ("skipped", "waiting")
    run = hema.complete(hema.task(run), "Meet", data={"advice": "sign"})
    assert {step["key"]: step["state"] for step in run["steps"]}["sign"] == "waiting"
    page = said(Pages(acme.asha).get(f"/requests/{run['id']}/"))
    assert "did not open Money" in page


def test_lists_and_searches_leave_out_what_may_not_be_read(acme: Acme, leave: WorkflowDefinition) -> None:
    ids = {Rest(acme.asha).start("Leave Application", ASKED)["id"] for _ in range(3)}
    for person, seen in ((acme.asha, 3), (acme.ravi, 3), (acme.farid, 0), (acme.hema, 0)):
        rest, pages = Rest(person), Pages(person)
        for given in ({}, {"search": "Asha"}, {"search": "Leave"}):
            assert len(rest.read("runs/", **given)["results"]) == seen
        for path in ("/search/?q=Asha", "/search/?q=Leave+Application"):
            page = pages.read(path)
            assert sum(f"/requests/{one}/" in page for one in ids) == seen


def test_a_copy_is_a_draft_and_says_what_was_left_blank(acme: Acme, leave: WorkflowDefinition) -> None:
    omar = Rest(acme.omar)
    made = omar.done(f"definitions/{leave.id}/clone/", status=201)
    assert made["blanked"] == ["The group (was HR)", "The time limit of “Manager review” (was 2 working days)"]
    assert "Leave Application (copy)" not in [one["name"] for one in Rest(acme.asha).read("workflows/")["results"]]
    copy = omar.read(f"definitions/{made['id']}/")
    assert [step.get("sla") for step in copy["graph"]["steps"]] == [None] * len(copy["graph"]["steps"])
