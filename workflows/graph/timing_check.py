"""Lint of rungs and timeouts."""

from collections.abc import Iterator
from typing import Final

from workflows.graph.document import Escalation, GraphDocument, SlaMode, SlaRule, StepKind
from workflows.graph.period import Period, PeriodError, parse_period
from workflows.graph.problems import Problem
from workflows.graph.timing import RungSide, Timeout

_ORDER: Final = "Order them by time, and name each once."


def check_rungs(sla: SlaRule, place: str, who: str) -> Iterator[Problem]:
    """Problems of the ladder of a time limit; the limit's own are found elsewhere."""
    if not sla.rungs:
        return
    if not sla.period:
        message = f"{who} has rungs, but no time limit that they belong to."
        yield Problem("rungs-without-limit", f"{place}.rungs", "blocks", message, "Add the period.")
    if sla.remind_after:
        message = f"{who} has a reminder beside its rungs."
        hint = "Write the reminder as a rung, before the due time."
        yield Problem("rungs-and-shorthand", f"{place}.remind_after", "blocks", message, hint)
    if sla.escalate is Escalation.NONE:
        message = f"{who} says that nobody gets an overdue task, but its rungs decide that."
        yield Problem("rungs-and-shorthand", f"{place}.escalate", "warns", message, "Remove the word.")
    limit = _read(sla.period)
    seen = set()
    for number, rung in enumerate(sla.rungs):
        where = f"{place}.rungs.{number}"
        offset = _read(rung.offset)
        if rung.offset and offset is None:
            yield bad_period(rung.offset, f"{where}.offset", who)
        elif rung.when is RungSide.BEFORE and offset and limit and _reaches(offset, limit):
            message = f"{who} has a rung {offset} before the due time, when the task is not open yet."
            yield Problem("rung-too-early", f"{where}.offset", "blocks", message, "Make it shorter than the limit.")
        if (rung.do, rung.when, rung.offset) in seen:
            message = f"{who} has the same rung twice."
            yield Problem("duplicate-rung", where, "warns", message, _ORDER)
        seen.add((rung.do, rung.when, rung.offset))


def check_ways(document: GraphDocument) -> Iterator[Problem]:
    """Rungs that decide by a way which the step does not have."""
    for row, step in enumerate(document.steps):
        inherits = step.sla.mode is SlaMode.INHERIT
        rule = document.sla if inherits else step.sla if step.sla.mode is SlaMode.OWN else None
        if rule is None or step.kind is not StepKind.TASK:
            continue
        names = {document.transition_name(way) for way in document.transitions if way.source == step.key}
        for number, rung in enumerate(rule.rungs):
            if rung.transition and rung.transition not in names:
                message = f"Time decides at “{step.name}” by “{rung.transition}”, and there is no such way on."
                place = f"steps.{row}.sla" if inherits else f"steps.{row}.sla.rungs.{number}.transition"
                yield Problem(
                    "rung-without-way", place, "blocks", message, f"Choose one of: {', '.join(sorted(names))}."
                )


def check_timeout(timeout: Timeout | None, place: str, who: str) -> Iterator[Problem]:
    """Problems of a soft and a hard timeout."""
    if timeout is None:
        return
    soft, hard = _read(timeout.soft), _read(timeout.hard)
    if timeout.soft and soft is None:
        yield bad_period(timeout.soft, f"{place}.soft", who)
    if timeout.hard and hard is None:
        yield bad_period(timeout.hard, f"{place}.hard", who)
    if soft and hard and _reaches(soft, hard):
        message = f"{who} warns after {soft}, when {hard} has already ended it."
        yield Problem("late-warning", f"{place}.soft", "blocks", message, "Warn earlier.")


def bad_period(text: str, place: str, who: str) -> Problem:
    """A text that is no period."""
    try:
        parse_period(text)
    except PeriodError as error:
        return Problem("bad-period", place, "blocks", f"{who}: “{text}” is no period.", str(error))
    raise ValueError(text)


def _read(text: str) -> Period | None:
    try:
        return parse_period(text) if text else None
    except PeriodError:
        return None


def _reaches(one: Period, other: Period) -> bool:
    return one.unit is other.unit and one.amount >= other.amount
