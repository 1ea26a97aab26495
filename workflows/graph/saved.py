"""What is done at an automatic step, piece after piece: its own work, or the links of a saved task with what the step says anew.

Pure. A saved task is pinned in the document, so what a published version does never changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.graph.automation import SAVED, Content, Job, Link, Node, Parameter


class NoSuchSetting(LookupError):
    """The path leads to nothing that could be said anew."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a step's work. `number` counts from 1, `of` is how many there are."""

    job: Job
    key: str = ""
    """Of the link; empty where the step has work of its own."""
    name: str = ""
    number: int = 1
    of: int = 1

    @property
    def is_last(self) -> bool:
        return self.number >= self.of

    @property
    def title(self) -> str:
        """ "Rates (2 of 3)", empty where there is one piece."""
        return f"{self.name} ({self.number} of {self.of})" if self.of > 1 else ""


def pieces_of(node: Node) -> tuple[Piece, ...]:
    """In the order in which they are done; none for a saved task that is not pinned."""
    if node.kind != SAVED:
        return (Piece(node),)
    if node.pinned is None:
        return ()
    links, many = node.pinned.links, len(node.pinned.links)
    return tuple(
        Piece(_merged(node, node.pinned, link, last=number == many), link.key, link.name or link.key, number, many)
        for number, link in enumerate(links, 1)
    )


def _merged(node: Node, content: Content, link: Link, *, last: bool) -> Link:
    params: dict[str, Any] = dict(link.params)
    for parameter in content.parameters:
        if parameter.link == link.key and parameter.name in node.params:
            try:
                params = put(params, parameter.path, node.params[parameter.name])
            except NoSuchSetting:
                continue  # told when the task is saved
    save = {**link.save, **node.save} if last else link.save
    # Of the end of the step the step itself tells, of each failure both.
    own = node.notices if last else tuple(one for one in node.notices if one.on != "completion")
    return link.model_copy(update={"params": params, "save": save, "notices": (*link.notices, *own)})


def put(value: Any, path: str, new: Any) -> Any:
    """A copy of the JSON with `new` at the dotted path: names of objects, positions of lists. Raises NoSuchSetting."""
    first, _, rest = path.partition(".")
    if isinstance(value, Mapping):
        inner = put(value.get(first, {}), rest, new) if rest else new
        return {**value, first: inner}
    if isinstance(value, list | tuple) and first.isdecimal() and len(first) < 7 and int(first) < len(value):
        row = int(first)
        return [*value[:row], put(value[row], rest, new) if rest else new, *value[row + 1 :]]
    raise NoSuchSetting(path)


def at(value: Any, path: str) -> Any:
    """The JSON at the dotted path, None where there is nothing."""
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdecimal() and len(part) < 7 and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def parameter_for(parameters: Sequence[Parameter], link: str, path: str) -> Parameter | None:
    """The parameter by which a setting is said, the setting itself or a part of it."""
    return next(
        (
            one
            for one in parameters
            if one.link == link
            and (path == one.path or path.startswith(f"{one.path}.") or one.path.startswith(f"{path}."))
        ),
        None,
    )


def setting_place(node: Node, piece: Piece, place: str, path: str) -> str:
    """Where a setting of the piece is said: in the node at `place`, by a parameter of its saved task, or in that task itself."""
    if node.pinned is None:
        return f"{place}.params.{path}".rstrip(".")
    found = parameter_for(node.pinned.parameters, piece.key, path)
    return f"{place}.params.{found.name}" if found else f"{place}.task"
