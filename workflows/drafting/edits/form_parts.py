"""Edits of the form: what stands on it and where. Fields are named by `field`, other parts of the layout by `part`, a path."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from forms_builder.design.kinds import PaletteItem, in_table, item_of
from forms_builder.schema.editing import columns, fields, layout
from forms_builder.schema.editing.access import access_for_new
from forms_builder.schema.editing.layout import MOVES, Nodes, NoSuchMove, Path
from forms_builder.schema.editing.names import free_name
from workflows.drafting import form_fields
from workflows.drafting.difference import difference
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, flag, text

Form = Mapping[str, Any]
PART_WORDS: Final[Mapping[str, str]] = {"section": "section", "row": "row", "column": "column", "grid": "grid"}


def guarded(function: EditFunction) -> EditFunction:
    """What cannot be done to the form becomes a refusal with a sentence."""

    def edit(document: Document, params: Params) -> Edit:
        try:
            return function(document, params)
        except (NoSuchMove, fields.NoSuchField) as error:
            raise EditRefused(str(error)) from error

    return edit


def form_of(document: Document) -> Form:
    found: Form = document.get("form", {})
    return found


def with_form(document: Document, form: Form) -> dict[str, Any]:
    return {**document, "form": form}


def edit_of(label: str, document: Document, made: Document) -> Edit:
    """The edit that leads from the one draft to the other."""
    return Edit(label[:200], difference(document, made))


def path_text(path: Path) -> str:
    return ".".join(map(str, path))


def path_from(value: str, name: str = "part") -> Path:
    """The path that was sent; empty for the top of the form. Raises EditRefused."""
    parts = value.split(".") if value else []
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise EditRefused({name: ["Choose a part of the form."]})
    return tuple(map(int, parts))


def chosen(form: Form, params: Params) -> Path:
    """The path of the part that is meant. Raises EditRefused, NoSuchMove."""
    field = text(params, "field")
    if field:
        return layout.path_of(layout.nodes_of(form), field.partition(".")[0])
    path = path_from(text(params, "part"))
    layout.node_at(layout.nodes_of(form), path)
    return path


def words_of(form: Form, path: Path) -> str:
    """What a part is called in the history."""
    node = layout.node_at(layout.nodes_of(form), path)
    if layout.is_field(node):
        return str(fields.field_at(form, node["name"])["label"])
    return str(node.get("title") or PART_WORDS.get(node["kind"], node["kind"]))


def part_add(document: Document, params: Params) -> Edit:
    """A new part from the palette (`item`): behind `field` or `part`, or at `index` of the container `into`."""
    form = form_of(document)
    item = item_of(text(params, "item", required="Choose what to add."))
    if item is None:
        raise EditRefused({"item": ["There is no such entry of the palette."]})
    parent, index = _target(form, params)
    made = _field_added(document, item, parent, index) if item.field else _node_added(form, item, parent, index)
    return edit_of(f"Add {item.label.lower()}", document, with_form(document, made))


def _target(form: Form, params: Params) -> tuple[Path, int]:
    nodes = layout.nodes_of(form)
    if "index" in params:
        return path_from(text(params, "into"), "into"), number(params, "index")
    if not (text(params, "field") or text(params, "part")):
        return (), len(nodes)
    path = chosen(form, params)
    node = layout.node_at(nodes, path)
    return (path[:-1], path[-1] + 1) if layout.is_field(node) else (path, len(node.get("children", ())))


def number(params: Params, name: str) -> int:
    """A position that was sent. Raises EditRefused."""
    value = params.get(name, "")
    value = value[-1] if isinstance(value, list) and value else value
    found = str(value)
    if not (found.isascii() and found.isdigit() and len(found) < 6):
        raise EditRefused({name: ["Send a number."]})
    return int(found)


def _field_added(document: Document, item: PaletteItem, parent: Path, index: int) -> Form:
    form = form_of(document)
    starts = [step["key"] for step in document.get("graph", {}).get("steps", ()) if step.get("kind") == "start"]
    raw = {"name": free_name(item.label, fields.names_of(form)), "label": item.label, **deepcopy(dict(item.field))}
    return fields.add_at(form, raw | access_for_new(raw["type"], starts), parent, index)


def _node_added(form: Form, item: PaletteItem, parent: Path, index: int) -> Form:
    node = deepcopy(dict(item.node))
    nodes = layout.nodes_of(form)
    if node["kind"] == "column" and (not parent or layout.node_at(nodes, parent)["kind"] != "row"):
        node = {"kind": "row", "children": [node]}
    made, _ = layout.insert(nodes, parent, index, node)
    return fields.with_layout(form, made)


def part_move(document: Document, params: Params) -> Edit:
    """`to` is up, down, into or out; or `into` and `index` say where."""
    form = form_of(document)
    path, nodes = chosen(form, params), layout.nodes_of(form)
    if "index" in params:
        made, _ = layout.move(nodes, path, path_from(text(params, "into"), "into"), number(params, "index"))
    else:
        way: Callable[[Nodes, Path], tuple[Nodes, Path]] | None = MOVES.get(text(params, "to"))
        if way is None:
            raise EditRefused({"to": ["Choose up, down, into or out."]})
        made, _ = way(nodes, path)
    return edit_of(f"Move {words_of(form, path)}", document, with_form(document, fields.with_layout(form, made)))


def part_duplicate(document: Document, params: Params) -> Edit:
    """A copy behind the part, with copies of its fields."""
    form = form_of(document)
    path = chosen(form, params)
    made, _ = fields.duplicate(form, path)
    return edit_of(f"Duplicate {words_of(form, path)}", document, with_form(document, made))


def part_remove(document: Document, params: Params) -> Edit:
    """The part and the fields in it; `keep` leaves the fields of a container where it stood. `rules` takes the conditions
    that speak about the fields along."""
    form = form_of(document)
    path, nodes = chosen(form, params), layout.nodes_of(form)
    words, rules = words_of(form, path), flag(params, "rules")
    if flag(params, "keep"):
        made = fields.with_layout(form, layout.dissolve(nodes, path))
        return edit_of(f"Dissolve {words}", document, with_form(document, made))
    gone = frozenset(layout.names_in(layout.node_at(nodes, path)))
    left = with_form(document, fields.remove(form, path, rules=rules))
    return edit_of(f"Remove {words}", document, form_fields.without(left, gone, rules=rules))


def field_rename(document: Document, params: Params) -> Edit:
    """Another name in the data for a field (`name`), with everything that speaks about it."""
    form = form_of(document)
    old = text(params, "field")
    new = text(params, "name", most=60, required="Write a name.")
    fields.field_at(form, old)
    table, dot, column = old.rpartition(".")
    taken = [one["name"] for one in fields.field_at(form, table)["columns"]] if table else fields.names_of(form)
    _refuse_name(new, [name for name in taken if name != column])
    return edit_of(f"Rename {old} to {new}", document, with_name(document, old, f"{table}{dot}{new}"))


def with_name(document: Document, old: str, new: str) -> dict[str, Any]:
    """The draft with another name for a field, or for a column as `table.column`, everywhere."""
    made = form_fields.renamed(document, {old: new})
    return {**made, "form": fields.rename(form_of(document), old, new)}


def _refuse_name(new: str, taken: list[str]) -> None:
    if new in taken:
        raise EditRefused({"name": [f"Another field is called {new}."]})
    first = new[:1]
    plain = all(sign.isascii() and (sign.islower() or sign.isdigit() or sign == "_") for sign in new)
    if not (plain and first.isalpha()):
        raise EditRefused({"name": ["Use lower-case letters, digits and underscores, and begin with a letter."]})


def column_add(document: Document, params: Params) -> Edit:
    """A column of the kind `item` for the table `field`."""
    form, table = form_of(document), text(params, "field")
    item = item_of(text(params, "item", required="Choose a kind of column."))
    if item is None or not in_table(item):
        raise EditRefused({"item": ["A table cannot have such a column."]})
    name = columns.free_column(form, table, item.label)
    made = columns.add_column(form, table, {"name": name, "label": item.label, **deepcopy(dict(item.field))})
    return edit_of(f"Add column {item.label}", document, with_form(document, made))


def column_do(document: Document, params: Params) -> Edit:
    """`deed` is up, down or remove; `field` is table.column."""
    form = form_of(document)
    table, _, column = text(params, "field").partition(".")
    deed = text(params, "deed")
    if deed not in columns.DEEDS:
        raise EditRefused({"deed": ["Choose up, down or remove."]})
    label = fields.field_at(form, f"{table}.{column}")["label"] if column else table
    made = columns.do_to_column(form, table, column, deed)
    words = "Remove" if deed == "remove" else "Move"
    return edit_of(f"{words} column {label}", document, with_form(document, made))


EDITS: Final[Mapping[str, EditFunction]] = {
    name: guarded(function)
    for name, function in {
        "form.add": part_add,
        "form.move": part_move,
        "form.duplicate": part_duplicate,
        "form.remove": part_remove,
        "form.rename": field_rename,
        "form.column.add": column_add,
        "form.column": column_do,
    }.items()
}
