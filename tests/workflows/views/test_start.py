"""Starting a request by its page."""

from typing import Any

import pytest

from tests.cast import Acme
from tests.factories.branches import contract
from tests.factories.forms_builder import upload
from tests.factories.workflows import publish
from tests.workflows.views.story import LEAVE, START, apply, hidden, install, load, send, signed_in, text
from workflows.models import WorkflowRun
from workflows.services.definitions import definition_retire


@pytest.mark.django_db
def test_two_clicks_make_one_request_and_land_on_the_same_page(acme: Acme) -> None:
    install(acme)
    asha = signed_in(acme.asha)
    data = LEAVE | {"transition": "Manager review"} | hidden(load(asha, START))
    answers = [send(asha, START, **data) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    with acme.scope():
        assert WorkflowRun.objects.count() == 1


@pytest.mark.django_db
def test_two_pages_make_two_requests(acme: Acme) -> None:
    install(acme)
    asha = signed_in(acme.asha)
    assert apply(asha) != apply(asha)


@pytest.mark.django_db
def test_what_is_wrong_is_shown_at_its_field_and_the_key_still_counts_once(acme: Acme) -> None:
    install(acme)
    asha = signed_in(acme.asha)
    keys = hidden(load(asha, START))
    wrong = LEAVE | {"to": "2025-10-01", "transition": "Manager review"} | keys
    answer = send(asha, START, **wrong)
    assert answer.status_code == 422
    assert "cannot be before" in text(answer)
    assert "Family" in text(answer)
    assert hidden(answer) == keys
    assert send(asha, START, **wrong | {"to": "2025-10-08"}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "heading"), [("5", "1 answer needs"), ("much", "2 answers need")])
def test_the_summary_names_what_is_wrong_with_the_decision_too(acme: Acme, amount: str, heading: str) -> None:
    with acme.scope():
        address = f"/start/{publish(contract(), acme.omar).slug}/"
    asha = signed_in(acme.asha)
    answer = send(asha, address, **hidden(load(asha, address)), transition="Check", amount=amount)
    assert answer.status_code == 422
    summary = text(answer).partition('id="form-problems"')[2].partition("</ul>")[0]
    assert f"{heading} a correction" in summary
    assert '<a href="#assignee">Next person: Choose who is asked' in summary


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["ä", "x" * 200 + "\x7f"])
def test_a_key_that_is_no_token_is_refused(acme: Acme, key: str) -> None:
    install(acme)
    answer = send(signed_in(acme.asha), START, **LEAVE, transition="Manager review", idempotency_key=key)
    assert answer.status_code == 422
    with acme.scope():
        assert not WorkflowRun.objects.exists()


@pytest.mark.django_db
def test_rows_are_added_without_script_and_nothing_is_stored(acme: Acme) -> None:
    install(acme, "claim_expense")
    asha = signed_in(acme.asha)
    form = load(asha, "/start/claim-expense/")
    table = next(view for view in form.context["form"].views.values() if view.kind == "table")
    first = table.rows[0].cells[0].html_name
    data = hidden(form) | {row.cells[0].html_name: "typed" for row in table.rows} | {"redraw": table.name}
    answer = send(asha, "/start/claim-expense/", **data)
    assert answer.status_code == 200
    again = answer.context["form"].views[table.name]
    assert len(again.rows) > len(table.rows)
    assert first in text(answer)
    assert answer.context["form"].problem_list == []
    with acme.scope():
        assert not WorkflowRun.objects.exists()


def claim(**more: Any) -> dict[str, Any]:
    """The answers of an expense claim."""
    return {"transition": "Manager approval"} | more


@pytest.mark.django_db
def test_an_uploaded_file_survives_a_refused_form(acme: Acme) -> None:
    install(acme, "claim_expense")
    asha = signed_in(acme.asha)
    form = load(asha, "/start/claim-expense/")
    field = next(view for view in form.context["form"].views.values() if view.kind == "file")
    answer = send(asha, "/start/claim-expense/", **claim(**hidden(form), **{field.html_name: upload("receipt.pdf")}))
    assert answer.status_code == 422
    kept = answer.context["form"].views[field.name].files
    assert [one.name for one in kept] == ["receipt.pdf"]
    assert f'value="{kept[0].id}"' in text(answer)


@pytest.mark.django_db
def test_what_one_may_not_start_is_not_there(acme: Acme) -> None:
    install(acme)
    asha = signed_in(acme.asha)
    missing = load(asha, "/start/nothing-here/")
    assert missing.status_code == 404
    assert send(asha, "/start/nothing-here/", **LEAVE).status_code == 404


@pytest.mark.django_db
def test_who_sends_a_form_whose_workflow_was_retired_gets_back_what_they_typed(acme: Acme) -> None:
    definition = install(acme)
    asha = signed_in(acme.asha)
    form = load(asha, START)
    with acme.scope():
        definition_retire(definition_id=definition.id, actor=acme.omar)
    answer = send(asha, START, **LEAVE, **hidden(form), comment="Soon, please")
    assert answer.status_code == 404
    assert "Nothing was sent" in text(answer)
    assert all(one in text(answer) for one in (*LEAVE.values(), "Soon, please"))
    with acme.scope():
        assert not WorkflowRun.objects.exists()
