"""What one person changes inside of something that another one has taken away meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.drafting.operations import Change, fitting, inverse
from workflows.drafting.places import MISSING, parts_of, place_of, read


@dataclass(frozen=True, slots=True)
class Gone:
    """What is no more: its place, and what brings it back with all that went with it, as far as that fits today. Without
    `changes` nobody knows any more what it was."""

    place: str
    name: str
    changes: tuple[Change, ...] = ()

    @property
    def label(self) -> str:
        return f"Bring back “{self.name}”"


def gone_above(document: Mapping[str, Any], operations: Iterable[Sequence[Change]], place: str) -> Gone | None:
    """What the place belongs to and is no more; None where all of that is there. `operations` are the latest, oldest first."""
    parts = parts_of(place)
    above = (place_of(*parts[:depth]) for depth in range(1, len(parts)))
    lost = next((one for one in above if read(document, one) is MISSING), None)
    if lost is None:
        return None
    for changes in reversed(list(operations)):
        taken = next((one for one in changes if one.place == lost and one.after is MISSING), None)
        if taken is not None:
            return Gone(lost, _name_of(taken.before, lost), tuple(fitting(document, inverse(changes))))
    return Gone(lost, _name_of(MISSING, lost))


def _name_of(value: Any, place: str) -> str:
    named = (value.get("name") or value.get("label")) if isinstance(value, Mapping) else None
    return named if isinstance(named, str) else parts_of(place)[-1].replace("_", " ")
