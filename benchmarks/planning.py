"""F14: what planning a fork and its join costs in graphs of a few and of 300 steps. In memory, without a database."""

from itertools import pairwise
from typing import Any

SMALL, LARGE = 8, 300
BRANCHES = 3
RULE = {"rule": {"field": "candidate.department", "op": "eq", "value": "HR"}}


def graph_of(steps: int) -> dict[str, Any]:
    """A start, a fork, so many branches, a join, and tasks in a row up to the end."""
    branches = [f"b{number}" for number in range(BRANCHES)]
    rest = [f"s{number}" for number in range(steps - BRANCHES - 4)]
    kinds = {"ask": "start", "split": "fork", "meet": "join", "done": "end"}
    keys = ["ask", "split", *branches, "meet", *rest, "done"]
    pairs = [("ask", "split"), *(("split", key) for key in branches), *((key, "meet") for key in branches)]
    pairs += pairwise(["meet", *rest, "done"])
    return {
        "steps": [
            {"key": key, "name": key, "kind": kinds.get(key, "task"), **({} if key in kinds else {"assignee": RULE})}
            for key in keys
        ],
        "transitions": [{"key": f"{here}-{there}", "from": here, "to": there} for here, there in pairs],
    }


class Planner:
    """A request that forks and joins, again and again."""

    def __init__(self, steps: int) -> None:
        from workflows.graph.compiled import CompiledGraph
        from workflows.graph.document import GraphDocument

        self.graph = CompiledGraph.build(GraphDocument.load(graph_of(steps)))

    def round(self) -> None:
        """One decision that forks, and one for each branch; the last one joins."""
        from workflows.graph.tokens import Token, advance

        tokens: tuple[Token, ...] = ()
        for key in ("ask", *(f"b{number}" for number in range(BRANCHES))):
            way = self.graph.transitions_from(key)[0]
            tokens = advance(self.graph, tokens, key, way, lambda condition: True).tokens
