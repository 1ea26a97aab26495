"""From the bytes of a CSV or XLSX file to rows of text. Pure, and safe against files that want too much.

What is wrong with a whole file raises FileRefused; what is wrong with one cell stays with its row.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from flows.catalogue.importing.workbooks import WorkbookRefused, only_sheet

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 60
LAST_ROW: Final = 1_048_576
"""Of any spreadsheet; what says that it has more is not one."""
DELIMITERS: Final = ",;\t|"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What our own export has marked as text by an apostrophe."""
# What the readers of workbooks raise for a broken one; nothing that our own code could hide in.
BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, TypeError, AttributeError),
    *(SyntaxError, ArithmeticError, NotImplementedError),
)
UNREADABLE: Final = "This workbook cannot be read. Save it again as .xlsx, or as CSV."


class FileRefused(ValueError):
    """The file as a whole is not accepted; the text tells the person why."""


@dataclass(slots=True)
class RawRow:
    """One row: cells by position, and what is wrong with some of them."""

    number: int
    cells: list[str]
    problems: dict[int, str] = field(default_factory=dict)


def rows_of(name: str, content: bytes) -> Iterator[RawRow]:
    """The rows of the file that are not empty, the head first. Raises FileRefused, also on the way."""
    if not content:
        raise FileRefused("This file is empty.")
    if len(content) > MAX_BYTES:
        raise FileRefused(f"This file is larger than {MAX_BYTES // 1024 // 1024} MB. Divide it.")
    rows = _workbook_rows(content) if name.lower().endswith(".xlsx") else _text_rows(content)
    found = -1
    for row in rows:
        if not row.problems and not any(row.cells):
            continue
        found += 1
        if found > MAX_ROWS:
            raise FileRefused(f"This file has more than {MAX_ROWS:,} rows. Divide it.")
        yield row
    if found < 0:
        raise FileRefused("This file has no rows.")


def _text_rows(content: bytes) -> Iterator[RawRow]:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield RawRow(number, [_plain(cell) for cell in _checked_width(cells, number)])
    except csv.Error as error:
        raise FileRefused(f"Row {number + 1} cannot be read as CSV: {error}.") from error


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if content[:4] == b"PK\x03\x04":
        raise FileRefused("This is a workbook that is called .csv. Give it the ending .xlsx.")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise FileRefused(f"Row {row} is not UTF-8. Save the file as “CSV UTF-8”.") from error


def _delimiter(text: str) -> str:
    """The sign that divides the head most often, outside of quotes."""
    head = text.lstrip("\r\n").partition("\n")[0]
    bare = "".join(head.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _checked_width(cells: Sequence[Any], number: int) -> Sequence[Any]:
    if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
        raise FileRefused(f"Row {number} has more than {MAX_COLUMNS} columns.")
    return cells[:MAX_COLUMNS]


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _workbook_rows(content: bytes) -> Iterator[RawRow]:
    try:
        for number, cells in enumerate(only_sheet(content), start=1):
            if number > LAST_ROW:
                raise FileRefused(UNREADABLE)
            if cells:
                yield _workbook_row(number, cells)
    except FileRefused:
        raise
    except WorkbookRefused as error:
        raise FileRefused(str(error)) from error
    except BROKEN as error:
        raise FileRefused(UNREADABLE) from error


def _workbook_row(number: int, cells: Sequence[Any]) -> RawRow:
    values = [cell.value for cell in _padded(cells)]
    row = RawRow(number, ["" if value is None else _said(value) for value in _checked_width(values, number)])
    for place, cell in enumerate(_padded(cells)[:MAX_COLUMNS]):
        if cell.value is not None and cell.data_type == "f":
            row.problems[place] = "This cell is calculated. Put its value in."
        elif cell.value is not None and cell.data_type == "e":
            row.problems[place] = f"This cell holds the error {str(cell.value)[:20]}."
    return row


def _padded(cells: Sequence[Any]) -> Sequence[Any]:
    return cells[: MAX_COLUMNS + 1]


def _said(value: Any) -> str:
    """A number that is whole has no decimals, however the workbook keeps it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _plain(str(value))
