"""Pictures lose what they say about where they were taken, and nothing that shows them."""

import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from forms_builder.pictures import without_metadata
from forms_builder.uploads import UploadRefused

PLACE = "Taken at home"
SIDEWAYS = 6


def picture() -> Any:
    made = Image.new("RGB", (24, 16), "navy")
    made.paste("orange", (0, 0, 8, 8))
    return made


def exif(text: str, orientation: int = SIDEWAYS) -> Any:
    made = Image.Exif()
    made[0x0112], made[0x010E] = orientation, text
    made.get_ifd(0x8825)[1] = "N"
    return made


def saved(kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    picture().save(out, kind, **more)
    return out.getvalue()


def jpeg(text: str, **more: Any) -> bytes:
    return saved("JPEG", exif=exif(text), comment=text.encode(), **more)


def shown(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as found:
        return bytes(found.convert("RGB").tobytes())


@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"quality": 100, "subsampling": 0}], ids=str)
def test_a_jpeg_keeps_its_pixels_and_how_it_was_held(more: dict[str, Any]) -> None:
    before = jpeg(PLACE, **more) + b"whatever stands behind" + PLACE.encode()
    after = without_metadata("image/jpeg", before)
    assert PLACE.encode() in before
    assert PLACE.encode() not in after
    assert shown(after) == shown(before)
    with Image.open(io.BytesIO(after)) as found:
        assert dict(found.getexif()) == {0x0112: SIDEWAYS}
    assert without_metadata("image/jpeg", after) == after


def test_a_jpeg_that_stands_upright_keeps_no_exif_at_all() -> None:
    after = without_metadata("image/jpeg", saved("JPEG", exif=exif(PLACE, 1)))
    assert b"Exif" not in after


def test_a_png_keeps_its_pixels() -> None:
    before = saved("PNG", exif=exif(PLACE), dpi=(72, 72))
    chunk = b"tEXtComment\0" + PLACE.encode()
    before = before[:33] + struct.pack(">I", len(chunk) - 4) + chunk + b"\0\0\0\0" + before[33:] + PLACE.encode()
    after = without_metadata("image/png", before)
    assert PLACE.encode() not in after
    assert shown(after) == shown(saved("PNG"))
    assert b"pHYs" in after


@pytest.mark.parametrize("more", [{}, {"lossless": True}], ids=str)
def test_a_webp_keeps_its_pixels(more: dict[str, Any]) -> None:
    before = saved("WEBP", exif=exif(PLACE), **more)
    after = without_metadata("image/webp", before)
    assert PLACE.encode() in before
    assert PLACE.encode() not in after
    assert shown(after) == shown(before)


@pytest.mark.parametrize("kind", ["image/gif", "application/pdf", "image/heic"])
def test_what_cannot_be_cut_is_not_taken(kind: str) -> None:
    with pytest.raises(UploadRefused):
        without_metadata(kind, b"GIF89a")


KINDS = st.sampled_from([("image/jpeg", jpeg(PLACE)), ("image/png", saved("PNG")), ("image/webp", saved("WEBP"))])


@given(kind=KINDS, at=st.integers(0, 2_000), junk=st.binary(max_size=12))
def test_a_damaged_picture_is_refused_or_cut_and_never_breaks_anything(
    kind: tuple[str, bytes], at: int, junk: bytes
) -> None:
    name, content = kind
    for damaged in (content[:at], content[:at] + junk + content[at:], junk):
        try:
            without_metadata(name, damaged)
        except UploadRefused:
            continue
