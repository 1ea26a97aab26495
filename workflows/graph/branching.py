"""Lint of branches: forks, joins and no-ops that cannot work, branches that meet unasked, ways back into other branches.

What is let through here the engine can run without opening a step twice and without waiting for ever, see `tokens`.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

from workflows.graph.ahead import Ahead, Circular
from workflows.graph.document import MAX_STEPS, Step, StepKind, Transition
from workflows.graph.gateways import MAX_BRANCHES, Join, JoinMode
from workflows.graph.problems import Problem
from workflows.graph.structure import Shape


def check_branches(shape: Shape) -> Iterator[Problem]:
    """Every problem of the gateways. What needs an order of the steps is left out while the ways run in a circle."""
    for check in _OF_GATEWAYS:
        yield from check(shape)
    if len(shape.steps) > MAX_STEPS or not _of_kind(shape, StepKind.FORK, StepKind.JOIN):
        return
    try:
        ahead = _ahead(shape)
    except Circular:
        return
    yield from _meetings(shape, ahead)
    yield from _joins_without_fork(shape, ahead)
    yield from _returns_into_branches(shape, ahead)


def _of_kind(shape: Shape, *kinds: StepKind) -> list[tuple[int, Step]]:
    return [(row, step) for row, step in shape.steps.values() if step.kind in kinds]


def _forward(shape: Shape, key: str) -> list[Transition]:
    return [way for way in shape.ways.get(key, ()) if not way.is_return]


def _ahead(shape: Shape, without: str = "") -> Ahead:
    ways = (way for _, way in shape.transitions if not way.is_return and without not in (way.source, way.target))
    return Ahead.of(shape.steps, ((way.source, way.target) for way in ways))


def _gateways(shape: Shape) -> Iterator[Problem]:
    for row, step in shape.steps.values():
        if step.kind.is_gateway and step.assignee is not None:
            message = f"Nobody ever does anything at “{step.name}”, so nobody is asked there."
            yield Problem("gateway-assignee", f"steps.{row}.assignee", "warns", message, "Remove the rule.")
    others: dict[str, str] = {}
    for row, way in shape.transitions:
        source = shape.steps[way.source][1]
        if source.kind.is_gateway and way.is_return:
            message = f"A way back leaves “{source.name}”, where nobody decides."
            hint = "Let a person's step lead back."
            yield Problem("gateway-return", f"transitions.{row}.return", "blocks", message, hint)
        if way.is_return and shape.steps[way.target][1].kind is StepKind.JOIN:
            message = f"A way back leads to the join “{shape.name(way.target)}”, where only branches of a fork come in."
            hint = "Lead back to before the fork, or to the step after the join."
            yield Problem("return-to-join", f"transitions.{row}.to", "blocks", message, hint)
        if not way.otherwise:
            continue
        place = f"transitions.{row}.otherwise"
        if not source.kind.is_gateway:
            message = f"At “{source.name}” a person chooses the way, so “otherwise” means nothing."
            yield Problem("otherwise-unused", place, "warns", message, "Take the mark away.")
        elif source.key in others:
            message = f"Two ways out of “{source.name}” are marked otherwise."
            yield Problem("several-otherwise", place, "blocks", message, "Keep the mark on one of them.")
        elif way.condition is not None:
            message = f"The other way out of “{source.name}” has a condition, which is never asked."
            yield Problem("otherwise-condition", place, "warns", message, "Remove the condition.")
        others[source.key] = way.key


def _forks(shape: Shape) -> Iterator[Problem]:
    for row, step in _of_kind(shape, StepKind.FORK):
        count = len([way for way in _forward(shape, step.key) if not way.otherwise])
        if count == 1:
            message = f"Only one way leaves the fork “{step.name}”."
            yield Problem("fork-of-one", f"steps.{row}", "warns", message, "Draw the other branches, or remove it.")
        elif count > MAX_BRANCHES:
            message = f"“{step.name}” has {count} branches, more than {MAX_BRANCHES}."
            yield Problem("too-many-branches", f"steps.{row}", "blocks", message, "Fork once more further on.")


def _noops(shape: Shape) -> Iterator[Problem]:
    for row, step in _of_kind(shape, StepKind.NOOP):
        plain = [way for way in _forward(shape, step.key) if way.condition is None and not way.otherwise]
        if len(plain) > 1:
            message = f"“{step.name}” takes one way only, but several of its ways have no condition."
            hint = "Give all but one a condition, or make it a fork."
            yield Problem("noop-several-ways", f"steps.{row}", "blocks", message, hint)


def _joins(shape: Shape) -> Iterator[Problem]:
    for row, step in _of_kind(shape, StepKind.JOIN):
        onward = [way for way in _forward(shape, step.key) if not way.otherwise]
        if len(onward) > 1 or any(way.condition is not None for way in onward):
            message = f"“{step.name}” needs one way on without a condition, and may have one marked otherwise."
            hint = "Put a step or a passage after the join for further choices."
            yield Problem("join-ways", f"steps.{row}", "blocks", message, hint)
        yield from _unmet(shape, row, step, step.join or Join())


def _unmet(shape: Shape, row: int, step: Step, join: Join) -> Iterator[Problem]:
    """A join that waits for more, or for others, than can ever come."""
    arriving = [way.key for _, way in shape.transitions if way.target == step.key and not way.is_return]
    if join.mode is JoinMode.COUNT and not 1 <= join.count <= len(arriving):
        message = f"“{step.name}” waits for {join.count} branches, but {len(arriving)} lead to it."
        yield Problem("join-not-met", f"steps.{row}.join.count", "blocks", message, "Correct the number.")
    if join.mode is JoinMode.NAMED and (strange := [key for key in join.ways if key not in arriving] or not join.ways):
        named = f"{', '.join(strange)}, which lead elsewhere" if isinstance(strange, list) else "no transition"
        message = f"“{step.name}” waits for {named}."
        yield Problem("join-not-met", f"steps.{row}.join.ways", "blocks", message, "Name transitions that lead to it.")


def _branches(shape: Shape, fork: Step) -> list[str]:
    """First steps of what may run at once."""
    return [way.target for way in _forward(shape, fork.key) if not way.otherwise][:MAX_BRANCHES]


def _reach(ahead: Ahead, key: str, without: str = "") -> int:
    return 0 if key == without else ahead.after[key] | 1 << ahead.places[key]


def _meetings(shape: Shape, ahead: Ahead) -> Iterator[Problem]:
    """Steps that two branches of a fork may reach without a join that both must pass before."""
    joins = [step.key for _, step in _of_kind(shape, StepKind.JOIN)]
    without = {key: _ahead(shape, key) for key in joins}
    fine = sum(1 << ahead.places[step.key] for _, step in _of_kind(shape, StepKind.JOIN, StepKind.END))
    told: set[str] = set()
    for _, fork in _of_kind(shape, StepKind.FORK):
        for one, other in combinations(_branches(shape, fork), 2):
            met = _reach(ahead, one) & _reach(ahead, other) & ~fine
            for join in joins:
                met &= _reach(without[join], one, join) | _reach(without[join], other, join)
            first = [key for key in ahead.keys if met >> ahead.places[key] & 1 and not ahead.before[key] & met]
            for key in first:
                if key in told:
                    continue
                told.add(key)
                message = f"Two branches of “{fork.name}” meet at “{shape.name(key)}” without a join."
                hint = "Put a join before it, or make the fork a passage that takes one way only."
                yield Problem("branches-meet", f"steps.{shape.steps[key][0]}", "blocks", message, hint)


def _joins_without_fork(shape: Shape, ahead: Ahead) -> Iterator[Problem]:
    met: set[str] = set()
    for row, fork in _of_kind(shape, StepKind.FORK):
        reached = [_reach(ahead, key) for key in _branches(shape, fork)]
        both = 0
        for one, other in combinations(reached, 2):
            both |= one & other
        found = {step.key for _, step in _of_kind(shape, StepKind.JOIN) if both >> ahead.places[step.key] & 1}
        met |= found
        if not found and len(reached) > 1:
            message = f"The branches of “{fork.name}” never come together; the first to reach an end closes the others."
            yield Problem("branches-without-join", f"steps.{row}", "warns", message, "Let them meet in a join.")
    for row, step in _of_kind(shape, StepKind.JOIN):
        if step.key in met:
            continue
        join = step.join or Join()
        level = join.count > 1 if join.mode is JoinMode.COUNT else len(join.ways) > 1
        message = f"No two branches of one fork lead to “{step.name}”, so it has nothing to wait for."
        hint = "Draw a fork before it, or make it a passage."
        code = "join-not-met" if level else "join-without-fork"
        yield Problem(code, f"steps.{row}", "blocks" if level else "warns", message, hint)


def _returns_into_branches(shape: Shape, ahead: Ahead) -> Iterator[Problem]:
    """A way back from where other branches have come in would do one branch again beside those that are done."""
    for row, way in shape.transitions:
        if not way.is_return:
            continue
        for _, fork in _of_kind(shape, StepKind.FORK):
            if fork.key == way.target or ahead.leads(way.target, fork.key):
                continue
            inside = [_reach(ahead, one.target) for one in _forward(shape, fork.key)]
            source = {n for n, reach in enumerate(inside) if reach >> ahead.places[way.source] & 1}
            target = {n for n, reach in enumerate(inside) if reach >> ahead.places[way.target] & 1}
            if target and not source <= target:
                message = f"From “{shape.name(way.source)}” this leads back into one branch of “{fork.name}”."
                hint = "Lead back to before the fork, or stay inside the branch."
                yield Problem("return-into-branch", f"transitions.{row}.to", "blocks", message, hint)
                break


_OF_GATEWAYS: tuple[Callable[[Shape], Iterator[Problem]], ...] = (_gateways, _forks, _noops, _joins)
