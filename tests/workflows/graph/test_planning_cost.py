"""Planning does the same work in a small graph and in one of 300 steps: counted in calls, not in time."""

import pytest

from benchmarks.planning import LARGE, SMALL, Planner, graph_of
from tests.workflows.counting import calls_of
from workflows.graph.document import GraphDocument
from workflows.graph.lint import blocking, lint


def calls(planner: Planner) -> int:
    """Of one round of a fork and its join."""
    planner.round()
    return calls_of(planner.round)


def test_a_fork_and_its_join_cost_the_same_in_any_graph() -> None:
    assert calls(Planner(SMALL)) == calls(Planner(LARGE))


@pytest.mark.parametrize("steps", [SMALL, LARGE])
def test_the_graphs_that_are_measured_are_sound(steps: int) -> None:
    document = GraphDocument.load(graph_of(steps))
    assert (len(document.steps), blocking(lint(document))) == (steps, [])
