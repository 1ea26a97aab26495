"""The contract of field and step (M2, S3): what is hidden is not in the page, not in the API, and cannot be written."""

from datetime import UTC, datetime
from typing import Any

import pytest

from forms_builder.rendering import AnswersInvalid, form_class, readable_fields, reading_form, serialize_fields
from forms_builder.schema import Access, FormDocument, check, prefilled
from forms_builder.sources import requester_facts
from tests.factories.forms_builder import LEAVE_DOCUMENT
from tests.forms_builder.documents import MemorySources, document, one_field, posted

LEAVE = FormDocument.load(LEAVE_DOCUMENT)
SOURCES = MemorySources()
FILLED: dict[str, Any] = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Wedding", "balance": 12}
NAMES = ("from", "to", "reason", "criticality", "balance", "hr_note")
MATRIX = {
    step: dict(zip(NAMES, levels.split(), strict=True))
    for step, levels in {
        "apply": "required required required hidden hidden hidden",
        "manager-review": "read read read required hidden hidden",
        "hr-review": "read read read read read write",
        "approved": "read read read hidden hidden hidden",
    }.items()
}


def test_the_leave_form_has_no_problems() -> None:
    assert check(LEAVE, ["apply", "manager-review", "hr-review", "approved"]) == []


@pytest.mark.parametrize("step", MATRIX)
def test_access_is_the_same_in_matrix_page_and_api(step: str) -> None:
    assert {name: LEAVE.access(step, name).value for name in LEAVE.by_name} == MATRIX[step]
    shown = [name for name, level in MATRIX[step].items() if level != "hidden"]
    writable = [name for name in shown if MATRIX[step][name] in ("write", "required")]
    form = form_class(LEAVE, step, sources=SOURCES, values=FILLED)()
    assert list(form.fields) == writable
    answer = serialize_fields(LEAVE, step, FILLED, sources=SOURCES)
    assert [(entry["name"], entry["access"]) for entry in answer] == [(name, MATRIX[step][name]) for name in shown]
    page = form.render()
    for name in MATRIX[step]:
        assert (f'name="{name}"' in page) == (name in writable)
        assert (LEAVE.by_name[name].label in page) == (name in shown)


def test_unknown_fields_and_steps_are_hidden() -> None:
    assert LEAVE.access("apply", "salary") is Access.HIDDEN
    assert LEAVE.access("never-heard-of", "hr_note") is Access.HIDDEN


def test_rest_refuses_names_that_are_hidden_read_or_unknown_with_one_answer() -> None:
    body = {**FILLED, "criticality": "low", "hr_note": "x", "zz": 1}
    form = form_class(LEAVE, "apply", sources=SOURCES)(body)
    assert form.hidden_submitted == ("balance", "criticality", "hr_note", "zz")
    with pytest.raises(AnswersInvalid) as refusal:
        form.stored()
    assert refusal.value.status == 422
    assert set(refusal.value.fields) == {"balance", "criticality", "hr_note", "zz"}
    assert len({tuple(texts) for texts in refusal.value.fields.values()}) == 1


def test_a_page_ignores_hidden_names() -> None:
    fields = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Wedding", "criticality": "low", "hr_note": "x"}
    form = form_class(LEAVE, "apply", sources=SOURCES)(posted({**fields, "transition": "Manager review"}))
    assert form.stored() == {"from": "2025-10-06", "to": "2025-10-08", "reason": "Wedding"}
    assert form.hidden_submitted == ("criticality", "hr_note")


def test_the_end_may_not_lie_before_the_start_of_another_step() -> None:
    form = form_class(LEAVE, "apply", sources=SOURCES)
    assert form({"from": "2025-10-08", "to": "2025-10-06", "reason": "x"}).problems == {
        "to": ["Must be on or after “From”."]
    }


def test_a_name_left_out_over_rest_keeps_its_value_and_null_clears_it() -> None:
    form = form_class(LEAVE, "apply", sources=SOURCES, values=FILLED)
    assert form({"reason": "Trip"}).stored() == {"from": "2025-10-06", "to": "2025-10-08", "reason": "Trip"}
    assert form({"reason": None}).problems == {"reason": ["This is required."]}


def test_watchers_read_the_union_of_their_steps_and_nothing_more() -> None:
    values = {**FILLED, "criticality": "low", "hr_note": "secret"}
    requester = readable_fields(LEAVE, ["apply"], values, sources=SOURCES)
    assert [entry["name"] for entry in requester] == ["from", "to", "reason"]
    assert "secret" not in str(requester)
    both = readable_fields(LEAVE, ["apply", "hr-review"], values, sources=SOURCES)
    assert {entry["name"]: entry["display"] for entry in both}["criticality"] == "Low"
    assert {entry["access"] for entry in both} == {"read"}


def test_somebody_who_looks_gets_a_form_without_inputs() -> None:
    values = {**FILLED, "criticality": "low", "hr_note": "secret"}
    page = reading_form(LEAVE, ["apply"], values=values, sources=SOURCES).render()
    assert "Wedding" in page
    assert "6 Oct 2025" in page
    assert "<input" not in page
    assert "<textarea" not in page
    assert "secret" not in page
    assert "criticality" not in page
    assert "secret" in reading_form(LEAVE, ["apply", "hr-review"], values=values, sources=SOURCES).render()


def test_fields_called_like_controls_of_the_page_or_python_words_work() -> None:
    others = ["import", "prefix", "sources", "data", "fields", "clean", "values"]
    controls = ["transition", "comment", "version", "shown", "elements", "matches"]
    names = controls + others
    spec = document(*({**one_field("text"), "name": name} for name in names))
    form = form_class(spec, "any", sources=SOURCES)
    page = form().render()
    assert 'name="f-comment"' in page
    assert 'name="comment"' not in page
    assert form(dict.fromkeys(names, "x")).stored() == dict.fromkeys(names, "x")
    sent = {
        **dict.fromkeys(others, "x"),
        **{f"f-{name}": "x" for name in controls},
        "comment": "of the action bar",
    }
    stored = form(posted({**sent, "f-comment": "mine"})).stored()
    assert stored == {**dict.fromkeys(names, "x"), "comment": "mine"}


def test_a_checkbox_default_and_a_stored_no_are_told_apart() -> None:
    form = form_class(document(one_field("checkbox", default=True)), "any", sources=SOURCES)
    assert " checked" in form().render()
    assert form({}).stored() == {"it": True}
    assert " checked" not in form(values={"it": False}).render()


@pytest.mark.django_db
def test_prefill_takes_the_facts_of_the_requester(acme: Any) -> None:
    with acme.scope():
        facts = requester_facts(acme.asha)
    spec = document(
        {**one_field("number", prefill="requester.leave_balance"), "name": "balance"},
        {**one_field("user", prefill="requester.manager"), "name": "boss"},
        {**one_field("date", prefill="today"), "name": "asked"},
        {**one_field("number", prefill="requester.email"), "name": "wrong"},
    )
    ravi = str(acme.ravi.id)
    found = prefilled(spec, facts, datetime(2025, 10, 1, 9, 0, tzinfo=UTC), MemorySources(rows={ravi: "Ravi"}))
    assert found == {"balance": 12, "boss": ravi, "asked": "2025-10-01", "wrong": None}
