"""Documents with forks and joins for tests."""

from typing import Any

from tests.workflows.graph.shapes import graph, step, way

BACK = {"return": True}


def opened(
    *branches: str, join: dict[str, Any] | None = None, more: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Ask, check, then a task in each branch, a join, sign, done; from every branch and from sign there are ways back."""
    steps = [
        step("ask", "start"), step("check"), step("split", "fork"), *(step(key) for key in branches),
        step("meet", "join", **({"join": join} if join else {})), step("sign"), step("done", "end"), step("no", "end"),
    ]  # fmt: skip
    ways = [way("ask", "check"), way("check", "split"), way("meet", "sign"), way("sign", "done"), way("sign", "no")]
    ways += [way("sign", "ask", **BACK), way("check", "ask", **BACK)]
    for key in branches:
        ways += [way("split", key), way(key, "meet"), way(key, "no"), way(key, "check", **BACK)]
    return graph(steps, [*ways, *(more or [])])
