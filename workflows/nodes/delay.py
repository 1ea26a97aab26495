"""Wait: for a while, for working time, or until a moment."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from forms_builder.schema.parts import Part, ShortText
from workflows.graph.period import PeriodError, parse_period
from workflows.nodes.base import Done, NodeFailure, NodeKind, Pause, Work

_WHILE: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
LONGEST: Final = timedelta(days=366)
While = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,5}[smhd])?$")]


class DelayParams(Part):
    """One of three: `for` ("90s", "15m", "2h", "3d" by the clock), `business` ("2d" of working time), `until` (a date or
    a moment, often a placeholder such as {{ record.from }})."""

    for_: While = Field(default="", alias="for")
    business: ShortText = ""
    until: ShortText = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.for_, self.business, self.until))) != 1:
            raise ValueError("say one of for, business and until")
        return self


class Delay(NodeKind[DelayParams]):
    kind = "delay"
    label = "Wait for a time"
    params = DelayParams

    def problems(self, params: DelayParams) -> Iterator[tuple[str, str]]:
        if params.business:
            try:
                parse_period(params.business)
            except PeriodError as error:
                yield "business", str(error)
        if params.for_ and length_of(params.for_) > LONGEST:
            yield "for", "A step may wait a year at most."

    def run(self, params: DelayParams, work: Work) -> Done | Pause:
        until = work.paused_until or self._until(params, work)
        if until > work.at:
            return Pause(until, "waits for its time")
        return Done({"until": until.isoformat()})

    def _until(self, params: DelayParams, work: Work) -> datetime:
        if params.for_:
            return work.at + length_of(params.for_)
        if params.business:
            return work.tools.business_time(work.at, params.business)
        return moment(work.text(params.until), work.tools.zone())


def length_of(text: str) -> timedelta:
    """How long "90s" or "2h" is by the clock."""
    match = _WHILE.fullmatch(text)
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]]) if match else timedelta(0)


def moment(text: str, zone: str) -> datetime:
    """A date (its first moment) or a date with a time, in the zone unless it names an offset. Raises NodeFailure."""
    try:
        found = datetime.fromisoformat(text.strip())
        local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NodeFailure(f"“{text[:60]}” is no date or time.", again=False) from error
