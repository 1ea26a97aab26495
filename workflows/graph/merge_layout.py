"""Where fields stand in a merged form: one side's arrangement, with the fields of the other side beside their neighbours."""

import copy
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Nodes = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Layouts:
    """`common` are base, ours and theirs as far as fields go that all three have; `ours` and `theirs` are those
    arrangements with exactly the fields of the merged form."""

    common: tuple[Nodes, Nodes, Nodes]
    ours: Nodes
    theirs: Nodes


def merged_layout(layouts: Sequence[Nodes], common: Collection[str], names: Sequence[str]) -> Layouts:
    """`layouts` are base, ours and theirs, `common` the fields they share, `names` those of the merged form."""
    base, ours, theirs = layouts
    return Layouts(
        common=(only(base, common), only(ours, common), only(theirs, common)),
        ours=_with(ours, theirs, names),
        theirs=_with(theirs, ours, names),
    )


def only(nodes: Nodes, names: Collection[str]) -> Nodes:
    """The arrangement without other fields, and without what is empty because of that."""
    found: Nodes = []
    for node in nodes:
        if node["kind"] == "field":
            if node["name"] in names:
                found.append(node)
            continue
        children = only(node.get("children", []), names)
        if children or not node.get("children"):
            found.append({**node, "children": children} if "children" in node else node)
    return found


def leaves(nodes: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Names of the fields in reading order."""
    for node in nodes:
        if node["kind"] == "field":
            yield node["name"]
        else:
            yield from leaves(node.get("children", ()))


def _with(nodes: Nodes, other: Nodes, names: Sequence[str]) -> Nodes:
    if not nodes:
        return nodes
    result = copy.deepcopy(only(nodes, set(names)))
    there = set(leaves(result))
    for top in other:
        before = ""
        for name in leaves([top]):
            if name in names and name not in there:
                _insert(result, top, before, name)
                there.add(name)
            before = name if name in there else before
    result += [_leaf(name) for name in names if name not in there]
    return result


def _insert(result: Nodes, top: dict[str, Any], before: str, name: str) -> None:
    """Behind the field that stands before it in the other arrangement, else in the section of the same title, else last."""
    siblings = _siblings(result, before)
    if siblings is not None:
        row = next(row for row, node in enumerate(siblings) if node.get("name") == before)
        siblings.insert(row + 1, _leaf(name))
    elif top["kind"] == "field":
        result.append(_leaf(name))
    else:
        section = next((node for node in result if _titled(node, top)), None)
        if section is None:
            section = {**{key: value for key, value in top.items() if key != "children"}, "children": []}
            section = section if section["kind"] == "section" else {"kind": "section", "children": []}
            result.append(section)
        section.setdefault("children", []).insert(0, _leaf(name))


def _titled(node: dict[str, Any], top: dict[str, Any]) -> bool:
    return bool(node["kind"] == top["kind"] == "section" and node.get("title", "") == top.get("title", ""))


def _siblings(nodes: Nodes, name: str) -> Nodes | None:
    """The list in which the field stands."""
    for node in nodes:
        if node["kind"] == "field":
            if node["name"] == name:
                return nodes
        elif (found := _siblings(node.get("children", []), name)) is not None:
            return found
    return None


def _leaf(name: str) -> dict[str, Any]:
    return {"kind": "field", "name": name}
