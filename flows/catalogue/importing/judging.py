"""What a row of a file means for the catalogue, and the base of the kinds of files."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from accounts.audit.events import Event
from accounts.audit.record import record
from accounts.models import Membership
from flows.catalogue.importing.columns import Column, ParsedRow
from flows.catalogue.services.carrying import Stamp

NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
CHUNK: Final = 5_000
T = TypeVar("T")


@dataclass(slots=True)
class Judged:
    """One row: what it would do. ``before`` and ``after`` are the values that differ, as JSON."""

    row: ParsedRow
    action: str
    subject_id: UUID | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @property
    def essence(self) -> tuple[Any, ...]:
        """What must be the same again when it is applied."""
        return self.action, self.subject_id, self.before, self.after


def wrong(row: ParsedRow) -> Judged:
    return Judged(row, WRONG)


@dataclass(frozen=True, slots=True)
class Writing:
    """Who applies, and why."""

    actor: Membership
    stamp: Stamp
    reason: str = ""

    @property
    def organisation_id(self) -> UUID:
        return self.stamp.organisation_id

    def made(self) -> dict[str, Any]:
        """The columns of every new row."""
        return dict(self.stamp.made)

    def record(self, events: Sequence[Event]) -> None:
        """One entry of the audit for each row, as if it had been changed by hand."""
        for part in chunks(events):
            record(part, actor=self.actor, organisation_id=self.organisation_id, at=self.stamp.at)


class ImportKind(ABC):
    """One kind of file: its columns, what its rows mean, and how they are applied."""

    code: ClassVar[str]
    title: ClassVar[str]
    note: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    ignored: ClassVar[tuple[str, ...]] = ()
    """Columns of our own export that say nothing here."""
    changes_flows: ClassVar[bool] = False
    """Past the approvals: it needs the right to break the glass, and a reason."""
    most_rows: ClassVar[int] = 100_000

    @abstractmethod
    def judge(self, organisation_id: UUID, rows: Sequence[ParsedRow], *, lock: bool = False) -> list[Judged]:
        """What the rows mean against the catalogue as it is now; with ``lock`` what they change stays as it is until the
        transaction ends. Needs the scope."""

    @abstractmethod
    def write(self, work: Writing, found: Sequence[Judged]) -> None:
        """Apply rows that are new or changed, in the transaction in which they were judged."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Seen:
    """Keys of the rows before; the second row with the same key is a mistake."""

    def __init__(self) -> None:
        self._first: dict[Any, int] = {}

    def is_twice(self, key: Any, row: ParsedRow, column: str) -> bool:
        first = self._first.setdefault(key, row.number)
        if first != row.number:
            row.problems.append((column, f"Row {first} says this already."))
        return first != row.number


def by_columns(found: Iterable[Judged]) -> Mapping[tuple[str, ...], list[Judged]]:
    """Changed rows by the columns that they change: each group is one statement."""
    groups: dict[tuple[str, ...], list[Judged]] = {}
    for one in found:
        groups.setdefault(tuple(sorted(one.after)), []).append(one)
    return groups
