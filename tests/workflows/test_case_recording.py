"""A case is recorded by doing what its people do; what comes of it is what the case expects."""

from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict

from forms_builder.sources import OrganisationSources
from tests.cast import Acme
from tests.workflows.views.story import install, load, send, signed_in, text
from workflows.engine.definition import RunningDefinition
from workflows.graph.cases import Case
from workflows.graph.personas import suggested_people
from workflows.models import WorkflowDefinition
from workflows.selectors.drafts import access_draft
from workflows.services.case_recording import ActRefused, Done, Recording
from workflows.services.cases import played
from workflows.services.drafts import draft_start

LEAVE = {"from": ["2025-10-06"], "to": ["2025-10-08"], "reason": ["Family"]}


def cases(acme: Acme, definition: WorkflowDefinition) -> dict[str, Case]:
    with acme.scope():
        return {one.name: one for one in access_draft(acme.omar, definition.id).cases}


@pytest.fixture
def drawn(acme: Acme) -> WorkflowDefinition:
    """Leave Application with a draft; its shipped cases are part of it."""
    definition = install(acme)
    with acme.scope():
        draft_start(actor=acme.omar, definition_id=definition.id)
    return definition


def people_rows(*people: dict[str, str]) -> dict[str, str]:
    found = {"people-TOTAL_FORMS": str(len(people)), "people-INITIAL_FORMS": "0"}
    return found | {f"people-{row}-{name}": value for row, one in enumerate(people) for name, value in one.items()}


def test_a_story_is_recorded_through_the_pages(acme: Acme, drawn: WorkflowDefinition) -> None:
    omar, root = signed_in(acme.omar), f"/workflows/{drawn.id}/design/cases/"
    begun = load(omar, f"{root}new/")
    suggested = {one["key"].value() for one in begun.context["people"]} - {None}
    assert suggested == {"requester", "manager", "head", "hr_1", "hr_2"}
    assert [value for value, _ in begun.context["lists"]["departments"]] == ["ENG", "FIN", "HR", "OPS"]
    people = people_rows({"key": "asha", "manager": "ravi"}, {"key": "ravi"}, {"key": "hema", "department": "HR"}, {})
    made = send(omar, f"{root}new/", name="Told anew", at="2025-09-29T10:30:00+05:30", **people)
    record = made["Location"]
    assert record.startswith(f"{root}record/?case=Told")
    assert load(omar, record).context["by"] == "asha"
    applied = {"case_step": "apply", "case_by": "asha", "transition": "Manager review"}
    assert send(omar, record, **applied).status_code == 422
    answers = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}
    assert send(omar, record, **applied, **answers)["Location"] == record
    page = load(omar, record)
    assert (page.context["here"].step, page.context["by"]) == ("manager_review", "ravi")
    review = {"case_step": "manager_review", "transition": "HR review", "criticality": "low"}
    wrong = send(omar, record, case_by="hema", **review)
    assert (wrong.status_code, wrong.context["place"]) == (422, "person")
    assert send(omar, record, case_by="hema", case_refuse="person", **review).status_code == 302
    assert send(omar, record, case_by="ravi", case_after="1d", **review).status_code == 302
    done = {"case_step": "hr_review", "case_by": "hema", "transition": "Approved"}
    assert send(omar, record, **done).status_code == 302
    assert "has ended" in text(load(omar, record))
    case = cases(acme, drawn)["Told anew"]
    assert case.expect.path == ("apply", "manager_review", "hr_review", "approved")
    assert (case.expect.outcome, case.expect.waits) == ("Approved", {})
    assert [(act.by, act.refused, act.after) for act in case.acts] == [
        ("asha", "", ""), ("hema", "person", ""), ("ravi", "", "1d"), ("hema", "", ""),
    ]  # fmt: skip
    assert send(omar, f"{root}edit/?case=Told+anew", do="drop").status_code == 302
    assert cases(acme, drawn)["Told anew"].expect.waits == {"hr_review": ("hema",)}
    with acme.scope():
        results = {one.name: one for one in played(access_draft(acme.omar, drawn.id).version).results}
    assert results["Told anew"].passed
    assert [act.state for act in results["Told anew"].acts] == ["played", "refused", "played"]


def test_the_tab_plays_all_duplicates_and_removes(acme: Acme, drawn: WorkflowDefinition) -> None:
    omar, tab = signed_in(acme.omar), f"/workflows/{drawn.id}/design/?tab=cases"
    page = load(omar, tab)
    names = [row.case.name for row in page.context["cases"]]
    assert all(row.result.passed for row in page.context["cases"])
    assert page.context["played"].coverage.percent == 100
    edit = f"/workflows/{drawn.id}/design/edit/"
    send(omar, edit, edit="case.duplicate", case=names[0], tab="cases")
    assert [row.case.name for row in load(omar, tab).context["cases"]][:2] == [names[0], f"{names[0]} (copy)"]
    send(omar, edit, edit="case.remove", case=names[0], tab="cases")
    assert names[0] not in cases(acme, drawn)
    painted = omar.get(f"/workflows/{drawn.id}/design/cases/overlay/").json()
    assert painted["nodes"]["apply"] == {"label": f"{len(names)} cases", "tone": "good", "value": 1.0}


def test_a_case_is_changed_as_a_form_and_as_json(acme: Acme, drawn: WorkflowDefinition) -> None:
    omar = signed_in(acme.omar)
    name, case = next(iter(cases(acme, drawn).items()))
    address = f"/workflows/{drawn.id}/design/cases/edit/?case={name}"
    people = people_rows(
        *({"key": one.key, "manager": one.manager or "", "department": one.department} for one in case.people)
    )
    assert 'value="2025-09-29T10:30"' in text(load(omar, address)), "by the clocks of the organisation"
    assert send(omar, address, name="Renamed", at="2025-09-29T10:30", **people).status_code == 302
    changed = cases(acme, drawn)
    assert (name in changed, changed["Renamed"].acts, changed["Renamed"].at) == (False, case.acts, case.at)
    assert "Enter a valid date" in text(
        send(omar, address.replace(name, "Renamed"), name="Renamed", at="soon", **people)
    )
    address = f"/workflows/{drawn.id}/design/cases/edit/?case=Renamed"
    for wrong, status in (("{", 422), ('{"name": "Renamed", "people": []}', 422), ("[]", 422)):
        assert send(omar, address, do="json", json=wrong).status_code == status
    told = '{"name": "Renamed", "people": [{"key": "asha"}]}'
    assert send(omar, address, do="json", json=told).status_code == 302
    row = load(omar, f"/workflows/{drawn.id}/design/?tab=cases").context["cases"][0]
    assert (row.case.name, row.result.passed) == ("Renamed", False)
    assert load(omar, f"/workflows/{drawn.id}/design/cases/edit/?case=Nobody").status_code == 404


def test_people_are_chosen_by_name(acme: Acme, drawn: WorkflowDefinition) -> None:
    omar = signed_in(acme.omar)
    address = f"/workflows/{drawn.id}/design/cases/new/"
    begun = load(omar, address)
    for field in (
        begun.context["people"][0]["manager"],
        begun.context["people"][0]["head"],
        begun.context["form"]["owner"],
    ):
        assert list(field.field.choices)[:3] == [("", "Nobody"), ("requester", "Requester"), ("manager", "Manager")]
    assert begun.context["people"][0]["manager"].value() == "manager"
    rows = people_rows({"key": "asha", "manager": "ravi"}, {"key": "ravi", "name": "Ravi Rao"})
    given = {"name": "Told", "at": "2025-09-29T10:30", "owner": "ravi"}
    wrong = send(omar, address, **given | rows | {"people-1-manager": "nobody"})
    assert (wrong.status_code, "Choose somebody of this case." in text(wrong)) == (422, True)
    assert ("ravi", "Ravi Rao") in list(wrong.context["form"]["owner"].field.choices), "who was typed just now too"
    assert send(omar, address, **given, **rows).status_code == 302
    told = cases(acme, drawn)["Told"]
    assert (told.owner, told.people[0].manager, told.people[1].manager) == ("ravi", "ravi", None)


def test_the_gate_is_for_tenant_admins(acme: Acme, drawn: WorkflowDefinition) -> None:
    gate = f"/workflows/{drawn.id}/design/cases/gate/"
    assert signed_in(acme.omar).post(gate, {"on": "1"}).status_code == 403
    assert signed_in(acme.tess).post(gate, {"on": "1"}).status_code == 302
    assert load(signed_in(acme.omar), f"/workflows/{drawn.id}/design/?tab=cases").context["gate"]


def test_who_is_suggested_follows_from_the_rules(acme: Acme, drawn: WorkflowDefinition) -> None:
    with acme.scope():
        people = suggested_people(access_draft(acme.omar, drawn.id).graph)
    assert {one.key: one.department for one in people}["hr_2"] == "HR"


def test_a_recording_says_where_it_was_refused(acme: Acme, drawn: WorkflowDefinition) -> None:
    with acme.scope():
        draft = access_draft(acme.omar, drawn.id)
        running = RunningDefinition.of(draft.version.id, draft.version.graph, draft.form)
        case = Case.model_validate({"name": "x", "people": [{"key": "asha"}]})
        recording = Recording(case, running, OrganisationSources(acme.omar))
        posted: Any = MultiValueDict(LEAVE)
        with pytest.raises(ActRefused) as refusal:
            recording.with_act(Done("apply", "asha", "Approved", posted))
        assert refusal.value.params["place"] == "transition"
        with pytest.raises(ActRefused) as refusal:
            recording.with_act(Done("apply", "asha", "Manager review", posted, after="soon"))
        assert list(refusal.value.fields) == ["after"]


def test_cases_of_a_blank_canvas_wait_for_it(acme: Acme) -> None:
    """Nothing is played while the draft has problems, and nothing breaks; whatever a case is called."""
    omar = signed_in(acme.omar)
    root = send(omar, "/workflows/new/", name="New laptop")["Location"]
    made = send(omar, f"{root}cases/new/", name="A/B ~ é?&", at="2025-09-29T10:30:00Z", **people_rows({"key": "asha"}))
    assert "cannot be played" in text(load(omar, made["Location"]))
    assert send(omar, made["Location"], case_step="apply", case_by="asha").status_code == 409
    edit = made["Location"].replace("/record/", "/edit/")
    assert send(omar, edit, do="expect").status_code == 422
    assert load(omar, edit).context["case"].name == "A/B ~ é?&"
    tab = load(omar, f"{root}?tab=cases")
    assert [row.result for row in tab.context["cases"]] == [None]
    assert omar.get(f"{root}cases/overlay/").json() == {"nodes": {}, "edges": {}}


def test_two_who_change_a_case_at_once_are_told(acme: Acme, drawn: WorkflowDefinition) -> None:
    omar, tess = signed_in(acme.omar), signed_in(acme.tess)
    name = next(iter(cases(acme, drawn)))
    address = f"/workflows/{drawn.id}/design/cases/edit/?case={name}"
    seen = {"case_revision": "0", "case_version": "2"}
    told = '{"name": "%s", "people": [{"key": "%s"}]}'
    assert send(omar, address, do="json", json=told % (name, "asha"), **seen).status_code == 302
    late = send(tess, address, do="json", json=told % (name, "tess"), **seen)
    assert late.status_code == 409
    assert "Somebody else changed the same thing" in text(late)
