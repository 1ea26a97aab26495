"""What the templates of a form need of each field: plain values, no decisions left to the template.

Ids and names are those of the page: the input of `from` is `id_from`, its help `id_from-help`, its problem
`id_from-error`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import Any, ClassVar, Final, Protocol

from forms_builder import html_input
from forms_builder.schema import fields as f
from forms_builder.schema.clean import is_empty
from forms_builder.schema.component import component_of
from forms_builder.schema.conditions import Condition
from forms_builder.schema.display import display
from forms_builder.schema.layout import AnyNode, ColumnNode, FieldNode, GridNode, RowNode, SectionNode
from forms_builder.schema.parts import Access
from forms_builder.schema.plan import StepPlan
from forms_builder.schema.sources import FileFacts, Option, Sources

EXTRA_ROWS: Final = 2
"""Blank rows offered below those that are filled in; the button "Add rows" offers as many again."""
LONG_LIST: Final = 8


@dataclass(frozen=True)
class OptionView:
    """One entry of a list; `gone` when it was picked earlier and is not offered any more."""

    value: str
    label: str
    selected: bool
    id: str
    gone: bool = False


@dataclass(frozen=True)
class FieldView:
    """One field in the page. `kind` names its template; `cells` are the rows of a table; `is_group` wants a fieldset."""

    name: str
    label: str
    help: str
    kind: str
    field: f.FieldBase
    html_name: str
    id: str
    value: Any = None
    text: str = ""
    errors: Sequence[str] = ()
    required: bool = False
    writable: bool = False
    is_drawn: bool = False
    """It stands among the inputs: it can be written, or goes with what is, such as a text or what follows from them."""
    options: Sequence[OptionView] = ()
    files: Sequence[FileFacts] = ()
    rows: Sequence["RowView"] = ()
    columns: Sequence["FieldView"] = ()
    visible: bool = True
    condition: str = ""
    visible_when: str = ""
    attrs: Mapping[str, str] = dataclass_field(default_factory=dict)
    scene: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def template(self) -> str:
        own = component_of(self.field).template if self.kind != "read" else ""
        return own or f"forms_builder/inputs/{self.kind}.html"

    @property
    def read_template(self) -> str:
        """The template of the answer alone, empty for one that is just words."""
        return component_of(self.field).read_template

    @property
    def rule_type(self) -> str:
        """How conditions in the page read the answer; empty for one that has parts or that they cannot read."""
        return str(component_of(self.field).type_in_rules(self.field) or "")

    @property
    def is_group(self) -> bool:
        """Several controls under one question need a fieldset with a legend (WCAG 1.3.1)."""
        return self.kind in ("radio", "checkboxes") or component_of(self.field).is_group

    @property
    def tag(self) -> str:
        return "fieldset" if self.is_group else "div"

    @property
    def described_by(self) -> str:
        """Ids of the help and the problem, for aria-describedby."""
        parts = [f"{self.id}-help"] if self.help or self.condition else []
        return " ".join([*parts, f"{self.id}-error"] if self.errors else parts)

    @property
    def amount(self) -> str:
        """The amount of money as it stands in the input."""
        value = self.value.get("amount") if isinstance(self.value, Mapping) else self.value
        return "" if value is None else str(value)

    @property
    def is_long(self) -> bool:
        return len(self.options) > LONG_LIST

    @property
    def html_required(self) -> bool:
        """Whether the browser may insist: never for what can become invisible, nor inside of groups of boxes."""
        return self.required and not self.visible_when and not self.condition and self.kind != "checkboxes"


@dataclass(frozen=True)
class RowView:
    """One row of a table in the page; `number` counts from 0."""

    number: int
    cells: Sequence[FieldView]
    remove_name: str
    filled: bool


@dataclass(frozen=True)
class NodeView:
    """One node of the layout with what is left of it for the reader; `field` for a leaf."""

    kind: str
    title: str = ""
    help: str = ""
    css: str = ""
    field: FieldView | None = None
    children: Sequence["NodeView"] = ()

    @property
    def template(self) -> str:
        return f"forms_builder/nodes/{self.kind}.html"


@dataclass(frozen=True)
class ReadGroup:
    """Fields to read that stand in one section of the layout."""

    title: str
    fields: Sequence[FieldView]


@dataclass(frozen=True)
class ProblemView:
    """One line of the error summary and the control it leads to."""

    id: str
    label: str
    message: str


def layout(nodes: Sequence[AnyNode], views: Mapping[str, FieldView]) -> list[NodeView]:
    """The layout with the given fields only; groups that lost all of them are left out."""
    found: list[NodeView] = []
    for node in nodes:
        if isinstance(node, FieldNode):
            if node.name in views:
                found.append(NodeView("field", field=views[node.name]))
            continue
        children = layout(node.children, views)
        if not children:
            continue
        if isinstance(node, SectionNode):
            found.append(NodeView("section", node.title, node.help, children=children))
        elif isinstance(node, RowNode):
            cells = [
                child if child.kind == "column" else NodeView("column", css="col-md", children=[child])
                for child in children
            ]
            found.append(NodeView("row", children=cells))
        elif isinstance(node, ColumnNode):
            found.append(NodeView("column", css=f"col-md-{node.width}" if node.width else "col-md", children=children))
        elif isinstance(node, GridNode):
            cells = [NodeView("column", css="col", children=[child]) for child in children]
            found.append(NodeView("grid", css=grid_css(node.columns), children=cells))
    return found


def grid_css(columns: int) -> str:
    """The class of a grid with so many columns; the style sheet knows these three."""
    return {2: "row-cols-md-2", 3: "row-cols-md-3"}.get(columns, "row-cols-md-4")


def read_groups(nodes: Sequence[NodeView], title: str = "") -> list[ReadGroup]:
    """The fields of a layout in reading order, cut where a titled section begins or ends."""
    found: list[ReadGroup] = []
    for node in nodes:
        if node.field is not None:
            inner = [ReadGroup(title, [node.field])]
        else:
            inner = read_groups(node.children, node.title or title)
        for group in inner:
            if found and found[-1].title == group.title:
                found[-1] = ReadGroup(group.title, [*found[-1].fields, *group.fields])
            else:
                found.append(group)
    return found


class Shown(Protocol):
    """What the views need of a form; `rendering.StepForm` is one."""

    plan: ClassVar[StepPlan]
    sources: Sources | None

    @property
    def known_labels(self) -> Mapping[str, Mapping[str, str]]: ...
    @property
    def invisible(self) -> frozenset[str]: ...
    @property
    def redraws(self) -> str: ...
    def shown_value(self, field: f.FieldBase) -> Any: ...
    def options_of(self, field: f.FieldBase) -> Sequence[Option]: ...
    def problems_at(self, path: str) -> list[str]: ...


class FieldViews:
    """Makes the views of one form; asks the sources once per field."""

    def __init__(self, form: Shown) -> None:
        self.form = form
        self.plan = form.plan
        self.shown = {field.name for field in self.plan.shown}

    def all(self) -> Iterator[FieldView]:
        """Every field that is in the page: hidden ones never, read ones only while their condition holds."""
        invisible = self.form.invisible
        for field in self.plan.shown:
            condition = self.plan.logic.conditional.get(field.name)
            writable = field.name in self.plan.writable_names
            told = condition is not None and condition.reads <= self.shown
            moves = writable or (not field.answered and bool(self.plan.writable))
            if field.name in invisible and not (moves and told):
                continue
            yield self._view(field, writable, condition if told else None, field.name not in invisible)

    def _view(self, field: f.FieldBase, writable: bool, condition: Condition | None, visible: bool) -> FieldView:
        name = html_input.html_name(field.name)
        value = self.form.shown_value(field)
        drawn = writable or not (field.answered or (field.keeps_value and not self.plan.writable))
        view = FieldView(
            field.name, field.label, field.help, kind_of(field) if drawn else "read", field, name, f"id_{name}",
            value=value,
            errors=self.form.problems_at(field.name),
            required=self.plan.access[field.name] is Access.REQUIRED,
            writable=writable,
            is_drawn=drawn,
            files=self._files(field, value),
            columns=[_head(column) for column in field.columns] if isinstance(field, f.TableField) else (),
            visible=visible,
            attrs=attributes(field),
            scene=component_of(field).scene(field, value, self.form.sources),
        )  # fmt: skip
        if not writable:
            text = display(field, value, self.form.known_labels)
            return replace(
                view, text=text, rows=self._read_rows(field, value), **_condition(condition if drawn else None)
            )
        return replace(
            view,
            options=self._options(field, value, field.name),
            rows=self._rows(field, value, name),
            **_condition(condition),
        )

    def _options(self, field: f.FieldBase, value: Any, key: str) -> list[OptionView]:
        offered = self.form.options_of(field)
        chosen = {item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and item}
        known = self.form.known_labels.get(key, {})
        name = html_input.html_name(field.name)
        found = [
            OptionView(option.value, option.label, option.value in chosen, f"id_{name}_{number}")
            for number, option in enumerate(offered)
        ]
        values = {option.value for option in offered}
        gone = sorted(item for item in chosen - values if item in known)
        extra = enumerate(gone, start=len(found))
        return found + [OptionView(item, known[item], True, f"id_{name}_{number}", True) for number, item in extra]

    def _files(self, field: f.FieldBase, value: Any) -> list[FileFacts]:
        if not isinstance(field, f.UploadField) or not isinstance(value, list) or self.form.sources is None:
            return []
        found = self.form.sources.files([item for item in value if isinstance(item, str)])
        return [found[item] for item in value if item in found]

    def _rows(self, field: f.FieldBase, value: Any, name: str) -> list[RowView]:
        if not isinstance(field, f.TableField):
            return []
        given = [row if isinstance(row, Mapping) else {} for row in value] if isinstance(value, list) else []
        # Blank rows come back with every post; only the button for more rows adds to them.
        while given and self.form.redraws != field.name and _is_blank(given[-1]):
            given.pop()
        blank = min(max(field.max_rows - len(given), 0), max(EXTRA_ROWS, field.min_rows - len(given)))
        options = {column.name: self.form.options_of(column) for column in field.columns}
        return [
            self._row(field, row, number, f"{name}-{number}", options)
            for number, row in enumerate([*given, *({} for _ in range(blank))])
        ]

    def _row(
        self,
        field: f.TableField,
        row: Mapping[str, Any],
        number: int,
        name: str,
        options: Mapping[str, Sequence[Option]],
    ) -> RowView:
        cells = []
        for column in field.columns:
            value, cell = row.get(column.name), f"{name}-{column.name}"
            chosen = value if isinstance(value, list) else [value]
            entries = [
                OptionView(option.value, option.label, option.value in chosen, f"id_{cell}_{at}")
                for at, option in enumerate(options[column.name])
            ]
            view = FieldView(
                column.name, f"{column.label}, {field.row_label} {number + 1}", "", kind_of(column), column, cell, f"id_{cell}",
                value=value, errors=self.form.problems_at(f"{field.name}.{number}.{column.name}"), writable=True,
                options=entries, attrs=attributes(column),
            )  # fmt: skip
            cells.append(view)
        return RowView(number, cells, f"{name}-remove", bool(row))

    def _read_rows(self, field: f.FieldBase, value: Any) -> list[RowView]:
        if not isinstance(field, f.TableField) or not isinstance(value, list):
            return []
        labels = self.form.known_labels
        rows = [row for row in value if isinstance(row, Mapping)]
        return [
            RowView(number, [_cell(field, column, row, labels) for column in field.columns], "", True)
            for number, row in enumerate(rows)
        ]


def _is_blank(row: Mapping[str, Any]) -> bool:
    """Whether nothing was given in it; a currency stands beside every amount."""
    return all(is_empty(cell.get("amount") if isinstance(cell, Mapping) else cell) for cell in row.values())


def _condition(condition: Condition | None) -> dict[str, Any]:
    """When the field is shown, in words and for the island."""
    if condition is None:
        return {}
    return {"condition": condition.sentence(), "visible_when": json.dumps(condition.raw)}


def kind_of(field: f.FieldBase) -> str:
    """The template of a writable field."""
    return component_of(field).kind(field)


def attributes(field: f.FieldBase) -> dict[str, str]:
    """HTML attributes that let the browser help; the server decides anyway."""
    wanted = component_of(field).attributes(field)
    return {key: str(value) for key, value in wanted.items() if value is not None}


def problem_views(problems: Mapping[str, Sequence[str]], views: Mapping[str, FieldView]) -> list[ProblemView]:
    """The error summary, in the order of the form."""
    found: list[ProblemView] = []
    for name, view in views.items():
        for path, messages in problems.items():
            head, _, rest = path.partition(".")
            if head == name:
                found += [ProblemView(_anchor(view, rest), _place(view, rest), message) for message in messages]
    others = [(path, text) for path, texts in problems.items() if path.partition(".")[0] not in views for text in texts]
    return found + [ProblemView("", path, message) for path, message in others]


def _anchor(view: FieldView, rest: str) -> str:
    if view.options and view.kind in ("radio", "checkboxes"):
        return view.options[0].id
    parts = component_of(view.field).parts
    if parts:
        return f"{view.id}-{rest or next(iter(parts))}"
    return f"{view.id}-{rest.replace('.', '-')}" if rest else view.id


def _place(view: FieldView, rest: str) -> str:
    number, _, column = rest.partition(".")
    if isinstance(view.field, f.TableField) and number.isdigit():
        label = next((item.label for item in view.field.columns if item.name == column), "")
        row = f"{view.label}, {view.field.row_label} {int(number) + 1}"
        return f"{row}, {label}" if label else row
    return view.label


def _head(column: f.FieldBase) -> FieldView:
    return FieldView(column.name, column.label, column.help, kind_of(column), column, "", "", required=column.required)


def _cell(
    table: f.TableField, column: f.FieldBase, row: Mapping[str, Any], labels: Mapping[str, Mapping[str, str]]
) -> FieldView:
    text = display(column, row.get(column.name), labels, f"{table.name}.{column.name}")
    return FieldView(column.name, column.label, "", "read", column, "", "", text=text)
