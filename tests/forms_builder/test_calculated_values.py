"""Calculated values of answers that are not right yet."""

from tests.forms_builder.documents import posted
from tests.forms_builder.test_components import AMOUNT, COUNT, computed, form_of, named


def test_what_reads_a_refused_answer_is_unknown_and_not_zero() -> None:
    what = {"type": "text", "name": "what", "label": "What", "required": True}
    table = named("table", "lines", columns=[what, AMOUNT])
    least = {"rule": {"field": "form.total", "op": "gte", "value": {"amount": "5", "currency": "INR"}}, "message": "5."}
    total = computed("sum(each(form.lines, 'amount'))", result="money", rules=[least])
    typed = {"lines-0-what": "Pens", "lines-0-amount": "7", "lines-1-amount": "2"}
    form = form_of(table, total)(posted(typed))
    assert form.problems == {"lines.1.what": ["This is required."]}
    for page in (form, form_of(table, total)(posted(typed | {"redraw": "total"})).without_judgement()):
        assert page.render().partition("<output")[2].partition("</output>")[0].endswith("–")
    hidden = {**table, "visible_when": {"field": "form.count", "op": "gt", "value": 5}}
    unseen = form_of(COUNT, hidden, computed("form.count + sum(each(form.lines, 'amount'))"))
    assert unseen(posted(typed | {"count": "2"})).stored()["total"] == 2
