"""Undo and redo as a fold of the list of operations, so that all tabs, both views and a reload share one history."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from workflows.drafting.operations import Kind

TYPING: Final = timedelta(seconds=5)
"""Replacing the same text again within this time is one step of the history."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the history needs of an operation; `typed` is the place whose text it replaced, where that is all it did."""

    id: UUID
    kind: Kind
    of: UUID | None
    label: str
    at: datetime
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the history: the operations that are undone together, oldest first."""

    ids: tuple[UUID, ...]
    label: str
    at: datetime
    typed: str = ""

    @property
    def of(self) -> UUID:
        """What an operation that undoes it names."""
        return self.ids[-1]


@dataclass(frozen=True, slots=True)
class History:
    """What one person can undo and make again; the next one of each is the last."""

    done: tuple[Entry, ...] = ()
    undone: tuple[Entry, ...] = ()

    @property
    def next_undo(self) -> Entry | None:
        return self.done[-1] if self.done else None

    @property
    def next_redo(self) -> Entry | None:
        return self.undone[-1] if self.undone else None


def history(records: Iterable[Record]) -> History:
    """The history of one person, from that person's own operations in their order."""
    done: list[Entry] = []
    undone: list[Entry] = []
    is_open = False
    for record in records:
        if record.kind is Kind.DO:
            last = done[-1] if done and is_open else None
            if last is not None and _goes_on(last, record):
                done[-1] = replace(last, ids=(*last.ids, record.id), label=record.label, at=record.at)
            else:
                done.append(Entry((record.id,), record.label, record.at, record.typed))
            undone.clear()
            is_open = True
            continue
        source, target = (done, undone) if record.kind is Kind.UNDO else (undone, done)
        found = next((entry for entry in reversed(source) if record.of in entry.ids), None)
        if found is not None:
            source.remove(found)
            target.append(found)
        is_open = False
    return History(tuple(done), tuple(undone))


def _goes_on(last: Entry, record: Record) -> bool:
    """Whether the operation goes on typing what the entry typed."""
    return bool(record.typed) and record.typed == last.typed and record.at - last.at <= TYPING
