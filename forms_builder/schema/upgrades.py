"""From an older schema version to the present one, one step at a time."""

from collections.abc import Callable
from typing import Any, Final

SCHEMA_VERSION: Final = 1

RawDocument = dict[str, Any]

UPGRADES: Final[dict[int, Callable[[RawDocument], RawDocument]]] = {}
"""`UPGRADES[1]` turns a document of version 1 into one of version 2. An upgrade never changes its argument."""


class DocumentTooNew(ValueError):
    """The document was written by a later version of the product."""

    def __init__(self, version: int, current: int) -> None:
        super().__init__(f"This document has schema version {version}; this product reads up to {current}.")


def upgraded(
    raw: object,
    *,
    current: int = SCHEMA_VERSION,
    upgrades: dict[int, Callable[[RawDocument], RawDocument]] = UPGRADES,
) -> object:
    """Bring raw JSON data to the current version; what is no object with a version is returned as it is.

    Raises `DocumentTooNew` for a version this product does not know.
    """
    if not isinstance(raw, dict):
        return raw
    version = raw.get("schema_version", current)
    if not isinstance(version, int) or isinstance(version, bool):
        return raw
    if version > current:
        raise DocumentTooNew(version, current)
    while version in upgrades and version < current:
        raw = upgrades[version](raw)
        version += 1
    return raw
