"""Workbooks: what could fill the memory is refused before the library that reads them sees it."""

import io
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final
from xml.parsers import expat

from forms_builder.uploads import has_more_members

MAX_UNPACKED: Final = 100 * 1024 * 1024
"""Of all parts of a workbook together; a row of a sheet takes some hundred bytes."""
MAX_TEXTS: Final = 40 * 1024 * 1024
"""Of the texts that a workbook shares between cells, which are held in memory."""
MAX_PARTS: Final = 1_000
MAX_HELD: Final = 100_000
"""Elements that are in memory at once: those of a row until it ends, and all outside of rows."""
MAX_SHARED: Final = 1_500_000
"""The same for the shared texts, with some elements for each."""
PIECE: Final = 1024 * 1024
TOO_LARGE: Final = "This workbook is too large once unpacked. Divide it, or save it as CSV."


class WorkbookRefused(ValueError):
    """The workbook is not accepted; the text tells the person why."""


def only_sheet(content: bytes) -> Iterator[tuple[Any, ...]]:
    """The cells of the sheet that people see, row by row; an empty row is an empty tuple. Raises WorkbookRefused, also where
    another one that they see has something in it."""
    _refuse_bombs(content)
    from openpyxl import load_workbook  # noqa: PLC0415 - large, and few processes meet a workbook

    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    if not book.worksheets:
        raise WorkbookRefused("This workbook has no sheet.")
    seen: list[Any] = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    for sheet in seen:
        # What a sheet says of its own size may be wrong, and would be believed.
        sheet.reset_dimensions()
    filled = [sheet for sheet in seen if _has_cells(sheet)]
    if len(filled) > 1:
        raise WorkbookRefused(
            f"Only one sheet is read, and something stands on the sheet “{filled[1].title[:31]}” as well. Bring each sheet as a "
            "file of its own, or hide those that are not meant."
        )
    yield from (filled or seen)[0].iter_rows()


def _has_cells(sheet: Any) -> bool:
    return any(cell.value is not None for row in sheet.iter_rows() for cell in row)


def _refuse_bombs(content: bytes) -> None:
    """Look at the parts one after the other; no more is unpacked of a part than the directory says."""
    if has_more_members(io.BytesIO(content), MAX_PARTS):
        raise WorkbookRefused(TOO_LARGE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise WorkbookRefused(TOO_LARGE)
        for part in parts:
            name = part.filename.lower()
            if "vbaproject" in name:
                raise WorkbookRefused("Workbooks with macros are not accepted.")
            is_shared = name.endswith("sharedstrings.xml")
            if is_shared and part.file_size > MAX_TEXTS:
                raise WorkbookRefused("This workbook holds too much text. Divide it, or save it as CSV.")
            if name.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    _Held(MAX_SHARED if is_shared else MAX_HELD).read(stream)


class _Held:
    """Counts the elements that a reader which forgets each row at its end has in memory."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = self.before_row = 0

    def read(self, stream: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._declared
        try:
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise SyntaxError(str(error)) from error

    def _start(self, name: str, _: dict[str, str]) -> None:
        if name == "row" or name.endswith(":row"):
            self.before_row = self.held
        self.held += 1
        if self.held > self.most:
            raise WorkbookRefused(
                "This workbook holds more than a table. Copy its rows into a new one, or save it as CSV."
            )

    def _end(self, name: str) -> None:
        if name == "row" or name.endswith(":row"):
            self.held = self.before_row

    def _declared(self, *_: object) -> None:
        raise SyntaxError("A workbook declares no types.")
