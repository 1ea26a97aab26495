"""Where the fields stand: a tree of sections, rows, columns and grids whose leaves name fields."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal, Union

from pydantic import Field

from forms_builder.schema.parts import FieldName, LongText, Part, ShortText

MAX_NODES: Final = 1_000
MAX_DEPTH: Final = 8


class FieldNode(Part):
    """A field at this place."""

    kind: Literal["field"] = "field"
    name: FieldName


class SectionNode(Part):
    """A titled group."""

    kind: Literal["section"] = "section"
    title: ShortText = ""
    help: LongText = ""
    children: tuple["LayoutNode", ...] = Field(default=(), max_length=MAX_NODES)


class RowNode(Part):
    """Children side by side where there is room, below each other on a phone."""

    kind: Literal["row"] = "row"
    children: tuple["LayoutNode", ...] = Field(default=(), max_length=12)


class ColumnNode(Part):
    """A column of a row; `width` in twelfths, empty for an equal share."""

    kind: Literal["column"] = "column"
    width: int | None = Field(default=None, ge=1, le=12)
    children: tuple["LayoutNode", ...] = Field(default=(), max_length=MAX_NODES)


class GridNode(Part):
    """Children in cells of equal width, line by line; below each other on a phone."""

    kind: Literal["grid"] = "grid"
    columns: int = Field(default=2, ge=2, le=4)
    children: tuple["LayoutNode", ...] = Field(default=(), max_length=MAX_NODES)


LayoutNode = Annotated[  # the members refer to it
    Union[FieldNode, SectionNode, RowNode, ColumnNode, GridNode], Field(discriminator="kind")  # noqa: UP007
]
AnyNode = FieldNode | SectionNode | RowNode | ColumnNode | GridNode

for _model in (SectionNode, RowNode, ColumnNode, GridNode):
    _model.model_rebuild()


def walk(nodes: Sequence[AnyNode], path: str = "layout", depth: int = 1) -> Iterator[tuple[str, int, AnyNode]]:
    """Every node with its path ("layout.0.children.2") and depth, in reading order."""
    for number, node in enumerate(nodes):
        here = f"{path}.{number}"
        yield here, depth, node
        if not isinstance(node, FieldNode):
            yield from walk(node.children, f"{here}.children", depth + 1)
