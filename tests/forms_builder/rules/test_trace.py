"""The trace: what was there, what was asked, and the result, condition by condition."""

import json

from forms_builder.rules import Environment, fields_of, flatten, parse, references_of, trace
from tests.forms_builder.rules.catalogue import ASSIGNEE, ENVIRONMENT, EVENT, FORM

RULE = {
    "any": [
        {"field": "candidate.department", "op": "eq", "value_ref": "department:hr"},
        {"not": {"field": "candidate", "op": "is_manager_of", "value_field": "requester"}},
        {"field": "record.total", "op": "gt", "value": "1000.50"},
    ]
}
VALUES = {"candidate": "ravi", "candidate.department": "eng", "requester": "asha", "record.total": 12}


def test_every_condition_shows_actual_expected_and_result() -> None:
    found = trace(parse(RULE, ASSIGNEE), VALUES, ENVIRONMENT)
    assert found.outcome.result is False
    assert [(leaf.place, leaf.actual, leaf.expected, leaf.result) for leaf in found.leaves] == [
        ("$.any[0]", "eng", "hr", False),
        ("$.any[1].not", "ravi", "asha", True),
        ("$.any[2]", 12, "1000.50", False),
    ]
    assert found.root.children[1].result is False


def test_an_error_names_its_condition_and_spares_the_others() -> None:
    found = trace(parse(RULE, ASSIGNEE), VALUES | {"record.total": "many"}, ENVIRONMENT)
    assert found.outcome.result is None
    assert found.outcome.error is not None
    assert found.outcome.error.field == "record.total"
    assert [leaf.result for leaf in found.leaves] == [False, True, None]


def test_relative_dates_are_shown_as_they_were_compared() -> None:
    doc = {"field": "form.date_a", "op": "within_last", "value": {"count": 2, "unit": "day"}}
    found = trace(parse(doc, FORM), {"form.date_a": "2025-10-05"}, ENVIRONMENT)
    assert (found.root.result, found.root.expected) == (True, ["2025-10-04", "2025-10-06"])
    assert trace(parse(doc, FORM), {"form.date_a": "2025-10-05"}, Environment()).root.expected == {
        "count": 2,
        "unit": "day",
    }


def test_a_change_shows_both_values_and_the_trace_is_json() -> None:
    values = flatten(
        {"old": {"choice_a": "draft", "money_a": None}, "new": {"choice_a": "approved", "money_a": {"amount": 1}}}
    )
    rule = parse({"all": [{"field": f"new.{name}", "op": "changed"} for name in ("choice_a", "money_a")]}, EVENT)
    document = trace(rule, values).root.as_json()
    assert json.loads(json.dumps(document)) == document
    assert document["children"][0]["actual"] == {"old": "draft", "new": "approved"}
    assert document["children"][1]["error"]["code"] == "value_type"


def test_a_rule_tells_what_has_to_be_loaded() -> None:
    rule = parse(RULE, ASSIGNEE)
    assert fields_of(rule) == {"candidate", "candidate.department", "requester", "record.total"}
    assert references_of(rule) == {"department:hr"}
    assert fields_of(parse({"field": "new.text_a", "op": "changed"}, EVENT)) == {"new.text_a", "old.text_a"}
