"""Graphs for tests: short ways to write a document, and random ones."""

import itertools
from typing import Any

from hypothesis import strategies as st

from workflows.graph.document import GraphDocument

RULE = {"field": "candidate.department", "op": "eq", "value": "HR"}


def step(key: str, kind: str = "task", **more: Any) -> dict[str, Any]:
    """A step that the lint accepts; `name` defaults to the key with a capital."""
    data: dict[str, Any] = {"key": key, "name": key.capitalize(), "kind": kind}
    if kind == "task":
        data["assignee"] = {"rule": RULE, "fallback": ["workflow_owner"]}
    return data | more


def way(source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"key": f"{source}-to-{target}", "from": source, "to": target} | more


def graph(steps: list[dict[str, Any]], ways: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"schema_version": 1, "steps": steps, "transitions": ways, **more}


def review(**more: Any) -> dict[str, Any]:
    """Ask, review with a way back, done: the smallest graph with everything in it."""
    steps = [step("ask", "start"), step("review"), step("done", "end")]
    return graph(steps, [way("ask", "review"), way("review", "done"), way("review", "ask", **{"return": True})], **more)


def line(count: int) -> dict[str, Any]:
    """A start, `count` tasks in a row and an end."""
    keys = [f"s{number}" for number in range(count)]
    steps = [step("ask", "start"), *(step(key) for key in keys), step("done", "end")]
    names = ["ask", *keys, "done"]
    return graph(steps, [way(here, there) for here, there in itertools.pairwise(names)])


@st.composite
def documents(draw: st.DrawFn, most: int = 12) -> GraphDocument:
    """Any document, sound or not: doubled keys, unknown targets, circles, steps without anybody, several starts."""
    keys = draw(st.lists(st.sampled_from([f"k{number}" for number in range(most)]), max_size=most))
    kinds = st.sampled_from(["start", "task", "task", "task", "end", "fork", "join", "noop"])
    places = st.none() | st.fixed_dictionaries({"x": st.floats(-1e6, 1e6), "y": st.sampled_from([0.0, 50.0, 100.0])})
    steps = [
        step(key, draw(kinds), name=draw(st.sampled_from([key, key.upper(), "Same"])), position=draw(places))
        for key in keys
    ]
    ends = st.sampled_from([*keys, "nowhere"]) if keys else st.just("nowhere")
    ways = [
        {"key": f"t{number}", "from": source, "to": target, "return": back}
        for number, (source, target, back) in enumerate(
            draw(st.lists(st.tuples(ends, ends, st.booleans()), max_size=30))
        )
    ]
    return GraphDocument.load(graph(steps, ways))


@st.composite
def layered(draw: st.DrawFn) -> GraphDocument:
    """Graphs that mostly pass the lint: forward ways go to later steps, ways back are marked."""
    count = draw(st.integers(1, 10))
    keys = ["ask", *(f"s{number}" for number in range(count)), "done", "refused"]
    steps = [step(key, {"ask": "start", "done": "end", "refused": "end"}.get(key, "task")) for key in keys]
    pairs: dict[tuple[int, int], None] = {}
    for here in range(count + 1):
        for there in draw(st.lists(st.integers(here + 1, count + 2), max_size=3)) + draw(
            st.sampled_from([[here + 1], [here + 1], [count + 1]])
        ):
            pairs[here, there] = None
        if here and draw(st.booleans()):
            pairs[here, draw(st.integers(0, here - 1))] = None
    ways = [way(keys[here], keys[there], **{"return": there < here}) for here, there in pairs]
    return GraphDocument.load(graph(steps, ways))


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON, with the keys of a graph often in the right place."""
    graph_keys = ["schema_version", "steps", "transitions", "key", "name", "kind", "from", "to", "return", "condition"]
    step_keys = ["assignee", "rule", "fallback", "sla", "period", "mode", "escalate", "outcome", "position", "x", "y"]
    form_keys = ["form", "fields", "type", "label", "access", "layout"]
    names = st.sampled_from([*graph_keys, *step_keys, *form_keys])
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.sampled_from(["a", "start", "end", "task"])
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=5), inner, max_size=5),
        max_leaves=25,
    )
