"""Answers that a way back has gone over: put aside until they are given again. The same for requests and for test cases; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.engine.definition import RunningDefinition
from workflows.graph.compiled import CompiledStep

Values = Mapping[str, Any]


def put_aside(
    data: Values, steps: Iterable[str], target: CompiledStep, definition: RunningDefinition, given: Values
) -> dict[str, Any]:
    """The values of ``data`` that do not hold any more, since a way back to ``target`` has gone over ``steps``. What is
    ``given`` with the way back itself stands, and so does what a step before the target gave."""
    names = _written(definition, steps) - _written(definition, definition.graph.ahead.leading_to(target.key))
    return {name: value for name, value in data.items() if name in names and name not in given and value is not None}


def offered(data: Values, aside: Values, step: str, definition: RunningDefinition) -> dict[str, Any]:
    """The values that the form of a step starts with: those that hold, and what it must be told again and nobody has given
    since."""
    again = _written(definition, [step]) if aside else set()
    return {**{name: value for name, value in aside.items() if name in again}, **data}


def without(values: Values, names: Iterable[str]) -> dict[str, Any]:
    """The values but those of these names."""
    gone = set(names)
    return {name: value for name, value in values.items() if name not in gone}


def _written(definition: RunningDefinition, steps: Iterable[str]) -> set[str]:
    """The fields that people may write at the steps; gateways ask nobody."""
    asking = (key for key in steps if not definition.graph.step(key).kind.is_gateway)
    return {name for key in asking for name in definition.form.plan(key).writable_names}
