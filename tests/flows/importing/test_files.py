"""Files that are wrong, odd or hostile as a whole. None of them is a server error, and none changes anything."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from flows.catalogue.importing import reading, workbooks
from flows.models import CatalogueImport
from tests.cast import Acme
from tests.flows.importing.desk import Desk, problems, words, workbook

GOOD = "external_id,name\nA-1,Zürich\n"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        b'"External ID","Name"\r\n"A-1","Z\xc3\xbcrich"\r\n\r\n,\r\n',
    ],
    ids=["bom", "utf-16", "semicolons", "tabs", "windows", "quotes and empty rows"],
)
def test_texts_as_spreadsheets_write_them(asha: Desk, content: bytes) -> None:
    row = asha.bring(content)
    assert row.report["new"] == 1
    assert "Zürich" in asha.page(row)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\x93external_id\x94,name\n", "Row 1 is not UTF-8"),
        (b"external_id,name\nA,Z\xfcrich\n", "Row 2 is not UTF-8"),
        (b"external_id,name\n", "a head and no rows"),
        (b"\n\n \n", "This file has no rows."),
        (b'external_id,name\nA,"never closed\n', "cannot be read as CSV"),
        (b"external_id,name\n" + b"x," * 80 + b"x\n", "more than 60 columns"),
        (b"external_id,name\nA," + b"x" * 200_000, "cannot be read as CSV"),
        (b"PK\x03\x04 no text", "called .csv"),
    ],
)
def test_a_text_that_cannot_be_read_says_why(asha: Desk, content: bytes, text: str) -> None:
    row = asha.bring(content)
    assert (row.state, text in row.failure) == ("failed", True), row.failure
    assert text in asha.page(row)


def test_a_head_that_does_not_fit_says_what_was_meant(asha: Desk) -> None:
    row = asha.bring("external-id,Nmae,External ID,colour\nA,B,C,D\n")
    assert row.state == "failed"
    assert problems(row) == [
        (1, "Nmae", "There is no such column. Did you mean name?"),
        (1, "External ID", "This column is there twice."),
        (1, "colour", "There is no such column."),
        (1, "name", "This column is missing."),
    ]
    assert "Did you mean name?" in asha.fetch(f"/flows/imports/{row.id}/errors.csv").decode()


def test_calculated_and_broken_cells_are_told(asha: Desk) -> None:
    row = asha.bring(workbook([["external_id", "name"], ["A", "=1+1"], ["B", "#N/A"], ["C", "fine"]]), name="a.xlsx")
    assert (row.report["wrong"], row.report["new"]) == (2, 1)
    assert problems(row)[0] == (2, "name", "This cell is calculated. Put its value in.")


def sheets(**pages: tuple[list[list[str]], bool]) -> bytes:
    """A workbook with sheets by their names: rows, and whether it is hidden."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, (rows, is_hidden) in pages.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if is_hidden else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_sheet_that_people_see_is_read(asha: Desk) -> None:
    lists, data = [["application"], ["actor"]], [["external_id", "name"], ["A", "Orders"]]
    row = asha.bring(sheets(Lists=(lists, True), Data=(data, False), Empty=([], False)), name="a.xlsx")
    assert (row.state, row.report["new"]) == ("checked", 1)


def test_no_sheet_is_left_out_without_a_word(asha: Desk) -> None:
    first, more = [["external_id", "name"], ["A", "Orders"]], [["external_id", "name"], ["B", "Ledger"]]
    row = asha.bring(sheets(Data=(first, False), More=(more, False)), name="a.xlsx")
    assert row.state == "failed"
    assert "the sheet “More” as well" in row.failure


@pytest.mark.parametrize(
    "content",
    [
        b"external_id,name,description\nA,Orders,Takes orders, and more\n",
        b"external_id,name,,description\nA,Orders,lost,\n",
        workbook([["external_id", "name", None], ["A", "Orders", "lost"]]),
    ],
    ids=["a comma without quotes", "a column without a name", "a cell beside the table"],
)
def test_no_cell_is_left_out_without_a_word(asha: Desk, content: bytes) -> None:
    row = asha.bring(content, name="a.csv" if content[:2] != b"PK" else "a.xlsx")
    assert row.report["wrong"] == 1
    ((number, column, text),) = problems(row)
    assert number == 2
    assert column in ("column 3", "column 4")
    assert "the first row does not name this column" in text


def parts(name: str, text: bytes) -> bytes:
    """A good workbook, with one part replaced or added."""
    out = io.BytesIO()
    plain = io.BytesIO(workbook([["external_id", "name"], ["A", "B"]]))
    with zipfile.ZipFile(plain) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for member in good.namelist():
            if member != name:
                made.writestr(member, good.read(member))
        made.writestr(name, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BILLION = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<worksheet><sheetData>&b;</sheetData></worksheet>"""
SHEET_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FAR = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>
<sheetData><row r="1048577"><c r="A1048577" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"this is no workbook", "cannot be read"),
        (b"PK\x03\x04" + b"\0" * 50, "cannot be read"),
        (parts(SHEET, b" " * (workbooks.MAX_UNPACKED + 1)), "too large once unpacked"),
        (parts("xl/sharedStrings.xml", b" " * (workbooks.MAX_TEXTS + 1)), "too much text"),
        (parts("xl/vbaProject.bin", b"x"), "macros"),
        (
            parts(SHEET, SHEET_HEAD + b"<row>" + b"<c/>" * 100_001 + b"</row></sheetData></worksheet>"),
            "more than a table",
        ),
        (parts(SHEET, SHEET_HEAD + b"</sheetData>" + b"<a/>" * 100_001 + b"</worksheet>"), "more than a table"),
        (parts(SHEET, BILLION), "cannot be read"),
        (parts(SHEET, FAR), "cannot be read"),
        (parts(SHEET, b"<worksheet>"), "cannot be read"),
        (parts("xl/workbook.xml", b"<nothing/>"), "no sheet"),
    ],
    ids=["text", "damaged", "bomb", "texts", "macros", "wide", "junk", "entities", "far row", "cut", "no book"],
)
def test_a_workbook_that_cannot_be_read_says_why(asha: Desk, content: bytes, text: str) -> None:
    row = asha.bring(content, name="a.xlsx")
    assert (row.state, text in row.failure) == ("failed", True), row.failure


def test_a_workbook_of_too_many_parts_is_not_opened(asha: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([["external_id", "name"]])
    monkeypatch.setattr(workbooks, "MAX_PARTS", 2)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    row = asha.bring(content, name="a.xlsx")
    assert (row.state, row.failure) == ("failed", workbooks.TOO_LARGE)


def test_too_many_rows_are_refused(asha: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    row = asha.bring("external_id,name\n" + "".join(f"A-{number},x\n" for number in range(4)))
    assert row.failure == "This file has more than 3 rows. Divide it."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"content": b""}, "This file is empty."),
        ({"content": b"x", "name": "apps.pdf"}, "ending .csv or .xlsx"),
        ({"content": b"x" * (reading.MAX_BYTES + 1)}, "larger than 20 MB"),
        ({"content": b"x", "kind": "nonsense"}, "Say what the file holds."),
        ({"content": b"x", "reason": "no\0"}, ""),
    ],
)
def test_what_is_no_file_for_us_is_refused_at_the_door(acme: Acme, asha: Desk, data: dict[str, str], text: str) -> None:
    answer = asha.post(**data)
    if text:
        assert answer.status_code == 422
        assert text in words(answer.content.decode())
        with acme.scope():
            assert not CatalogueImport.objects.exists()
    assert answer.status_code < 500


def test_files_to_begin_with_are_files_that_are_taken(asha: Desk, ravi: Desk) -> None:
    for kind in ("entities", "involvements", "data-types", "logical-flows", "physical-flows"):
        for ending in ("csv", "xlsx"):
            answer = ravi.client.get(f"/flows/imports/templates/{kind}.{ending}")
            row = ravi.bring(answer.content, kind, name=f"t.{ending}", reason="Why not")
            assert row.state == "checked", (kind, ending, row.failure)
    assert asha.client.get("/flows/imports/templates/nothing.csv").status_code == 404
    assert asha.client.get("/flows/imports/templates/entities.pdf").status_code == 404
