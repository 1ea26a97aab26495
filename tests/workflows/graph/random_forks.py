"""Random graphs with nested forks, joins of every mode, choices, passages and ways back, all of which the lint accepts."""

from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.workflows.graph.shapes import graph, step, way
from workflows.graph.document import GraphDocument
from workflows.graph.lint import blocking, lint

OVER = {"field": "actor.level", "op": "gt", "value": 5}
Raw = dict[str, Any]


class Builder:
    """Steps and ways as they are drawn; blocks have one first and one last step."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.steps: list[Raw] = []
        self.ways: list[Raw] = []
        self.numbers = count()

    def add(self, kind: str, **more: Any) -> str:
        key = f"{kind[0]}{next(self.numbers)}"
        self.steps.append(step(key, kind, **more))
        return key

    def lead(self, source: str, target: str, **more: Any) -> None:
        number = next(self.numbers)
        self.ways.append(way(source, target, **{"key": f"w{number}", "name": f"Way {number}", **more}))

    def block(self, depth: int) -> tuple[str, str]:
        kinds = ["task", "task", "line", "choice", "fork", "fork"] if depth else ["task"]
        kind = self.draw(st.sampled_from(kinds))
        if kind == "line":
            first, middle = self.block(depth - 1)
            second, last = self.block(depth - 1)
            self.lead(middle, second)
            return first, last
        if kind == "choice":
            return self.choice(depth)
        if kind == "fork":
            return self.fork(depth)
        key = self.add("task")
        return key, key

    def choice(self, depth: int) -> tuple[str, str]:
        """A person chooses one of two ways, or a passage does by a condition; they come together in a passage."""
        asks = self.draw(st.booleans())
        first, last = self.add("task" if asks else "noop"), self.add("noop")
        for number in range(2):
            entry, end = self.block(depth - 1)
            self.lead(first, entry, **({} if asks or number else {"condition": OVER}))
            self.lead(end, last)
        return first, last

    def fork(self, depth: int) -> tuple[str, str]:
        fork = self.add("fork")
        ends = []
        for number in range(self.draw(st.integers(2, 3))):
            entry, end = self.block(depth - 1)
            conditional = number > 0 and self.draw(st.booleans())
            self.lead(fork, entry, **({"condition": OVER} if conditional else {}))
            ends.append(end)
        join = self.add("join")
        for end in ends:
            self.lead(end, join)
        arriving = [one["key"] for one in self.ways if one["to"] == join]
        mode = self.draw(st.sampled_from(["all", "all", "any", "count", "named"]))
        settings: Raw = {"mode": mode}
        if mode == "count":
            settings["count"] = self.draw(st.integers(1, len(ends)))
        if mode == "named":
            settings["ways"] = self.draw(st.lists(st.sampled_from(arriving), min_size=1, unique=True))
        if self.draw(st.booleans()):
            settings["condition"] = OVER
        self.steps[-1]["join"] = settings
        return fork, join


@st.composite
def forked(draw: st.DrawFn) -> GraphDocument:
    """A start, a block, an end that approves and one that refuses, and some more ways wherever they do no harm."""
    made = Builder(draw)
    first, last = made.block(draw(st.integers(1, 3)))
    made.steps += [step("ask", "start"), step("sign"), step("done", "end"), step("no", "end")]
    made.lead("ask", first)
    made.lead(last, "sign")
    made.lead("sign", "done")
    made.lead("sign", "no")
    tasks = [one["key"] for one in made.steps if one["kind"] == "task"]
    keys = [one["key"] for one in made.steps if one["kind"] != "start"]
    sound = _document(made)
    assert blocking(lint(sound)) == []
    more = draw(st.lists(st.tuples(st.sampled_from(tasks), st.sampled_from([*keys, "ask"]), st.booleans()), max_size=8))
    for source, target, back in more:
        made.lead(source, target, **{"return": back or target == "ask"})
        tried = _document(made)
        if {one.code for one in lint(tried)} & {"return-not-back"} or blocking(lint(tried)):
            made.ways.pop()
        else:
            sound = tried
    return sound


def _document(made: Builder) -> GraphDocument:
    return GraphDocument.load(graph(made.steps, made.ways))
