"""Files to begin with: the columns of a kind and one row as an example."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from flows.catalogue.importing.judging import ImportKind

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: Final = {"csv": CSV, "xlsx": XLSX}


def template_of(kind: ImportKind, ending: str) -> bytes:
    """The file; its ending is one of ``TYPES``."""
    rows = [[column.name for column in kind.columns], [column.example for column in kind.columns]]
    return _workbook(kind.title, rows) if ending == "xlsx" else _text(rows)


def _text(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    # The mark tells spreadsheets the encoding.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _workbook(title: str, rows: Iterable[list[str]]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - large, and few processes meet a workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
