"""Workflows that come with the product; every organisation may install its own copy."""

import json
from functools import cache
from importlib.resources import files

from workflows.graph.definition import DefinitionDocument


class NoSuchItem(LookupError):
    """The library has no item of that key."""


def library_keys() -> tuple[str, ...]:
    """Stable keys of all items, sorted."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def library_item(key: str) -> DefinitionDocument:
    """The shipped definition of that key, such as "leave_application". Raises `NoSuchItem`."""
    if key not in library_keys():
        raise NoSuchItem(key)
    text = files(__name__).joinpath(f"{key}.json").read_text(encoding="utf-8")
    return DefinitionDocument.load(json.loads(text))
