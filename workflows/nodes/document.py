"""Make a PDF from a template: headings, paragraphs, lists and a table of values."""

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from forms_builder.schema.parts import FieldName, Part, ShortText, plain
from workflows.nodes.base import Artifact, Done, NodeFailure, NodeKind, Work

Body = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(plain)]
FONTS: Final = ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf")
"""A font that has more than the letters of western Europe, where the server has one."""
SIZES: Final = {"# ": 18, "## ": 14, "### ": 12}
MOST_LINES: Final = 2_000
COLUMNS: Final = (1, 2)
"""Widths of the table's columns, of name and value."""
MOST_IN_ROW: Final = 30
"""Lines of the table that are kept together; a page has room for a few more."""


class DocumentParams(Part):
    """`body` line by line: "# heading", "## heading", "- item", an empty line, or text; with placeholders.
    {{ record.approver }} is who was chosen, by name, as on the pages.

    `rows` are pairs of a name and a value, set as a table at the end. The file goes into the file field `into`, if one is
    named; else it is kept with the step.
    """

    title: ShortText
    file: ShortText = "document.pdf"
    body: Body = ""
    rows: dict[ShortText, ShortText] = Field(default_factory=dict, max_length=100)
    into: FieldName | None = None


class DocumentKind(NodeKind[DocumentParams]):
    kind = "document"
    label = "Make a document"
    params = DocumentParams

    def files(self, params: DocumentParams) -> Iterator[tuple[str, str]]:
        if params.into:
            yield "into", params.into

    def run(self, params: DocumentParams, work: Work) -> Done:
        rows = [(work.words(name), work.words(value)) for name, value in params.rows.items()]
        content = pdf_of(work.words(params.title), work.words(params.body), rows)
        name = work.words(params.file)
        name = name if name.lower().endswith(".pdf") else f"{name}.pdf"
        return Done({"name": name, "bytes": len(content)}, artifacts=(Artifact(name, content, params.into or ""),))


def pdf_of(title: str, body: str, rows: list[tuple[str, str]]) -> bytes:
    """The document as bytes. Letters that the font does not have become question marks. Raises NodeFailure."""
    # The library takes a sixth of a process's memory, and few processes ever set a document.
    from fpdf import FPDF  # noqa: PLC0415
    from fpdf.errors import FPDFException  # noqa: PLC0415

    try:
        return _set(FPDF(format="A4"), title, body, rows)
    except FPDFException as error:
        raise NodeFailure("The document cannot be set: a word is wider than the page.", again=False) from error


def _set(page: Any, title: str, body: str, rows: list[tuple[str, str]]) -> bytes:
    page.set_margin(20)
    page.set_auto_page_break(True, margin=20)
    page.set_title(title)
    family, shown = _font(page)
    page.add_page()
    _line(page, family, shown(title), 20)
    for line in body.splitlines()[:MOST_LINES]:
        mark = next((mark for mark in SIZES if line.startswith(mark)), "")
        text = line.removeprefix(mark)
        if line.startswith("- "):
            text = f"\u2022 {line[2:]}"
        _line(page, family, shown(text), SIZES.get(mark, 11))
    if rows:
        _line(page, family, "", 11)
        page.set_font(family, size=10)
        parts = [part for name, value in rows for part in _parts(page, shown(name), shown(value))]
        with page.table(col_widths=COLUMNS, first_row_as_headings=False) as table:
            for part in parts:
                row = table.row()
                for cell in part:
                    row.cell(cell)
    return bytes(page.output())


def _parts(page: Any, *cells: str) -> Iterator[tuple[str, ...]]:
    """A row of the table as rows of which each fits on a page."""
    found = []
    for text, share in zip(cells, COLUMNS, strict=True):
        width = page.epw * share / sum(COLUMNS) - 2 * page.c_margin
        lines = page.multi_cell(width, text=text, dry_run=True, output="LINES") or [""]
        found.append(["\n".join(lines[at : at + MOST_IN_ROW]) for at in range(0, len(lines), MOST_IN_ROW)])
    yield from zip_longest(*found, fillvalue="")


def _line(page: Any, family: str, text: str, size: int) -> None:
    page.set_font(family, size=size)
    page.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")


def _font(page: Any) -> tuple[str, Any]:
    path = _font_file()
    if path:
        page.add_font("text", fname=path)
        return "text", lambda text: text
    return "helvetica", lambda text: text.replace("\u2022", "-").encode("cp1252", "replace").decode("cp1252")


@cache
def _font_file() -> str:
    return next((path for path in FONTS if Path(path).is_file()), "")
