"""Changes and operations: what is saved, sent and undone. A change holds only where the place has the value it expects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from workflows.drafting.places import MISSING, PlaceError, index_of, parts_of, place_of, read, same, written

MAX_CHANGES: Final = 5_000
MAX_LABEL: Final = 200


class Kind(StrEnum):
    """What an operation is: something new, or one's own earlier one taken back or made again."""

    DO = "do"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a draft, from what it was to what it becomes. `index` is where an item of a list stands."""

    place: str
    before: Any = MISSING
    after: Any = MISSING
    index: int | None = None

    @property
    def inverse(self) -> "Change":
        return replace(self, before=self.after, after=self.before)

    @property
    def is_typing(self) -> bool:
        """Whether a text was replaced by another: such changes of a moment are one step of the history."""
        return isinstance(self.before, str) and isinstance(self.after, str)

    def to_json(self) -> dict[str, Any]:
        values = {"before": self.before, "after": self.after, "index": self.index}
        return {"place": self.place} | {
            name: one for name, one in values.items() if one is not MISSING and (name != "index" or one is not None)
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Change":
        """From JSON data of a known shape."""
        return cls(data["place"], data.get("before", MISSING), data.get("after", MISSING), data.get("index"))


@dataclass(frozen=True, slots=True)
class Operation:
    """Some changes under a name, as a client sends them. `of` is the operation that is undone or made again."""

    id: UUID
    label: str
    changes: tuple[Change, ...]
    kind: Kind = Kind.DO
    of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """A change that does not hold: `expected` stood there when it was thought of, `now` does, `mine` was to."""

    place: str
    expected: Any
    now: Any
    mine: Any


class Clashed(ValueError):
    """Some changes do not hold; `clashes` has every one of them."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__(", ".join(clash.place for clash in clashes))


@dataclass(frozen=True, slots=True)
class Applied:
    """The document afterwards, and the changes that were needed, with the rows of items that came or went."""

    document: Mapping[str, Any]
    changes: tuple[Change, ...]


def apply(document: Mapping[str, Any], changes: Iterable[Change]) -> Applied:
    """Make the changes, one after the other; one whose value stands there already is not needed.

    Raises Clashed with all that do not hold, PlaceError for what no draft can have.
    """
    done: list[Change] = []
    clashes: list[Clash] = []
    for change in changes:
        now = read(document, change.place)
        if same(now, change.after):
            continue
        if not same(now, change.before):
            clashes.append(Clash(change.place, change.before, now, change.after))
            continue
        row = index_of(document, change.place)
        try:
            document = written(document, change.place, change.after, change.index)
        except PlaceError:
            if not _is_orphan(document, change.place):
                raise
            clashes.append(Clash(change.place, change.before, MISSING, change.after))
            continue
        row = index_of(document, change.place) if row is None else row
        done.append(replace(change, index=row if MISSING in (change.before, change.after) else None))
    if clashes:
        raise Clashed(clashes)
    return Applied(document, tuple(done))


def fitting(document: Mapping[str, Any], changes: Iterable[Change]) -> list[Change]:
    """Those of the changes that hold, one after the other."""
    found: list[Change] = []
    for change in changes:
        try:
            document = apply(document, [change]).document
        except Clashed:
            continue
        found.append(change)
    return found


def inverse(changes: Sequence[Change]) -> tuple[Change, ...]:
    """What takes them back: each swapped, the last one first."""
    return tuple(change.inverse for change in reversed(changes))


def rewound(document: Mapping[str, Any], operations: Iterable[Sequence[Change]]) -> Mapping[str, Any]:
    """The document as it was before these operations, which are the last ones, oldest first. Raises Clashed for others."""
    for changes in reversed(list(operations)):
        document = apply(document, inverse(changes)).document
    return document


def joined(operations: Sequence[Sequence[Change]]) -> tuple[Change, ...]:
    """Several operations as one. Changes of one and the same place become one change."""
    flat = [change for changes in operations for change in changes]
    if len({change.place for change in flat}) == 1 and len(flat) > 1:
        return (replace(flat[0], after=flat[-1].after),)
    return tuple(flat)


def typed_place(changes: Sequence[Change]) -> str:
    """The place whose text the operation replaces, where that is all it does; else empty."""
    return changes[0].place if len(changes) == 1 and changes[0].is_typing else ""


def _is_orphan(document: Mapping[str, Any], place: str) -> bool:
    """Whether what the place belongs to is gone."""
    parts = parts_of(place)
    return any(read(document, place_of(*parts[:depth])) is MISSING for depth in range(1, len(parts)))
