"""The registry of the form designer: what the palette offers, and what can be set of each type of field.

A type of field comes with one `FieldKind`, and with as many entries of the palette as there are usual ways to begin one.
Nothing else in the designer knows types by name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any, Final

from forms_builder.design.controls import Control
from forms_builder.schema.fields import COLUMN_TYPES, FieldBase
from forms_builder.schema.sources import Sources


class Group(StrEnum):
    """The parts of the palette, in its order."""

    INPUTS = "Inputs"
    CHOICES = "Choices"
    PEOPLE = "People"
    FILES = "Files"
    LAYOUT = "Layout"


class Tab(StrEnum):
    """The tabs of the settings, in their order."""

    FIELD = "field"
    CHOICES = "choices"
    VALIDATION = "validation"
    VISIBILITY = "visibility"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Setting:
    """One attribute of a field in the document, and the control that shows it."""

    key: str
    label: str
    control: Control
    tab: Tab = Tab.FIELD
    help: str = ""


def _nothing(field: FieldBase, sources: Sources) -> Any:
    return None


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A type of field as the designer knows it. `choices` is the name of its second tab, empty without one."""

    type: str
    label: str
    icon: str
    settings: tuple[Setting, ...] = ()
    keeps_value: bool = True
    answered: bool = True
    """Whether people give its value."""
    choices_tab: str = ""
    filter_key: str = ""
    """The attribute of the rule that trims entries from a source: `choices` holds it where the source itself can be chosen."""
    source: str = ""
    """Where its entries come from, for a type that has one source and no other."""
    has_columns: bool = False
    sample: Callable[[FieldBase, Sources], Any] = _nothing
    """An answer for previews; one that the field refuses is left out."""


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One entry of the palette: with `field` a new field begins, with `node` a new part of the layout."""

    key: str
    label: str
    icon: str
    group: Group
    words: str = ""
    """Further words under which a search finds it."""
    field: Mapping[str, Any] = dataclass_field(default_factory=dict)
    node: Mapping[str, Any] = dataclass_field(default_factory=dict)


_kinds: Final[dict[str, FieldKind]] = {}
_items: Final[dict[str, PaletteItem]] = {}


def register(kind: FieldKind, *items: PaletteItem) -> None:
    """Make a type of field known to the designer, with its entries of the palette."""
    _kinds[kind.type] = kind
    register_items(*items)


def register_items(*items: PaletteItem) -> None:
    """Further entries of the palette."""
    for item in items:
        _items[item.key] = item


def kind_of(field_type: str) -> FieldKind:
    """The kind of a type; for one that nobody has registered a plain one."""
    return _kinds.get(field_type) or FieldKind(field_type, field_type.replace("_", " ").capitalize(), "forms")


def kinds() -> Iterable[FieldKind]:
    return _kinds.values()


def item_of(key: str) -> PaletteItem | None:
    return _items.get(key)


def palette() -> list[tuple[Group, list[PaletteItem]]]:
    """The entries by group."""
    return [(group, [item for item in _items.values() if item.group is group]) for group in Group]


NOT_OF_COLUMNS: Final = ("prefill", "checks")
"""Settings that a column of a table has not; they belong to the table."""


def in_table(item: PaletteItem) -> bool:
    """Whether a table may have such a column."""
    return item.field.get("type") in COLUMN_TYPES
