"""Names of fields, made from what people call them."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

LONGEST: Final = 60
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")


def name_from(label: str) -> str:
    """A field name that reads like the label; `field` where nothing of it can be in a name."""
    folded = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    plain = _NOT_PLAIN.sub("_", folded).strip("_").lstrip("0123456789_")[:LONGEST].rstrip("_")
    return plain or "field"


def free_name(label: str, taken: Collection[str]) -> str:
    """The same, with a number where another field is called so."""
    stem = name_from(label)
    if stem not in taken:
        return stem
    number = 2
    while (name := f"{stem[: LONGEST - len(str(number)) - 1]}_{number}") in taken:
        number += 1
    return name
