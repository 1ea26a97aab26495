"""What the lint says: one thing wrong with a graph, where, how badly, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["blocks", "warns"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is a dotted path in the document ("steps.2.name", "form.fields.0.access"), `code` is stable.

    Level "blocks" forbids publishing, "warns" is shown.
    """

    code: str
    place: str
    level: Level
    message: str
    hint: str

    def to_json(self) -> dict[str, str]:
        return {
            "code": self.code,
            "place": self.place,
            "level": self.level,
            "message": self.message,
            "hint": self.hint,
        }


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """Those that forbid publishing."""
    return [problem for problem in problems if problem.level == "blocks"]
