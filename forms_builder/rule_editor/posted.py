"""The rows in a posted form. Nodes are named by their path: `rule.0.kind`, `rule.0.field`, `rule.1.0.op` and so on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

from forms_builder.rule_editor.document import DEEPEST
from forms_builder.rule_editor.rows import Group, GroupKind, Item, Path, Row, SavedUse, Written
from forms_builder.rules.ast import MAX_NODES

ROW: Final = "row"
SAVED: Final = "saved"
WRITTEN: Final = "written"
_LONGEST: Final = 20_000
"""Characters of a text that are read: a list of the most and longest values has fewer lines than anybody types."""


class Posted(Protocol):
    """A posted form, as Django's QueryDict is one."""

    def getlist(self, key: str) -> list[str]:
        """Every value of a name."""

    def get(self, key: str, default: str = ...) -> Any:
        """The last value of a name."""


def rows_posted(data: Mapping[str, Any] | Posted, name: str) -> Group:
    """The rows that were posted under `name`; none where nothing was."""
    root = _Reader(data, name).node(())
    return root if isinstance(root, Group) else Group()


def texts_posted(data: Any, name: str, value: str) -> dict[str, tuple[str, ...]]:
    """The parts of one value: that of the name itself is called `value`, `<name>.amount` is `value.amount`, and
    `<name>.items` stays `items`."""
    found = {value: tuple(data.getlist(name))}
    for part in ("amount", "currency", "mode"):
        found[f"{value}.{part}"] = tuple(data.getlist(f"{name}.{part}"))
    found["items"] = tuple(data.getlist(f"{name}.items"))
    return {key: tuple(one[:_LONGEST] for one in texts) for key, texts in found.items() if texts}


def stem(name: str, path: Path) -> str:
    """What the controls of a node are called before their last word."""
    return ".".join((name, *map(str, path)))


class _Reader:
    def __init__(self, data: Any, name: str) -> None:
        self.data = data
        self.name = name
        self.left = 2 * MAX_NODES
        """Nodes that are still read: more than a rule may have, so that the rule itself says that it is too long."""
        self.parts: dict[str, dict[str, tuple[str, ...]]] = {}
        for key in data:
            stem_, _, part = self._split(key)
            if part:
                self.parts.setdefault(stem_, {})[part] = tuple(one[:_LONGEST] for one in data.getlist(key))

    def _split(self, key: str) -> tuple[str, str, str]:
        """`rule.0.2.value.mode` as the node `rule.0.2` and its part `value.mode`."""
        if not key.startswith(f"{self.name}."):
            return "", "", ""
        words = key.split(".")
        size = len(self.name.split("."))
        while size < len(words) and words[size].isdigit():
            size += 1
        return ".".join(words[:size]), ".", ".".join(words[size:])

    def node(self, path: Path) -> Item | None:
        parts = self.parts.get(stem(self.name, path), {})
        kind = "".join(parts.get("kind", ())[:1])
        if not kind or self.left <= 0 or len(path) > DEEPEST:
            return None
        self.left -= 1
        if kind in set(GroupKind):
            return Group(GroupKind(kind), tuple(self.children(path)))
        if kind == ROW:
            texts = {key: value for key, value in parts.items() if key not in ("kind", "field", "op")}
            return Row("".join(parts.get("field", ())[:1]), "".join(parts.get("op", ())[:1]), texts)
        return _kept(kind, "".join(parts.get("raw", ())[:1]))

    def children(self, path: Path) -> list[Item]:
        found: list[Item] = []
        while (child := self.node((*path, len(found)))) is not None:
            found.append(child)
        return found


def _kept(kind: str, text: str) -> Item:
    """A node that the page carries along as it was written."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return Written(None)
    if kind == SAVED and isinstance(raw, dict) and isinstance(raw.get("version"), int):
        return SavedUse(str(raw.get("key", "")), raw["version"], str(raw.get("name", "")), raw.get("rule"))
    return Written(raw)
