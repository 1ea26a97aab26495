"""Parts of the steps that nobody does: a fork opens branches, a join waits for them, a no-op only leads on."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from pydantic import Field

from forms_builder.schema.parts import Part, RuleJson, StepKey

MAX_BRANCHES: Final = 20
"""Ways out of a fork that may be published."""


class JoinMode(StrEnum):
    """When a join leads on: when nobody can arrive any more, or as soon as one, so many, or the named branches have."""

    ALL = "all"
    ANY = "any"
    COUNT = "count"
    NAMED = "named"


class Join(Part):
    """What a join waits for. An arrival for which `condition` does not hold does not count.

    When nobody can arrive any more the join leads on anyhow: by the way marked `otherwise` if it was not met and has one.
    """

    mode: JoinMode = JoinMode.ALL
    count: int = Field(default=0, ge=0, le=1_000)
    ways: tuple[StepKey, ...] = Field(default=(), max_length=100)
    """Keys of transitions that lead to the join, in mode `named`."""
    condition: RuleJson | None = None

    def is_early(self, counted: Sequence[str]) -> bool:
        """Whether enough have arrived not to wait for more; `counted` are the ways by which those came that count."""
        if self.mode is JoinMode.ANY:
            return bool(counted)
        if self.mode is JoinMode.COUNT:
            return len(counted) >= self.count
        return self.mode is JoinMode.NAMED and set(self.ways) <= set(counted)

    def is_met(self, counted: Sequence[str], arrived: Iterable[object]) -> bool:
        """Whether what was waited for has come, once nobody else can."""
        return len(counted) == len(tuple(arrived)) if self.mode is JoinMode.ALL else self.is_early(counted)
