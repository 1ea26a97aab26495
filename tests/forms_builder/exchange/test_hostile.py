"""Files that are no forms, or are made to harm: a clear refusal with its place, and never anything else."""

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.exchange import import_form, import_text
from forms_builder.exchange.formio import _GROUPS, _NOTHING
from forms_builder.exchange.formio_components import COMPONENTS
from forms_builder.exchange.surveyjs_questions import QUESTIONS
from forms_builder.schema import DocumentError, blocking, check


def nested(depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "text", "name": "deep", "title": "Deep"}
    for number in range(depth):
        made = {"type": "panel", "name": f"p{number}", "title": f"P{number}", "elements": [made]}
    return {"elements": [made]}


ASKS = [{"type": "text", "name": "a"}]
BAD = [
    ("", "", "not a JSON document"),
    ("[" * 100_000, "", "nested deeper"),
    ('{"elements": NaN}', "", "NaN is no JSON"),
    ('{"elements": [' + "1" * 5_000 + "]}", "", "not a JSON document"),
    (json.dumps({"elements": [{"title": "a\0b"}]}), "elements.0.title", "cannot be stored"),
    (json.dumps({"elements": [{"\ud800": 1}]}), "elements.0", "cannot be stored"),
    (json.dumps({"elements": ASKS, "max": 1e300}), "max", "too large"),
    (json.dumps(nested(20)), "elements.0." * 15 + "elements", "nested deeper"),
    (json.dumps({"elements": [*ASKS * 301]}), "elements.300", "at most 300 fields"),
    (json.dumps({"fields": [], "schema_version": 1}), "", "of this product"),
    (json.dumps({"forms": {"a": {}}}), "", "whole Form.io project"),
    ("17", "", "neither"),
    (" " * 1_100_000, "", "larger than 1024 kB"),
]


@pytest.mark.parametrize(("text", "place", "told"), BAD, ids=[told for _, _, told in BAD])
def test_what_cannot_be_read_is_told_with_its_place(text: str, place: str, told: str) -> None:
    with pytest.raises(DocumentError) as refused:
        import_text(text)
    assert refused.value.errors[0][0] == place
    assert told in refused.value.errors[0][1]


def test_groups_that_are_too_deep_are_dissolved_and_told() -> None:
    found = import_form(nested(12))
    assert blocking(check(found.document)) == []
    assert "innermost groups were dissolved" in found.report[0].message


def test_a_file_of_marks_and_strange_texts_is_read() -> None:
    found = import_text(b"\xef\xbb\xbf" + json.dumps({"components": [
        {"type": "textfield", "key": "x", "label": "<b>Name</b> &lt;script&gt; &#0;"}, {"type": ["?"], "key": {}, "label": 5},
    ]}).encode())  # fmt: skip
    assert [field.label for field in found.document.fields] == ["Name <script> \ufffd", "5"]


KINDS = sorted(
    {*QUESTIONS, *COMPONENTS, *_GROUPS, *_NOTHING, "matrix", "matrixdynamic", "paneldynamic", "multipletext"}
)
KEYS = (
    "name key title label choices columns rows items elements components values questions templateElements visibleIf"
    " conditional validate validators defaultValue min max minLength maxLength data isRequired hidden width rateMin rateMax"
    " conditions component when eq show value text inputType cellType datePicker decimalLimit step pages"
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["{a} = 1", "!(({a} empty))", "number", "date", "2025-02-30", "1e99", "a"]),
)  # fmt: skip


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    kind = st.fixed_dictionaries({}, optional={"type": st.sampled_from(KINDS)})
    other = st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)
    return st.one_of(st.lists(inner, max_size=4), st.builds(lambda one, two: {**one, **two}, kind, other))


ANYTHING = st.recursive(LEAVES, objects, max_leaves=25)


def test_a_long_name_of_many_values_takes_no_more_room_than_others() -> None:
    text = json.dumps({"elements": ASKS, "x" * 20_000: [0] * 20_000})
    tracemalloc.start()
    try:
        import_text(text)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=150, deadline=None)
@given(st.one_of(ANYTHING, st.builds(lambda key, items: {key: items},
       st.sampled_from(["elements", "components", "pages"]), st.lists(ANYTHING, max_size=4))))  # fmt: skip
def test_any_json_is_a_good_form_or_a_refusal(raw: Any) -> None:
    with suppress(DocumentError):
        assert blocking(check(import_form(raw).document)) == []
