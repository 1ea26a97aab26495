"""Imports to look at."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from accounts.tenancy.errors import NotFound
from flows.models import CatalogueImport, CatalogueImportFile, CatalogueImportRow, RowAction
from workflows.selectors.paging import Cursor, Order, Page, page_of

ORDER: Final = Order("created_at", "id")
BATCH: Final = 1_000


class ImportNotFound(NotFound):
    code = "import.not_found"


def access_import(organisation_id: UUID, import_id: UUID) -> CatalogueImport:
    """The door to an import. Raises ImportNotFound."""
    row: CatalogueImport | None = CatalogueImport.objects.filter(organisation_id=organisation_id, id=import_id).first()
    if row is None:
        raise ImportNotFound
    return row


def has_file(row: CatalogueImport) -> bool:
    """Whether the file is still kept, so that it can be judged again."""
    own = CatalogueImportFile.objects.filter(organisation_id=row.organisation_id, catalogue_import_id=row.id)
    return bool(own.exists())


def imports_page(organisation_id: UUID, cursor: str) -> Page[dict[str, Any]]:
    """Imports of the organisation, newest first."""
    columns = ("id", "kind", "file_name", "state", "report", "error_count", "by_name", "created_at")
    at = Cursor.parse(cursor)
    rows = CatalogueImport.objects.filter(organisation_id=organisation_id).values(*columns)
    return page_of(list(ORDER.window(rows, at)), at, tuple, ORDER)


def wrong_rows(organisation_id: UUID, import_id: UUID) -> Iterator[list[tuple[int, str, str, str]]]:
    """Everything that is wrong as row, column, message and what stands there. Each step of the iterator needs the scope."""
    last = -1
    own = CatalogueImportRow.objects.filter(
        organisation_id=organisation_id, catalogue_import_id=import_id, action=RowAction.WRONG
    )
    while True:
        rows = list(own.filter(number__gt=last).order_by("number").values("number", "values", "problems")[:BATCH])
        if rows:
            yield [
                (row["number"], column, message, str(row["values"].get(column, "")))
                for row in rows
                for column, message in row["problems"]
            ]
        if len(rows) < BATCH:
            return
        last = rows[-1]["number"]


def changes_sample(row: CatalogueImport, size: int = 20) -> list[dict[str, Any]]:
    """Some of the rows that would be made or changed, with what was and what would be."""
    own = CatalogueImportRow.objects.filter(organisation_id=row.organisation_id, catalogue_import_id=row.id)
    rows = own.exclude(action=RowAction.WRONG).order_by("number")
    return list(rows.values("number", "action", "values", "before", "after")[:size])
