"""What a document says about time beyond a step's limit: the rungs of a ladder, and timeouts that end things.

A rung stands before or after the due time, in working time. ``remind_after`` and ``escalate`` of a time limit are shorthand
for a ladder of two rungs, and count only where no rungs are named.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from forms_builder.schema.parts import Part, plain

MAX_RUNGS: Final = 10

Period = Annotated[str, StringConstraints(max_length=20), AfterValidator(plain)]
WayName = Annotated[str, StringConstraints(max_length=120), AfterValidator(plain)]


class RungDeed(StrEnum):
    """What is done: `tell` tells the holder's manager, `hand_over` gives the task to them, `decide` goes a named way."""

    REMIND = "remind"
    TELL = "tell"
    HAND_OVER = "hand_over"
    DECIDE = "decide"


class RungSide(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class RungRule(Part):
    """One thing that happens once, `offset` before or after the task is due; without an offset when it is due."""

    do: RungDeed
    when: RungSide = RungSide.AFTER
    offset: Period = ""
    transition: WayName = ""
    """Of a rung that decides: the name of the way, as people see it."""

    @model_validator(mode="after")
    def _way_is_for_decisions(self) -> "RungRule":
        if (self.do is RungDeed.DECIDE) != bool(self.transition):
            raise ValueError("a rung that decides names its transition, the others have none")
        if self.when is RungSide.BEFORE and not self.offset:
            raise ValueError("say how long before")
        return self


Rungs = Annotated[tuple[RungRule, ...], Field(max_length=MAX_RUNGS)]


class HardEnd(StrEnum):
    """How a hard timeout ends the request: as one that failed, or as one that was stopped."""

    FAIL = "fail"
    KILL = "kill"


class Timeout(Part):
    """After `soft` working time since the start the owner is warned, after `hard` it is ended; empty means never."""

    soft: Period = ""
    hard: Period = ""
    then: HardEnd = HardEnd.FAIL
