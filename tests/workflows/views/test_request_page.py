"""The page of a request as each person sees it."""

from datetime import timedelta

import pytest

from tests.cast import Acme
from tests.factories import workflows as make
from tests.factories.accounts import MembershipFactory
from tests.workflows.views.story import at_hr, install, load, send, signed_in, started, text
from workflows.models import TransitionLog
from workflows.selectors.request_page import May

WEDNESDAY = make.MONDAY + timedelta(days=2, hours=1)
"""1 October 2025, 11:30 in Acme; the next day is a holiday."""


@pytest.mark.django_db
def test_the_clock_says_why(acme: Acme) -> None:
    definition = install(acme)
    with acme.scope():
        run_id = make.start_leave(definition, acme.asha, at=WEDNESDAY).run_id
    page = load(signed_in(acme.ravi), f"/requests/{run_id}/")
    assert page.context["sla_why"] == (
        "2 working days from Wed 1 Oct 11:30, counted in working hours; 2 Oct is a holiday; then it goes to the manager."
    )
    assert "Why this time" in text(page)
    assert page.context["task"].due_at.isoformat() == "2025-10-06T06:00:00+00:00"


@pytest.mark.django_db
def test_each_is_told_what_they_are_here_and_may_do(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    send(signed_in(acme.asha), f"/requests/{run_id}/stakeholders/", member=str(acme.fiona.id))
    wanted = {
        "asha": ("You asked for this", May(withdraw=True, comment=True, add_stakeholder=True)),
        "ravi": ("You decide this step", May(hold=True, ask=True, comment=True, watch=True)),
        "fiona": ("You are a stakeholder", May(comment=True, add_stakeholder=True)),
        "tess": ("You may look at this", May(take_over=True, comment=True, watch=True)),
    }
    for name, (role, may) in wanted.items():
        page = load(signed_in(getattr(acme, name)), f"/requests/{run_id}/")
        assert (page.context["role"], page.context["may"]) == (role, may), name
        assert (page.context["actions"] is not None) == (name == "ravi")
        assert page.context["actions_why"] == ("" if name == "ravi" else "This step is with Ravi.")


@pytest.mark.django_db
def test_the_way_is_told_in_order_with_reasons(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    with acme.scope():
        make.decide(run_id, acme.ravi, "Apply", comment="Please say more.")
        make.decide(run_id, acme.asha, "Manager review", data=make.LEAVE, comment="Done.")
    at_hr(acme, run_id)
    page = load(signed_in(acme.asha), f"/requests/{run_id}/")
    assert [entry.kind for entry in page.context["timeline"]] == [
        "started",
        "moved",
        "moved",
        "moved",
        "moved",
    ]
    assert "Please say more." in text(page)
    progress = [(step.name, step.state, step.who) for step in page.context["progress"]]
    assert progress == [
        ("Apply", "done", "Asha"),
        ("Manager review", "done", "Ravi"),
        ("HR review", "current", "Team queue"),
    ]
    assert 'class="graph-step graph-step-task is-current"' in text(page)
    assert page.context["people"].candidates == ("Hari", "Hema")


@pytest.mark.django_db
def test_what_was_sent_back_waits_for_its_requester(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    with acme.scope():
        make.decide(run_id, acme.ravi, "Apply", comment="Please say more.")
    page = load(signed_in(acme.asha), f"/requests/{run_id}/")
    assert page.context["role"] == "Your request waits for you"
    assert [step.state for step in page.context["progress"]] == ["current", "ahead", "ahead"]
    assert not page.context["may"].reassign
    assert page.context["actions"].assignee == str(acme.ravi.id)


@pytest.mark.django_db
def test_the_bar_offers_each_way_with_its_people(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    bar = load(signed_in(acme.ravi), f"/requests/{run_id}/").context["actions"]
    ways = {way.name: (way.kind, [one.name for one in way.people], way.note) for way in bar.transitions}
    assert ways == {
        "HR review": ("forward", ["Hari", "Hema"], "Goes to the team queue of 2 people, unless you choose one."),
        "Rejected": ("end-bad", [], "Ends the request."),
        "Apply": ("return", [], "Goes back to Asha."),
    }
    assert bar.any
    assert bar.chosen == ""


@pytest.mark.django_db
def test_a_fallback_is_told_before_and_after(acme: Acme) -> None:
    definition = install(acme)
    meera = signed_in(acme.meera)
    bar = load(meera, "/start/leave-application/").context["actions"]
    assert bar.transitions[0].note == "Goes to Omar. No manager: fell back to the workflow owner, Omar."
    assert bar.chosen == "Manager review"
    run_id = started(acme, definition, acme.meera)
    page = text(load(meera, f"/requests/{run_id}/"))
    assert "no manager: fell back to the workflow owner, Omar" in page


@pytest.mark.django_db
def test_in_a_large_organisation_names_are_typed(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    with acme.scope():
        MembershipFactory.create_batch(101, organisation=acme.organisation)
    page = load(signed_in(acme.asha), f"/requests/{run_id}/")
    assert page.context["members"] == ()
    assert 'placeholder="E-mail address or whole name"' in text(page)


@pytest.mark.django_db
def test_looking_records_nothing(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    with acme.scope():
        before = TransitionLog.objects.count()
    for name in ("asha", "ravi", "tess"):
        load(signed_in(getattr(acme, name)), f"/requests/{run_id}/")
    with acme.scope():
        assert TransitionLog.objects.count() == before
