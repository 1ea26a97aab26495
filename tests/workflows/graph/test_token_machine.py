"""What holds for every graph that the lint accepts, whatever people decide in whatever order."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from forms_builder.rules import Compiled
from tests.workflows.graph.random_forks import forked
from workflows.graph.compiled import CompiledGraph, CompiledTransition
from workflows.graph.document import GraphDocument
from workflows.graph.tokens import Movement, Token, advance

MOST_MOVES = 400


class Requests(RuleBasedStateMachine):
    """One request of which only the open steps and the tokens are kept, as the database keeps them."""

    graph: CompiledGraph
    open: set[str]

    @initialize(document=forked())
    def draw(self, document: GraphDocument) -> None:
        self.graph = CompiledGraph.build(document)
        self.start()

    @precondition(lambda self: self.ended)
    @rule()
    def start(self) -> None:
        self.open, self.tokens, self.ended = {self.graph.start.key}, (), False
        self.fired: set[str] = set()

    tokens: tuple[Token, ...] = ()
    ended = False

    def go(self, at: str, way: CompiledTransition, level: int) -> None:
        def holds(condition: Compiled | None) -> bool:
            return condition is None or condition({"actor.level": level}, None)  # type: ignore[arg-type]

        moved = advance(self.graph, self.tokens, at, way, holds)
        left = self.open - {at}
        assert set(moved.cancelled) <= left, "only open tasks are cancelled"
        assert len(set(moved.cancelled)) == len(moved.cancelled)
        opened = [one.step.key for one in moved.opened]
        assert len(set(opened)) == len(opened), "no step opens twice at once"
        assert not set(opened) & (left - set(moved.cancelled)), "no step opens that is open already"
        self.check_joins(way, moved)
        self.open = (left - set(moved.cancelled)) | set(opened)
        self.tokens, self.ended = moved.tokens, moved.ended is not None

    def check_joins(self, way: CompiledTransition, moved: Movement) -> None:
        """A join fires once, unless the request was sent back to before it."""
        if way.is_return:
            ahead = self.graph.ahead
            self.fired -= {key for key in self.fired if ahead.leads(way.target.key, key)}
        fired = [join.key for join in moved.fired]
        assert not self.fired & set(fired), "a join fires exactly once"
        assert len(set(fired)) == len(fired)
        self.fired |= set(fired)

    def ways(self, *, forward: bool) -> list[CompiledTransition]:
        found = [way for key in sorted(self.open) for way in self.graph.transitions_from(key)]
        return [way for way in found if not (forward and way.is_return)]

    @precondition(lambda self: not self.ended)
    @rule(data=st.data(), level=st.sampled_from([1, 9]))
    def decide(self, data: Any, level: int) -> None:
        way = data.draw(st.sampled_from(self.ways(forward=False)))
        self.go(way.source.key, way, level)

    @invariant()
    def every_branch_is_somewhere(self) -> None:
        if self.ended:
            assert (self.tokens, self.open) == ((), set())
            return
        assert self.open, "a request that has not ended waits for somebody"
        if self.tokens:
            staying = [token.step for token in self.tokens if self.graph.step(token.step).join is None]
            assert sorted(staying) == sorted(self.open), "no token is lost, none is doubled"

    @invariant()
    def no_join_waits_for_nobody(self) -> None:
        for token in self.tokens:
            if self.graph.step(token.step).join is not None:
                assert any(self.graph.ahead.leads(other.step, token.step) for other in self.tokens)

    def teardown(self) -> None:
        """From wherever it is, a request ends when nobody sends it back."""
        for _ in range(MOST_MOVES):
            if self.ended or not hasattr(self, "graph"):
                return
            way = self.ways(forward=True)[-1]
            self.go(way.source.key, way, level=1)
        raise AssertionError("the request does not end")


Requests.TestCase.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
TestRequests = Requests.TestCase
