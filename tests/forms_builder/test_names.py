"""Answers with names in place of what only points to something."""

from typing import Any

from forms_builder.schema.display import Names, in_names, with_names
from tests.forms_builder.documents import FILE, GONE, PERSON, YES_NO, MemorySources, document


def named(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "label": name, **more}


FORM = document(
    named("user", "who"),
    named("department", "left"),
    named("choice", "word", choices=YES_NO),
    named("multi_choice", "words", choices=YES_NO),
    named("lookup", "row", choices={"source": "people"}),
    named("file", "papers"),
    named("text", "note"),
    named("checkbox", "done"),
    named("money", "fee"),
    named(
        "table", "lines", columns=[named("user", "who"), named("choice", "word", choices=YES_NO), named("number", "n")]
    ),
)


def read(values: dict[str, Any], labels: dict[str, dict[str, str]] | None = None) -> dict[str, Any]:
    return in_names(FORM.fields, values, with_names(FORM.fields, values, labels, MemorySources()))


def test_names_stand_for_ids_and_values_of_choices_and_nothing_else_changes() -> None:
    fee = {"amount": "12.50", "currency": "INR"}
    line = {"who": PERSON, "word": "yes", "n": 3}
    values = {
        "who": PERSON, "left": GONE, "word": "no", "words": ["yes", "no"], "row": PERSON, "papers": [FILE], "note": PERSON,
        "done": True, "fee": fee, "lines": [line],
    }  # fmt: skip
    found = read(values, {"papers": {FILE: "receipt.pdf"}, "row": {PERSON: "Ravi as he was called"}})
    assert found == {
        "who": "Ravi", "left": "Somebody who left", "word": "No", "words": ["Yes", "No"], "row": "Ravi as he was called",
        "papers": ["receipt.pdf"], "note": PERSON, "done": True, "fee": fee,
        "lines": [{"who": "Ravi", "word": "Yes", "n": 3}],
    }  # fmt: skip
    assert isinstance(found["words"], Names)
    assert f"{found['words']}" == "Yes, No"
    assert values["lines"] == [line], "what is stored is left alone"


def test_what_is_empty_stays_empty_and_what_nobody_knows_stays_as_it_is() -> None:
    assert read({}) == dict.fromkeys(FORM.by_name)
    odd = {"who": "nobody", "word": {"a": 1}, "words": "yes", "lines": "none"}
    assert {name: read(odd)[name] for name in odd} == {**odd, "words": "Yes"}
