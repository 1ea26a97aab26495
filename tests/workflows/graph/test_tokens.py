"""Tokens: what a decision does to the branches of a request."""

from collections.abc import Mapping
from typing import Any

import pytest

from forms_builder.rules import Compiled
from tests.workflows.graph.forks import BACK, opened
from tests.workflows.graph.shapes import graph, step, way
from workflows.graph.compiled import CompiledGraph, GraphBroken
from workflows.graph.document import GraphDocument
from workflows.graph.tokens import Movement, NoWayOn, Token, advance

OVER = {"field": "actor.level", "op": "gt", "value": 5}


class Walk:
    """A request of which only the tokens are known; ``level`` is what conditions read."""

    def __init__(self, document: dict[str, Any], level: int = 0) -> None:
        self.graph = CompiledGraph.build(GraphDocument.load(document))
        self.tokens: tuple[Token, ...] = ()
        self.at = {self.graph.start.key}
        self.level = level
        self.last = Movement()

    def go(self, source: str, target: str) -> "Walk":
        found = next(way for way in self.graph.transitions_from(source) if way.key == f"{source}-to-{target}")
        self.last = advance(self.graph, self.tokens, source, found, self.holds)
        assert source in self.at
        self.at = (self.at - {source} - set(self.last.cancelled)) | {one.step.key for one in self.last.opened}
        self.tokens = self.last.tokens
        return self

    def holds(self, condition: Compiled | None) -> bool:
        values: Mapping[str, Any] = {"actor.level": self.level}
        return condition is None or condition(values, None)  # type: ignore[arg-type]  # no rule here asks the environment

    def until_forked(self) -> "Walk":
        return self.go("ask", "check").go("check", "split")


def test_a_fork_opens_every_branch_and_the_join_waits_for_all() -> None:
    walk = Walk(opened("law", "money")).until_forked()
    assert walk.at == {"law", "money"}
    assert [token.scope for token in walk.tokens] == [("split#0",)] * 2
    assert [one.chosen for one in walk.last.opened] == [True, True]
    walk.go("law", "meet")
    assert (walk.at, [join.key for join in walk.last.waiting], walk.last.fired) == ({"money"}, ["meet"], ())
    walk.go("money", "meet")
    assert (walk.at, [join.key for join in walk.last.fired], walk.tokens) == ({"sign"}, ["meet"], ())
    assert not walk.last.opened[0].chosen
    assert walk.last.trail == ("money-to-meet", "meet-to-sign")


def test_branches_whose_condition_does_not_hold_are_skipped_and_not_waited_for() -> None:
    document = opened("law", "money", "tax")
    for one in document["transitions"]:
        if one["key"] in ("split-to-money", "split-to-tax"):
            one["condition"] = OVER
    walk = Walk(document).until_forked()
    assert (walk.at, walk.tokens) == ({"law"}, ())
    assert [one.key for one in walk.last.skipped] == ["split-to-money", "split-to-tax"]
    assert walk.go("law", "meet").at == {"sign"}
    assert Walk(document, level=9).until_forked().at == {"law", "money", "tax"}


def test_where_no_condition_holds_the_other_way_is_taken_or_the_decision_refused() -> None:
    document = opened("law", "money")
    for one in document["transitions"]:
        if one["from"] == "split":
            one["condition"] = OVER
    with pytest.raises(NoWayOn):
        Walk(document).until_forked()
    document["transitions"].append(way("split", "sign", otherwise=True))
    walk = Walk(document).until_forked()
    assert (walk.at, len(walk.last.skipped)) == ({"sign"}, 2)


def test_an_end_ends_everything_and_takes_the_other_branches_away() -> None:
    walk = Walk(opened("law", "money")).until_forked().go("law", "no")
    assert walk.last.ended is not None
    assert (walk.last.ended.key, walk.last.cancelled, walk.tokens) == ("no", ("money",), ())


@pytest.mark.parametrize(
    ("join", "order", "fires_at", "cancelled"),
    [
        ({"mode": "any"}, "abc", 1, {"b", "c"}),
        ({"mode": "count", "count": 2}, "bca", 2, {"a"}),
        ({"mode": "named", "ways": ["a-to-meet", "c-to-meet"]}, "bac", 3, set()),
        ({"mode": "named", "ways": ["a-to-meet", "c-to-meet"]}, "acb", 2, {"b"}),
        ({"mode": "count", "count": 5}, "abc", 3, set()),
        ({"mode": "all", "condition": OVER}, "abc", 3, set()),
        ({"mode": "any", "condition": OVER}, "abc", 3, set()),
    ],
)
def test_a_join_fires_once_when_it_has_what_it_waits_for(
    join: dict[str, Any], order: str, fires_at: int, cancelled: set[str]
) -> None:
    walk = Walk(opened("a", "b", "c", join=join)).until_forked()
    fired = []
    for number, key in enumerate(order[:fires_at], 1):
        walk.go(key, "meet")
        fired += [number] if walk.last.fired else []
    assert (fired, set(walk.last.cancelled), walk.at, walk.tokens) == ([fires_at], cancelled, {"sign"}, ())


def test_a_join_that_is_not_met_goes_the_other_way() -> None:
    document = opened("a", "b", join={"condition": OVER}, more=[way("meet", "no", otherwise=True)])
    walk = Walk(document, level=9).until_forked().go("a", "meet")
    walk.level = 1
    walk.go("b", "meet")
    assert walk.last.ended is not None
    assert walk.last.ended.key == "no"
    met = Walk(document, level=9).until_forked().go("a", "meet").go("b", "meet")
    assert met.at == {"sign"}


def test_a_way_back_before_the_fork_takes_every_branch_away_and_supersedes() -> None:
    walk = Walk(opened("law", "money")).until_forked().go("law", "meet").go("money", "check")
    assert (walk.at, walk.tokens, walk.last.cancelled) == ({"check"}, (), ())
    assert set(walk.last.superseded) == {"check", "split", "law", "money", "meet"}
    walk.go("check", "split").go("law", "check")
    assert (walk.at, walk.last.cancelled) == ({"check"}, ("money",))


def nested() -> dict[str, Any]:
    """Two branches; the first forks again and may go back inside itself."""
    keys = {"ask": "start", "outer": "fork", "in": "fork", "got": "join", "all": "join", "done": "end"}
    steps = [
        step(key, keys.get(key, "task")) for key in ("ask", "outer", "prepare", "in", "x", "y", "got", "z", "other")
    ]
    steps += [step("all", "join"), step("sign"), step("done", "end")]
    pairs = [
        ("ask", "outer"), ("outer", "prepare"), ("outer", "other"), ("prepare", "in"), ("in", "x"), ("in", "y"),
        ("x", "got"), ("y", "got"), ("got", "z"), ("z", "all"), ("other", "all"), ("all", "sign"), ("sign", "done"),
    ]  # fmt: skip
    return graph(steps, [*(way(*pair) for pair in pairs), way("x", "prepare", **BACK), way("sign", "outer", **BACK)])


def test_inside_a_branch_only_that_branch_goes_back() -> None:
    walk = Walk(nested()).go("ask", "outer").go("prepare", "in")
    assert walk.at == {"x", "y", "other"}
    walk.go("y", "got").go("x", "prepare")
    assert (walk.at, walk.last.cancelled) == ({"prepare", "other"}, ())
    assert set(walk.last.superseded) == {"prepare", "in", "x", "y", "got"}
    walk.go("prepare", "in").go("x", "got").go("other", "all").go("y", "got").go("z", "all")
    assert (walk.at, walk.tokens) == ({"sign"}, ())
    assert walk.go("sign", "outer").at == {"prepare", "other"}


def test_tokens_are_kept_as_json() -> None:
    walk = Walk(nested()).go("ask", "outer").go("prepare", "in").go("x", "got")
    assert tuple(Token.of_json(token.to_json()) for token in walk.tokens) == walk.tokens


def test_a_way_back_out_of_a_gateway_cannot_be_run() -> None:
    document = opened("law", "money", more=[way("meet", "check", **BACK)])
    with pytest.raises(GraphBroken, match="no way back"):
        CompiledGraph.build(GraphDocument.load(document))
