"""The rows of a list for a file, in batches; the columns of entities and logical flows are those that the import takes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from flows.catalogue.enums import names_of
from flows.catalogue.selectors.browse import Shelf, Wanted, facet_kinds, shelf_rows
from flows.catalogue.selectors.facets import Rows, narrowed
from flows.catalogue.selectors.rows import types_of_logical, types_of_specifications

BATCH: Final = 1_000
ENTITY: Final = ("kind", "external_id", "name", "description", "lifecycle_status", "is_external", "department")
LOGICAL: Final = ("source", "target", "external_id", "lifecycle_status", "data_types", "source_name", "target_name")
PHYSICAL: Final = (
    *("external_id", "name", "source", "target", "source_name", "target_name", "specification", "format", "transport"),
    *("frequency", "criticality", "basis_offset", "lifecycle_status", "data_types"),
)
COLUMNS: Final[Mapping[Shelf, tuple[str, ...]]] = {
    Shelf.APPLICATIONS: ENTITY,
    Shelf.ACTORS: ENTITY,
    Shelf.END_USER_APPLICATIONS: ENTITY,
    Shelf.LOGICAL: LOGICAL,
    Shelf.PHYSICAL: PHYSICAL,
}
_PHYSICAL: Final = {
    **{
        f"{end}{column}": F(f"logical_flow__{end}__{field}")
        for end in ("source", "target")
        for column, field in (("_key", "external_id"), ("_name", "name"))
    },
    "spec": F("specification__name"),
    "spec_format": F("specification__format"),
}


def batches(organisation_id: UUID, wanted: Wanted) -> Iterator[list[dict[str, Any]]]:
    """All rows of the list by id. Each step of the iterator reads one batch and needs the organisation's scope."""
    last: UUID | None = None
    while True:
        rows = shelf_rows(organisation_id, wanted.shelf, wanted.words)
        kinds = facet_kinds(organisation_id, wanted.shelf, names_of(organisation_id))
        rows = narrowed(rows, kinds, wanted.values).order_by("id")
        found = _read(organisation_id, wanted.shelf, rows.filter(id__gt=last) if last else rows)
        if found:
            yield found
        if len(found) < BATCH:
            return
        last = found[-1]["id"]


def _read(organisation_id: UUID, shelf: Shelf, rows: Rows) -> list[dict[str, Any]]:
    if shelf.kind:
        own = ("id", "kind", "external_id", "name", "description", "lifecycle_status", "is_external")
        found = rows.values(*own, code=F("department__code"))[:BATCH]
        return [{**row, "department": row["code"], "is_external": "yes" if row["is_external"] else ""} for row in found]
    if shelf is Shelf.LOGICAL:
        plain = ("id", "external_id", "lifecycle_status", "source__external_id", "target__external_id")
        named = list(rows.values(*plain, source_name=F("source__name"), target_name=F("target__name"))[:BATCH])
        carried = types_of_logical(organisation_id, [row["id"] for row in named], "data_type__code")
        return [
            {
                **row,
                "source": row["source__external_id"],
                "target": row["target__external_id"],
                "data_types": "; ".join(carried.get(row["id"], ())),
            }
            for row in named
        ]
    return _physical(organisation_id, rows)


def _physical(organisation_id: UUID, rows: Rows) -> list[dict[str, Any]]:
    own = ("id", "external_id", "name", "transport", "frequency", "criticality", "basis_offset", "lifecycle_status")
    found = list(rows.values(*own, "specification_id", **_PHYSICAL)[:BATCH])
    carried = types_of_specifications(organisation_id, {row["specification_id"] for row in found}, "data_type__code")
    return [
        {
            **row,
            "source": row["source_key"],
            "target": row["target_key"],
            "specification": row["spec"],
            "format": row["spec_format"],
            "data_types": "; ".join(carried.get(row["specification_id"], ())),
        }
        for row in found
    ]
