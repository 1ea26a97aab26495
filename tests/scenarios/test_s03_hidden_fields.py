"""S3: what a step hides is neither shown nor taken."""

import pytest

from tests.cast import Acme
from tests.scenarios.notices import written_to
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from tests.scenarios.world import ASKED, snapshot, stored
from workflows.models import WorkflowDefinition

SMUGGLED = {"criticality": "low", "hr_note": "x", "balance": 99}


def test_over_rest_the_fields_are_named_and_nothing_is_started(acme: Acme, leave: WorkflowDefinition) -> None:
    before = snapshot(acme)
    answer = Rest(acme.asha).post(f"workflows/{leave.id}/runs/", {"data": ASKED | SMUGGLED})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"data.criticality", "data.hr_note", "data.balance"}
    assert snapshot(acme) == before


def test_over_the_page_they_are_ignored(acme: Acme, leave: WorkflowDefinition) -> None:
    asha = Pages(acme.asha)
    page = asha.read("/start/leave-application/")
    assert not any(name in page for name in SMUGGLED)
    run_id = asha.started("leave-application", ASKED | SMUGGLED, "Manager review")
    assert stored(acme, run_id) == {**ASKED, "balance": 12}


@pytest.mark.parametrize("word", ["criticality", "Project criticality", "hr_note", "Note of HR", "Kritisch", "canary"])
def test_nobody_tells_the_applicant(word: str, acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    ravi, hema = Rest(acme.ravi), Rest(acme.hema)
    run = ravi.complete(ravi.task(run), "HR review", data={"criticality": "high"}, assignee=acme.hema)
    hema.complete(hema.task(run), "Approved", data={"hr_note": "canary Kritisch"})
    asha, pages = Rest(acme.asha), Pages(acme.asha)
    answers = [asha.get(f"runs/{run['id']}/"), asha.get("runs/"), asha.get(f"runs/{run['id']}/timeline/")]
    answers += [asha.get(f"tasks/{step['id']}/") for step in run["steps"]]
    answers += [asha.get("runs/", search=word), asha.get("tasks/", run=run["id"]), asha.get(f"definitions/{leave.id}/")]
    answers += [pages.get(f"/requests/{run['id']}/"), pages.get("/inbox/"), pages.get("/notifications/")]
    for answer in answers:
        assert word not in answer.content.decode()
    assert word not in written_to(acme.asha)
    assert run["id"] not in pages.get(f"/search/?q={word}").content.decode()
