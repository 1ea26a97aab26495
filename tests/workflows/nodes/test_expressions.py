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
        ("count(each(record.note, 'n'))", 0),
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
        "each(record.total, 'n')",
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


PRICES = {
    "eur": {"amount": "100.00", "currency": "EUR"},
    "inr": {"amount": "60.00", "currency": "INR"},
    "other": {"amount": "40.00", "currency": "INR"},
    "lines": [{"amount": {"amount": "100.00", "currency": "EUR"}}, {"amount": {"amount": "100.00", "currency": "INR"}}],
    "none": None,
}


@pytest.mark.parametrize(
    "text",
    [
        "eur + inr", "inr - eur", "eur * inr", "eur / inr", "eur % inr", "eur > inr", "eur == inr", "eur in [inr]", "-eur + inr",
        "sum(each(lines, 'amount'))", "average(eur, inr)", "max(eur, inr)", "round(eur * 2, 1) + abs(inr)", "floor(eur) + inr",
        "either(eur, 0) + inr", "(eur if True else 0) - min(inr, other)", "inr + sum(1, eur)",
    ],
)  # fmt: skip
def test_amounts_of_several_currencies_are_not_put_together(text: str) -> None:
    with pytest.raises(FormulaError, match="EUR and INR"):
        Formula(text).answer(PRICES)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("inr + other", 100), ("sum(inr, other, none) + 5", 105), ("inr / other", "1.5"), ("inr / other * eur", 150),
        ("count(each(lines, 'amount'))", 2), ("eur if inr > other else inr", 100), ("number(eur) * 90 + inr", 9060),
        ("eur['amount'] * 90 + inr if eur['currency'] == 'EUR' else inr", 9060), ("text(eur) + ' or ' + inr", "100 or 60"),
    ],
)  # fmt: skip
def test_amounts_of_one_currency_and_numbers_are_put_together(text: str, answer: Any) -> None:
    assert Formula(text).answer(PRICES) == answer


def test_an_answer_in_another_currency_than_is_asked_for_is_none() -> None:
    assert Formula("inr * 2").answer(PRICES, currency="INR") == 120
    assert Formula("2 * 3").answer(PRICES, currency="INR") == 6
    with pytest.raises(FormulaError, match="EUR"):
        Formula("eur * 2").answer(PRICES, currency="INR")
