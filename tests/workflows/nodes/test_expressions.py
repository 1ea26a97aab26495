"""Formulas: what they answer, and everything that they are not."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_builder.formulas import Formula, FormulaError
from tests.workflows.nodes.bench import VALUES, run


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 + 2 * 3", 7),
        ("record.total * 2", 25),
        ("record.total * 0.1", "1.25"),
        ("0.1 + 0.2", "0.3"),
        ("round(10 / 3, 2)", "3.33"),
        ("'many' if record.days > 2 else 'few'", "many"),
        ("upper(requester.name) + '!'", "ASHA!"),
        ("days_between(record['from'], '2025-10-08')", 2),
        ("add_days('2025-10-06', 30)", "2025-11-05"),
        ("sum(1, 2, [3, 4])", 10),
        ("join(each(context.rates.body.rows, 'n'), ', ')", "a, b"),
        ("context.rates.body.rows[1].n", "b"),
        ("either(record.note, 'nothing')", "nothing"),
        ("empty(record.note) and not False", True),
        ("record.missing == None", True),
        ("1 < record.days <= 3", True),
        ("'Ash' in requester.name", True),
        ("max(1, '2.5', 2)", "2.5"),
    ],
)
def test_answers(text: str, answer: Any) -> None:
    assert Formula(text).answer(VALUES) == answer


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "x = 1", "2 ** 999999", "().__class__.__mro__", "__import__('os')", "open('/etc/passwd')", "lambda: 1",
        "[x for x in [1]]", "record.total.__class__", "f'{record}'", "requester.name.upper()", "'a' * 10000000",
        "sum(*[1])", "round(1, places=2)", "1 if", "a" * 2000, "1 / 0", "10 ** 3", "1 << 80", "nothing.here", "context.nope",
        "record.days + requester", "left('abc', 'x')", "~1", "b'1'", "...", "{'a': 1}", "1j", "-'a'",
    ],
)  # fmt: skip
def test_refusals(text: str) -> None:
    with pytest.raises(FormulaError):
        Formula(text).answer(VALUES)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="record.days+-*/%()[]'\"0123456789, ifelsandotr<>=!_{}:", max_size=60))
def test_anything_is_an_answer_or_a_refusal(text: str) -> None:
    with suppress(FormulaError):
        Formula(text).answer(VALUES)


def test_later_formulas_use_earlier_ones() -> None:
    answer = run("formula", {"values": {"net": "record.total / 1.25", "tax": "record.total - net"}})
    assert answer.output == {"net": 10, "tax": "2.5"}
