"""The canvas of the designer: the runtime's own views of all fields, inside of parts that can be chosen and moved.

Each part wraps the template that the runtime uses for the same node, so that what is drawn is what people will fill in.
Conditions are not followed here: every field is shown, whatever its step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from forms_builder.design.kinds import kind_of
from forms_builder.field_views import FieldView, NodeView, grid_css
from forms_builder.rendering import StepForm, form_for_all
from forms_builder.schema import FormDocument, Sources
from forms_builder.schema.editing.layout import (
    MOVES,
    Node,
    NoSuchMove,
    Path,
    is_field,
    names_in,
    node_at,
    nodes_of,
    path_of,
)

WORDS: Final[Mapping[str, str]] = {"section": "Section", "row": "Row", "column": "Column", "grid": "Grid"}


@dataclass(frozen=True)
class Chosen:
    """What is selected: a part by its path, and of a table the column. Nothing is the form itself."""

    path: Path | None = None
    field: str = ""
    column: str = ""

    @property
    def address(self) -> str:
        """The field or column as edits name it; empty for other parts."""
        return f"{self.field}.{self.column}" if self.column else self.field

    @property
    def path_text(self) -> str:
        return path_text(self.path)

    def place(self, form: Mapping[str, Any]) -> str:
        """The same by where it stands, for an address that must hold after a field has got another name."""
        if self.path is None:
            return ""
        number = f":{_columns(form, self.field).index(self.column)}" if self.column else ""
        return f"part:{self.path_text}{number}"

    @property
    def item(self) -> str:
        """The same in an address of a page: a field by its name, other parts by path."""
        if self.field:
            return f"field:{self.address}"
        return f"part:{path_text(self.path)}" if self.path is not None else ""


def path_text(path: Path | None) -> str:
    return ".".join(map(str, path or ()))


def chosen_of(form: Mapping[str, Any], item: str) -> Chosen:
    """What an address means by `item`: `field:<name>`, `field:<table>.<column>`, `part:<path>`, or `part:<path>:<number of the
    column>`; nothing if it is gone."""
    kind, _, rest = item.partition(":")
    nodes = nodes_of(form)
    try:
        if kind == "field":
            name, _, column = rest.partition(".")
            path = path_of(nodes, name)
            columns = _columns(form, name)
        elif kind == "part":
            text, _, number = rest.partition(":")
            path = tuple(int(part) for part in text.split(".") if part.isascii() and part.isdigit())
            node = node_at(nodes, path)
            name = node["name"] if is_field(node) else ""
            columns = _columns(form, name)
            column = columns[int(number)] if number.isdecimal() and int(number) < len(columns) else ""
        else:
            return Chosen()
    except NoSuchMove:
        return Chosen()
    return Chosen(path, name, column if column in columns else "")


def _columns(form: Mapping[str, Any], name: str) -> list[str]:
    return [one["name"] for one in _raw(form, name).get("columns", ())]


def _raw(form: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next((one for one in form.get("fields", ()) if one["name"] == name), {})


@dataclass(frozen=True, slots=True)
class Mark:
    """What is particular about a field."""

    icon: str
    words: str


@dataclass(frozen=True)
class PartView(NodeView):
    """A part on the canvas. `face` is the node as the runtime draws it, with parts as its children."""

    path: Path = ()
    item: str = ""
    words: str = ""
    icon: str = "forms"
    face: NodeView | None = None
    marks: Sequence[Mark] = ()
    is_chosen: bool = False
    is_leaf: bool = False
    size: int = 0
    """Fields in it."""
    trouble: str = ""
    url: str = ""
    """Leads to the same page with this part chosen."""

    @property
    def template(self) -> str:
        return "forms_builder/design/part.html"

    @property
    def path_text(self) -> str:
        return path_text(self.path)

    @property
    def ident(self) -> str:
        """For the id of its link: a field's stays while it is moved, so that the focus stays with it."""
        return self.item.replace(":", "-").replace(".", "-")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done to the chosen part by a button; `item` is what is chosen afterwards."""

    edit: str
    to: str
    label: str
    icon: str
    item: str
    is_possible: bool = True


@dataclass(frozen=True)
class Canvas:
    """All parts in reading order; `chosen` is the one whose settings are shown, `deeds` are what its buttons do."""

    parts: Sequence[PartView]
    chosen: Chosen
    next_item: str
    """What is chosen after something was added."""
    title: str = ""
    deeds: Sequence[Deed] = ()
    is_container: bool = False
    fields: Sequence[str] = ()
    """Names of the fields in the chosen part."""
    form: StepForm | None = field(default=None, repr=False)


def canvas_of(
    document: FormDocument,
    raw: Mapping[str, Any],
    sources: Sources,
    *,
    item: str = "",
    url: str = "?item=",
    troubles: Mapping[str, str] | None = None,
) -> Canvas:
    """The canvas of a draft; `url` is the page's address up to the item, `troubles` are problems by name of the field."""
    chosen = chosen_of(raw, item)
    form = form_for_all(document, sources)
    nodes = nodes_of(raw)
    parts = _Maker(nodes, form.views, chosen, troubles or {}, url).parts(nodes, ())
    if chosen.path is None:
        return Canvas(parts, chosen, f"part:{len(nodes)}", form=form)
    node = node_at(nodes, chosen.path)
    title = document.by_name[chosen.field].label if chosen.field else node.get("title") or WORDS[node["kind"]]
    return Canvas(
        parts, chosen, f"part:{path_text(_after(node, chosen.path))}", title, _deeds(nodes, chosen),
        not is_field(node), names_in(node), form,
    )  # fmt: skip


def _after(node: Node, path: Path) -> Path:
    """Where a new part comes to stand."""
    return (*path[:-1], path[-1] + 1) if is_field(node) else (*path, len(node.get("children", ())))


def _deeds(nodes: list[Node], chosen: Chosen) -> list[Deed]:
    path = chosen.path or ()
    moves = [
        Deed("form.move", "up", "Move up", icon="arrow-up", item=chosen.item),
        Deed("form.move", "down", "Move down", icon="arrow-down", item=chosen.item),
        Deed("form.move", "into", "Move into what stands beside it", icon="arrow-bar-to-right", item=chosen.item),
        Deed("form.move", "out", "Move out", icon="arrow-bar-to-left", item=chosen.item),
    ]
    copy = f"part:{path_text((*path[:-1], path[-1] + 1))}"
    return [
        *(_able(nodes, path, one) for one in moves),
        Deed("form.duplicate", "", "Duplicate", icon="copy", item=copy),
    ]


def _able(nodes: list[Node], path: Path, deed: Deed) -> Deed:
    """The deed as it stands: whether it can be done, and where the part stands then."""
    try:
        _, where = MOVES[deed.to](nodes, path)
    except NoSuchMove:
        return replace(deed, is_possible=False)
    return deed if deed.item.startswith("field:") else replace(deed, item=f"part:{path_text(where)}")


@dataclass(frozen=True)
class _Maker:
    nodes: Sequence[Node]
    views: Mapping[str, FieldView]
    chosen: Chosen
    troubles: Mapping[str, str]
    url: str

    def parts(self, nodes: Sequence[Node], above: Path, css: str = "") -> list[PartView]:
        return [self.part(node, (*above, number), css) for number, node in enumerate(nodes)]

    def part(self, node: Node, path: Path, css: str) -> PartView:
        made = self._leaf(node, path) if is_field(node) else self._container(node, path)
        return replace(
            made, css=made.css or css, path=path, is_chosen=self.chosen.path == path, url=f"{self.url}{made.item}"
        )

    def _leaf(self, node: Node, path: Path) -> PartView:
        view = self.views[node["name"]]
        kind = kind_of(view.field.type)  # type: ignore[attr-defined]  # every member of the union has one
        words = f"{view.label}, {kind.label.lower()}"
        return PartView(
            "field", item=f"field:{view.name}", words=words, icon=kind.icon, face=NodeView("field", field=view),
            marks=self._marks(view), is_leaf=True, size=1, trouble=self.troubles.get(view.name, ""),
        )  # fmt: skip

    def _marks(self, view: FieldView) -> list[Mark]:
        field = view.field
        found = [Mark(icon="eye-question", words="Shown on a condition")] if field.visible_when else []
        found += [Mark(icon="shield-check", words="Has rules of its own")] if field.rules else []
        return found + ([Mark(icon="wand", words="Filled in at the start")] if field.prefill else [])

    def _container(self, node: Node, path: Path) -> PartView:
        children = node.get("children", ())
        inner, own = "", ""
        if node["kind"] == "row":
            inner = "col-md"
        elif node["kind"] == "grid":
            inner = "col"
        elif node["kind"] == "column":
            own = f"col-md-{node['width']}" if node.get("width") else "col-md"
        face = NodeView(
            node["kind"], node.get("title", ""), node.get("help", ""),
            grid_css(node.get("columns", 2)) if node["kind"] == "grid" else "",
            children=self.parts(children, path, inner),
        )  # fmt: skip
        name = node.get("title") or WORDS[node["kind"]]
        return PartView(
            node["kind"], css=own, item=f"part:{path_text(path)}", words=name, icon=ICONS[node["kind"]], face=face,
            size=len(names_in(node)),
        )  # fmt: skip


ICONS: Final[Mapping[str, str]] = {
    "section": "layout-list", "row": "columns-2", "column": "columns-1", "grid": "layout-grid",
}  # fmt: skip
