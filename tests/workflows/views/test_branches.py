"""Requests that go several ways at once through the pages, without script."""

from uuid import UUID

import pytest

from tests.cast import Acme
from tests.factories import panels
from tests.factories.branches import contract, decide_at
from tests.factories.workflows import publish, run_of, view_of
from tests.workflows.views.story import decide, load, send, signed_in, text
from workflows.services.runs import run_start


def asked(acme: Acme, amount: int = 5000) -> UUID:
    """A request that waits for Ravi to say where it goes."""
    with acme.scope():
        definition = publish(contract(), acme.omar)
        started = run_start(
            definition_id=definition.id, actor=acme.asha, data={"amount": amount}, assignee=acme.ravi.id
        )
        return started.run_id


@pytest.mark.django_db
def test_each_step_that_opens_has_its_picker(acme: Acme) -> None:
    run_id = asked(acme)
    ravi = signed_in(acme.ravi)
    bar = load(ravi, f"/requests/{run_id}/").context["actions"]
    assert [(one.step, [person.name for person in one.people]) for one in bar.branches] == [
        ("law", ["Hari", "Hema"]), ("money", ["Farid", "Fiona", "Fritz"]),
    ]  # fmt: skip
    refused = decide(ravi, run_id, "Split", **{"assignees.law": str(acme.hema.id)})
    assert (refused.status_code, "Choose who is asked at “Money”." in text(refused)) == (422, True)
    kept, missing = refused.context["actions"].branches
    assert (kept.person, missing.errors) == (str(acme.hema.id), ["Choose who is asked at “Money”."])
    wrong = decide(ravi, run_id, "Split", **{"assignees.law": "nobody"})
    assert wrong.context["actions"].branches[0].errors == ["Choose a person of the list."]
    people = {"assignees.law": str(acme.hema.id), "assignees.money": str(acme.farid.id)}
    page = load(ravi, decide(ravi, run_id, "Split", **people)["Location"])
    assert "Hema and Farid have been asked." in text(page)
    assert "Farid" in text(load(signed_in(acme.asha), f"/requests/{run_id}/"))


@pytest.mark.django_db
def test_where_it_waits_and_what_was_skipped_is_shown(acme: Acme) -> None:
    run_id = asked(acme)
    with acme.scope():
        decide_at(run_id, "check", acme.ravi, "Split", assignees={"law": acme.hema.id, "money": acme.farid.id})
        decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "sign"})
    page = load(signed_in(acme.asha), f"/requests/{run_id}/")
    states = {step.name: step.state for step in page.context["progress"]}
    assert states == {
        "Ask": "done", "Check": "done", "Law": "done", "Money": "current", "Meet": "waiting", "Sign": "ahead",
    }  # fmt: skip
    shown = text(page)
    assert "graph-step-join is-current" in shown
    assert "graph-step-fork is-visited" in shown
    assert decide(signed_in(acme.farid), run_id, "Meet").status_code == 302
    signing = load(signed_in(acme.asha), f"/requests/{run_id}/")
    assert [step.state for step in signing.context["progress"]][-2:] == ["done", "current"]


@pytest.mark.django_db
def test_superseded_answers_are_shown_struck_and_offered_again(acme: Acme) -> None:
    run_id = asked(acme)
    people = {"law": acme.hema.id, "money": acme.farid.id}
    with acme.scope():
        decide_at(run_id, "check", acme.ravi, "Split", assignees=people)
        decide_at(run_id, "law", acme.hema, "Meet", data={"advice": "Ask for less"})
        decide_at(run_id, "money", acme.farid, "Check", comment="Too dear")
    page = load(signed_in(acme.ravi), f"/requests/{run_id}/")
    assert page.context["superseded"] is not None
    assert ("cs-superseded" in text(page), "Ask for less" in text(page)) == (True, True)
    gone = [entry.text for entry in page.context["timeline"] if entry.superseded]
    assert gone == ["moved it to Law and Money", "moved it to Meet"]
    back = next(entry for entry in page.context["timeline"] if entry.text.startswith("returned it"))
    assert back.note.endswith("were set aside")
    assert "must be given again" in text(page)
    # The start hides the advice, so its requester does not learn of it now.
    assert load(signed_in(acme.asha), f"/requests/{run_id}/").context["superseded"] is None
    with acme.scope():
        decide_at(run_id, "check", acme.ravi, "Split", assignees=people)
    again = load(signed_in(acme.hema), f"/requests/{run_id}/")
    assert (again.context["superseded"], "Ask for less" in text(again)) == (None, True)
    assert decide(signed_in(acme.hema), run_id, "Meet", advice="Sign it").status_code == 302
    with acme.scope():
        assert run_of(run_id).data["advice"] == "Sign it"


@pytest.mark.django_db
def test_a_vote_gives_anew_what_a_way_back_put_aside(acme: Acme) -> None:
    document = panels.purchase({"rule": "count", "count": 2})
    document["graph"]["transitions"].append(
        {"key": "again", "name": "Again", "from": "buy", "to": "panel", "return": True}
    )
    with acme.scope():
        run_id = panels.started(document, acme.omar, acme.asha).run_id
    farid, fiona, hema = (signed_in(one) for one in (acme.farid, acme.fiona, acme.hema))
    assert decide(farid, run_id, "Yes", note="A").status_code == 302
    assert decide(fiona, run_id, "Yes", note="A").status_code == 302
    assert decide(hema, run_id, "Again", comment="How many?").status_code == 302
    assert 'value="A"' in text(load(fiona, f"/requests/{run_id}/"))
    assert decide(farid, run_id, "Yes", note="B").status_code == 302
    page = load(fiona, f"/requests/{run_id}/")
    assert ('value="A"' in text(page), 'value="B"' in text(page)) == (False, True)
    with acme.scope():
        run = run_of(run_id)
        assert (run.data, run.superseded) == ({"what": "Chairs", "note": "B"}, {})


@pytest.mark.django_db
def test_what_was_given_since_a_way_back_is_offered_before_what_it_put_aside(acme: Acme) -> None:
    run_id = asked(acme)
    with acme.scope():
        people = {"law": acme.hema.id, "money": acme.farid.id}
        decide_at(run_id, "check", acme.ravi, "Split", assignees=people)
        view = view_of(run_id, acme.hema)
        view.run.superseded = {"advice": "sign"}
        assert view.offered_at("law") == {"amount": 5000, "advice": "sign"}
        view.run.data |= {"advice": "as a machine has set it"}
        assert view.offered_at("law")["advice"] == "as a machine has set it"


@pytest.mark.django_db
def test_a_request_that_was_withdrawn_after_a_way_back_shows_its_last_answers(acme: Acme) -> None:
    run_id = asked(acme)
    asha = signed_in(acme.asha)
    assert decide(signed_in(acme.ravi), run_id, "Ask", comment="Too dear").status_code == 302
    with acme.scope():
        kept = run_of(run_id)
        assert (kept.data, kept.superseded) == ({}, {"amount": 5000})
    assert send(asha, f"/requests/{run_id}/withdraw/").status_code == 302
    page = load(asha, f"/requests/{run_id}/")
    assert page.context["superseded"] is None
    assert page.context["form"].views["amount"].text == "5000"
    assert "given again" not in text(page)
    with acme.scope():
        assert (run_of(run_id).data, run_of(run_id).superseded) == (kept.data, kept.superseded)
    told = [(entry.by, entry.text) for entry in page.context["timeline"]]
    assert told == [
        ("Asha", "started the request"), ("Asha", "moved it to Check, with Ravi"),
        ("Ravi", "returned it to Ask, with Asha"), ("Asha", "withdrew the request"),
    ]  # fmt: skip
