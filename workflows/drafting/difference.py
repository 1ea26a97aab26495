"""What leads from one draft document to another, as changes: for an import into a draft that others have open."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.drafting.operations import Change
from workflows.drafting.places import KEYED, MISSING, ORDER, ROOTS, key_of, place_of, same


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Changes that make the new document of the old one; as deep in objects and keyed lists as they differ."""
    return tuple(
        change for root in ROOTS for change in _between((root,), old.get(root, MISSING), new.get(root, MISSING))
    )


def _between(parts: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    if same(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from _between((*parts, name), old.get(name, MISSING), new.get(name, MISSING))
    elif isinstance(old, list) and isinstance(new, list) and _has_keys(parts, old) and _has_keys(parts, new):
        yield from _between_lists(parts, old, new)
    else:
        yield Change(place_of(*parts), old, new)


def _between_lists(parts: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Change]:
    attribute = KEYED[parts]
    before, after = ({key_of(item, attribute): item for item in items} for items in (old, new))
    order = list(before)
    for key in [key for key in before if key not in after]:
        yield Change(place_of(*parts, key), before=before[key], index=order.index(key))
        order.remove(key)
    for row, (key, item) in enumerate(after.items()):
        if key in before:
            yield from _between((*parts, key), before[key], item)
        else:
            yield Change(place_of(*parts, key), after=item, index=min(row, len(order)))
            order.insert(row, key)
    if order != list(after):
        yield Change(place_of(*parts, ORDER), order, list(after))


def _has_keys(parts: tuple[str, ...], items: list[Any]) -> bool:
    """Whether the list is walked by key, and every item has one of its own."""
    keys = [key_of(item, KEYED[parts]) for item in items] if parts in KEYED else [None]
    return all(isinstance(key, str) and key for key in keys) and len(set(keys)) == len(keys)
