"""The child process that reads foreign files. Run as a module: job, options as JSON; the file on standard input.

Imports nothing of the product. The limits are set before anything is read.
"""

import io
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 1024 * 1024 * 1024
PROCESSOR_SECONDS: Final = 60
MOST_CELLS: Final = 20_000
MOST_TEXT: Final = 500_000
MOST_PIXELS: Final = 40_000_000
OCR_SCALE: Final = 2.0
PICTURES: Final = ("PNG", "JPEG", "GIF", "WEBP", "TIFF")
TURNS: Final = "osd"
"""The data by which tesseract tells which way is up."""


class FileRefused(Exception):
    """What is wrong with the file, for an admin."""


def limit() -> None:
    """As little as reading a file needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024, 64 * 1024 * 1024))


def pdf(content: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """Text, and tables if they are wanted, page by page."""
    import pdfplumber  # noqa: PLC0415 - under the limits
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            count = len(document.pages)
            pages = [_page(page, options) for page in document.pages[: int(options["pages"])]]
    except (PDFPasswordIncorrect, PdfminerException) as error:
        locked = isinstance(error, PDFPasswordIncorrect) or "Password" in repr(error)
        raise FileRefused("This PDF needs a password." if locked else "This is no PDF, or a damaged one.") from error
    text = "\n\n".join(page["text"] for page in pages)[:MOST_TEXT]
    found: dict[str, Any] = {"pages": count, "text": text}
    if options.get("tables"):
        found["tables"] = [table for page in pages for table in page["tables"]]
    return found


def _page(page: Any, options: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"text": page.extract_text() or "", "tables": []}
    if options.get("tables"):
        cells = 0
        for table in page.extract_tables():
            rows = [["" if cell is None else str(cell) for cell in row] for row in table]
            cells += sum(len(row) for row in rows)
            if cells > MOST_CELLS:
                raise FileRefused(f"A page holds more than {MOST_CELLS} cells.")
            found["tables"].append(rows)
    page.close()
    return found


def ocr(content: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """The words of a picture, or of the pages of a scanned PDF, as tesseract reads them."""
    program = shutil.which("tesseract")
    if program is None:
        raise FileRefused("Reading pictures needs the program tesseract, which this server does not have.")
    known = _languages(program)
    wanted = str(options["languages"]).split("+")
    if missing := [one for one in wanted if one not in known]:
        there = ", ".join(sorted(known - {TURNS})) or "none"
        raise FileRefused(f"tesseract has no data for {', '.join(missing)} on this server. It reads: {there}.")
    # Where it can tell which way is up, pages may lie on their side.
    how = [program, "-l", "+".join(wanted), *(("--psm", "1") if TURNS in known else ())]
    texts = [_read(how, picture) for picture in _pictures(content, options)]
    return {"pages": len(texts), "text": "\n\n".join(texts)[:MOST_TEXT]}


def _pictures(content: bytes, options: dict[str, Any]) -> list[bytes]:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - under the limits

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    if content[:5] == b"%PDF-":
        return _rendered(content, options)
    try:
        with Image.open(io.BytesIO(content), formats=PICTURES) as picture:
            found = []
            for number in range(min(getattr(picture, "n_frames", 1), int(options["pages"]))):
                picture.seek(number)
                if picture.width * picture.height > MOST_PIXELS:
                    raise FileRefused("This picture is too large.")
                found.append(_png(ImageOps.exif_transpose(picture)))
            return found
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise FileRefused("This is no picture that can be read.") from error


def _rendered(content: bytes, options: dict[str, Any]) -> list[bytes]:
    import pypdfium2  # noqa: PLC0415 - under the limits

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise FileRefused("This is no PDF, or a damaged one.") from error
    found = []
    for number in range(min(len(document), int(options["pages"]))):
        page = document[number]
        if page.get_width() * page.get_height() * OCR_SCALE**2 > MOST_PIXELS:
            raise FileRefused("A page of this PDF is too large.")
        found.append(_png(page.render(scale=OCR_SCALE).to_pil()))
    return found


def _png(picture: Any) -> bytes:
    """In grey, on white paper where it has none of its own."""
    from PIL import Image  # noqa: PLC0415 - under the limits

    if picture.has_transparency_data:
        shown = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
    buffer = io.BytesIO()
    picture.convert("L").save(buffer, "PNG")
    return buffer.getvalue()


def _languages(program: str) -> set[str]:
    done = subprocess.run([program, "--list-langs"], capture_output=True, check=False)  # noqa: S603 - a fixed list
    return set(done.stdout.decode("utf-8", "replace").split("\n")[1:]) - {""}


def _read(how: list[str], picture: bytes) -> str:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "page.png")
        path.write_bytes(picture)
        program, *options = how
        command = [program, str(path), "stdout", *options]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(command, capture_output=True, env=environment, check=False)  # noqa: S603 - limited as its parent
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise FileRefused(f"tesseract could not read it: {said[-1][:200] if said else 'no reason given'}")
    return done.stdout.decode("utf-8", "replace").strip()


JOBS: Final = {"pdf": pdf, "ocr": ocr}


def main() -> None:
    limit()
    job, options = JOBS[sys.argv[1]], json.loads(sys.argv[2])
    try:
        answer: dict[str, Any] = {"found": job(sys.stdin.buffer.read(), options)}
    except FileRefused as refused:
        answer = {"refused": str(refused)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
