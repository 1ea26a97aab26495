"""What a form needs to know from outside of its document, as a small port that `forms_builder.selectors` fills."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from forms_builder.rules import Environment, EvaluationClock
from forms_builder.schema.fields import SourcedChoices, SourceName


@dataclass(frozen=True, slots=True)
class Option:
    """One entry that may be picked."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """An attachment that the person may refer to; `size` in bytes, `name` already cleaned."""

    id: str
    name: str
    size: int
    content_type: str


class Sources(Protocol):
    """The organisation as one person sees it at one moment."""

    @property
    def today(self) -> date:
        """The organisation's day."""

    @property
    def environment(self) -> Environment:
        """Clock, people and references for rules."""

    def options(self, wanted: SourcedChoices) -> Sequence[Option]:
        """The entries to offer, in the order to show them."""

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        """The first entries whose words hold the text, in the order to show them."""

    def row(self, wanted: SourcedChoices, value: str) -> Mapping[str, Any]:
        """What `schema.source_rows` allows to know of an entry that may be picked; empty for any other."""

    @property
    def links_to_maps(self) -> bool:
        """Whether the organisation wants places to lead to a map outside."""

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        """The labels of those of `values` that may be picked; the others are left out."""

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        """Labels for showing what was picked earlier, also when it could not be picked any more."""

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        """Those of `ids` that the person may refer to."""


@dataclass(frozen=True)
class NoSources:
    """For documents that ask for nothing from the database, and for tests of the pure part."""

    today: date

    @property
    def environment(self) -> Environment:
        """Noon of the day, in UTC; nobody to ask about."""
        return Environment(EvaluationClock(datetime.combine(self.today, time(12), UTC), UTC))

    def options(self, wanted: SourcedChoices) -> Sequence[Option]:
        return ()

    def search(self, wanted: SourcedChoices, text: str, most: int) -> Sequence[Option]:
        return ()

    def row(self, wanted: SourcedChoices, value: str) -> Mapping[str, Any]:
        return {}

    @property
    def links_to_maps(self) -> bool:
        return False

    def labels(self, wanted: SourcedChoices, values: Collection[str]) -> Mapping[str, str]:
        return {}

    def names(self, source: SourceName, values: Collection[str]) -> Mapping[str, str]:
        return {}

    def files(self, ids: Collection[str]) -> Mapping[str, FileFacts]:
        return {}
