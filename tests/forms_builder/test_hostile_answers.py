"""Whatever is sent, the answer is a message at the field; nothing raises, nothing is stored."""

import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.rendering import form_class
from tests.forms_builder.documents import MemorySources, document, one_field, posted

AB = [{"value": "a", "label": "A"}]
COLUMNS = [{"type": "number", "name": "n", "label": "N"}, {"type": "text", "name": "t", "label": "T"}]
SPECS = [
    *(one_field(kind) for kind in ("text", "long_text", "number", "money", "date", "date_range", "time", "checkbox")),
    *(one_field(kind) for kind in ("user", "department", "file", "rating", "lookup", "location", "photo", "signature")),
    one_field("choice", choices=AB), one_field("multi_choice", choices=AB), one_field("table", columns=COLUMNS),
]  # fmt: skip
NESTED: Any = []
for _ in range(500):
    NESTED = [NESTED]
HOSTILE: list[Any] = [
    "a\x00b", "\ud800", "\x1b[31m", 10**5000, -(10**40), math.nan, math.inf, "1e400", "9" * 5000, "x" * 1_000_000,
    NESTED, {"a": {"a": {}}}, {"__proto__": 1}, [None], [[]], [{}], {"amount": {"amount": 1}}, {"from": ["2025-10-06"]},
    {"latitude": math.nan, "longitude": math.inf}, {"latitude": "1e400", "longitude": [1]}, {"latitude": True, "longitude": "٣"},
    {"name": "a\x00b"}, {"name": ["A"]}, {"name": "A", "strokes": NESTED}, {"name": "A", "strokes": "[" * 50_000},
    {"name": "A", "strokes": [[math.nan, 1]]}, {"name": "A", "strokes": [[1.5, 1]]}, {"name": "A", "strokes": [[True, 1]]},
    {"name": "A", "strokes": [[0] * 9_000]}, {"name": "A", "strokes": [[0, 0]] * 201}, {"name": "A", "by": "someone"},
    [{"n": 10**5000, "t": "\x00"}], [{"zz": 1}], [1, 2], True, 1.5, -0.0, "0x10", "１２", "٣", "2025-10-06T00:00:00Z",
]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["type"])
@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_get_a_message_or_are_stored_harmless(spec: dict[str, Any], raw: Any) -> None:
    form = form_class(document(spec), "any", sources=MemorySources())({"it": raw})
    started = time.process_time()
    if form.is_valid():
        stored = repr(form.stored())
        assert "\x00" not in stored
        assert "\ud800" not in stored
    else:
        assert all(path.partition(".")[0] == "it" for path in form.problems)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\x08"])
@pytest.mark.parametrize("kind", ["text", "long_text"])
def test_text_that_cannot_be_kept_is_refused(kind: str, text: str) -> None:
    form = form_class(document(one_field(kind)), "any", sources=MemorySources())
    assert form({"it": text}).problems == {"it": ["This contains a character that cannot be stored."]}


@pytest.mark.parametrize("kind", ["text", "long_text"])
def test_text_reads_as_it_is_stored(kind: str) -> None:
    form = form_class(document(one_field(kind)), "any", sources=MemorySources())
    assert form({"it": "pay \u202e0001\u202c EUR"}).stored() == {"it": "pay 0001 EUR"}
    assert form({"it": "\u2066\u2069"}).stored() == {"it": None}
    assert form({"it": "שלום 👩\u200d💻"}).stored() == {"it": "שלום 👩\u200d💻"}


@given(raw=json_values, spec=st.sampled_from(SPECS))
@settings(max_examples=300, deadline=None)
def test_no_json_value_raises(raw: Any, spec: dict[str, Any]) -> None:
    form = form_class(document(spec), "any", sources=MemorySources())
    first = form({"it": raw})
    if first.is_valid():
        assert form({"it": first.stored()["it"]}).stored() == first.stored()


PARTS = st.sampled_from(
    ["it-latitude", "it-strokes", "it-name", "it-search", "it", "it-0-n", "it-9999-t", "it-from", "it-x-n", "it--"]
)


@given(pairs=st.lists(st.tuples(PARTS, st.text(max_size=9))))
@settings(max_examples=200, deadline=None)
def test_no_posted_names_raise(pairs: list[tuple[str, str]]) -> None:
    clean = [(name, text.encode(errors="replace").decode()) for name, text in pairs]
    for spec in SPECS:
        form_class(document(spec), "any", sources=MemorySources())(posted(clean)).is_valid()


def test_a_pattern_that_stalls_other_engines_answers_at_once() -> None:
    spec = one_field("text", max_length=20_000, pattern={"expression": "(a+)+$", "message": "No."})
    form = form_class(document(spec), "any", sources=MemorySources())({"it": "a" * 19_000 + "!"})
    started = time.process_time()
    assert form.problems == {"it": ["No."]}
    assert time.process_time() - started < 2


def test_answers_that_are_no_object_are_refused() -> None:
    form = form_class(document(one_field("text", required=True)), "any", sources=MemorySources())
    assert list(form({"it": "x", "tenant_id": 1, "state": "done"}).problems) == ["state", "tenant_id"]
