"""How ends are found by words: by their first letters from an index, or by words anywhere in a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from flows.catalogue.enums import kind_said
from flows.models import CatalogueEntity, EntityKind, EntityLife

SUGGESTED: Final = 20
MAX_WORDS: Final = 6
FEW: Final = 100
"""So many matching ends are asked for by their ids; with more of them any page of flows is quickly full."""
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One end as a choice of a list."""

    id: UUID
    name: str
    external_id: str
    kind: str
    is_external: bool

    @property
    def kind_label(self) -> str:
        return kind_said(self.kind, self.is_external)

    @property
    def label(self) -> str:
        return f"{self.name} ({self.external_id})"


def begins(column: str, words: str) -> Q:
    """The column (a lower-case key) begins with the words: a range, for which the index is used."""
    key = words.strip().lower()
    return Q(**{f"{column}__gte": key, f"{column}__lt": key + _LAST})


def suggestions(
    organisation_id: UUID, words: str, *, kinds: Sequence[str] = (), without: UUID | None = None, retired: bool = False
) -> tuple[Suggestion, ...]:
    """Ends whose name or external id begins with the words, by name. Two index scans, whatever the size of the catalogue."""
    if not words.strip():
        return ()
    rows = CatalogueEntity.objects.filter(organisation_id=organisation_id)
    chosen = [kind for kind in kinds if kind in EntityKind.values]
    if chosen:
        rows = rows.filter(kind__in=chosen)
    if not retired:
        rows = rows.exclude(lifecycle_status=EntityLife.RETIRED)
    if without is not None:
        rows = rows.exclude(id=without)
    columns = ("id", "name", "external_id", "kind", "is_external", "name_key")
    by_name = rows.filter(begins("name_key", words)).order_by("name_key", "id").values(*columns)[:SUGGESTED]
    by_id = rows.filter(begins("external_key", words)).order_by("external_key").values(*columns)[:SUGGESTED]
    found: dict[UUID, dict[str, Any]] = {row["id"]: row for row in [*by_name, *by_id]}
    ordered = sorted(found.values(), key=lambda row: (row["name_key"], row["id"]))[:SUGGESTED]
    return tuple(Suggestion(**{name: value for name, value in row.items() if name != "name_key"}) for row in ordered)


def has_words(words: str) -> Q:
    """Entities that have each of the words in their name, or whose external id begins with it."""
    condition = Q()
    for word in words.lower().split()[:MAX_WORDS]:
        condition &= Q(name_key__contains=word) | begins("external_key", word)
    return condition


def ends_with_words(organisation_id: UUID, words: str) -> list[UUID] | QuerySet[CatalogueEntity, Any]:
    """The ends that have the words: their ids while they are few, else the query for them. One query."""
    rows = CatalogueEntity.objects.filter(organisation_id=organisation_id).filter(has_words(words))
    ids: list[UUID] = list(rows.values_list("id", flat=True)[: FEW + 1])
    return ids if len(ids) <= FEW else rows.values("id")
