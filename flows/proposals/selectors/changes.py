"""What a proposal changes, in words for people: names instead of codes and ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flows.catalogue.enums import Names, basis, names_of, said
from flows.models import DataType
from flows.proposals.diff import ENUM_FIELDS, Difference


@dataclass(frozen=True, slots=True)
class ChangedField:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownDiff:
    """See templates/flows/proposal_diff.html."""

    fields: tuple[ChangedField, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_empty: bool


def shown_diff(organisation_id: UUID, found: Difference) -> ShownDiff:
    """The changed attributes and the data types that come and go. Two queries."""
    names = names_of(organisation_id)
    types = names_of_types(organisation_id, found.added | found.removed)
    fields = tuple(
        ChangedField(
            change.label, spoken(names, change.field, change.before), spoken(names, change.field, change.after)
        )
        for change in found.attributes
        if change.is_changed
    )
    return ShownDiff(fields, _sorted(types, found.added), _sorted(types, found.removed), found.is_empty)


def names_of_types(organisation_id: UUID, ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = list(ids)
    if not wanted:
        return {}
    return dict(DataType.objects.filter(organisation_id=organisation_id, id__in=wanted).values_list("id", "name"))


def spoken(names: Names, field: str, value: Any) -> str:
    """A value of an attribute as a person reads it; empty for none."""
    if value is None or value == "":
        return ""
    if field == "basisOffset":
        return basis(int(value))
    return said(names, ENUM_FIELDS[field], str(value)) if field in ENUM_FIELDS else str(value)


def _sorted(names: Mapping[UUID, str], ids: Iterable[UUID]) -> tuple[str, ...]:
    return tuple(sorted(names.get(one, "an unknown data type") for one in ids))
