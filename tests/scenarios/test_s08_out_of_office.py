"""S8: Ravi is out from 1 to 5 October and Farid has accepted to stand in. The task stays Ravi's, and either may decide."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from time_machine import Traveller

from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest, one
from tests.scenarios.world import ASKED, recorded
from workflows.models import Comment, Task, TransitionLog, WorkflowDefinition

FIRST, LAST = date(2025, 10, 1), date(2025, 10, 5)
AWAY, BACK = "2025-10-01T05:00:00Z", "2025-10-05T18:30:00Z"


@pytest.fixture(autouse=True)
def clock(acme: Acme) -> Iterator[Traveller]:
    with acme.scope():
        be_away(acme.ravi, FIRST, LAST, acme.farid)
    with time_machine.travel(AWAY, tick=False) as traveller:
        yield traveller


def test_the_picker_says_so_and_the_task_is_ravis(acme: Acme, leave: WorkflowDefinition) -> None:
    page = Pages(acme.asha).read("/start/leave-application/")
    assert "Goes to Ravi (away until 5 Oct) → Farid." in page
    asha = Rest(acme.asha)
    way = one(asha.read(f"workflows/{asha.workflow('Leave Application')['id']}/")["transitions"])
    assert way["assignees"][0]["away"] == {"until": "2025-10-05", "substitute": "Farid", "substitute_away": False}
    run = asha.start("Leave Application", ASKED)
    assert run["steps"][-1]["assignee"]["name"] == "Ravi"
    farid = Pages(acme.farid)
    assert run["id"] in farid.read("/inbox/?tab=behalf")
    assert "for Ravi" in said(farid.get("/inbox/?tab=behalf"))
    assert run["id"] not in farid.read("/inbox/?tab=decide")
    assert run["id"] in Pages(acme.ravi).read("/inbox/?tab=decide")
    assert "On behalf of" not in Pages(acme.ravi).read("/inbox/")
    assert [told(person)[-1] for person in (acme.ravi, acme.farid)] == ["task.opened", "task.opened.on_behalf"]


def test_farid_decides_on_behalf_of_ravi_and_every_record_says_so(acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    farid = Pages(acme.farid)
    assert "You act on behalf of Ravi" in farid.request(run["id"])
    farid.decided(run["id"], "HR review", {"criticality": "low"}, comment="Fine with me", assignee=acme.hema)
    with acme.scope():
        task = Task.objects.get(run_id=run["id"], step="manager_review")
        assert (task.assignee_id, task.completed_by_id, task.on_behalf_of_id) == (
            acme.ravi.id,
            acme.farid.id,
            acme.ravi.id,
        )
        entry = TransitionLog.objects.get(run_id=run["id"], from_step="manager_review")
        assert (entry.by_name, entry.for_member_id, entry.for_name) == ("Farid", acme.ravi.id, "Ravi")
        assert Comment.objects.get(run_id=run["id"]).on_behalf_of_id == acme.ravi.id
    fact = recorded(acme, "task.moved")[-1]
    assert (fact["by_name"], fact["on_behalf_of_name"]) == ("Farid", "Ravi")
    line = Rest(acme.asha).read(f"runs/{run['id']}/timeline/")["results"][-1]
    assert (line["actor"], line["on_behalf_of"]) == ("Farid", "Ravi")
    assert Rest(acme.asha).read(f"runs/{run['id']}/")["steps"][1]["on_behalf_of"]["name"] == "Ravi"
    assert "Farid on behalf of Ravi moved it to HR review" in said(Pages(acme.asha).get(f"/requests/{run['id']}/"))
    assert "criticality" in Rest(acme.farid).read(f"runs/{run['id']}/")["data"], "what he decided he may read later"


def test_over_rest_and_ravi_himself_may_still_act(acme: Acme, leave: WorkflowDefinition) -> None:
    first, second = (Rest(acme.asha).start("Leave Application", ASKED) for _ in range(2))
    farid, ravi = Rest(acme.farid), Rest(acme.ravi)
    assert len(farid.read("tasks/", assigned="behalf")["results"]) == 2
    assert farid.read("tasks/", assigned="me")["results"] == []
    task = farid.read(f"tasks/{first['steps'][-1]['id']}/")
    assert task["acts_for"]["name"] == "Ravi"
    after = farid.complete(task, "HR review", data={"criticality": "low"}, assignee=acme.hema)
    assert after["steps"][1]["completed_by"]["name"] == "Farid"
    after = ravi.complete(ravi.task(second), "HR review", data={"criticality": "low"}, assignee=acme.hema)
    assert (after["steps"][1]["completed_by"]["name"], after["steps"][1]["on_behalf_of"]) == ("Ravi", None)


def test_from_the_sixth_on_farid_has_no_part_in_it(acme: Acme, leave: WorkflowDefinition, clock: Traveller) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    farid = Rest(acme.farid)
    task: dict[str, Any] = farid.read(f"tasks/{run['steps'][-1]['id']}/")
    clock.move_to(BACK)
    farid = Rest(acme.farid)
    assert farid.try_complete(task, "HR review", assignee=acme.hema).status_code == 404
    assert farid.get(f"runs/{run['id']}/").status_code == 404
    assert "On behalf of" not in Pages(acme.farid).read("/inbox/")
    assert "Goes to Ravi." in Pages(acme.asha).read("/start/leave-application/")
    later = Rest(acme.asha).start("Leave Application", ASKED)
    assert later["steps"][-1]["assignee"]["name"] == "Ravi"
    assert told(acme.farid)[-1] == "task.opened.on_behalf", "of the first one only"
    assert told(acme.farid).count("task.opened.on_behalf") == 1
