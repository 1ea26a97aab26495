"""What blocks publishing: every problem with its place, all at once."""

from typing import Any

import pytest

from forms_builder.schema import blocking, check
from tests.forms_builder.documents import EXPENSE_FIELDS, document, one_field

A = {**one_field("text"), "name": "a"}
CASES: list[tuple[list[dict[str, Any]], str, str]] = [
    ([A, A], "fields.1.name", "duplicate-name"),
    ([one_field("text", default_access="hidden")], "fields.0.access", "never-shown"),
    ([one_field("text", default_access="read", required=True)], "fields.0.access", "required-but-hidden"),
    ([one_field("static")], "fields.0.access", "static-written"),
    ([one_field("number", min=5, max=4)], "fields.0.min", "empty-range"),
    ([one_field("number", min=10, max=9)], "fields.0.min", "empty-range"),
    ([one_field("text", min_length=9, max_length=8)], "fields.0.min_length", "empty-range"),
    ([one_field("date", min="2025-12-02", max="2025-12-01")], "fields.0.min", "empty-range"),
    ([one_field("date", min="2025-02-30")], "fields.0.min", "no-such-day"),
    ([one_field("text", pattern={"expression": r"(a)\1", "message": "No."})], "fields.0.pattern.expression", "bad-pattern"),
    ([one_field("choice")], "fields.0.choices", "no-choices"),
    ([one_field("choice", choices=[{"value": "a", "label": "A"}] * 2)], "fields.0.choices", "duplicate-choice"),
    ([one_field("multi_choice", min_items=2, choices=[{"value": "a", "label": "A"}])], "fields.0.min_items", "too-few-choices"),
    ([one_field("table", columns=[one_field("multi_choice", min_items=2, choices=[{"value": "a", "label": "A"}])])],
     "fields.0.columns.0.min_items", "too-few-choices"),
    ([one_field("file", extensions=["exe", "doc"])], "fields.0.extensions", "not-accepted"),
    ([one_field("number", default="many")], "fields.0.default", "bad-default"),
    ([one_field("user", default="x")], "fields.0.default", "default-from-database"),
    ([one_field("date", checks=[{"kind": "after", "field": "zz"}])], "fields.0.checks.0.field", "unknown-field"),
    ([one_field("date", checks=[{"kind": "after", "field": "a"}]), A], "fields.0.checks.0.field", "wrong-kind"),
    ([one_field("text", visible_when={"field": "form.zz", "op": "is_set"})], "fields.0.visible_when.field", "rule-unknown_field"),
    ([one_field("text", visible_when={"field": "form.it", "op": "is_set"})], "fields.0.visible_when", "condition-circle"),
    ([one_field("user", filter={"field": "candidate.salary", "op": "is_set"})], "fields.0.filter.field", "rule-unknown_field"),
    ([one_field("table", columns=[A, A])], "fields.0.columns", "duplicate-name"),
    ([one_field("table", columns=[one_field("choice", default_access="hidden")])], "fields.0.columns.0.choices", "no-choices"),
    ([], "fields", "no-fields"),
]  # fmt: skip


def plain(spec: dict[str, Any]) -> dict[str, Any]:
    """Columns have no access of their own."""
    columns = [
        {key: value for key, value in column.items() if key != "default_access"} for column in spec.get("columns", [])
    ]
    return {**spec, "columns": columns} if columns else spec


@pytest.mark.parametrize(("fields", "place", "code"), CASES, ids=[case[2] + case[1] for case in CASES])
def test_each_problem_has_its_place_and_code(fields: list[dict[str, Any]], place: str, code: str) -> None:
    found = check(document(*map(plain, fields)))
    assert (place, code) in [(problem.place, problem.code) for problem in found]
    assert all(problem.message and problem.hint for problem in found)


def test_a_sound_form_has_none() -> None:
    assert check(document(*EXPENSE_FIELDS), ["claim", "approve"]) == []


def test_all_problems_are_told_at_once_and_warnings_do_not_block() -> None:
    hidden = {**one_field("text", default_access="hidden"), "name": "b"}
    found = check(document(one_field("choice"), A, A, hidden))
    assert [problem.code for problem in found] == ["no-choices", "duplicate-name", "never-shown"]
    assert [problem.code for problem in blocking(found)] == ["no-choices", "duplicate-name"]


def test_an_ending_that_is_never_accepted_blocks_where_there_is_no_other() -> None:
    levels = [
        [one.level for one in check(document(one_field("file", extensions=endings)))]
        for endings in ([], ["pdf"], ["pdf", "doc"], ["doc"])
    ]
    assert levels == [[], [], ["warning"], ["error"]]


def test_the_layout_must_show_every_field_once() -> None:
    layout = [{"kind": "section", "children": [{"kind": "field", "name": "zz"}] + [{"kind": "field", "name": "a"}] * 2}]
    found = check(document(A, one_field("text"), layout=layout))
    assert [(problem.place, problem.code) for problem in found] == [
        ("layout.0.children.0.name", "unknown-field"),
        ("layout.0.children.2.name", "placed-twice"),
        ("fields.1", "not-placed"),
    ]


def test_access_for_a_step_that_is_gone_is_told() -> None:
    spec = one_field("text", access={"apply": "write", "audit": "read"})
    assert [(p.place, p.code) for p in check(document(spec), ["apply"])] == [("fields.0.access.audit", "unknown-step")]
    assert check(document(spec)) == []


def test_circles_through_several_fields_are_found() -> None:
    def shown_by(name: str, other: str) -> dict[str, Any]:
        return {**one_field("text"), "name": name, "visible_when": {"field": f"form.{other}", "op": "is_set"}}

    found = check(document(shown_by("a", "b"), shown_by("b", "c"), shown_by("c", "a"), shown_by("d", "a")))
    assert [problem.place for problem in found] == [f"fields.{number}.visible_when" for number in range(3)]
