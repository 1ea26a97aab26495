"""Who of several gets a task where the step's strategy draws one of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from workflows.assignment import PersonRef
from workflows.graph.document import AssigneeMode

DRAWN: Final = frozenset((AssigneeMode.ROUND_ROBIN, AssigneeMode.LEAST_LOADED))
"""Strategies that leave no choice to anybody: the product draws."""


def able(candidates: Sequence[PersonRef]) -> list[PersonRef]:
    """Those who are there or have somebody to stand in; all of them where nobody is."""
    return [one for one in candidates if one.away is None or one.away.is_covered] or list(candidates)


def next_in_turn(candidates: Sequence[PersonRef], last: UUID | None) -> PersonRef:
    """Whoever comes after the one who was last, in an order that does not change when people come and go."""
    order = sorted(candidates, key=lambda one: one.id)
    return next((one for one in order if last is not None and one.id > last), order[0])


def least_loaded(candidates: Sequence[PersonRef], open_tasks: Mapping[UUID, int]) -> PersonRef:
    """Whoever has the fewest open tasks; of several the first of the list."""
    return min(candidates, key=lambda one: open_tasks.get(one.id, 0))
