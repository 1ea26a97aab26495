"""Edits of the form: what is set of its fields and parts, and what the steps may do with the fields."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from forms_builder.design.controls import SettingRefused
from forms_builder.design.kinds import NOT_OF_COLUMNS, Setting, kind_of, palette
from forms_builder.schema import DocumentError, FormDocument
from forms_builder.schema.editing import fields, layout
from forms_builder.schema.editing.access import ELSEWHERE, NotWritable, set_access
from forms_builder.schema.editing.names import free_name, name_from
from forms_builder.schema.parts import Access
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, long_text, text, texts
from workflows.drafting.edits.form_parts import chosen, edit_of, form_of, guarded, with_form, with_name

PREFIX: Final = "set."
_CELL: Final = "cell."


def field_set(document: Document, params: Params) -> Edit:
    """The settings of one `group` (a tab) of `field`, each posted as `set.<key>`; what was not posted is at its default."""
    form = form_of(document)
    address = text(params, "field", required="Choose a field.")
    field = fields.field_at(form, address)
    values = _read(field, text(params, "group"), _posted(params), is_column="." in address)
    made = fields.change(form, address, values)
    _refuse_wrong(made, address)
    changed = with_form(document, made)
    return edit_of(f"Change {field['label']}", document, _named_anew(changed, address, field, values))


def _posted(params: Params) -> dict[str, Sequence[str]]:
    return {
        key: [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
        for key, value in params.items()
    }


def settings_of(field: Mapping[str, Any], tab: str, *, is_column: bool) -> list[Setting]:
    """What a tab has for a field; a column has no prefill of its own."""
    found = [one for one in kind_of(field["type"]).settings if one.tab == tab]
    return [one for one in found if not (is_column and one.key in NOT_OF_COLUMNS)]


def _read(
    field: Mapping[str, Any], tab: str, posted: Mapping[str, Sequence[str]], *, is_column: bool
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    refused: dict[str, list[str]] = {}
    for setting in settings_of(field, tab, is_column=is_column):
        try:
            values[setting.key] = setting.control.read(posted, f"{PREFIX}{setting.key}", dict(field))
        except SettingRefused as error:
            refused[f"{PREFIX}{setting.key}"] = [str(error)]
    if refused:
        raise EditRefused(refused)
    return values


def _refuse_wrong(form: Mapping[str, Any], address: str) -> None:
    """What the document cannot hold is told at the setting; problems of the whole form are told below the page."""
    name, _, column = address.partition(".")
    field = fields.field_at(form, name)
    try:
        FormDocument.load({"schema_version": form.get("schema_version", 1), "fields": [field]})
    except DocumentError as error:
        told: dict[str, list[str]] = {}
        for path, message in error.errors:
            rest = path.removeprefix("fields.0.").removeprefix("fields.0")
            rest = re.sub(r"^columns\.\d+\.", "", rest) if column else rest
            key = rest.partition(".")[0]
            told.setdefault(f"{PREFIX}{key}" if key else "", []).append(message)
        raise EditRefused(told) from error


def _named_anew(
    document: dict[str, Any], address: str, old: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """A field that is still called as the palette called it takes its name from its first own label."""
    label = values.get("label")
    table, _, column = address.rpartition(".")
    if not label or label == old["label"] or not _is_palette_name(old["type"], old["name"]):
        return document
    form = form_of(document)
    if table:
        name = free_name(label, {one["name"] for one in fields.field_at(form, table)["columns"]} - {column})
        return with_name(document, address, f"{table}.{name}")
    name = free_name(label, set(fields.names_of(form)) - {old["name"]})
    return document if name == old["name"] else with_name(document, old["name"], name)


def _is_palette_name(field_type: str, name: str) -> bool:
    stems = {name_from(item.label) for _, items in palette() for item in items if item.field.get("type") == field_type}
    return any(re.fullmatch(rf"{stem}(_\d+)?", name) for stem in stems)


def part_set(document: Document, params: Params) -> Edit:
    """Title and help of a section, width of a column, columns of a grid; without a part, title and text of the form."""
    form = form_of(document)
    if not text(params, "part"):
        made = {**form, "title": text(params, "title", most=200), "description": long_text(params, "description")}
        return edit_of("Change the form", document, with_form(document, made))
    path = chosen(form, params)
    nodes = layout.nodes_of(form)
    node = layout.node_at(nodes, path)
    if node["kind"] == "section":
        values: dict[str, Any] = {"title": text(params, "title", most=200), "help": long_text(params, "help")}
    elif node["kind"] in _SIZES:
        key, least, most = _SIZES[node["kind"]]
        values = {key: _size(params, key, least, most)}
    else:
        raise EditRefused("There is nothing to set of this part.")
    node |= values
    for key in [key for key, value in values.items() if value in ("", None)]:
        del node[key]
    return edit_of(
        f"Change {node.get('title') or node['kind']}", document, with_form(document, fields.with_layout(form, nodes))
    )


_SIZES: Final = {"column": ("width", 1, 12), "grid": ("columns", 2, 4)}


def _size(params: Params, key: str, least: int, most: int) -> int | None:
    value = text(params, key)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and least <= int(value[:4]) <= most):
        raise EditRefused({key: [f"Enter a number from {least} to {most}."]})
    return int(value)


def access_set(document: Document, params: Params) -> Edit:
    """`level` for every one of `fields` at every one of `steps`, or for `cells` as `field/step`; "*" are the other steps."""
    pairs = [(name, step) for name in texts(params, "fields") for step in texts(params, "steps")]
    pairs += [(name, step) for name, slash, step in (one.partition("/") for one in texts(params, "cells")) if slash]
    if not pairs:
        raise EditRefused("Choose fields and steps first.")
    level = _level(text(params, "level"))
    return _with_access(document, dict.fromkeys(pairs, level), f"{_WORDS[level]} {_counted(len(pairs))}")


def matrix_set(document: Document, params: Params) -> Edit:
    """A whole matrix: `cell.<field>/<step>` is a level."""
    wanted: dict[tuple[str, str], Access] = {}
    for key in params:
        name, slash, step = key.removeprefix(_CELL).partition("/")
        if key.startswith(_CELL) and slash:
            wanted[name, step] = _level(text(params, key))
    return _with_access(document, wanted, "Change who sees and fills what")


_WORDS: Final[Mapping[Access, str]] = {
    Access.HIDDEN: "Hide",
    Access.READ: "Let read",
    Access.WRITE: "Let write",
    Access.REQUIRED: "Require",
}


def _counted(count: int) -> str:
    return "a field at a step" if count == 1 else f"{count} cells of fields and steps"


def _level(value: str) -> Access:
    try:
        return Access(value)
    except ValueError:
        raise EditRefused({"level": ["Choose hidden, read, write or required."]}) from None


def _with_access(document: Document, wanted: Mapping[tuple[str, str], Access], label: str) -> Edit:
    form = form_of(document)
    steps = {step["key"] for step in document.get("graph", {}).get("steps", ())} | {ELSEWHERE}
    if unknown := sorted({step for _, step in wanted} - steps):
        raise EditRefused({"steps": [f"There is no step {unknown[0]} any more."]})
    try:
        return edit_of(label, document, with_form(document, set_access(form, wanted)))
    except NotWritable as error:
        raise EditRefused({"level": [str(error)]}) from error


EDITS: Final[Mapping[str, EditFunction]] = {
    name: guarded(function)
    for name, function in {
        "form.set": field_set,
        "form.part": part_set,
        "form.access": access_set,
        "form.matrix": matrix_set,
    }.items()
}
