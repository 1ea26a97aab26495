"""Where a request stands: one token for each branch that is on its way. Pure: a move is tokens in, tokens out.

A token stays at a step that somebody must do, or at a join that still waits for others. Its ``scope`` names the forks it
came through, outermost first, as long as another token has come through the same: what a way back to before the fork, or a
join that needs no more, takes away. A run with one branch has no tokens to keep: its open task says where it is.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final, NamedTuple, Self

from forms_builder.rules import Compiled
from workflows.graph.compiled import CompiledGraph, CompiledStep, CompiledTransition, GraphBroken
from workflows.graph.document import StepKind

Holds = Callable[[Compiled | None], bool]
"""Whether a condition holds with the values of this decision; none always does."""

MOST_PASSED: Final = 1_000
"""Gateways that one decision may pass; a sound graph has fewer steps."""


class NoWayOn(ValueError):
    """No way out of a gateway can be taken with these values."""

    def __init__(self, step: CompiledStep) -> None:
        super().__init__(step.name)
        self.step = step


@dataclass(frozen=True, slots=True)
class Token:
    """One branch. At a join ``via`` is the transition it came by, and ``counts`` whether the join's condition held then."""

    step: str
    scope: tuple[str, ...] = ()
    via: str = ""
    counts: bool = True

    @classmethod
    def of_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(raw["step"], tuple(raw["scope"]), raw["via"], raw["counts"])

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "scope": list(self.scope), "via": self.via, "counts": self.counts}


class Arrival(NamedTuple):
    """A step that opens. ``chosen``: whoever decides says who is asked there; after a join nobody is there to choose."""

    step: CompiledStep
    chosen: bool = True


class Movement(NamedTuple):
    """What a decision does to the tokens, in the order in which it happens."""

    tokens: tuple[Token, ...] = ()
    """Afterwards; none where one branch is left, or the run has ended."""
    opened: tuple[Arrival, ...] = ()
    waiting: tuple[CompiledStep, ...] = ()
    """Joins where this decision has arrived and that wait for others."""
    fired: tuple[CompiledStep, ...] = ()
    skipped: tuple[CompiledTransition, ...] = ()
    """Branches that are not taken."""
    cancelled: tuple[str, ...] = ()
    """Steps where a token was taken away: their open tasks are skipped."""
    ended: CompiledStep | None = None
    trail: tuple[str, ...] = ()
    """Keys of the transitions that were gone, in order."""
    superseded: tuple[str, ...] = ()
    """Steps that a way back has gone over: what was answered and decided there does not count any more."""


def advance(
    graph: CompiledGraph, tokens: Sequence[Token], step: str, way: CompiledTransition, holds: Holds
) -> Movement:
    """The token at ``step`` goes ``way`` and on until every branch stays somewhere. Raises ``NoWayOn``."""
    target = way.target
    if not tokens and not way.is_return and not target.kind.is_gateway:
        if target.is_end:
            return Movement(ended=target, trail=(way.key,))
        return Movement(opened=(Arrival(target),), trail=(way.key,))
    mover = next((token for token in tokens if token.step == step), Token(step))
    flow = _Flow(graph, [token for token in tokens if token is not mover], holds)
    flow.leave(mover, way)
    return flow.settled()


class _Flow:
    """One movement in the making."""

    def __init__(self, graph: CompiledGraph, tokens: list[Token], holds: Holds) -> None:
        self.graph = graph
        self.tokens = tokens
        self.holds = holds
        self.todo: deque[tuple[CompiledTransition, tuple[str, ...], bool]] = deque()
        """Ways to go, with the scope they are gone in, and whether somebody chooses who is asked at their end."""
        self.opened: list[Arrival] = []
        self.arrived: dict[str, CompiledStep] = {}
        self.fired: dict[str, CompiledStep] = {}
        self.skipped: list[CompiledTransition] = []
        self.cancelled: list[str] = []
        self.trail: list[str] = []
        self.superseded: dict[str, None] = {}
        self.ended: CompiledStep | None = None

    def leave(self, token: Token, way: CompiledTransition) -> None:
        scope = self._back(token, way.target.key) if way.is_return else token.scope
        self.todo.append((way, scope, True))
        self._run()

    def settled(self) -> Movement:
        while self.ended is None and (join := self._ready()) is not None:
            self._fire(join)
            self._run()
        here = {token.step for token in self.tokens}
        return Movement(
            tokens=() if self.ended is not None else _tidy(self.tokens),
            opened=() if self.ended is not None else tuple(one for one in self.opened if one.step.key in here),
            waiting=tuple(join for key, join in self.arrived.items() if key in here),
            fired=tuple(self.fired.values()),
            skipped=tuple(self.skipped),
            cancelled=tuple(self.cancelled),
            ended=self.ended,
            trail=tuple(self.trail),
            superseded=tuple(self.superseded),
        )

    def _run(self) -> None:
        while self.todo and self.ended is None:
            way, scope, chosen = self.todo.popleft()
            self.trail.append(way.key)
            if len(self.trail) > MOST_PASSED:
                raise GraphBroken("The gateways of this graph lead in a circle.")
            self._arrive(way, scope, chosen)

    def _arrive(self, way: CompiledTransition, scope: tuple[str, ...], chosen: bool) -> None:
        step = way.target
        if step.is_end:
            self.ended = step
            self._take_away(lambda token: True)
        elif step.kind is StepKind.FORK:
            self._fork(step, scope, chosen)
        elif step.kind is StepKind.NOOP:
            self.todo.append((self._only(step), scope, chosen))
        elif step.kind is StepKind.JOIN:
            self.tokens.append(Token(step.key, scope, way.key, self.holds(step.counts)))
            self.arrived[step.key] = step
        else:
            self.tokens.append(Token(step.key, scope, way.key))
            self.opened.append(Arrival(step, chosen))

    def _fork(self, fork: CompiledStep, scope: tuple[str, ...], chosen: bool) -> None:
        ways = self.graph.transitions_from(fork.key)
        taken = [way for way in ways if not way.otherwise and self.holds(way.holds)]
        taken = taken or [way for way in ways if way.otherwise][:1]
        if not taken:
            raise NoWayOn(fork)
        inside = (*scope, self._instance(fork)) if len(taken) > 1 else scope
        self.todo.extend((way, inside, chosen) for way in taken)
        self.skipped += [way for way in ways if way not in taken]

    def _instance(self, fork: CompiledStep) -> str:
        used = {name for token in self.tokens for name in token.scope}
        number = next(number for number in range(len(used) + 1) if f"{fork.key}#{number}" not in used)
        return f"{fork.key}#{number}"

    def _only(self, step: CompiledStep, *, met: bool = True) -> CompiledTransition:
        """The way on from a step where nobody chooses: the first that holds, else the one marked otherwise."""
        ways = self.graph.transitions_from(step.key)
        others = [way for way in ways if way.otherwise]
        found = [way for way in ways if not way.otherwise and self.holds(way.holds)]
        taken = found or others if met else others or found
        if not taken:
            raise NoWayOn(step)
        return taken[0]

    def _ready(self) -> CompiledStep | None:
        """A join that has waited long enough."""
        for key in dict.fromkeys(token.step for token in self.tokens):
            step = self.graph.step(key)
            if step.join is not None:
                early = step.join.is_early([token.via for token in self._at(key) if token.counts])
                if early or not any(self.graph.ahead.leads(token.step, key) for token in self.tokens):
                    return step
        return None

    def _fire(self, step: CompiledStep) -> None:
        """All that arrived go on as one; whoever could still come is not needed any more."""
        arrived = self._at(step.key)
        self.tokens = [token for token in self.tokens if token.step != step.key]
        self._take_away(lambda token: self.graph.ahead.leads(token.step, step.key))
        self.fired[step.key] = step
        join = step.join
        met = join is None or join.is_met([token.via for token in arrived if token.counts], arrived)
        scopes = zip(*(token.scope for token in arrived), strict=False)
        scope = tuple(names[0] for names in takewhile(lambda names: len(set(names)) == 1, scopes))
        self.todo.append((self._only(step, met=met), scope, False))

    def _back(self, token: Token, target: str) -> tuple[str, ...]:
        """A way back to before a fork takes away every branch of it; the scope that is left."""
        scope = token.scope
        ahead = self.graph.ahead
        over = [token.step]
        for depth, name in enumerate(scope):
            fork = name.partition("#")[0]
            if fork == target or ahead.leads(target, fork):
                over += self._take_away(lambda other, name=name: name in other.scope)  # type: ignore[misc]
                scope = scope[:depth]
                break
        for last in over:
            if last == target or ahead.leads(target, last):
                self.superseded |= dict.fromkeys(ahead.between(target, last))
        return scope

    def _take_away(self, which: Callable[[Token], bool]) -> list[str]:
        """Cancel tokens; the steps where they were."""
        gone = [token.step for token in self.tokens if which(token)]
        self.tokens = [token for token in self.tokens if not which(token)]
        opened = {one.step.key for one in self.opened}
        self.cancelled += [key for key in gone if key not in opened and not self.graph.step(key).kind.is_gateway]
        return gone

    def _at(self, key: str) -> list[Token]:
        return [token for token in self.tokens if token.step == key]


def _tidy(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Forks of which one branch is left are forgotten; a single token needs not be kept."""
    found = list(tokens)
    counts = Counter(name for token in found for name in token.scope)
    if len(found) == 1:
        return ()
    return tuple(replace(token, scope=tuple(name for name in token.scope if counts[name] > 1)) for token in found)


def front(graph: CompiledGraph, way: CompiledTransition) -> Iterator[CompiledStep]:
    """The steps after a way, gateways passed; a join is one of them, for what is behind it is not up to this branch."""
    seen: set[str] = set()
    todo = [way.target]
    while todo:
        step = todo.pop(0)
        if step.key in seen:
            continue
        seen.add(step.key)
        if step.kind in (StepKind.FORK, StepKind.NOOP):
            todo += [one.target for one in graph.transitions_from(step.key)]
        else:
            yield step
