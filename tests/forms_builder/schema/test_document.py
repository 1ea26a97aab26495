"""Documents: everything wrong is told at once, and what is written is read back the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.schema import DocumentError, FormDocument
from forms_builder.schema.upgrades import DocumentTooNew, upgraded
from tests.forms_builder.documents import EXPENSE_FIELDS, document, one_field

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    str.strip
)
LABELS = TEXTS.filter(bool)
ACCESS = st.sampled_from(["hidden", "read", "write", "required"])
RULE = {"field": "form.a", "op": "is_set"}


def with_type(kind: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    shared = {"name": NAMES, "label": LABELS, "help": TEXTS, "default_access": ACCESS, "required": st.booleans()}
    steps = st.dictionaries(st.sampled_from(["apply", "hr-review"]), ACCESS)
    return st.fixed_dictionaries({"type": st.just(kind), **shared, "access": steps, **parts})


CHOICES = st.lists(st.fixed_dictionaries({"value": LABELS, "label": LABELS}), max_size=4) | st.just(
    {"source": "people"}
)
FIELDS = st.one_of(
    with_type("text", max_length=st.integers(1, 99), visible_when=st.none() | st.just(RULE)),
    with_type("number", min=st.none() | st.decimals(-999, 999, places=2).map(str), decimals=st.integers(0, 6)),
    with_type("money", currencies=st.just(["EUR", "INR"])),
    with_type("date", checks=st.just([{"kind": "after", "field": "a"}])),
    with_type("choice", choices=CHOICES, display=st.sampled_from(["radio", "dropdown"])),
    with_type("checkbox", default=st.none() | st.booleans()),
    with_type("file", extensions=st.just(["pdf"])),
)
LAYOUT = st.recursive(
    st.builds(lambda name: {"kind": "field", "name": name}, NAMES),
    lambda inner: st.builds(
        lambda kind, children: {"kind": kind, "children": children},
        st.sampled_from(["section", "row", "column"]), st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)  # fmt: skip


@given(fields=st.lists(FIELDS, max_size=5), layout=st.lists(LAYOUT, max_size=3), title=TEXTS)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back_the_same(fields: list[Any], layout: list[Any], title: str) -> None:
    loaded = FormDocument.load({"schema_version": 1, "title": title, "fields": fields, "layout": layout})
    written = loaded.to_json()
    assert FormDocument.load(written) == loaded
    assert FormDocument.loads(json.dumps(written)) == loaded
    assert FormDocument.load(written).to_json() == written


def test_every_wrong_place_is_told_at_once() -> None:
    raw = {
        "fields": [
            {"type": "choice", "name": "Bad Name", "label": "C\x00", "choices": [{"value": "a"}]},
            {"type": "hologram", "name": "s", "label": "S"},
            {"type": "text", "name": "t", "label": "T", "max_lenght": 5, "access": {"Apply!": "write"}},
            {"type": "choice", "name": "u", "label": "U", "choices": {"source": "salaries"}},
            {**one_field("table", columns=[{**one_field("text"), "access": {"apply": "read"}}])},
        ],
        "layout": [{"kind": "row", "children": [{"kind": "spacer"}]}],
        "tenant_id": 5,
    }
    with pytest.raises(DocumentError) as refusal:
        FormDocument.load(raw)
    assert set(refusal.value.fields) == {
        "fields.0.name", "fields.0.label", "fields.0.choices.0.label", "fields.1", "fields.2.max_lenght",
        "fields.2.access.Apply!.[key]", "fields.3.choices.source", "fields.4", "layout.0.children.0", "tenant_id",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, '{"fields": [], "fields": []}', "{", "null", "[]", '{"schema_version": 2}', '{"title": NaN}',
        '{"title": "\\u0000"}', '{"title": "\\ud800"}', '{"a": ' * 200 + "1" + "}" * 200, '{"title": "' + "x" * 600_000 + '"}',
        '{"fields": [{"type": "number", "name": "a", "label": "A", "min": ' + "9" * 5_000 + "}]}",
        '{"fields": [{"type": "text", "name": "a", "label": "A", "default": 1e400}]}',
    ],
)  # fmt: skip
def test_hostile_text_is_refused_with_a_message(text: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        FormDocument.loads(text)
    assert all(message for _, message in refusal.value.errors)


def test_sizes_are_limited() -> None:
    many = [{**one_field("text"), "name": f"f{number}"} for number in range(301)]
    with pytest.raises(DocumentError, match="300"):
        document(*many)
    assert len(document(*many[:300]).fields) == 300
    choices = [{"value": f"v{number}", "label": "L"} for number in range(1_001)]
    with pytest.raises(DocumentError, match="1000"):
        document(one_field("choice", choices=choices))


def test_a_document_cannot_be_changed() -> None:
    loaded = document(*EXPENSE_FIELDS)
    with pytest.raises(ValueError, match="frozen"):
        loaded.title = "Other"  # type: ignore[misc]
    assert loaded.plan("claim") is loaded.plan("claim")


def test_older_versions_are_brought_up_step_by_step_and_newer_ones_refused() -> None:
    upgrades = {1: lambda raw: {**raw, "schema_version": 2, "b": raw["a"]}, 2: lambda raw: {**raw, "schema_version": 3}}
    raw = {"schema_version": 1, "a": 7}
    assert upgraded(raw, current=3, upgrades=upgrades) == {"schema_version": 3, "a": 7, "b": 7}
    assert raw == {"schema_version": 1, "a": 7}
    with pytest.raises(DocumentTooNew):
        upgraded({"schema_version": 4}, current=3, upgrades=upgrades)
