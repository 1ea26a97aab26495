"""The matrix of fields and steps, as the designer edits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.design.kinds import kind_of
from forms_builder.schema.editing.access import ELSEWHERE, level_at
from forms_builder.schema.editing.fields import field_at
from forms_builder.schema.editing.layout import is_field, nodes_of, walk
from forms_builder.schema.parts import Access

LEVELS: Final[Mapping[str, str]] = {
    Access.HIDDEN: "Hidden", Access.READ: "Read", Access.WRITE: "Write", Access.REQUIRED: "Required",
}  # fmt: skip
READ_LEVELS: Final = (Access.HIDDEN, Access.READ)


@dataclass(frozen=True, slots=True)
class Column:
    """A step; `key` is `ELSEWHERE` for those that come later."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one step may do with one field."""

    name: str
    """How a form posts it."""
    step: Column
    level: str
    levels: Sequence[tuple[str, str]]

    @property
    def words(self) -> str:
        return LEVELS[self.level]


@dataclass(frozen=True, slots=True)
class Row:
    """A field at all steps."""

    name: str
    label: str
    kind: str
    icon: str
    section: str
    cells: Sequence[Cell]
    is_conditional: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: Sequence[Column]
    rows: Sequence[Row]


def columns_of(steps: Sequence[tuple[str, str]]) -> list[Column]:
    """The steps of the workflow, and one column for any that are added later."""
    return [*(Column(key, name) for key, name in steps), Column(ELSEWHERE, "New steps")]


def matrix_of(form: Mapping[str, Any], steps: Sequence[tuple[str, str]]) -> Matrix:
    """All fields in the order in which they stand on the form."""
    columns = columns_of(steps)
    rows, section = [], ""
    for path, node in walk(nodes_of(form)):
        if len(path) == 1:
            section = ""
        if node["kind"] == "section":
            section = node.get("title", "")
        elif is_field(node):
            rows.append(row_of(field_at(form, node["name"]), columns, section))
    return Matrix(columns, rows)


def row_of(field: Mapping[str, Any], columns: Sequence[Column], section: str = "") -> Row:
    """One field at all steps."""
    kind = kind_of(field["type"])
    levels = [(str(key), LEVELS[key]) for key in (Access if kind.answered else READ_LEVELS)]
    cells = [
        Cell(f"cell.{field['name']}/{column.key}", column, level_at(field, column.key).value, levels)
        for column in columns
    ]
    return Row(field["name"], field["label"], kind.label, kind.icon, section, cells, bool(field.get("visible_when")))
