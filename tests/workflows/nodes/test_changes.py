"""What the audit tells of settings that somebody has edited."""

from typing import Any

import pytest

from workflows.nodes.changes import LONGEST, MOST, changes_of


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"values": {"tax": 7}}, {"values": {"tax": 5}}, {"values.tax": ("7", "5")}),
        ({"to": ["a", "b"]}, {"to": ["a"]}, {"to.1": ("b", "")}),
        ({"url": "https://a.example/x"}, {"url": "https://b.example/x"},
         {"url": ("https://a.example/x", "https://b.example/x")}),
        ({"method": "GET"}, {"method": "GET"}, {}),
        ({"body": {}}, {"body": {"a": None, "b": True}}, {"body": ("{}", ""), "body.b": ("", "true")}),
        # What is typed in the place of a secret stays unsaid, its name does not.
        ({"headers": {"Authorization": "Bearer abc"}}, {"headers": {"Authorization": "{{ secret.bank }}"}},
         {"headers.Authorization": ("•••", "{{ secret.bank }}")}),
        ({"values": {"passenger": "Asha", "keyword": "a"}}, {"values": {"passenger": "Ravi", "keyword": "a"}},
         {"values.passenger": ("Asha", "Ravi")}),
        ({"query": {"api_key": "abc"}}, {"query": {"api_key": "abd"}}, {"query.api_key": ("•••", "•••")}),
        ({"url": "https://me:word@a.example/?token=abc&x=1"}, {"url": "https://a.example/?token=abc&x=2"},
         {"url": ("https://•••@a.example/?token=•••&x=1", "https://a.example/?token=•••&x=2")}),
        ({"headers": {"X-Caller": "Basic YWJj"}}, {"headers": {"X-Caller": "Bearer abc"}},
         {"headers.X-Caller": ("Basic •••", "Bearer •••")}),
        ({"body": '{"password": "abc"}'}, {"body": '{"password": "abd", "n": 1}'},
         {"body": ('{"password": "•••"}', '{"password": "•••", "n": 1}')}),
    ],
)  # fmt: skip
def test_what_differs_is_told_without_secrets(
    before: dict[str, Any], after: dict[str, Any], told: dict[str, tuple[str, str]]
) -> None:
    assert changes_of(before, after) == told


def test_it_stays_short() -> None:
    found = changes_of({}, {f"x{number}": "y" * 2 * LONGEST for number in range(2 * MOST)})
    assert len(found) == MOST
    assert {len(after) for _, after in found.values()} == {LONGEST + 1}
