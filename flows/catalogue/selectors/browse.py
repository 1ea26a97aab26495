"""The lists of the catalogue: entities of a kind by name, logical and physical flows, the newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Department
from flows.catalogue.enums import LIFE_LABELS, Names, names_of, said
from flows.catalogue.selectors.facets import Facet, FacetKind, Rows, capped_count, facets_of, narrowed
from flows.catalogue.selectors.finding import begins, ends_with_words, has_words
from flows.catalogue.selectors.paging import NameCursor, name_page, name_window
from flows.catalogue.selectors.rows import (
    LOGICAL_COLUMNS,
    PHYSICAL_COLUMNS,
    entity_rows,
    logical_rows,
    physical_rows,
)
from flows.models import (
    CatalogueEntity,
    DataType,
    EntityKind,
    EntityLife,
    FlowLife,
    LogicalFlow,
    LogicalFlowDataType,
    PhysicalFlow,
)
from workflows.selectors.paging import Cursor, Order, Page, page_of

BY_ID: Final = Order("", "id")
ENTITY_COLUMNS: Final = (
    "id",
    "name",
    "name_key",
    "kind",
    "external_id",
    "is_external",
    "lifecycle_status",
    "department__name",
)


class Shelf(StrEnum):
    """The lists, by the word in the address."""

    APPLICATIONS = "applications"
    ACTORS = "actors"
    END_USER_APPLICATIONS = "end-user-applications"
    LOGICAL = "logical"
    PHYSICAL = "physical"

    @property
    def kind(self) -> str:
        """The kind of entity that the list holds; empty for flows."""
        return _KINDS.get(self, "")


_KINDS: Final = {
    Shelf.APPLICATIONS: EntityKind.APPLICATION.value,
    Shelf.ACTORS: EntityKind.ACTOR.value,
    Shelf.END_USER_APPLICATIONS: EntityKind.END_USER_APPLICATION.value,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: a list, words, values of facets, and a page."""

    shelf: Shelf
    words: str = ""
    chosen: Mapping[str, Sequence[str]] | None = None
    cursor: str = ""

    @property
    def values(self) -> Mapping[str, Sequence[str]]:
        return self.chosen or {}


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list with its facets. The rows are of the kind that the list has."""

    page: Page[Any]
    facets: tuple[Facet, ...]


def listing(organisation_id: UUID, wanted: Wanted) -> Listing:
    """One page. The number of queries does not depend on how many rows there are."""
    names = names_of(organisation_id)
    kinds = facet_kinds(organisation_id, wanted.shelf, names)
    rows = shelf_rows(organisation_id, wanted.shelf, wanted.words)
    chosen = narrowed(rows, kinds, wanted.values)
    if wanted.shelf.kind:
        page = _entities(organisation_id, chosen, wanted.cursor)
    else:
        page = _flows(organisation_id, chosen, wanted, names)
    return Listing(page, facets_of(rows, kinds, wanted.values))


def _entities(organisation_id: UUID, rows: Rows, cursor_text: str) -> Page[Any]:
    cursor = NameCursor.parse(cursor_text)
    found = list(name_window(rows.values(*ENTITY_COLUMNS), cursor))
    return name_page(found, cursor, partial(entity_rows, organisation_id), capped_count(rows))


def _flows(organisation_id: UUID, rows: Rows, wanted: Wanted, names: Names) -> Page[Any]:
    cursor = Cursor.parse(wanted.cursor)
    cursor = cursor if cursor is not None and BY_ID.fits(cursor) else None
    columns = LOGICAL_COLUMNS if wanted.shelf is Shelf.LOGICAL else PHYSICAL_COLUMNS

    def complete(page: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        if wanted.shelf is Shelf.LOGICAL:
            return logical_rows(organisation_id, page)
        return physical_rows(organisation_id, page, names)

    found = list(BY_ID.window(rows.values(*columns), cursor))
    page = page_of(found, cursor, complete, BY_ID)
    return Page(page.rows, page.next, page.previous, capped_count(rows))


def shelf_rows(organisation_id: UUID, shelf: Shelf, words: str) -> Rows:
    """All of a list that has the words. Removed flows are in it: a facet tells them apart."""
    if shelf.kind:
        entities: Rows = CatalogueEntity.objects.filter(organisation_id=organisation_id, kind=shelf.kind)
        return entities.filter(has_words(words))
    model: Any = LogicalFlow if shelf is Shelf.LOGICAL else PhysicalFlow
    rows: Rows = model.objects.filter(organisation_id=organisation_id)
    return rows.filter(flows_with_words(organisation_id, shelf, words)) if words else rows


def flows_with_words(organisation_id: UUID, shelf: Shelf, words: str) -> Q:
    """Logical or physical flows that have the words."""
    if shelf is Shelf.LOGICAL:
        return _between(organisation_id, words, "") | Q(external_id=words.strip())
    return _physical_words(organisation_id, words)


def _between(organisation_id: UUID, words: str, prefix: str) -> Q:
    ends = ends_with_words(organisation_id, words)
    return Q(**{f"{prefix}source_id__in": ends}) | Q(**{f"{prefix}target_id__in": ends})


def _physical_words(organisation_id: UUID, words: str) -> Q:
    """By an end, or by the first letters of its own name or external id."""
    logical = LogicalFlow.objects.filter(_between(organisation_id, words, ""), organisation_id=organisation_id)
    return Q(logical_flow_id__in=logical.values("id")) | begins("name_key", words) | begins("external_key", words)


def facet_kinds(organisation_id: UUID, shelf: Shelf, names: Names) -> tuple[FacetKind, ...]:
    """By what the list can be narrowed."""
    if shelf.kind:
        external = FacetKind("external", "Where", "is_external", _where, (True, False))
        department = FacetKind(
            "department", "Department", "department_id", partial(_departments, organisation_id), of_ids=True
        )
        status = FacetKind("status", "Status", "lifecycle_status", _lives, tuple(EntityLife.values))
        return (status, external) if shelf is Shelf.ACTORS else (status, department)
    status = FacetKind("status", "Status", "lifecycle_status", _lives, tuple(FlowLife.values))
    if shelf is Shelf.LOGICAL:
        carried = partial(_data_types, organisation_id)
        types = FacetKind("type", "Data type", "type_links__data_type_id", carried, of_ids=True, matching=carrying)
        return (status, types)
    own = (("transport", "Transport"), ("frequency", "Frequency"), ("criticality", "Criticality"))
    return (status, *(FacetKind(kind, label, kind, partial(_codes, names, kind)) for kind, label in own))


def carrying(types: Sequence[Any]) -> Q:
    """Logical flows that carry any of the data types."""
    return Q(id__in=LogicalFlowDataType.objects.filter(data_type_id__in=types).values("logical_flow_id"))


def _lives(values: Iterable[Any]) -> dict[Any, str]:
    return {value: LIFE_LABELS[value] for value in values if value in LIFE_LABELS}


def _where(values: Iterable[Any]) -> dict[Any, str]:
    return {value: "External" if value else "Internal" for value in values if isinstance(value, bool)}


def _codes(names: Names, kind: str, values: Iterable[Any]) -> dict[Any, str]:
    return {value: said(names, kind, value) for value in values}


def _departments(organisation_id: UUID, ids: Iterable[Any]) -> dict[Any, str]:
    rows = Department.objects.filter(organisation_id=organisation_id, id__in=list(ids))
    return dict(rows.values_list("id", "name"))


def _data_types(organisation_id: UUID, ids: Iterable[Any]) -> dict[Any, str]:
    rows: QuerySet[DataType] = DataType.objects.filter(organisation_id=organisation_id, id__in=list(ids))
    return dict(rows.values_list("id", "name"))
