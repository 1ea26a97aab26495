"""S1: Asha applies, Ravi assesses and picks Hema from HR, Hema approves."""

from accounts.models import Membership
from tests.cast import Acme
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest, ways
from tests.scenarios.world import ASKED, stored
from workflows.models import WorkflowDefinition


def test_over_rest_from_apply_to_approved(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, hema = Rest(acme.asha), Rest(acme.ravi), Rest(acme.hema)
    run = asha.start("Leave Application", ASKED, assignee=acme.ravi)
    assert (run["status"], run["outcome"]) == ("running", "")
    assert [(s["step"], s["state"]) for s in run["steps"]] == [("Apply", "success"), ("Manager review", "waiting")]
    task = ravi.task(run)
    assert ways(task)["HR review"] == ["Hari", "Hema"]
    assert {f["name"]: f["access"] for f in task["fields"]}["criticality"] == "write"
    run = ravi.complete(task, "HR review", assignee=acme.hema, data={"criticality": "low"})
    spend_leave(acme)
    task = hema.task(run)
    shown = {field["name"]: field["value"] for field in task["fields"]}
    assert (shown["balance"], shown["criticality"]) == (12, "low")
    run = hema.complete(task, "Approved", data={"hr_note": "enough days"}, comment="Enjoy")
    assert (run["status"], run["outcome"]) == ("completed", "Approved")
    assert [step["completed_by"]["name"] for step in run["steps"]] == ["Asha", "Ravi", "Hema"]
    moves = [entry for entry in asha.read(f"runs/{run['id']}/timeline/")["results"] if entry["kind"] == "moved"]
    assert [(entry["actor"], bool(entry["at"])) for entry in moves] == [("Asha", True), ("Ravi", True), ("Hema", True)]
    each_got_only_their_own(acme)


def test_over_the_pages_from_apply_to_approved(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, hema = Pages(acme.asha), Pages(acme.ravi), Pages(acme.hema)
    run_id = asha.started("leave-application", ASKED, "Manager review", acme.ravi)
    assert run_id in ravi.read("/inbox/")
    page = ravi.request(run_id)
    assert 'name="criticality"' in page
    assert ("Hema" in page, "Farid" in page) == (True, False)
    ravi.decided(run_id, "HR review", {"criticality": "low"}, assignee=acme.hema)
    spend_leave(acme)
    assert "12 days" in said(hema.get(f"/requests/{run_id}/"))
    hema.decided(run_id, "Approved", {"hr_note": "enough days"}, comment="Enjoy")
    assert stored(acme, run_id) == {**ASKED, "criticality": "low", "balance": 12, "hr_note": "enough days"}
    words = said(asha.get(f"/requests/{run_id}/"))
    assert "Approved" in words
    assert (
        words.index("started the request") < words.index("moved it to HR review") < words.index("moved it to Approved")
    )
    assert run_id not in hema.read("/inbox/")
    each_got_only_their_own(acme)


def spend_leave(acme: Acme) -> None:
    """What Asha has left changes meanwhile; the request keeps what it was at its start."""
    with acme.scope():
        Membership.objects.filter(id=acme.asha.id).update(attributes={"leave_balance": 3})


def each_got_only_their_own(acme: Acme) -> None:
    assert told(acme.ravi) == ["task.opened"]
    assert told(acme.hema) == ["task.opened"]
    assert told(acme.asha)[-1] == "run.completed"
    assert "task.opened" not in told(acme.asha)
    for stranger in (acme.meera, acme.hari, acme.farid, acme.tess, acme.omar):
        assert told(stranger) == []
