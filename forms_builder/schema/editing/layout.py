"""Changes of a layout as it stands in a draft: JSON lists of nodes, never changed in place.

A node is named by its path, the positions on the way to it: `(0, 2)` is the third child of the first node. Each change
answers the new nodes and the path at which what was changed stands now. What cannot be raises `NoSuchMove`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from forms_builder.schema.layout import MAX_DEPTH

Node = dict[str, Any]
Nodes = list[Node]
Path = tuple[int, ...]
Changed = tuple[Nodes, Path]

MOST_IN_ROW: Final = 12


class NoSuchMove(ValueError):
    """The node cannot go there; the text says why."""


def nodes_of(form: Mapping[str, Any]) -> Nodes:
    """The layout of a form with every field in it exactly once, whatever the stored one says."""
    names = [field["name"] for field in form.get("fields", ())]
    waiting = dict.fromkeys(names)
    placed = _placed_once(form.get("layout") or (), waiting)
    return [*placed, *({"kind": "field", "name": name} for name in waiting)]


def _placed_once(nodes: Sequence[Mapping[str, Any]], waiting: dict[str, None]) -> Nodes:
    found: Nodes = []
    for node in nodes:
        if is_field(node):
            if node["name"] in waiting:
                del waiting[node["name"]]
                found.append(dict(node))
        else:
            found.append({**deepcopy(dict(node)), "children": _placed_once(node.get("children", ()), waiting)})
    return found


def is_field(node: Mapping[str, Any]) -> bool:
    """Whether the node is a leaf."""
    return bool(node["kind"] == "field")


def walk(nodes: Sequence[Node], above: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, in reading order."""
    for number, node in enumerate(nodes):
        yield (*above, number), node
        yield from walk(node.get("children", ()), (*above, number))


def names_in(node: Node) -> list[str]:
    """The fields in a node, in reading order."""
    return [str(one["name"]) for _, one in walk([node]) if is_field(one)]


def path_of(nodes: Sequence[Node], name: str) -> Path:
    """Where a field stands. Raises NoSuchMove."""
    for path, node in walk(nodes):
        if is_field(node) and node["name"] == name:
            return path
    raise NoSuchMove(f"The form has no field {name}.")


def node_at(nodes: Sequence[Node], path: Path) -> Node:
    """Raises NoSuchMove where the layout has changed meanwhile."""
    siblings: Sequence[Node] = nodes
    node: Node | None = None
    for number in path:
        if not 0 <= number < len(siblings):
            raise NoSuchMove("The form has no such part any more. Choose it again.")
        node = siblings[number]
        siblings = node.get("children", ())
    if node is None:
        raise NoSuchMove("Choose a part of the form first.")
    return node


def children_at(nodes: Nodes, path: Path) -> Nodes:
    """The children of a container, or the top of the form for the empty path; the list itself."""
    if not path:
        return nodes
    node = node_at(nodes, path)
    if is_field(node):
        raise NoSuchMove("A field holds no other fields.")
    children: Nodes = node.setdefault("children", [])
    return children


def insert(nodes: Nodes, parent: Path, index: int, node: Node) -> Changed:
    """A new node in a container; beyond its end means at its end."""
    made = deepcopy(nodes)
    siblings = children_at(made, parent)
    index = max(0, min(index, len(siblings)))
    siblings.insert(index, deepcopy(node))
    _refuse_large(made, parent)
    return made, (*parent, index)


def remove(nodes: Nodes, path: Path) -> tuple[Nodes, Node]:
    """Without a node and everything in it."""
    made = deepcopy(nodes)
    node = node_at(made, path)
    del children_at(made, path[:-1])[path[-1]]
    return made, node


def dissolve(nodes: Nodes, path: Path) -> Nodes:
    """Without a container; its children take its place, those of a row's columns too."""
    made, node = remove(nodes, path)
    if is_field(node):
        raise NoSuchMove("A field holds no other fields.")
    freed = [inner for child in node.get("children", ()) for inner in _freed(node, child)]
    siblings = children_at(made, path[:-1])
    siblings[path[-1] : path[-1]] = freed
    return made


def _freed(container: Node, child: Node) -> Nodes:
    return child.get("children", []) if container["kind"] == "row" and child["kind"] == "column" else [child]


def move(nodes: Nodes, source: Path, parent: Path, index: int) -> Changed:
    """To a place in a container. `parent` is a path before the move, `index` counts without the moved node."""
    if parent[: len(source)] == source:
        raise NoSuchMove("A part cannot be moved into itself.")
    rest, node = remove(nodes, source)
    return insert(rest, _without(parent, source), index, node)


def _without(path: Path, removed: Path) -> Path:
    """A path after the node at `removed` is gone."""
    depth = len(removed) - 1
    if len(path) > depth and path[:depth] == removed[:-1] and path[depth] > removed[-1]:
        return (*path[:depth], path[depth] - 1, *path[depth + 1 :])
    return path


def move_up(nodes: Nodes, path: Path) -> Changed:
    """Before the one above, in the same container."""
    node_at(nodes, path)
    if path[-1] == 0:
        raise NoSuchMove("It is the first already.")
    return move(nodes, path, path[:-1], path[-1] - 1)


def move_down(nodes: Nodes, path: Path) -> Changed:
    """Behind the one below, in the same container."""
    node_at(nodes, path)
    if path[-1] + 1 >= len(_siblings(nodes, path)):
        raise NoSuchMove("It is the last already.")
    return move(nodes, path, path[:-1], path[-1] + 1)


def move_into(nodes: Nodes, path: Path) -> Changed:
    """Into the container above, at its end, else into the one below, at its beginning."""
    node_at(nodes, path)
    siblings = _siblings(nodes, path)
    if path[-1] > 0 and not is_field(siblings[path[-1] - 1]):
        before = (*path[:-1], path[-1] - 1)
        return move(nodes, path, before, len(siblings[path[-1] - 1].get("children", ())))
    if path[-1] + 1 < len(siblings) and not is_field(siblings[path[-1] + 1]):
        return move(nodes, path, (*path[:-1], path[-1] + 1), 0)
    raise NoSuchMove("There is no section, row or column beside it to go into.")


def move_out(nodes: Nodes, path: Path) -> Changed:
    """Behind the container in which it stands."""
    node_at(nodes, path)
    if len(path) == 1:
        raise NoSuchMove("It stands at the top of the form already.")
    return move(nodes, path, path[:-2], path[-2] + 1)


MOVES: Final[Mapping[str, Callable[[Nodes, Path], Changed]]] = {
    "up": move_up,
    "down": move_down,
    "into": move_into,
    "out": move_out,
}


def renamed(nodes: Nodes, names: Mapping[str, str]) -> Nodes:
    """The same layout for fields that are called otherwise now."""
    made = deepcopy(nodes)
    for _, node in walk(made):
        if is_field(node):
            node["name"] = names.get(node["name"], node["name"])
    return made


def _siblings(nodes: Nodes, path: Path) -> Sequence[Node]:
    found: Sequence[Node] = node_at(nodes, path[:-1]).get("children", ()) if len(path) > 1 else nodes
    return found


def _refuse_large(nodes: Nodes, parent: Path) -> None:
    if any(len(path) > MAX_DEPTH for path, _ in walk(nodes)):
        raise NoSuchMove(f"A form is at most {MAX_DEPTH} levels deep.")
    row = node_at(nodes, parent) if parent else {"kind": ""}
    if row["kind"] == "row" and len(row["children"]) > MOST_IN_ROW:
        raise NoSuchMove(f"A row holds at most {MOST_IN_ROW} columns.")
