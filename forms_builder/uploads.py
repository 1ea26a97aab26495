"""What may be uploaded, judged by name and content; pure, reads only the file it is given.

Images are recognised, never decoded: a picture of 9.9 kB can need 320 MB once it is.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, Final

import filetype

MAX_NAME: Final = 150
SNIFFED_BYTES: Final = 8192
MAX_ARCHIVE_MEMBERS: Final = 10_000

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "text/plain": ("txt", "log", "md"),
    "text/csv": ("csv",),
}
"""Content types that are accepted, each with the endings its names may have."""
EXTENSIONS: Final = tuple(sorted(ending for endings in KINDS.values() for ending in endings))
_TEXT: Final = {ending: kind for kind in ("text/plain", "text/csv") for ending in KINDS[kind]}
_ARCHIVES: Final = frozenset(kind for kind in KINDS if "officedocument" in kind or "opendocument" in kind)
_MARKUP: Final = re.compile(rb"<\s*(!doctype|html|script|svg|\?xml|iframe|body|head)", re.IGNORECASE)
_MEMBER: Final = b"PK\x01\x02"
"""What each part's entry in the directory of an archive begins with."""
_DEVICES: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class UploadRefused(ValueError):
    """The file is not accepted; the text tells the person why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that may be stored: its cleaned name and what it really is."""

    name: str
    content_type: str


def clean_name(raw: str) -> str:
    """A name that can be shown and offered for saving: no path, no invisible or direction-changing characters.

    Never used as a storage key. The ending is kept when the name is too long.
    """
    name = unicodedata.normalize("NFC", raw.replace("\\", "/")).rpartition("/")[2]
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        name = f"{stem[: MAX_NAME - len(ending) - 1].rstrip(' .')}.{ending}"
    name = name[:MAX_NAME]
    if _DEVICES.match(name):
        name = f"_{name}"
    return name or "file"


def judge(name: str, stream: IO[bytes], size: int, *, most_bytes: int, endings: Iterable[str] = ()) -> Judged:
    """What the file is. Raises UploadRefused. The stream is left at its start.

    `endings` narrows the accepted ones. The ending must fit the content: a program called .pdf is refused, and so is
    HTML called .txt.
    """
    if size <= 0:
        raise UploadRefused("This file is empty.")
    if size > most_bytes:
        raise UploadRefused(f"This file is larger than {most_bytes / 1024 / 1024:.0f} MB.")
    cleaned = clean_name(name)
    ending = cleaned.rpartition(".")[2].lower() if "." in cleaned else ""
    allowed = set(endings) & set(EXTENSIONS) or set(EXTENSIONS)
    if ending not in allowed:
        raise UploadRefused(f"Files of this kind are not accepted. Use one of: {', '.join(sorted(allowed))}.")
    stream.seek(0)
    head = stream.read(SNIFFED_BYTES)
    kind = _TEXT[ending] if ending in _TEXT else _by_magic(head)
    if kind is None or ending not in KINDS.get(kind, ()) or (ending in _TEXT and not _is_text(head, size)):
        raise UploadRefused(f"The content of this file is not what .{ending} says.")
    if kind in _ARCHIVES:
        _refuse_macros(stream)
    stream.seek(0)
    return Judged(cleaned, kind)


def _by_magic(head: bytes) -> str | None:
    guessed: Any = filetype.guess(head)
    return None if guessed is None else str(guessed.mime)


def _is_text(head: bytes, size: int) -> bool:
    if b"\0" in head or filetype.guess(head) is not None or _MARKUP.search(head):
        return False
    for cut in range(4):
        try:
            head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            if size <= len(head):
                return False
        else:
            return True
    return False


def has_more_members(stream: IO[bytes], most: int) -> bool:
    """Whether an archive may have more parts than that: its directory is read as a whole, so it is not read to find out."""
    stream.seek(0)
    count, before = 0, b""
    while piece := stream.read(1024 * 1024):
        count += (before + piece).count(_MEMBER)
        before = (before + piece)[1 - len(_MEMBER) :]
    return count > most


def _refuse_macros(stream: IO[bytes]) -> None:
    """Only the directory of the archive is read, nothing is unpacked."""
    if has_more_members(stream, MAX_ARCHIVE_MEMBERS):
        raise UploadRefused("This document has too many parts.")
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = [member.filename.lower() for member in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UploadRefused("This document is damaged.") from error
    if any("vbaproject" in name or name.startswith("basic/") for name in names):
        raise UploadRefused("Documents with macros are not accepted.")
