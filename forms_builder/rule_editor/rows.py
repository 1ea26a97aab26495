"""A rule while somebody edits it: groups of rows with the texts that were typed, whether they make sense yet or not.

A rule document becomes rows with `rows_of` and rows become a document with `document_of`; the document says what is wrong
with it when it is parsed. What the editor cannot show as a row stays as it is written (`Written`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any, Final

Path = tuple[int, ...]
"""Where a node stands: the indexes from the root down; the root is ()."""

Texts = Mapping[str, tuple[str, ...]]


class GroupKind(StrEnum):
    """How the conditions of a group come together. `none` and `notall` are "any" and "all" turned round."""

    ALL = "all"
    ANY = "any"
    NONE = "none"
    NOT_ALL = "notall"

    @property
    def is_negative(self) -> bool:
        return self in (GroupKind.NONE, GroupKind.NOT_ALL)


GROUP_WORDS: Final[Mapping[GroupKind, str]] = {
    GroupKind.ALL: "all of these hold",
    GroupKind.ANY: "any of these holds",
    GroupKind.NONE: "none of these holds",
    GroupKind.NOT_ALL: "not all of these hold",
}


class Mode(StrEnum):
    """What a condition compares with: something written down, another field, a day counted from today, a named row."""

    VALUE = "value"
    FIELD = "field"
    TODAY = "today"
    NOW = "now"
    RELATIVE = "relative"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Row:
    """One condition. `texts` are the typed parts by name: `value`, `value.mode`, `low.count`, `items` ..."""

    field: str = ""
    op: str = ""
    texts: Texts = dataclass_field(default_factory=dict)

    def text(self, part: str) -> str:
        """The first text of a part, empty where there is none."""
        found = self.texts.get(part, ())
        return found[0].strip() if found else ""

    def list(self, part: str) -> tuple[str, ...]:
        """The texts of a part that holds several: one per line, or one per choice."""
        return tuple(line.strip() for text in self.texts.get(part, ()) for line in text.splitlines() if line.strip())

    def mode(self, entry: str) -> Mode:
        """How an entry is filled in; unknown words mean a plain value."""
        text = self.text(f"{entry}.mode")
        return Mode(text) if text in set(Mode) else Mode.VALUE


@dataclass(frozen=True, slots=True)
class SavedUse:
    """A saved condition that the rule uses, with what it says in this version."""

    key: str
    version: int
    name: str
    rule: Any


@dataclass(frozen=True, slots=True)
class Written:
    """A node that the editor has no row for, kept as it is written."""

    raw: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that come together in one way."""

    kind: GroupKind = GroupKind.ALL
    children: tuple[Item, ...] = ()


Item = Group | Row | SavedUse | Written

EMPTY: Final = Group()


def at(root: Group, path: Path) -> Item | None:
    """The node at a path, None where there is none."""
    node: Item = root
    for index in path:
        if not isinstance(node, Group) or not 0 <= index < len(node.children):
            return None
        node = node.children[index]
    return node


def walk(item: Item, path: Path = ()) -> Iterator[tuple[Path, Item]]:
    """Every node with its path, in document order."""
    yield path, item
    if isinstance(item, Group):
        for index, child in enumerate(item.children):
            yield from walk(child, (*path, index))


def put(root: Group, path: Path, found: tuple[Item, ...]) -> Group:
    """The tree with other nodes, any number of them, in the place of the one at `path`; the root itself stays."""
    if not path:
        return root
    index, rest = path[0], path[1:]
    child = root.children[index]
    if rest:
        found = (put(child, rest, found),) if isinstance(child, Group) else (child,)
    return replace(root, children=(*root.children[:index], *found, *root.children[index + 1 :]))


def insert(root: Group, path: Path, item: Item) -> Group:
    """The tree with a node more, before the one at `path` or at the end of its group."""
    parent = at(root, path[:-1])
    if not isinstance(parent, Group):
        return root
    index = min(path[-1], len(parent.children))
    grown = replace(parent, children=(*parent.children[:index], item, *parent.children[index:]))
    return put(root, path[:-1], (grown,)) if path[:-1] else grown
