"""Every field type, as a page posts it and as REST sends it: the same value is stored or the same problem told."""

from typing import Any

import pytest

from forms_builder.rendering import form_class
from forms_builder.schema.intake import initial_values
from tests.forms_builder.documents import FILE, GONE, PERSON, PHOTO, MemorySources, document, one_field, posted

AB = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
Pairs = list[tuple[str, str]]
SIGNED = {"by": None, "by_name": "", "at": "2025-10-01T12:00+00:00"}


def it(**parts: str) -> Pairs:
    return [("it" if key == "it" else f"it-{key.replace('_', '-')}", value) for key, value in parts.items()]


GOOD: list[tuple[dict[str, Any], Pairs, Any, Any]] = [
    (one_field("text"), [("it", "  Anna  ")], " Anna ", "Anna"),
    (one_field("text", pattern={"expression": "[A-Z]{3}", "message": "No."}), [("it", "ABC")], "ABC", "ABC"),
    (one_field("long_text"), [("it", "a\r\nb")], "a\nb", "a\nb"),
    (one_field("number"), [("it", "12")], 12, 12),
    (one_field("number", decimals=2), [("it", "1.5")], 1.5, "1.50"),
    (one_field("money"), [("it", "1250")], {"amount": "1250", "currency": "INR"}, {"amount": "1250.00", "currency": "INR"}),
    (one_field("money", currencies=["INR", "EUR"]), [("it", "3"), ("it-currency", "EUR")], {"amount": 3, "currency": "EUR"},
     {"amount": "3.00", "currency": "EUR"}),
    (one_field("date"), [("it", "2025-10-06")], "2025-10-06", "2025-10-06"),
    (one_field("date", min="today"), [("it", "2025-10-01")], "2025-10-01", "2025-10-01"),
    (one_field("date_range"), [("it-from", "2025-10-06"), ("it-to", "2025-10-08")],
     {"from": "2025-10-06", "to": "2025-10-08"}, {"from": "2025-10-06", "to": "2025-10-08"}),
    (one_field("time"), [("it", "09:30")], "09:30:00", "09:30"),
    (one_field("choice", choices=AB), [("it", "b")], "b", "b"),
    (one_field("choice", choices={"source": "people"}), [("it", PERSON)], PERSON, PERSON),
    (one_field("multi_choice", choices=AB), [("it", "b"), ("it", "a")], ["b", "a", "b"], ["a", "b"]),
    (one_field("checkbox"), [("it", "on")], True, True),
    (one_field("checkbox"), [], False, False),
    (one_field("user"), [("it", PERSON)], PERSON.upper(), PERSON),
    (one_field("department"), [("it", PERSON)], PERSON, PERSON),
    (one_field("file"), [("it", FILE)], [FILE], [FILE]),
    (one_field("table", columns=[{"type": "number", "name": "n", "label": "N"}]),
     [("it-0-n", "1"), ("it-1-n", ""), ("it-7-n", "2")], [{"n": 1}, {}, {"n": 2}], [{"n": 1}, {"n": 2}]),
    (one_field("rating"), [("it", "4")], 4, 4),
    (one_field("rating", most=10), [("it", "10")], "10", 10),
    (one_field("lookup"), [("it", PERSON), ("it-search", "Ra")], PERSON.upper(), PERSON),
    (one_field("location"), [("it-latitude", "52.52"), ("it-longitude", "-13.404954321")],
     {"latitude": 52.52, "longitude": "-13.404954321"},
     {"latitude": "52.520000", "longitude": "-13.404954", "accuracy": None}),
    (one_field("location"), [("it-latitude", "-90"), ("it-longitude", "180"), ("it-accuracy", "12.4")],
     {"latitude": -90, "longitude": 180, "accuracy": 12.4},
     {"latitude": "-90.000000", "longitude": "180.000000", "accuracy": 12}),
    (one_field("photo"), [("it", PHOTO)], [PHOTO], [PHOTO]),
    (one_field("signature"), [("it-name", " Asha  Rao "), ("it-strokes", "[]")], {"name": "Asha Rao"},
     {"name": "Asha Rao", "strokes": [], **SIGNED}),
    (one_field("signature"), [("it-name", "A"), ("it-strokes", "[[1,2,3,4],[600,200]]")],
     {"name": "A", "strokes": [[1, 2, 3, 4], [600, 200]]},
     {"name": "A", "strokes": [[1, 2, 3, 4], [600, 200]], **SIGNED}),
]  # fmt: skip

BAD: list[tuple[dict[str, Any], Pairs, Any, str]] = [
    (one_field("text", max_length=3), [("it", "abcd")], "abcd", "it"),
    (one_field("text", min_length=3), [("it", "ab")], "ab", "it"),
    (one_field("text", pattern={"expression": "[A-Z]{3}", "message": "No."}), [("it", "abc")], "abc", "it"),
    (one_field("long_text", max_length=3), [("it", "a\nbcd")], "a\nbcd", "it"),
    (one_field("number"), [("it", "1.5")], 1.5, "it"),
    (one_field("number"), [("it", "many")], "many", "it"),
    (one_field("number", min=1, max=5), [("it", "6")], 6, "it"),
    (one_field("money", min=1), [("it", "0.5")], "0.5", "it"),
    (one_field("money"), [("it", "1.234")], "1.234", "it"),
    (one_field("money", currencies=["INR", "EUR"]), [("it", "1"), ("it-currency", "USD")],
     {"amount": "1", "currency": "USD"}, "it"),
    (one_field("date"), [("it", "2025-02-30")], "2025-02-30", "it"),
    (one_field("date"), [("it", "6.10.2025")], "6.10.2025", "it"),
    (one_field("date", min="today"), [("it", "2025-09-30")], "2025-09-30", "it"),
    (one_field("date_range"), [("it-from", "2025-10-08"), ("it-to", "2025-10-06")],
     {"from": "2025-10-08", "to": "2025-10-06"}, "it.to"),
    (one_field("date_range"), [("it-from", "2025-10-08")], {"from": "2025-10-08"}, "it.to"),
    (one_field("date_range", max_days=2), [("it-from", "2025-10-06"), ("it-to", "2025-10-08")],
     {"from": "2025-10-06", "to": "2025-10-08"}, "it.to"),
    (one_field("time", max="18:00"), [("it", "18:01")], "18:01", "it"),
    (one_field("time"), [("it", "25:00")], "25:00", "it"),
    (one_field("choice", choices=AB), [("it", "c")], "c", "it"),
    (one_field("choice", choices={"source": "people"}), [("it", GONE)], GONE, "it"),
    (one_field("multi_choice", choices=AB), [("it", "a"), ("it", "c")], ["a", "c"], "it"),
    (one_field("multi_choice", choices=AB, max_items=1), [("it", "a"), ("it", "b")], ["a", "b"], "it"),
    (one_field("multi_choice", choices=AB, min_items=2), [("it", "a")], ["a"], "it"),
    (one_field("checkbox", required=True), [], False, "it"),
    (one_field("user"), [("it", GONE)], GONE, "it"),
    (one_field("department"), [("it", "HR")], "HR", "it"),
    (one_field("file"), [("it", GONE)], [GONE], "it"),
    (one_field("file", extensions=["png"]), [("it", FILE)], [FILE], "it"),
    (one_field("table", columns=[{"type": "number", "name": "n", "label": "N", "max": 1}]),
     [("it-0-n", "1"), ("it-1-n", "2")], [{"n": 1}, {"n": 2}], "it.1.n"),
    (one_field("table", max_rows=1, columns=[{"type": "number", "name": "n", "label": "N"}]),
     [("it-0-n", "1"), ("it-1-n", "2")], [{"n": 1}, {"n": 2}], "it"),
    (one_field("table", min_rows=2, columns=[{"type": "number", "name": "n", "label": "N"}]),
     [("it-0-n", "1")], [{"n": 1}], "it"),
    (one_field("rating"), [("it", "6")], 6, "it"),
    (one_field("rating"), [("it", "0")], 0, "it"),
    (one_field("rating"), [("it", "2.5")], 2.5, "it"),
    (one_field("lookup"), [("it", GONE)], GONE, "it"),
    (one_field("lookup"), [("it", "Ravi")], "Ravi", "it"),
    (one_field("location"), [("it-latitude", "91"), ("it-longitude", "0")], {"latitude": 91, "longitude": 0}, "it.latitude"),
    (one_field("location"), [("it-latitude", "1")], {"latitude": 1}, "it.longitude"),
    (one_field("location"), [("it-latitude", "0"), ("it-longitude", "east")], {"latitude": 0, "longitude": "east"},
     "it.longitude"),
    (one_field("location"), [("it-latitude", "0"), ("it-longitude", "0"), ("it-accuracy", "-1")],
     {"latitude": 0, "longitude": 0, "accuracy": -1}, "it.accuracy"),
    (one_field("photo"), [("it", FILE)], [FILE], "it"),
    (one_field("photo"), [("it", PHOTO), ("it", FILE)], [PHOTO, FILE], "it"),
    (one_field("signature"), [("it-name", "x" * 121)], {"name": "x" * 121}, "it.name"),
    (one_field("signature"), [("it-name", "A"), ("it-strokes", "[[1,2,3]]")], {"name": "A", "strokes": [[1, 2, 3]]},
     "it.strokes"),
    (one_field("signature"), [("it-name", "A"), ("it-strokes", "[[601,0]]")], {"name": "A", "strokes": [[601, 0]]},
     "it.strokes"),
    (one_field("signature"), [("it-name", "A"), ("it-strokes", "<svg>")], {"name": "A", "strokes": "<svg>"}, "it.strokes"),
]  # fmt: skip


def of(case: tuple[Any, ...]) -> str:
    return f"{case[0]['type']}-{case[2]!r}"[:50]


@pytest.mark.parametrize("case", GOOD, ids=of)
def test_a_good_value_is_stored_alike_from_both_faces(case: tuple[dict[str, Any], Pairs, Any, Any]) -> None:
    spec, pairs, raw, stored = case
    form = form_class(document(spec), "any", sources=MemorySources())
    assert form(posted(pairs)).stored() == {"it": stored}
    assert form({"it": raw}).stored() == {"it": stored}


@pytest.mark.parametrize("case", BAD, ids=of)
def test_a_bad_value_is_refused_alike_by_both_faces(case: tuple[dict[str, Any], Pairs, Any, str]) -> None:
    spec, pairs, raw, path = case
    form = form_class(document(spec), "any", sources=MemorySources())
    page, rest = form(posted(pairs)), form({"it": raw})
    assert not page.is_valid()
    assert page.problems == rest.problems
    assert list(page.problems) == [path]


@pytest.mark.parametrize("case", GOOD, ids=of)
def test_what_is_stored_is_shown_and_stores_the_same_again(case: tuple[dict[str, Any], Pairs, Any, Any]) -> None:
    spec, _, raw, _ = case
    form = form_class(document(spec), "any", sources=MemorySources())
    stored = form({"it": raw}).stored()
    shown = initial_values(form.plan, stored)
    sent = {field.name: shown[field.name] for field in form.plan.writable}
    assert form(sent, values=stored).stored() == stored
    assert form({}, values=stored).stored() == stored


@pytest.mark.parametrize("spec", [case[0] for case in GOOD], ids=lambda spec: spec["type"])
def test_nothing_given_is_nothing_stored(spec: dict[str, Any]) -> None:
    form = form_class(document(spec), "any", sources=MemorySources())
    empty = False if spec["type"] == "checkbox" else None
    assert form(posted([])).stored() == {"it": empty}
    assert form({"it": None}).stored() == {"it": empty}
    required = form_class(document({**spec, "required": True}), "any", sources=MemorySources())
    assert list(required(posted([])).problems) == ["it"]
    assert list(required({}).problems) == ["it"]
