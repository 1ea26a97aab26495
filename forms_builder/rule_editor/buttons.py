"""The buttons of the rule editor: each one turns the rows into other rows, without a script on the page.

A button posts `<name>.do` with a word and the path of the node it stands at, such as `add:0.2`. Moving up or down walks the
rows as they are read: past a neighbour, into a group that stands there, and out of the group at its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from forms_builder.rule_editor.document import rows_of
from forms_builder.rule_editor.rows import Group, GroupKind, Item, Path, Row, SavedUse, at, insert, put, walk
from forms_builder.rules.ast import MAX_NODES

Press = Callable[[Group, Path], Group]


def pressed(root: Group, button: str) -> Group:
    """The rows after a button was pressed; unknown buttons and paths change nothing."""
    word, _, place = button.partition(":")
    press, path = _BUTTONS.get(word), path_of(place)
    if press is None or path is None or at(root, path) is None:
        return root
    return _pruned(press(root, path))


def focus_after(name: str, before: Group, root: Group, button: str) -> str:
    """The id of the control that is used next: the first one of what was added, the menu of what was moved."""
    word, _, place = button.partition(":")
    path = path_of(place) or ()
    if word in ("add", "group"):
        group = at(root, path)
        children = group.children if isinstance(group, Group) else ()
        inner = (0,) if word == "group" else ()
        return _ident(name, (*path, len(children) - 1, *inner), "field") if children else ""
    moved = at(before, path)
    if word in ("up", "down") and moved is not None:
        there = next((found for found, item in walk(root) if item is moved), None)
        return _ident(name, there, "move") if there is not None else ""
    if word == "remove":
        return _ident(name, path[:-1], "add")
    return ""


def _ident(name: str, path: Path, word: str) -> str:
    return "-".join((name.replace(".", "-"), *map(str, path), word))


def _pruned(group: Group) -> Group:
    """Without groups that were emptied: there is nothing to say in them."""
    pruned = (_pruned(child) if isinstance(child, Group) else child for child in group.children)
    children = tuple(child for child in pruned if not isinstance(child, Group) or child.children)
    return group if children == group.children else replace(group, children=children)


def path_of(text: str) -> Path | None:
    """The path in "0.2"; None for a text that is none."""
    if not text:
        return ()
    parts = text.split(".")
    if len(parts) > MAX_NODES or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return None
    return tuple(map(int, parts))


def _add(root: Group, path: Path) -> Group:
    """A new condition at the end of the group, about the field of the one before: rows often come in series."""
    group = at(root, path)
    if not isinstance(group, Group):
        return root
    last = next((child for child in reversed(group.children) if isinstance(child, Row)), Row())
    return insert(root, (*path, len(group.children)), Row(field=last.field, op=last.op))


def _group(root: Group, path: Path) -> Group:
    group = at(root, path)
    if not isinstance(group, Group):
        return root
    kind = GroupKind.ANY if group.kind in (GroupKind.ALL, GroupKind.NOT_ALL) else GroupKind.ALL
    return insert(root, (*path, len(group.children)), Group(kind, (Row(),)))


def _remove(root: Group, path: Path) -> Group:
    return put(root, path, ()) if path else Group()


def _wrap(root: Group, path: Path) -> Group:
    """The node in a group of its own, to which others can be added."""
    node = at(root, path)
    parent = at(root, path[:-1])
    if not path or node is None or not isinstance(parent, Group):
        return root
    kind = GroupKind.ANY if parent.kind in (GroupKind.ALL, GroupKind.NOT_ALL) else GroupKind.ALL
    return put(root, path, (Group(kind, (node,)),))


def _unwrap(root: Group, path: Path) -> Group:
    """What is in the group, without the group."""
    node = at(root, path)
    if not isinstance(node, Group):
        return root
    return put(root, path, node.children) if path else root


def _up(root: Group, path: Path) -> Group:
    node = at(root, path)
    if not path or node is None:
        return root
    parent, index = path[:-1], path[-1]
    if index == 0:
        return _moved(root, path, parent, node) if parent else root
    above = at(root, (*parent, index - 1))
    if isinstance(above, Group):
        return _moved(root, path, (*parent, index - 1, len(above.children)), node)
    return _moved(root, path, (*parent, index - 1), node)


def _down(root: Group, path: Path) -> Group:
    node, parent, index = at(root, path), path[:-1], path[-1] if path else 0
    group = at(root, parent)
    if not path or node is None or not isinstance(group, Group):
        return root
    if index == len(group.children) - 1:
        if not parent:
            return root
        return _moved(root, path, (*parent[:-1], parent[-1] + 1), node)
    below = group.children[index + 1]
    # Without the node the neighbour stands where the node stood.
    return insert(put(root, path, ()), (*path, 0) if isinstance(below, Group) else (*parent, index + 1), node)


def _moved(root: Group, path: Path, to: Path, node: Item) -> Group:
    """The node at another place that lies before its own, or behind the group it is in."""
    if to < path:
        return insert(put(root, path, ()), to, node)
    return put(insert(root, to, node), path, ())


def _expand(root: Group, path: Path) -> Group:
    """The conditions of a saved condition in its place; from then on they are the rule's own."""
    node = at(root, path)
    if not path or not isinstance(node, SavedUse):
        return root
    inner = rows_of(node.rule)
    alone = len(inner.children) == 1 and not inner.kind.is_negative
    return put(root, path, inner.children if alone else (inner,))


def _same_kind(kind: GroupKind) -> Press:
    def press(root: Group, path: Path) -> Group:
        node = at(root, path)
        if not isinstance(node, Group):
            return root
        changed = replace(node, kind=kind)
        return put(root, path, (changed,)) if path else changed

    return press


_BUTTONS: Final[Mapping[str, Press]] = {
    "add": _add,
    "group": _group,
    "remove": _remove,
    "wrap": _wrap,
    "unwrap": _unwrap,
    "up": _up,
    "down": _down,
    "expand": _expand,
    **{str(kind): _same_kind(kind) for kind in GroupKind},
}
