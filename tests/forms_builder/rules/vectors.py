"""The conformance vectors of the rule language, ready to run; every back end answers the same file."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forms_builder.rules import (
    Environment,
    EvaluationClock,
    FieldSpec,
    FieldType,
    RuleContext,
    StaticDirectory,
    WeekCalendar,
)

FILE = Path(__file__).parents[2] / "vectors" / "rules.json"


@dataclass(frozen=True)
class Vector:
    """One rule, its catalogue, values and surroundings, and the answer it must give."""

    name: str
    context: RuleContext
    rule: Any
    values: dict[str, Any]
    env: Environment
    expected: bool | str


@cache
def vectors() -> tuple[Vector, ...]:
    """All vectors of `tests/vectors/rules.json`."""
    return tuple(_vector(row) for row in json.loads(FILE.read_text(encoding="utf-8"))["vectors"])


def _vector(row: dict[str, Any]) -> Vector:
    catalogue = RuleContext(row["context"], tuple(spec(name, given) for name, given in row["fields"].items()))
    return Vector(row["name"], catalogue, row["rule"], row["values"], _environment(row), row["expected"])


def spec(field_id: str, given: str | dict[str, Any]) -> FieldSpec:
    """A field given as its type, or as {"type", "choices", "currency"}."""
    details: dict[str, Any] = {"type": given} if isinstance(given, str) else given
    choices = tuple((value, value) for value in details["choices"]) if "choices" in details else None
    label = field_id.rpartition(".")[2]
    return FieldSpec(field_id, label, FieldType(details["type"]), choices, details.get("currency"))


def _environment(row: dict[str, Any]) -> Environment:
    clock = directory = None
    if "now" in row:
        holidays = frozenset(date.fromisoformat(day) for day in row.get("holidays", ()))
        calendar = WeekCalendar(frozenset(row.get("weekdays", range(5))), holidays)
        clock = EvaluationClock(datetime.fromisoformat(row["now"]), ZoneInfo(row["time_zone"]), calendar)
    if "groups" in row:
        groups = {user: frozenset(ids) for user, ids in row["groups"].items()}
        directory = StaticDirectory(row["managers"], groups)
    return Environment(clock, directory, row.get("references", {}))
