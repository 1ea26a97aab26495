"""The sentence of a rule."""

from typing import Any

import pytest

from forms_builder.rules import FieldType, RuleContext, explain, leaves_of, parse
from tests.forms_builder.rules.catalogue import ASSIGNEE, EVENT, FORM


def say(field: str, op: str, value: Any = None, context: RuleContext = FORM, **more: Any) -> str:
    given = {} if value is None else {"value": value}
    return explain(parse({"field": field, "op": op} | given | more, context))


@pytest.mark.parametrize(
    ("field", "op", "value", "sentence"),
    [
        ("text", "eq", "Pune", 'text a is "Pune"'),
        ("text", "in", ["Pune", "Delhi"], 'text a is "Pune" or "Delhi"'),
        ("text", "not_in", ["a", "b", "c"], 'text a is not "a", "b" or "c"'),
        ("text", "contains", "{x}", 'text a contains "{x}"'),
        ("text", "is_set", None, "text a is filled in"),
        ("choice", "ne", "approved", "choice a is not Approved"),
        ("multi_choice", "has_all", ["draft", "approved"], "multi choice a includes Draft and Approved"),
        ("multi_choice", "has_none", ["draft"], "multi choice a does not include Draft"),
        ("number", "gt", 1000, "number a is more than 1,000"),
        ("number", "between", ["0.50", 12345678], "number a is between 0.50 and 12,345,678"),
        ("number", "in", list(range(13)), "number a is 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 3 more"),
        ("money", "lte", {"amount": "1500.00", "currency": "INR"}, "money a is at most 1,500.00 INR"),
        ("date", "lte", "2025-10-06", "date a is not after 6 October 2025"),
        ("date", "before", {"relative": "today", "offset": -3}, "date a is before 3 days before today"),
        ("date", "eq", {"relative": "today"}, "date a is today"),
        ("date", "gte", {"relative": "today", "offset": 1, "unit": "week"}, "date a is not before 1 week after today"),
        ("date", "eq", {"relative": "today", "offset": -2, "unit": "business_day"}, "date a is 2 business days before today"),
        ("date", "within_last", {"count": 7}, "date a is within the last 7 days"),
        ("datetime", "after", "2025-10-06T09:30+05:30", "datetime a is after 6 October 2025 09:30 UTC+05:30"),
        ("datetime", "gt", {"relative": "now", "offset": -2, "unit": "hour"}, "datetime a is after 2 hours before now"),
        ("time", "between", ["09:00", "18:00:05"], "time a is between 09:00 and 18:00:05"),
        ("bool", "eq", False, "bool a is no"),
    ],
)  # fmt: skip
def test_conditions_in_plain_words(field: str, op: str, value: Any, sentence: str) -> None:
    assert say(f"form.{field}_a", op, value) == sentence


def test_groups_are_bracketed_only_where_needed() -> None:
    hr = {"field": "candidate.department", "op": "eq", "value_ref": "department:hr"}
    large = {"field": "record.total", "op": "gt", "value": 1000}
    boss = {"field": "candidate", "op": "is_manager_of", "value_field": "requester"}
    rule = parse({"all": [hr, {"any": [large, {"not": boss}]}, {"all": [large]}]}, ASSIGNEE)
    assert explain(rule, {"department:hr": "HR"}) == (
        "candidate's department is HR and (total is more than 1,000 or not (candidate is the manager of requester))"
        " and total is more than 1,000"
    )
    assert explain(parse({"any": [hr, large]}, ASSIGNEE)) == "candidate's department is hr or total is more than 1,000"


def test_people_and_changes() -> None:
    rule = parse({"field": "candidate", "op": "is_member_of", "value": "0199"}, ASSIGNEE)
    assert explain(rule, {"0199": "HR"}) == "candidate is a member of HR"
    assert say("new.choice_a", "changed_to", "approved", EVENT) == "choice a changed to Approved"
    assert say("new.number_a", "increased", context=EVENT) == "number a increased"
    assert say("form.number_a", "gte", value_field="form.number_b") == "number a is at least number b"
    assert say("form.user_a", "is_same_as_field", value_field="form.user_b") == "user a is the same as user b"


def test_every_leaf_says_its_field() -> None:
    rule = parse({"all": [{"field": f"form.{kind}_a", "op": "is_empty"} for kind in FieldType]}, FORM)
    sentence = explain(rule)
    assert all(f"{leaf.field.label} is empty" in sentence for leaf in leaves_of(rule))
