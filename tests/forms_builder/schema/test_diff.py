"""Differences between versions in sentences."""

from typing import Any

from forms_builder.schema import diff
from tests.forms_builder.documents import document, one_field


def test_the_same_form_has_no_differences() -> None:
    spec = one_field("text")
    assert diff(document(spec), document(spec)) == []


def test_changes_are_told_one_by_one() -> None:
    old: list[dict[str, Any]] = [
        one_field("text", access={"apply": "write"}, default_access="hidden"),
        {**one_field("date"), "name": "gone", "label": "Gone"},
    ]
    new: list[dict[str, Any]] = [
        one_field("text", access={"apply": "required", "hr": "read"}, default_access="hidden", help="Say why.",
                  required=True, max_length=80, visible_when={"field": "form.b", "op": "is_set"}),
        {**one_field("number"), "name": "b", "label": "B"},
    ]  # fmt: skip
    assert diff(document(*old, title="Leave"), document(*new, title="Holiday")) == [
        "The title changed from “Leave” to “Holiday”.",
        "“It” (it): help changed from nothing to “Say why.”.",
        "“It” (it): required is now on.",
        "“It” (it): visible when added.",
        "“It” (it): max length changed from “500” to “80”.",
        "“It” (it) at step “apply” changed from optional to required.",
        "“It” (it) at step “hr” changed from hidden to read only.",
        "Added number field “B” (b).",
        "Removed date field “Gone” (gone).",
    ]


def test_a_field_of_another_kind_and_a_moved_field_are_told() -> None:
    layout: list[dict[str, Any]] = [
        {"kind": "section", "title": "Dates", "children": [{"kind": "field", "name": "it"}]}
    ]
    assert diff(document(one_field("text")), document(one_field("date"), layout=layout)) == [
        "“It” (it) changed from text field to date field.",
        "“It” (it) moved from the top of the form to section “Dates”.",
    ]
