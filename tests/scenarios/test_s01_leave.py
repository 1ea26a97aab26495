"""S1: Asha applies, Ravi assesses and picks Hema from HR, Hema approves."""

from tests.cast import Acme
from tests.scenarios.rest import Rest, ways
from workflows.models import WorkflowDefinition

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}


def test_over_rest_from_apply_to_approved(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, hema = Rest(acme.asha), Rest(acme.ravi), Rest(acme.hema)
    run = asha.start("Leave Application", ASKED, assignee=acme.ravi)
    assert (run["status"], run["outcome"]) == ("running", "")
    assert [(s["step"], s["state"]) for s in run["steps"]] == [("Apply", "success"), ("Manager review", "waiting")]
    task = ravi.task(run)
    assert ways(task)["HR review"] == ["Hari", "Hema"]
    assert {f["name"]: f["access"] for f in task["fields"]}["criticality"] == "write"
    run = ravi.complete(task, "HR review", assignee=acme.hema, data={"criticality": "low"})
    task = hema.task(run)
    shown = {field["name"]: field["value"] for field in task["fields"]}
    assert (shown["balance"], shown["criticality"]) == (12, "low")
    run = hema.complete(task, "Approved", data={"hr_note": "enough days"}, comment="Enjoy")
    assert (run["status"], run["outcome"]) == ("completed", "Approved")
    assert [step["completed_by"]["name"] for step in run["steps"]] == ["Asha", "Ravi", "Hema"]
