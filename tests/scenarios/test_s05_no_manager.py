"""S5: Meera has no manager."""

from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest, one
from tests.scenarios.world import ASKED, snapshot
from workflows.models import WorkflowDefinition

SAYS = "no manager: fell back to the workflow owner, Omar"


def test_the_fallback_is_asked_and_the_timeline_says_why(acme: Acme, leave: WorkflowDefinition) -> None:
    meera = Rest(acme.meera)
    run = meera.start("Leave Application", ASKED)
    assert run["steps"][-1]["assignee"]["name"] == "Omar"
    assert SAYS in [entry["note"] for entry in meera.read(f"runs/{run['id']}/timeline/")["results"]]
    assert SAYS[1:] in said(Pages(acme.meera).get(f"/requests/{run['id']}/"))
    refused = meera.try_complete(run["steps"][-1], "HR review")
    assert (refused.status_code, meera.read("tasks/")["results"]) == (403, [])


def test_over_the_page_she_is_offered_the_fallback(acme: Acme, leave: WorkflowDefinition) -> None:
    meera = Pages(acme.meera)
    assert "fell back to the workflow owner, Omar" in meera.read("/start/leave-application/")
    run_id = meera.started("leave-application", ASKED, "Manager review")
    assert run_id in Pages(acme.omar).read("/inbox/")


def test_a_head_of_department_comes_before_the_owner(acme: Acme, leave: WorkflowDefinition) -> None:
    with acme.scope():
        acme.departments["ENG"].head = acme.ravi
        acme.departments["ENG"].save(update_fields=["head"])
    run = Rest(acme.meera).start("Leave Application", ASKED)
    assert run["steps"][-1]["assignee"]["name"] == "Ravi"


def test_without_any_fallback_tess_must_assign(acme: Acme) -> None:
    with acme.scope():
        install("leave_application", acme.omar, owner=acme.meera)
    meera = Rest(acme.meera)
    run = meera.start("Leave Application", ASKED)
    task = run["steps"][-1]
    assert (run["status"], task["assignee"], task["unassigned"]) == ("running", None, True)
    assert one(Rest(acme.tess).read("tasks/", assigned="nobody")["results"])["id"] == task["id"]
    assert run["id"] in Pages(acme.tess).read("/inbox/?tab=unassigned")
    assert told(acme.tess) == ["task.unassigned"]
    assert told(acme.meera) == []
    before = snapshot(acme)
    assert meera.try_complete(task, "HR review").status_code == 403
    assert snapshot(acme) == before
