"""Values that both products write alike: defaults, limits of numbers and files."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from forms_builder.exchange.source import number_of, plain_number, value_text, words

MAX_DECIMALS: Final = 6
_PICTURES: Final = ("jpg", "jpeg", "png", "gif", "webp")

PICTURES: Final = ("", "image/*", "image/jpeg", "image/png")
"""Kinds of files that are photos where they come from a camera."""


def decimals_of(*values: Decimal | None) -> int:
    """The most decimals that any of the numbers has; none where they are whole."""
    exponents = [int(value.normalize().as_tuple().exponent) for value in values if value is not None]
    return min(max(0, *(-one for one in exponents), 0), MAX_DECIMALS)


def integral(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def default_of(kind: str, value: Any) -> Any:
    """A default as our documents write it, or None for none; what does not fit is told when the form is checked."""
    if value in (None, "", [], {}, False):
        return None
    if kind == "checkbox":
        return True if value_text(value) == "true" else None
    if kind == "multi_choice":
        if isinstance(value, Mapping):
            value = [key for key, ticked in value.items() if ticked is True]
        found = [value_text(one) for one in (value if isinstance(value, list) else [value])]
        return [one for one in found if one] or None
    if kind == "number":
        number = number_of(value)
        return plain_number(number) if number is not None else None
    if kind == "long_text":
        return words(value) or None
    return value_text(value)[: {"date": 10, "time": 5}.get(kind)] or None


def extensions_of(text: str) -> list[str]:
    """The extensions of a list such as ".pdf,image/*"."""
    found: list[str] = []
    for one in re.split(r"[,;\s]+", text.lower()):
        if one == "image/*":
            found += _PICTURES
        else:
            name = one.rpartition("/")[2].lstrip("*").lstrip(".")
            found += [name] if re.fullmatch(r"[a-z0-9]{1,10}", name) else []
    return list(dict.fromkeys(found))[:30]


def megabytes(text: str) -> int | None:
    """A size such as "5MB" in whole megabytes."""
    match = re.fullmatch(r"(\d{1,9})(?:\.\d+)?\s*(B|KB|MB|GB)?", text.strip(), re.IGNORECASE | re.ASCII)
    if not match:
        return None
    size = int(match[1]) * {"B": 1, "KB": 1024, "GB": 1024**3}.get((match[2] or "B").upper(), 1024**2)
    return integral(-(-size // 1024**2), 1, 100)
