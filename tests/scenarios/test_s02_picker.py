"""S2: the list of next people is trimmed on the server, not in the page."""

from tests.cast import Acme
from tests.scenarios.notices import events, told
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import ASKED, snapshot
from workflows.models import WorkflowDefinition


def test_over_rest_somebody_else_is_refused_at_the_assignee(acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    ravi = Rest(acme.ravi)
    task, before, sent = ravi.task(run), snapshot(acme), events(acme.ravi)
    answer = ravi.try_complete(task, "HR review", assignee=acme.farid)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["assignee"])
    assert [one["name"] for one in answer.json()["params"]["assignees"]] == ["Hari", "Hema"]
    assert (snapshot(acme), events(acme.ravi)) == (before, sent)
    assert told(acme.farid) == []


def test_over_the_page_too(acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    ravi = Pages(acme.ravi)
    before, sent = snapshot(acme), events(acme.ravi)
    answer = ravi.decide(run["id"], "HR review", {"criticality": "high"}, assignee=acme.farid, comment="Kept words")
    assert answer.status_code == 422
    assert "This person cannot be asked" in said(answer)
    assert 'aria-describedby="assignee_error"' in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert events(acme.ravi) == sent
    assert before == snapshot(acme)
