"""A layout as it may be: no empty groups, no rows of one, not too deep, not too wide."""

from typing import Any, Final

from forms_builder.schema.layout import MAX_DEPTH, MAX_NODES

Node = dict[str, Any]
MOST_IN_ROW: Final = 12
WORTH: Final = MAX_DEPTH - 1
"""Groups deeper than that hold no fields any more."""


def placed(nodes: list[Node]) -> tuple[list[Node], bool]:
    """The nodes as a layout, and whether groups had to be dissolved."""
    made = [one for node in nodes for one in _tidy(node)]
    if _depth(made) > MAX_DEPTH or _count(made) > MAX_NODES:
        limit = WORTH if _count(made) <= MAX_NODES else 0
        return [one for node in made for one in _flat(node, 1, limit)], True
    return made, False


def section(title: str, children: list[Node], text: str = "") -> Node:
    """A titled group."""
    return {"kind": "section", "title": title, "help": text, "children": children}


def row(columns: list[tuple[list[Node], int | None]]) -> Node:
    """Columns side by side, each with its width in twelfths."""
    return {
        "kind": "row",
        "children": [
            {"kind": "column", "children": children} | ({"width": width} if width else {})
            for children, width in columns
        ],
    }


def _tidy(node: Node) -> list[Node]:
    if node["kind"] == "field":
        return [node]
    children = [one for child in node["children"] for one in _tidy(child)]
    if not children:
        return []
    if node["kind"] == "section":
        return [{**node, "children": children}] if node["title"] or node["help"] else children
    if node["kind"] == "column":
        return [{**node, "children": children}]
    if len(children) == 1:
        inner: list[Node] = children[0]["children"]
        return inner
    return [{**node, "children": children[at : at + MOST_IN_ROW]} for at in range(0, len(children), MOST_IN_ROW)]


def _flat(node: Node, depth: int, limit: int) -> list[Node]:
    if node["kind"] == "field":
        return [node]
    inner = [one for child in node["children"] for one in _flat(child, depth + 1, limit)]
    # A row needs its columns and they need fields: below the limit neither stays.
    room = limit - 1 if node["kind"] == "row" else limit
    return [{**node, "children": inner}] if depth <= room else inner


def _depth(nodes: list[Node]) -> int:
    return max((1 + _depth(node.get("children", [])) for node in nodes), default=0)


def _count(nodes: list[Node]) -> int:
    return sum(1 + _count(node.get("children", [])) for node in nodes)
