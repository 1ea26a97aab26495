"""Fields that show only sometimes keep no ghost values (S4), and tables with rows work without script."""

from typing import Any

from forms_builder.rendering import form_class, readable_fields, serialize_fields
from forms_builder.schema import FormDocument
from tests.forms_builder.documents import EXPENSE_FIELDS, FILE, MemorySources, document, expense, one_field, posted

SOURCES = MemorySources()
LINES = [{"what": "Taxi", "amount": {"amount": "12.50", "currency": "INR"}}]
PAGE = [("lines-0-what", "Taxi"), ("lines-0-amount", "12.50"), ("lines-1-what", ""), ("lines-1-amount", "")]


def claim(values: dict[str, Any] | None = None) -> Any:
    return form_class(expense(), "claim", sources=SOURCES, values=values or {})


def test_an_invisible_value_is_not_stored_and_not_required() -> None:
    for form in (
        claim()({"billable": "no", "client": "Ghost", "lines": LINES}),
        claim()(posted([("billable", "no"), ("client", "Ghost"), *PAGE])),
    ):
        assert form.stored() == {"billable": "no", "client": None, "lines": LINES, "receipts": None}


def test_a_wrong_invisible_value_does_not_count() -> None:
    assert claim()({"billable": "no", "client": "x" * 5_000, "lines": LINES}).is_valid()


def test_a_visible_one_is_required_and_stored() -> None:
    assert claim()({"billable": "yes", "lines": LINES}).problems == {"client": ["This is required."]}
    assert claim()({"billable": "yes", "client": "Globex", "lines": LINES}).stored()["client"] == "Globex"


def test_a_stored_value_is_cleared_when_it_becomes_invisible() -> None:
    before = {"billable": "yes", "client": "Globex", "lines": LINES}
    assert claim(before)({"billable": "no"}).stored()["client"] is None


LATER = document(
    {**one_field("text"), "name": "kind", "access": {"apply": "write", "review": "write"}},
    {
        **one_field("text"),
        "name": "client",
        "access": {"apply": "write", "review": "read"},
        "visible_when": {"field": "form.kind", "op": "eq", "value": "trip"},
    },
    {
        **one_field("text"),
        "name": "city",
        "default_access": "hidden",
        "access": {"apply": "write"},
        "visible_when": {"field": "form.client", "op": "is_set"},
    },
)


def test_a_value_that_a_later_step_makes_invisible_is_cleared_there() -> None:
    review = form_class(LATER, "review", sources=SOURCES, values={"kind": "trip", "client": "Globex", "city": "Pune"})
    assert review({"kind": "trip"}).stored() == {"kind": "trip"}
    assert review({"kind": "home"}).stored() == {"kind": "home", "client": None, "city": None}


def test_a_value_that_was_given_while_it_was_invisible_waits_for_its_time() -> None:
    prefilled = form_class(LATER, "review", sources=SOURCES, values={"kind": "home", "client": "Globex"})
    assert prefilled({"kind": "away"}).stored() == {"kind": "away"}


def test_switching_back_before_submit_finds_what_was_typed() -> None:
    form = claim()(posted([("billable", "no"), ("client", "Globex")]))
    assert not form.is_valid()
    assert 'value="Globex"' in form.render()


def test_the_page_tells_when_a_field_counts_and_never_lets_the_browser_insist() -> None:
    page = claim()().render()
    start = page.index('id="id_client-field"')
    part = page[start : page.index("</div>", page.index('name="client"'))]
    assert 'data-visible="false"' in part
    assert "Only when Billable is" in page
    assert " required>" not in part


def test_conditions_that_read_hidden_fields_are_decided_by_the_server_and_not_told() -> None:
    spec = document(
        {**one_field("number"), "name": "salary", "default_access": "hidden"},
        one_field("text", visible_when={"field": "form.salary", "op": "gt", "value": 10}),
    )
    for salary, present in ((5, False), (50, True)):
        form = form_class(spec, "any", sources=SOURCES, values={"salary": salary})
        assert ('name="it"' in form().render()) == present
        assert "salary" not in form().render()
        answer = serialize_fields(spec, "any", {"salary": salary}, sources=SOURCES)
        assert [entry["name"] for entry in answer] == (["it"] if present else [])
        assert "salary" not in str(answer)
        assert form({"it": "x"}).stored() == {"it": "x" if present else None}


def test_a_chain_of_conditions_falls_together() -> None:
    def shown_by(name: str, other: str) -> dict[str, Any]:
        return {**one_field("text"), "name": name, "visible_when": {"field": f"form.{other}", "op": "is_set"}}

    spec = document(shown_by("c", "b"), shown_by("b", "a"), {**one_field("text"), "name": "a"})
    form = form_class(spec, "any", sources=SOURCES)
    assert form({"a": "1", "b": "2", "c": "3"}).stored() == {"a": "1", "b": "2", "c": "3"}
    assert form({"a": "", "b": "2", "c": "3"}).stored() == {"a": None, "b": None, "c": None}


def test_readers_do_not_see_a_field_whose_condition_fails() -> None:
    fields = [{**spec, "default_access": "read"} for spec in EXPENSE_FIELDS]
    document_read = FormDocument.load({"fields": fields})
    shown = readable_fields(document_read, ["paid"], {"billable": "no", "client": "Ghost"}, sources=SOURCES)
    assert "client" not in [entry["name"] for entry in shown]


def test_rows_are_kept_with_their_problems_and_more_are_offered() -> None:
    form = claim()(posted([("billable", "no"), *PAGE[:2], ("lines-1-what", ""), ("lines-1-amount", "7")]))
    assert form.problems == {"lines.1.what": ["This is required."]}
    page = form.render()
    assert 'href="#id_lines-1-what"' in page
    assert 'aria-describedby="id_lines-1-what-error"' in page
    assert 'name="lines-2-what"' in page
    assert 'name="lines-3-what"' in page
    assert 'name="lines-4-what"' not in page


def test_blank_rows_that_were_posted_do_not_multiply() -> None:
    money = {"type": "money", "name": "amount", "label": "Amount", "currencies": ["INR", "EUR"]}
    spec = one_field("table", columns=[{"type": "text", "name": "what", "label": "What"}, money])
    blank = [
        (f"it-{n}-{key}", text)
        for n in range(3)
        for key, text in (("what", ""), ("amount", ""), ("amount-currency", "INR"))
    ]

    def rows(*more: tuple[str, str]) -> int:
        made = form_class(document(spec), "any", sources=SOURCES)(posted([*blank, *more]))
        return len(made.views["it"].rows)

    assert rows() == 2
    assert rows(("it-2-what", "Taxi")) == 5
    assert rows(("redraw", "it")) == 5


def test_the_button_for_more_rows_judges_nothing() -> None:
    form = claim()(posted([("lines-0-what", "Taxi"), ("lines-1-amount", "x"), ("redraw", "lines")]))
    assert form.redraws == "lines"
    page = form.without_judgement().render()
    assert "form-problems" not in page
    assert 'value="Taxi"' in page
    assert 'name="lines-3-what"' in page
    assert claim()(posted([("redraw", "manager_note")])).redraws == ""


def test_a_row_ticked_for_removal_goes() -> None:
    second = [("lines-1-what", "Hotel"), ("lines-1-amount", "x"), ("lines-1-remove", "1")]
    form = claim()(posted([("billable", "no"), *PAGE[:2], *second]))
    assert form.stored()["lines"] == LINES


def test_files_stored_from_this_request_join_those_that_were_kept() -> None:
    form = claim()(posted([("billable", "no"), *PAGE]), uploaded={"receipts": [FILE]})
    assert form.stored()["receipts"] == [FILE]
    assert form.picked["receipts"] == {FILE: "receipt.pdf"}
    refused = claim()(
        posted([("billable", "no"), *PAGE]), upload_problems={"receipts": ["too large"], "manager_note": ["x"]}
    )
    assert refused.problems == {"receipts": ["too large"]}
