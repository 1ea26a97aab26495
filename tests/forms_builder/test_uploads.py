"""What may be uploaded: names are cleaned, content decides, nothing is decoded."""

import io
import zipfile
import zlib

import pytest

from forms_builder import uploads
from forms_builder.uploads import UploadRefused, clean_name, judge
from tests.factories.forms_builder import PDF

MOST = 1_000_000
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (20_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00" + b"\x00" * 64
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 64


def office(*names: str, ending: str = "docx") -> bytes:
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[ending]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", "_rels/.rels", main, *names):
            archive.writestr(name, "x" * 40)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("receipt.pdf", "receipt.pdf"), ("../../etc/passwd", "passwd"), ("..\\..\\x.png", "x.png"), ("/abs.pdf", "abs.pdf"),
        ("a\x00b.pdf", "ab.pdf"), ("\u202egnp.exe", "gnp.exe"), (".htaccess", "htaccess"), ("CON", "_CON"),
        ("nul.txt", "_nul.txt"), ("a/b", "b"), ("%2e%2e", "%2e%2e"), ("", "file"), ("...", "file"), ("🙂.pdf", "🙂.pdf"),
        ("e\u0301.pdf", "é.pdf"), ('a"\r\nb.pdf', "a_b.pdf"), ("x" * 300 + ".pdf", "x" * 146 + ".pdf"), ("\ud800.pdf", "pdf"),
    ],
)  # fmt: skip
def test_names_are_cleaned(raw: str, cleaned: str) -> None:
    assert clean_name(raw) == cleaned
    assert clean_name(cleaned) == cleaned
    assert len(cleaned) <= 150


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", PDF, "application/pdf"), ("a.PNG", PNG, "image/png"), ("a.jpeg", JPEG, "image/jpeg"),
        ("a.txt", "Grüße\n".encode(), "text/plain"), ("a.csv", b"a;b\n1;2\n", "text/csv"),
        ("a.txt", "é".encode() * 9_000, "text/plain"),
        ("a.docx", office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", office(ending="xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)  # fmt: skip
def test_accepted_kinds(name: str, content: bytes, kind: str) -> None:
    stream = io.BytesIO(content)
    assert judge(name, stream, len(content), most_bytes=MOST).content_type == kind
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload=alert(1)>"), ("a.html", b"<html>"), ("a.png", b"<html><script>"),
        ("a.txt", b"<script>x</script>"),
        ("a.csv", b"\xef\xbb\xbf  <!DOCTYPE html>"), ("a.pdf", b"MZ\x90\x00" + b"\0" * 99), ("a.exe", b"MZ"), ("a", PDF),
        ("a.pdf.exe", PDF), ("a.png", PDF), ("a.pdf", PNG), ("a.txt", PNG), ("a.txt", b"a\0b"), ("a.txt", b"\xff\xfe\xff\xff"),
        ("a.zip", office()), ("a.docm", office()), ("a.docx", office("word/vbaProject.bin")), ("a.docx", office()[:200]),
        ("a.xlsx", office()), ("a.pdf", b""), ("a.svgz", zlib.compress(b"<svg>")), ("a.docx", PDF),
    ],
)  # fmt: skip
def test_refused_kinds(name: str, content: bytes) -> None:
    with pytest.raises(UploadRefused):
        judge(name, io.BytesIO(content), len(content), most_bytes=MOST)


def test_size_is_judged_before_anything_is_read() -> None:
    with pytest.raises(UploadRefused, match="1 MB"):
        judge("a.pdf", io.BytesIO(PDF), 2_000_000, most_bytes=1024 * 1024)
    assert judge("a.pdf", io.BytesIO(PDF), len(PDF), most_bytes=len(PDF)).name == "a.pdf"
    with pytest.raises(UploadRefused):
        judge("a.pdf", io.BytesIO(PDF), len(PDF), most_bytes=len(PDF) - 1)


def test_a_document_of_too_many_parts_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    content = office("a", "b")
    monkeypatch.setattr(uploads, "MAX_ARCHIVE_MEMBERS", 5)
    assert judge("a.docx", io.BytesIO(content), len(content), most_bytes=MOST).name == "a.docx"
    monkeypatch.setattr(uploads, "MAX_ARCHIVE_MEMBERS", 4)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(UploadRefused, match="too many parts"):
        judge("a.docx", io.BytesIO(content), len(content), most_bytes=MOST)


class InPieces(io.BytesIO):
    """Gives less than it is asked for, as a file that comes from elsewhere may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(3)


def test_parts_are_counted_across_what_is_read_at_once() -> None:
    content = office("a", "b")
    for stream in (io.BytesIO(content), InPieces(content)):
        assert uploads.has_more_members(stream, 4)
        assert not uploads.has_more_members(stream, 5)


def test_a_field_may_narrow_the_kinds_but_not_widen_them() -> None:
    with pytest.raises(UploadRefused, match="png"):
        judge("a.pdf", io.BytesIO(PDF), len(PDF), most_bytes=MOST, endings=("png",))
    with pytest.raises(UploadRefused):
        judge("a.exe", io.BytesIO(b"MZ"), 2, most_bytes=MOST, endings=("exe",))
