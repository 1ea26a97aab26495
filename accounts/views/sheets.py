"""Lists as CSV files, sent while they are read. A cell that a spreadsheet would take for a formula is kept from being one."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.http import StreamingHttpResponse
from django.utils import timezone

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK: Final = "\ufeff"
"""At the start of a file it tells spreadsheets the encoding."""


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe(value: Any) -> str:
    """The value as a cell; an apostrophe in front makes text of what would be calculated."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The rows as lines of a file, every cell safe."""
    writer = csv.writer(Echo())
    for row in rows:
        yield str(writer.writerow([safe(cell) for cell in row]))


def csv_response(name: str, body: Iterable[str]) -> StreamingHttpResponse:
    """A file to save, called by what it lists and today's date; ``body`` is read while it is sent."""
    return StreamingHttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"',
            "Cache-Control": "no-store, private",
        },
    )
