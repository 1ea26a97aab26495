"""The template language of tenants: nothing to call, to include or to reach into."""

import pytest

from notifications.rendering import MAX_TEXT, paragraphs, problems, render, render_line

NAMES = ("number", "reason", "person")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Request #{number}", "Request #7"),
        ("{number}{number}", "77"),
        ("{ number } {0} {} {{number}}", "{ number } {0} {} {7}"),
        ("{number.__class__} {number!r} {number:>999999999}", "{number.__class__} {number!r} {number:>999999999}"),
        (
            "{% include '/etc/passwd' %}{{ settings.SECRET_KEY }}",
            "{% include '/etc/passwd' %}{{ settings.SECRET_KEY }}",
        ),
        ("A\nReason: {reason}\nB", "A\nB"),
        ("{person}, because: {reason}", "Asha, because: "),
        ("Nobody: {unheard_of}", ""),
    ],
)
def test_a_name_is_replaced_and_nothing_else_happens(template: str, expected: str) -> None:
    assert render(template, {"number": "7", "reason": "", "person": "Asha"}) == expected


def test_a_value_is_never_read_as_a_template() -> None:
    assert render("{person}: {reason}", {"person": "{reason}", "reason": "{{ 7*7 }} {person}"}) == (
        "{reason}: {{ 7*7 }} {person}"
    )


def test_the_output_is_capped_however_often_a_name_is_used() -> None:
    text = "{reason}" * 1_000
    assert len(render(text, {"reason": "x" * 5_000})) == MAX_TEXT
    assert len(render("\n".join([text] * 100), {"reason": "x" * 5_000})) == MAX_TEXT


@pytest.mark.parametrize("value", ["a\r\nBcc: evil@x.example", "a\nb", "a\x00b", "a\u2028b", "a\x85b"])
def test_a_subject_stays_on_one_line(value: str) -> None:
    line = render_line("Re: {person}", {"person": value})
    assert line.isprintable()
    assert line.startswith("Re: a")


def test_a_long_subject_ends_in_an_ellipsis() -> None:
    line = render_line("{person}", {"person": "x" * 900})
    assert len(line) == 200
    assert line.endswith("…")


def test_what_is_wrong_with_a_template_is_named_when_it_is_saved() -> None:
    assert problems("{number} {salary} {salary}", NAMES) == [
        "{salary} is not available here. Use one of: {number}, {person}, {reason}."
    ]
    assert problems("a\r\nBcc: x@y.example", NAMES, one_line=True) == ["A subject is one line."]
    assert problems("a\0b", NAMES) == ["The text holds a character that cannot be stored."]
    assert problems("#{number} by {person}", NAMES, one_line=True) == []


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("a\nb\r\n\r\n\n c \n") == [["a", "b"], ["c"]]
