"""The fields a rule may speak about, and the four contexts in which rules live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from typing import Any


class FieldType(StrEnum):
    """Type of a catalogue field. Long text is `TEXT`; a set of roles or departments is `MULTI_CHOICE`."""

    TEXT = "text"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    BOOL = "bool"
    USER = "user"
    GROUP = "group"
    REFERENCE = "reference"
    FILE = "file"


CONTEXT_ROOTS: Mapping[str, frozenset[str]] = {
    "form": frozenset({"form", "user"}),
    "assignee": frozenset({"record", "candidate", "requester", "actor"}),
    "transition": frozenset({"record", "actor", "input"}),
    "event": frozenset({"old", "new", "changed", "actor", "event"}),
}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the catalogue.

    `id` is stable and survives a rename of the field; `label` is what people read. `choices` are (value, label) pairs;
    None means the set of values is open. `currency` pins a money field to one ISO 4217 code.
    """

    id: str
    label: str
    type: FieldType
    choices: tuple[tuple[str, str], ...] | None = None
    currency: str | None = None

    def choice_label(self, value: str) -> str | None:
        """The label of a choice value, None when the value is not (or no longer) in the catalogue."""
        return next((label for known, label in self.choices or () if known == value), None)


@dataclass(frozen=True)
class RuleContext:
    """Where a rule lives: one of `CONTEXT_ROOTS` and the catalogue of fields that exist there.

    A field id is `root.name` with a root of the context, or a bare name. `references`, when given, are the
    `kind:key` names that `value_ref` may use. Raises ValueError for a catalogue that contradicts its context.
    """

    name: str
    fields: tuple[FieldSpec, ...]
    references: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.name not in CONTEXT_ROOTS:
            raise ValueError(f"Unknown rule context {self.name!r}; use one of {', '.join(sorted(CONTEXT_ROOTS))}.")
        if len(self.by_id) != len(self.fields):
            raise ValueError("Two fields of a rule catalogue have the same id.")
        for spec in self.fields:
            root, dot, _ = spec.id.partition(".")
            if dot and root not in CONTEXT_ROOTS[self.name]:
                raise ValueError(f"Field {spec.id!r} does not belong to a rule of kind {self.name!r}.")

    @cached_property
    def by_id(self) -> dict[str, FieldSpec]:
        """The catalogue by field id."""
        return {spec.id: spec for spec in self.fields}

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` with every missing catalogue field set to None, for sources that leave empty fields out."""
        return {**dict.fromkeys(self.by_id), **values}

    def unknown_field(self, field_id: str) -> str:
        """The message for a field id that is not in this catalogue: why, and what to use instead."""
        root = field_id.partition(".")[0]
        owners = [name for name, roots in CONTEXT_ROOTS.items() if root in roots]
        if owners and self.name not in owners:
            return f"{root} fields exist only in rules of kind {' and '.join(owners)}; choose a field of this rule."
        near = get_close_matches(field_id[:200], list(self.by_id)[:1000], n=3)
        if near:
            return f"There is no such field. Did you mean {' or '.join(near)}?"
        return "There is no such field. Choose one of the fields listed for this rule."


def flatten(roots: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """`{"record": {"total": 1}}` as the flat values a rule reads: `{"record.total": 1}`."""
    return {f"{root}.{name}": value for root, values in roots.items() for name, value in values.items()}


def context(name: str, fields: Iterable[FieldSpec], references: Iterable[str] | None = None) -> RuleContext:
    """A `RuleContext` from any iterables."""
    return RuleContext(name, tuple(fields), None if references is None else frozenset(references))
