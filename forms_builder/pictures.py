"""What a picture says about where, when and with what it was taken, cut out of its file; pure, nothing is decoded.

A picture is a list of blocks. Those that are needed to show it stay as they are, byte for byte; all others go, and so does
whatever stands behind its end. Of a JPEG's Exif the orientation is kept: without it phones' pictures lie on their side.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from forms_builder.uploads import UploadRefused

_ORIENTATION: Final = 0x0112
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs")
)
_WEBP_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"))
_WEBP_TOLD: Final = 0x08 | 0x04 | 0x02
"""Bits of VP8X that say that there is Exif, XMP or an animation."""


def without_metadata(content_type: str, content: bytes) -> bytes:
    """The picture with nothing but what shows it. Raises UploadRefused for a damaged one and for another kind of file."""
    cut = _CUTS.get(content_type)
    if cut is None:
        raise UploadRefused("This is no picture that can be kept here. Use JPEG, PNG or WebP.")
    try:
        return cut(content)
    except (struct.error, IndexError, ValueError) as error:
        raise UploadRefused("This picture is damaged.") from error


# --- JPEG ---


def _jpeg(content: bytes) -> bytes:
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    found, orientation = [], 0
    for marker, block in _segments(content):
        if marker == 0xE1 and block[4:10] == b"Exif\0\0":
            orientation = orientation or _orientation(block[10:])
        elif _shows(marker, block):
            found.append(block)
    kept = [_exif(orientation)] if 1 < orientation <= 8 else []
    at = 1 if found and found[0][1] == 0xE0 else 0
    return b"".join([b"\xff\xd8", *found[:at], *kept, *found[at:]])


def _shows(marker: int, block: bytes) -> bool:
    """Comments and what programs add are not needed; the colour profile and the colour transform are."""
    if marker == 0xFE or 0xE1 <= marker <= 0xEF:
        return marker == 0xEE or (marker == 0xE2 and block[4:16] == b"ICC_PROFILE\0")
    return True


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        while content[at + 1] == 0xFF:
            at += 1
        marker = content[at + 1]
        if marker == 0xD9:
            yield marker, b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment ends nowhere")
        if marker == 0xDA:
            end = _scan_end(content, end)
        yield marker, content[at:end]
        at = end


def _scan_end(content: bytes, at: int) -> int:
    """Where the coded picture ends: at the next marker that is no restart and no escaped byte."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7:
            at += 2
        elif content[at + 1] == 0xFF:
            at += 1
        else:
            return at


def _orientation(tiff: bytes) -> int:
    """How the camera was held, 0 where the Exif does not say; a broken one says nothing."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == _ORIENTATION and kind == 3:
                return int(value)
    except struct.error:
        return 0
    return 0


def _exif(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- PNG ---


def _png(content: bytes) -> bytes:
    if content[:8] != _PNG:
        raise ValueError("no PNG")
    found, at = [_PNG], 8
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise ValueError("a chunk ends nowhere")
        if kind in _PNG_KEPT:
            found.append(content[at:end])
        if kind == b"IEND":
            return b"".join(found)
        at = end


# --- WebP ---


def _webp(content: bytes) -> bytes:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise ValueError("no WebP")
    (size,) = struct.unpack_from("<I", content, 4)
    whole = content[: 8 + size]
    if len(whole) < 8 + size:
        raise ValueError("the file is cut off")
    found, at = [], 12
    while at < len(whole):
        kind = whole[at : at + 4]
        (length,) = struct.unpack_from("<I", whole, at + 4)
        end = at + 8 + length + length % 2
        if end > len(whole) + length % 2:
            raise ValueError("a chunk ends nowhere")
        block = whole[at:end]
        if kind == b"VP8X":
            block = block[:8] + bytes([block[8] & ~_WEBP_TOLD & 0xFF]) + block[9:]
        if kind in _WEBP_KEPT:
            found.append(block.ljust(8 + length + length % 2, b"\0"))
        at = end
    if not any(block[:4] in (b"VP8 ", b"VP8L") for block in found):
        raise ValueError("nothing to see")
    body = b"WEBP" + b"".join(found)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_CUTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
