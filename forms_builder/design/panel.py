"""The settings of what is selected: tabs, and the controls of the open one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forms_builder.design.canvas import Chosen
from forms_builder.design.controls import Posted, Scene
from forms_builder.design.kinds import NOT_OF_COLUMNS, FieldKind, PaletteItem, Setting, Tab, in_table, kind_of, palette
from forms_builder.design.matrix import Column, Row, row_of
from forms_builder.schema.editing.fields import field_at
from forms_builder.schema.editing.layout import node_at, nodes_of

TAB_WORDS: Final[Mapping[Tab, str]] = {
    Tab.FIELD: "Field",
    Tab.CHOICES: "Choices",
    Tab.VALIDATION: "Validation",
    Tab.VISIBILITY: "Visibility",
    Tab.STEPS: "Steps",
}


@dataclass(frozen=True)
class SettingView:
    """One setting as its template draws it: `value` is what the control made of the stored one."""

    setting: Setting
    value: Any
    errors: Sequence[str] = ()

    @property
    def name(self) -> str:
        return f"set.{self.setting.key}"

    @property
    def id(self) -> str:
        return f"set-{self.setting.key}"

    @property
    def template(self) -> str:
        return f"forms_builder/design/controls/{self.setting.control.template}.html"

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-help"] if self.setting.help else []
        return " ".join([*parts, f"{self.id}-error"] if self.errors else parts)


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of a table, in its list."""

    address: str
    label: str
    kind: str
    icon: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Panel:
    """What the right side shows. Without a field it is about a part of the layout, or about the form."""

    chosen: Chosen
    kind: FieldKind | None
    field: Mapping[str, Any]
    node: Mapping[str, Any]
    tabs: Sequence[tuple[Tab, str]]
    tab: Tab
    settings: Sequence[SettingView]
    columns: Sequence[ColumnView] = ()
    column_items: Sequence[PaletteItem] = ()
    steps: Row | None = None

    @property
    def title(self) -> str:
        return str(self.field.get("label") or self.node.get("title") or "")

    @property
    def keeps_value(self) -> bool:
        """Whether it is a field that people answer."""
        return self.kind is not None and self.kind.keeps_value


def panel_of(
    form: Mapping[str, Any],
    chosen: Chosen,
    steps: Sequence[Column],
    scene: Scene,
    *,
    tab: str = "",
    errors: Mapping[str, Sequence[str]] | None = None,
    typed: Posted | None = None,
) -> Panel:
    """The panel of what is selected in the draft; `typed` is what was posted and refused, with its `errors`."""
    if not chosen.field:
        node = node_at(nodes_of(form), chosen.path) if chosen.path is not None else {}
        return Panel(chosen, None, {}, node, (), Tab.FIELD, ())
    field = field_at(form, chosen.address)
    kind = kind_of(field["type"])
    tabs = _tabs(kind, is_column=bool(chosen.column))
    current = next((one for one, _ in tabs if one == tab), Tab.FIELD)
    shown = [one for one in kind.settings if one.tab is current and not (chosen.column and one.key in NOT_OF_COLUMNS)]
    return Panel(
        chosen, kind, field, {}, tabs, current,
        [_view(one, field, scene, errors or {}, typed) for one in shown],
        columns=_columns(field) if kind.has_columns else (),
        column_items=[item for _, items in palette() for item in items if in_table(item)] if kind.has_columns else (),
        steps=row_of(field, steps) if current is Tab.STEPS else None,
    )  # fmt: skip


def _view(
    setting: Setting, field: Mapping[str, Any], scene: Scene, errors: Mapping[str, Sequence[str]], typed: Posted | None
) -> SettingView:
    control, raw = setting.control, dict(field)
    if typed is None:
        value = control.shown(raw.get(setting.key), raw, scene)
    else:
        value = control.typed(typed, f"set.{setting.key}", raw, scene)
    return SettingView(setting, value, errors.get(f"set.{setting.key}", ()))


def _tabs(kind: FieldKind, *, is_column: bool) -> list[tuple[Tab, str]]:
    found = [(Tab.FIELD, TAB_WORDS[Tab.FIELD])]
    if kind.choices_tab:
        found.append((Tab.CHOICES, kind.choices_tab))
    if kind.keeps_value or any(one.tab is Tab.VALIDATION for one in kind.settings):
        found.append((Tab.VALIDATION, TAB_WORDS[Tab.VALIDATION]))
    if not is_column:
        found += [(tab, TAB_WORDS[tab]) for tab in (Tab.VISIBILITY, Tab.STEPS)]
    return found


def _columns(field: Mapping[str, Any]) -> list[ColumnView]:
    columns = field.get("columns", ())
    return [
        ColumnView(
            f"{field['name']}.{column['name']}", column["label"], kind_of(column["type"]).label,
            kind_of(column["type"]).icon, number == 0, number + 1 == len(columns),
        )
        for number, column in enumerate(columns)
    ]  # fmt: skip
