"""Workflows that come with the product; every organisation may install its own copy.

Each item has a number, `library_version` in its file, which grows by one with every change that is shipped.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from workflows.graph.definition import DefinitionDocument


class NoSuchItem(LookupError):
    """The library has no item of that key."""


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """An item as this version of the product ships it."""

    key: str
    version: int
    document: DefinitionDocument


def library_keys() -> tuple[str, ...]:
    """Stable keys of all items, sorted."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def shipped(key: str) -> LibraryItem:
    """The item of that key, such as "leave_application". Raises `NoSuchItem`."""
    if key not in library_keys():
        raise NoSuchItem(key)
    raw = json.loads(files(__name__).joinpath(f"{key}.json").read_text(encoding="utf-8"))
    return LibraryItem(key, raw.pop("library_version"), DefinitionDocument.load(raw))


def library_item(key: str) -> DefinitionDocument:
    """The shipped definition of that key. Raises `NoSuchItem`."""
    return shipped(key).document
