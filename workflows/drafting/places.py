"""Places in a draft document: where a value stands, told so that it stays true while others insert and remove.

A place is a path of parts joined by slashes: `graph/steps/hr_review/name`. Objects are walked by attribute, four lists
by the key of their items; every other list is one value. `graph/steps/~order` is the list of the keys.
In a part `~` is written `~0` and `/` is written `~1`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

MAX_PLACE: Final = 500
MAX_PARTS: Final = 30
ORDER: Final = "~order"
KEYED: Final[Mapping[tuple[str, ...], str]] = {
    ("graph", "steps"): "key",
    ("graph", "transitions"): "key",
    ("form", "fields"): "name",
    ("cases",): "name",
}
"""Lists whose items are known by one of their attributes."""
ROOTS: Final = ("graph", "form", "cases")


class Missing:
    """The value of a place where nothing stands; unlike None, which is JSON's null."""

    _only: "Missing | None" = None

    def __new__(cls) -> "Missing":
        cls._only = cls._only or super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


class PlaceError(ValueError):
    """No draft can have such a place, or no such value there; `reason` is a sentence."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place}: {reason}")


def parts_of(place: str) -> tuple[str, ...]:
    """The parts of a place. Raises PlaceError for what can be none."""
    if not place or len(place) > MAX_PLACE:
        raise PlaceError(place[:MAX_PLACE], "This is no place of a draft.")
    raw = place.split("/")
    found = tuple(part if part == ORDER else part.replace("~1", "/").replace("~0", "~") for part in raw)
    if found[0] not in ROOTS or "" in found or len(found) > MAX_PARTS:
        raise PlaceError(place, "This is no place of a draft.")
    return found


def place_of(*parts: str) -> str:
    """The place of these parts, as attributes and keys are called."""
    return "/".join(part if part == ORDER else part.replace("~", "~0").replace("/", "~1") for part in parts)


def read(document: Mapping[str, Any], place: str) -> Any:
    """What stands at the place, or MISSING. Raises PlaceError."""
    return _read(document, parts_of(place))


def _read(document: Mapping[str, Any], parts: tuple[str, ...]) -> Any:
    node: Any = document
    for depth, part in enumerate(parts):
        if isinstance(node, Mapping):
            node = node.get(part, MISSING)
        elif isinstance(node, list) and parts[:depth] in KEYED:
            node = _of_list(node, KEYED[parts[:depth]], part)
        else:
            return MISSING
    return node


def written(document: Mapping[str, Any], place: str, value: Any, index: int | None = None) -> dict[str, Any]:
    """The document with the value at the place; MISSING takes away. A new item of a list goes to `index`, else to the end.

    The document itself stays as it is. Raises PlaceError where the parent is missing or the value cannot stand there.
    """
    parts = parts_of(place)
    if parts in {("graph",), ("form",)} or (parts == ("cases",) and value is MISSING):
        raise PlaceError(place, "This is not changed as a whole.")
    changed: dict[str, Any] = _written(document, parts, 0, value, index, place)
    return changed


def _written(node: Any, parts: tuple[str, ...], depth: int, value: Any, index: int | None, place: str) -> Any:
    part, is_last = parts[depth], depth == len(parts) - 1
    attribute = KEYED.get(parts[:depth])
    if isinstance(node, list) and attribute is not None:
        if is_last:
            return _list_written(node, attribute, part, value, index, place)
        row = _row_of(node, attribute, part)
        if row is None:
            raise PlaceError(place, "What this belongs to is not there.")
        if depth == len(parts) - 2 and parts[-1] == attribute:
            raise PlaceError(place, "A key never changes.")
        return [*node[:row], _written(node[row], parts, depth + 1, value, index, place), *node[row + 1 :]]
    if not isinstance(node, Mapping):
        raise PlaceError(place, "What this belongs to is not there.")
    if is_last:
        if value is MISSING:
            return {name: one for name, one in node.items() if name != part}
        return {**node, part: value}
    if part not in node:
        raise PlaceError(place, "What this belongs to is not there.")
    return {**node, part: _written(node[part], parts, depth + 1, value, index, place)}


def _of_list(items: Sequence[Any], attribute: str, part: str) -> Any:
    if part == ORDER:
        return [key_of(item, attribute) for item in items]
    row = _row_of(items, attribute, part)
    return MISSING if row is None else items[row]


def _row_of(items: Sequence[Any], attribute: str, key: str) -> int | None:
    return next((row for row, item in enumerate(items) if key_of(item, attribute) == key), None)


def key_of(item: Any, attribute: str) -> Any:
    return item.get(attribute) if isinstance(item, Mapping) else None


def _list_written(items: list[Any], attribute: str, part: str, value: Any, index: int | None, place: str) -> list[Any]:
    if part == ORDER:
        return _ordered(items, attribute, value, place)
    row = _row_of(items, attribute, part)
    if value is MISSING:
        return items if row is None else [*items[:row], *items[row + 1 :]]
    if key_of(value, attribute) != part:
        raise PlaceError(place, f"What stands here is an object whose {attribute} is {part}.")
    if row is not None:
        return [*items[:row], value, *items[row + 1 :]]
    at = len(items) if index is None else max(0, min(index, len(items)))
    return [*items[:at], value, *items[at:]]


def _ordered(items: list[Any], attribute: str, keys: Any, place: str) -> list[Any]:
    by_key = {key_of(item, attribute): item for item in items}
    if not isinstance(keys, list) or len(keys) != len(items) or len(by_key) != len(items) or set(keys) != set(by_key):
        raise PlaceError(place, "An order names every item once.")
    return [by_key[key] for key in keys]


def index_of(document: Mapping[str, Any], place: str) -> int | None:
    """Where in its list the item of the place stands; None for what is no item of a list."""
    parts = parts_of(place)
    items = _read(document, parts[:-1]) if len(parts) > 1 else MISSING
    if parts[:-1] not in KEYED or parts[-1] == ORDER or not isinstance(items, list):
        return None
    return _row_of(items, KEYED[parts[:-1]], parts[-1])


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def covers(place: str, other: str) -> bool:
    """Whether one of the two places lies in the other, or both are the same."""
    return place == other or place.startswith(f"{other}/") or other.startswith(f"{place}/")


def of_dotted(document: Mapping[str, Any], dotted: str) -> str:
    """A place of the lint ("steps.2.name", "form.fields.0.access") as a place of the draft: by keys, as deep as there are any.

    What lies in a list that has no keys is told by the list.
    """
    path = dotted.split(".") if dotted else []
    parts: tuple[str, ...] = tuple(path[:1]) if path[:1] == ["form"] or path[:1] == ["cases"] else ("graph",)
    for part in path[1:] if parts != ("graph",) else path:
        node = _read(document, parts)
        if isinstance(node, list):
            attribute = KEYED.get(parts)
            row = int(part) if part.isascii() and part.isdigit() else len(node)
            key = key_of(node[row], attribute) if attribute and row < len(node) else None
            if not isinstance(key, str):
                break
            parts = (*parts, key)
        elif isinstance(node, Mapping) or node is MISSING:
            parts = (*parts, part)
        else:
            break
    return place_of(*parts[:MAX_PARTS])
