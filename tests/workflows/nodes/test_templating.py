"""Placeholders: what a machine gets, and what people read."""

from typing import Any

import pytest

from forms_builder.schema.display import Names
from tests.workflows.nodes.bench import FakeTools, run, work
from workflows.nodes.base import NodeFailure
from workflows.nodes.templating import render, render_text

VALUES: dict[str, Any] = {
    "record": {"who": "id-1", "kinds": ["k1", "k2"], "days": {"from": "a", "to": "b"}, "note": None},
    "shown": {"who": "Ravi", "kinds": Names(["Part", "Tool"]), "days": {"from": "a", "to": "b"}, "note": None},
    "context": {"found": ["x", "y"]},
}
CODED = "..%2Fpay%3Fto%3Da%26b%20c%20%C3%BC"


@pytest.mark.parametrize(
    ("template", "words", "text"),
    [
        ("{{ record.who }}.", "Ravi.", "id-1."),
        ("{{ shown.who }}.", "Ravi.", "Ravi."),
        ("{{ record.kinds }}", "Part, Tool", '["k1", "k2"]'),
        ("{{ record.kinds.1 }}", "Tool", "k2"),
        ("{{ record.days }}{{ record.days.to }}", "a to bb", "a to bb"),
        ("{{ record.note }}{{ shown.note }}{{ shown.not_there }}.", ".", "."),
        ("{{ context.found }}", '["x", "y"]', '["x", "y"]'),
        ("{{ secret.bank }}", "{{ secret.bank }}", "{{ secret.bank }}"),
    ],
)
def test_a_text_for_people_and_for_machines(template: str, words: str, text: str) -> None:
    here = work(values=VALUES)
    assert (here.words(template), here.text(template), render_text(template, VALUES)) == (words, text, text)


def test_what_is_missing_is_missing_for_both() -> None:
    here = work(values=VALUES)
    for read in (here.words, here.text, here.value):
        with pytest.raises(NodeFailure, match=r"There is no value “record.kinds.7”"):
            read("{{ record.kinds.7 }}")


def test_a_placeholder_alone_is_the_value_and_names_are_one_text() -> None:
    asked = {"id": "{{ record.who }}", "all": "{{ record.kinds }}", "names": "{{ shown.kinds }}"}
    assert render(asked, VALUES) == {"id": "id-1", "all": ["k1", "k2"], "names": "Part, Tool"}
    set_ = run("set_fields", {"values": asked | {"text": "of {{ record.who }}"}}, work(values=VALUES))
    assert set_.fields == {"id": "id-1", "all": ["k1", "k2"], "names": "Part, Tool", "text": "of id-1"}
    prompt = {"endpoint": "https://llm.example", "model": "m", "prompt": "{{ record.who }} {{ shown.who }}"}
    tools = FakeTools()
    with pytest.raises(NodeFailure):
        run("llm", prompt, work(tools, values=VALUES))
    assert b'"id-1 Ravi"' in tools.calls[0].body


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("https://erp.example/{{ record.code }}?q={{ record.code }}", f"https://erp.example/{CODED}?q={CODED}"),
        ("{{ context.base }}/{{ record.code }}", f"https://erp.example/v1/{CODED}"),
        (" {{ context.base }}", "https://erp.example/v1"),
        ("https://erp.example/{{ record.none }}", "https://erp.example/"),
    ],
)
def test_what_is_filled_into_an_address_leads_nowhere_else(template: str, address: str) -> None:
    values = {"record": {"code": "../pay?to=a&b c ü", "none": None}, "shown": {}}
    at_work = work(values={**values, "context": {"base": "https://erp.example/v1"}})
    assert at_work.address(template) == address
