"""Figures on a drawing: what is painted on its steps and arrows, here as in the canvas of the designer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final, Self

from workflows.graph.layout import Point
from workflows.graph.routes import number

LETTER: Final = 6.2
TONES: Final = ("good", "warn", "bad", "quiet")


@dataclass(frozen=True, slots=True)
class Figure:
    """A few words and what they mean: one of `TONES`."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Painted:
    """By key of a step; of a transition the words alone, beside its name."""

    steps: Mapping[str, Figure] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, overlay: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Self:
        """From what the canvas is sent: {"nodes": {key: {label, tone, value}}, "edges": {...}}."""
        return cls(
            {key: Figure(one["label"], one["tone"]) for key, one in overlay["nodes"].items()},
            {key: one["label"] for key, one in overlay["edges"].items()},
        )


NO_PAINT: Final = Painted()


def plate(one: Figure, centre: Point, below: float) -> str:
    """The words on the lower edge of a step."""
    x, y = centre[0], centre[1] + below
    width = len(one.label) * LETTER + 16
    tone = one.tone if one.tone in TONES else "quiet"
    return (
        f'<g class="graph-figure graph-figure-{tone}"><rect x="{number(x - width / 2)}" y="{number(y - 10)}"'
        f' width="{number(width)}" height="20" rx="10" fill="Canvas" stroke="currentColor"/><text x="{number(x)}"'
        f' y="{number(y + 4)}" font-size="12" text-anchor="middle" fill="currentColor">{escape(one.label)}</text></g>'
    )
