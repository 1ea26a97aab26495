"""Deciding by the page: refusals come back to their places with what was typed."""

import re

import pytest

from forms_builder.html_input import html_name
from tests.cast import Acme
from tests.workflows.views.story import (
    START,
    action,
    apply,
    at_hr,
    decide,
    hidden,
    install,
    load,
    send,
    signed_in,
    started,
    task_of,
    text,
)
from workflows.models import TransitionLog, WorkflowRun


@pytest.mark.django_db
def test_a_person_outside_of_the_list_is_refused_at_the_field(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    before = task_of(acme, run_id)
    answer = decide(
        signed_in(acme.ravi),
        run_id,
        "HR review",
        assignee=str(acme.farid.id),
        criticality="low",
        comment="Please check",
    )
    assert answer.status_code == 422
    assert f'<link rel="canonical" href="/requests/{run_id}/">' in text(answer)
    bar = answer.context["actions"]
    assert "cannot be asked" in bar.errors["assignee"][0]
    assert 'id="assignee_error"' in text(answer)
    assert bar.comment == "Please check"
    assert answer.context["form"].views["criticality"].value == "low"
    assert {one.name for one in bar.transitions[0].people} == {"Hema", "Hari"}
    assert task_of(acme, run_id).version == before.version


@pytest.mark.django_db
def test_an_answer_that_does_not_fit_is_refused_at_its_field_with_a_summary(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    answer = decide(signed_in(acme.ravi), run_id, "HR review", criticality="enormous", comment="kept")
    assert answer.status_code == 422
    assert answer.context["form"].problems["criticality"]
    assert 'id="form-problems"' in text(answer)
    assert "kept" in text(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{}, {"transition": "Nowhere"}, {"transition": "HR review", "assignee": "no-id"}])
def test_a_broken_choice_is_refused(acme: Acme, data: dict[str, str]) -> None:
    run_id = started(acme, install(acme))
    ravi = signed_in(acme.ravi)
    page = load(ravi, f"/requests/{run_id}/")
    answer = send(ravi, action(page), **hidden(page) | data)
    assert answer.status_code == 422
    assert answer.context["actions"].errors
    place = "assignee" if "assignee" in data else "transition"
    assert f'href="#{place}"' in text(answer)
    assert f'id="{place}"' in text(answer)
    assert "1 answer needs a correction" in text(answer)
    assert task_of(acme, run_id).step == "manager_review"


@pytest.mark.django_db
def test_who_comes_second_is_told_and_keeps_what_was_typed(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    at_hr(acme, run_id)
    hema, hari = signed_in(acme.hema), signed_in(acme.hari)
    page = load(hari, f"/requests/{run_id}/")
    assert decide(hema, run_id, "Approved").status_code == 302
    answer = send(
        hari, action(page), **hidden(page) | {"transition": "Rejected", "comment": "My reason", "hr_note": "My note"}
    )
    assert answer.status_code == 409
    assert answer.context["conflict"].startswith("Hema chose “Approved” at ")
    assert answer.context["actions"] is None
    assert ("Reason", "My reason") in answer.context["typed"]
    assert ("Note of HR", "My note") in answer.context["typed"]
    with acme.scope():
        assert WorkflowRun.objects.get(id=run_id).outcome == "Approved"


@pytest.mark.django_db
def test_a_stale_version_shows_the_fresh_bar_with_the_typed_text(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    at_hr(acme, run_id)
    hari = signed_in(acme.hari)
    page = load(hari, f"/requests/{run_id}/")
    send(hari, action(page).replace("complete", "take-over"), version=hidden(page)["version"])
    answer = send(hari, action(page), **hidden(page) | {"transition": "Approved", "comment": "Fine", "hr_note": "Ok"})
    assert answer.status_code == 409
    assert answer.context["actions"].version == 2
    assert answer.context["actions"].comment == "Fine"
    assert answer.context["form"].views["hr_note"].value == "Ok"


@pytest.mark.django_db
def test_the_second_click_lands_on_the_same_page_and_decides_nothing(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    ravi = signed_in(acme.ravi)
    page = load(ravi, f"/requests/{run_id}/")
    data = hidden(page) | {"transition": "Rejected", "comment": "No"}
    answers = [send(ravi, action(page), **data) for _ in range(3)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, f"/requests/{run_id}/")}
    with acme.scope():
        assert TransitionLog.objects.filter(run_id=run_id, kind="moved", transition="Rejected").count() == 1


@pytest.mark.django_db
def test_the_requester_may_not_decide_and_strangers_find_nothing(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    address = f"/tasks/{task_of(acme, run_id).id}/complete/"
    for member, status in ((acme.asha, 403), (acme.farid, 404), (acme.hema, 404)):
        assert send(signed_in(member), address, transition="HR review").status_code == status
    assert task_of(acme, run_id).step == "manager_review"


@pytest.mark.django_db
def test_a_get_decides_nothing(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    assert load(signed_in(acme.ravi), f"/tasks/{task_of(acme, run_id).id}/complete/").status_code == 405


@pytest.mark.django_db
def test_no_control_beside_the_answers_is_posted_under_the_name_of_a_field(acme: Acme) -> None:
    install(acme)
    asha = signed_in(acme.asha)
    run_id = apply(asha)
    for page in (load(asha, START), load(signed_in(acme.ravi), f"/requests/{run_id}/")):
        bar = text(page).partition("<cs-decision")[2].partition("</cs-decision>")[0]
        names = set(re.findall(r' name="([a-z_]+)"', bar))
        assert {"shown", "transition", "comment"} <= names
        assert all(html_name(name) != name for name in names)
