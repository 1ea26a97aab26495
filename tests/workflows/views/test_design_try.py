"""The draft tried as somebody of the organisation: with the form, the people and the rules it has, and nothing stored."""

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Acme
from tests.factories.workflows import LEAVE, install
from tests.scenarios.pages import Pages
from workflows.models import WorkflowDefinition, WorkflowRun
from workflows.selectors import trial_people
from workflows.selectors.drafts import access_draft
from workflows.services.drafts import draft_edit, draft_start

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        made = install("leave_application", acme.omar)
        draft_start(actor=acme.omar, definition_id=made.id)
        return made


def edit(acme: Acme, flow: WorkflowDefinition, what: str, **params: Any) -> None:
    with acme.scope():
        draft_edit(actor=acme.omar, definition_id=flow.id, name=what, params=params, key=uuid4())


def act(pages: Pages, flow: WorkflowDefinition, **data: Any) -> Any:
    """What is posted leads back to the page, or shows why not."""
    answer = pages.client.post(f"/workflows/{flow.id}/design/try/", data)
    return pages.client.get(answer["Location"]) if answer.status_code == 302 else answer


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_request_goes_from_person_to_person_and_nothing_is_stored(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    assert "design/try/" in pages.read(f"/workflows/{flow.id}/design/")
    page = text(act(pages, flow, case_do="begin", **{"as": str(acme.asha.id)}))
    assert 'name="case_by" value="asha"' in page
    assert 'name="criticality"' not in page
    wrong = act(pages, flow, case_step="apply", case_by="asha", transition="Manager review")
    assert wrong.status_code == 422
    asked = {"case_step": "apply", "case_by": "asha", "transition": "Manager review"}
    page = text(act(pages, flow, **LEAVE, **asked))
    assert 'name="case_by" value="ravi"' in page, "Asha's manager is asked"
    assert 'name="criticality"' in page
    page = text(act(pages, flow, case_step="manager_review", case_by="ravi", transition="HR review", criticality="low"))
    assert re.search(r"Hema[^<]*\(it waits for them\)", page)
    decided = {"case_step": "hr_review", "case_by": "hema", "transition": "Approved"}
    assert "The request has ended with “Approved”" in text(act(pages, flow, **decided))
    with acme.scope():
        draft = access_draft(acme.omar, flow.id)
        assert (WorkflowRun.objects.count(), draft.revision) == (0, 0)
        known = len(draft.cases)
    page = text(act(pages, flow, case_do="drop"))
    assert 'name="case_step" value="hr_review"' in page
    kept = act(pages, flow, case_do="keep", name="As Asha sees it")
    assert "“As Asha sees it” is a case now." in text(kept)
    with acme.scope():
        case = access_draft(acme.omar, flow.id).cases[-1]
    assert (case.name, len(case.acts), case.expect.waits) == ("As Asha sees it", 2, {"hr_review": ("hari", "hema")})
    assert known + 1 == len(access_cases(acme, flow))
    refused = act(pages, flow, case_do="keep", name="As Asha sees it")
    assert "is a case now" not in text(refused)


def offered(page: str) -> dict[str, str]:
    """Who is in the picker of the next person, by name."""
    picker = re.search(r'<select[^>]* name="assignee".*?</select>', page)
    found = re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)', picker[0]) if picker else []
    return {name.strip(): value for value, name in found}


def test_the_next_person_is_one_whom_the_rule_names_and_everybody_can_be_acted_as(
    acme: Acme, flow: WorkflowDefinition
) -> None:
    pages = Pages(acme.omar)
    edit(acme, flow, "step.assignee", step="hr_review", who="rule", mode="one")
    page = text(act(pages, flow, case_do="begin", **{"as": str(acme.asha.id)}))
    assert list(offered(page)) == ["Ravi"], "Asha's manager alone"
    page = text(act(pages, flow, **LEAVE, case_step="apply", case_by="asha", transition="Manager review"))
    people = offered(page)
    assert list(people) == ["Hari", "Hema"]
    assert {"meera", "tess", "ravi"} <= set(re.findall(r'<option value="([a-z_]+)"', page)), "seen by anybody"
    onward = {"case_step": "manager_review", "case_by": "ravi", "transition": "HR review", "criticality": "low"}
    refused = act(pages, flow, **onward)
    assert (refused.status_code, offered(text(refused))) == (422, people)
    nobody = act(pages, flow, **onward, assignee=str(acme.hema.id))
    assert nobody.status_code == 422, "people of a trial have ids of their own"
    page = text(act(pages, flow, **onward, assignee=people["Hema"]))
    assert ('name="case_by" value="hema"' in page, "Hari (it waits" in page) == (True, False)


def access_cases(acme: Acme, flow: WorkflowDefinition) -> Any:
    with acme.scope():
        return access_draft(acme.omar, flow.id).cases


def test_the_trial_goes_on_in_the_draft_as_it_is_by_now(acme: Acme, flow: WorkflowDefinition) -> None:
    pages = Pages(acme.omar)
    act(pages, flow, case_do="begin", **{"as": str(acme.asha.id)})
    rule = {"field": "candidate.id", "op": "eq", "value": str(acme.meera.id)}
    edit(acme, flow, "rule.set", place="graph/steps/manager_review/assignee/rule", rule=rule)
    asked = {"case_step": "apply", "case_by": "asha", "transition": "Manager review"}
    page = text(act(pages, flow, **LEAVE, **asked))
    assert 'name="case_by" value="meera"' in page, "somebody whom a rule names by name plays along"
    edit(acme, flow, "step.add", name="Left alone", kind="task")
    page = text(act(pages, flow, case_do="drop"))
    assert "cannot be tried while problems block publishing" in page
    assert f"view=preview&amp;as={acme.asha.id}" in page


def test_a_large_organisation_lends_whom_the_steps_may_ask(
    acme: Acme, flow: WorkflowDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_people, "MAX_PEOPLE", 6)
    with acme.scope():
        cast = trial_people.trial_cast(access_draft(acme.omar, flow.id), acme.asha.id)
    assert [one.key for one in cast.people] == ["asha", "ravi", "meera", "omar", "hari", "hema"]
    assert (cast.people[0].manager, cast.people[1].manager, cast.owner) == ("ravi", "meera", "omar")


def test_a_trial_belongs_to_its_workflow_and_to_who_may_change_it(acme: Acme, flow: WorkflowDefinition) -> None:
    assert Pages(acme.asha).client.get(f"/workflows/{flow.id}/design/try/").status_code in (403, 404)
    pages = Pages(acme.omar)
    act(pages, flow, case_do="begin", **{"as": str(acme.asha.id)})
    with acme.scope():
        other = install("claim_expense", acme.omar)
        draft_start(actor=acme.omar, definition_id=other.id)
    page = pages.read(f"/workflows/{other.id}/design/try/")
    assert 'name="case_by" value="omar"' in page
