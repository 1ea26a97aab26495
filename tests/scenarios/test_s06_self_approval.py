"""S6: Ravi, an approver of his department, files a claim of his own."""

import pytest

from accounts.models import MembershipRole
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import CLAIM, snapshot
from workflows.models import WorkflowDefinition


@pytest.fixture
def approvers(acme: Acme, expense: WorkflowDefinition) -> None:
    """The rule of the step names Ravi and Meera."""
    with acme.scope():
        role = give_role(acme.ravi, "Approver")
        MembershipRole.objects.create(organisation=acme.organisation, membership=acme.meera, role=role)


@pytest.mark.usefixtures("approvers")
def test_the_next_eligible_person_is_asked_and_he_cannot_decide(acme: Acme) -> None:
    ravi = Rest(acme.ravi)
    run = ravi.start("Claim Expense", CLAIM)
    task = run["steps"][-1]
    assert (task["step"], task["assignee"]["name"]) == ("Manager approval", "Meera")
    before = snapshot(acme)
    answer = ravi.try_complete(task, "Pay")
    assert (answer.status_code, answer.json()["code"]) == (403, "task.complete.denied")
    assert "requester may not decide" in answer.json()["detail"]
    assert ravi.read(f"tasks/{task['id']}/")["transitions"] == []
    for action in ("take-over", "claim"):
        assert ravi.post(f"tasks/{task['id']}/{action}/").status_code == 403
    assert snapshot(acme) == before
    meera = Rest(acme.meera)
    assert meera.complete(meera.task(run), "Pay")["steps"][-1]["step"] == "Pay"


@pytest.mark.usefixtures("approvers")
def test_he_cannot_be_named_either(acme: Acme, expense: WorkflowDefinition) -> None:
    body = {"data": CLAIM, "assignee": str(acme.ravi.id)}
    answer = Rest(acme.ravi).post(f"workflows/{expense.id}/runs/", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"assignee"})
    assert [one["name"] for one in answer.json()["params"]["assignees"]] == ["Meera"]


@pytest.mark.usefixtures("approvers")
def test_over_the_pages_he_is_not_offered_and_is_refused(acme: Acme) -> None:
    ravi = Pages(acme.ravi)
    assert f'<option value="{acme.ravi.id}"' not in ravi.read("/start/claim-expense/")
    run = Rest(acme.ravi).start("Claim Expense", CLAIM)
    task = run["steps"][-1]
    assert "/complete/" not in ravi.request(run["id"])
    before = snapshot(acme)
    answer = ravi.client.post(f"/tasks/{task['id']}/complete/", {"transition": "Pay", "version": task["version"]})
    assert answer.status_code == 403
    assert "requester may not decide" in said(answer)
    assert snapshot(acme) == before
