"""Lint of forks, joins and no-ops: each fault with its place, and sound graphs let through."""

from typing import Any

import pytest

from tests.workflows.graph.forks import BACK, opened
from tests.workflows.graph.shapes import graph, step, way
from tests.workflows.graph.test_tokens import nested
from workflows.graph.document import GraphDocument
from workflows.graph.lint import lint

HIGH = {"field": "actor.level", "op": "gt", "value": 5}


def found(raw: dict[str, Any]) -> dict[str, str]:
    """Codes with their places."""
    return {problem.code: problem.place for problem in lint(GraphDocument.load(raw))}


def forked(*more: dict[str, Any], kind: str = "fork", join: dict[str, Any] | None = None) -> dict[str, Any]:
    return opened("law", "money", join=join, more=list(more))


@pytest.mark.parametrize("raw", [opened("law", "money"), opened("a", "b", "c", join={"mode": "any"}), nested()])
def test_sound_branches_are_let_through(raw: dict[str, Any]) -> None:
    assert found(raw) == {}


@pytest.mark.parametrize(
    ("join", "place"),
    [
        ({"mode": "count", "count": 3}, "steps.5.join.count"),
        ({"mode": "count"}, "steps.5.join.count"),
        ({"mode": "named"}, "steps.5.join.ways"),
        ({"mode": "named", "ways": ["ask-to-check"]}, "steps.5.join.ways"),
    ],
)
def test_a_join_that_waits_for_what_cannot_come_blocks(join: dict[str, Any], place: str) -> None:
    assert found(forked(join=join)) == {"join-not-met": place}


def test_a_join_without_a_fork_has_nothing_to_wait_for() -> None:
    steps = [step("ask", "start"), step("meet", "join"), step("done", "end")]
    ways = [way("ask", "meet"), way("meet", "done")]
    assert found(graph(steps, ways)) == {"join-without-fork": "steps.1"}
    steps[1]["join"] = {"mode": "named", "ways": ["ask-to-meet", "other"]}
    ways.append({"key": "other", "name": "Other", "from": "ask", "to": "meet"})
    assert found(graph(steps, ways)) == {"join-not-met": "steps.1"}


def test_branches_that_meet_without_a_join_are_found_where_they_meet() -> None:
    assert found(forked(way("law", "sign"))) == {"branches-meet": "steps.6"}
    twice = nested()
    twice["transitions"].append(way("other", "got"))
    assert found(twice) == {}
    twice["transitions"].append(way("x", "sign"))
    assert found(twice) == {"branches-meet": "steps.10"}


def test_branches_that_only_end_are_a_warning() -> None:
    steps = [step("ask", "start"), step("split", "fork"), step("a"), step("b"), step("done", "end")]
    ways = [way("ask", "split"), way("split", "a"), way("split", "b"), way("a", "done"), way("b", "done")]
    assert found(graph(steps, ways)) == {"branches-without-join": "steps.1"}


def test_a_way_back_into_another_branch_blocks() -> None:
    assert found(forked(way("law", "money", **BACK)))["return-into-branch"] == "transitions.15.to"
    assert found(forked(way("sign", "law", **BACK))) == {"return-into-branch": "transitions.15.to"}
    assert found(forked(way("sign", "split", **BACK))) == {}


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ([way("meet", "check", **BACK)], "gateway-return", "transitions.15.return"),
        ([way("sign", "meet", **BACK)], "return-to-join", "transitions.15.to"),
        ([way("meet", "done")], "join-ways", "steps.5"),
        ([way("check", "done", otherwise=True)], "otherwise-unused", "transitions.15.otherwise"),
        (
            [way("split", "sign", otherwise=True), way("split", "no", otherwise=True)],
            "several-otherwise",
            "transitions.16.otherwise",
        ),
        ([way("split", "no", otherwise=True, condition=HIGH)], "otherwise-condition", "transitions.15.otherwise"),
    ],
)
def test_faults_of_ways_out_of_gateways(more: list[dict[str, Any]], code: str, place: str) -> None:
    assert found(forked(*more)).get(code) == place


def test_a_passage_takes_one_way() -> None:
    steps = [
        step("ask", "start"),
        step("which", "noop", assignee={"rule": "requester"}),
        step("a"),
        step("done", "end"),
    ]
    ways = [way("ask", "which"), way("which", "a"), way("which", "done"), way("a", "done")]
    assert found(graph(steps, ways)) == {"noop-several-ways": "steps.1", "gateway-assignee": "steps.1.assignee"}
    ways[1]["condition"] = HIGH
    del steps[1]["assignee"]
    assert found(graph(steps, ways)) == {}


def test_a_fork_with_one_branch_or_too_many() -> None:
    assert found(opened("law"))["fork-of-one"] == "steps.2"
    assert found(opened(*(f"b{number}" for number in range(21)))) == {"too-many-branches": "steps.2"}
