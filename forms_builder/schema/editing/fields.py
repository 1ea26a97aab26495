"""Changes of the fields of a form as it stands in a draft: each answers a new form, and nothing else is touched.

What refers to a field goes with it: its place in the layout, the rules, comparisons and own settings of other fields, such as
formulas, and, for a copied section, what the copies say about each other.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from forms_builder.schema.component import component_named
from forms_builder.schema.conditions import ROOT
from forms_builder.schema.document import MAX_FIELDS
from forms_builder.schema.editing import layout
from forms_builder.schema.editing.layout import Node, NoSuchMove, Path
from forms_builder.schema.editing.names import free_name
from forms_builder.schema.editing.rules import about, ids_in, name_in, renaming, with_ids, without_ids

Form = dict[str, Any]
RawField = dict[str, Any]
FORM_ROOTS: Final = (ROOT,)


class NoSuchField(ValueError):
    """The form has no field of that name any more."""


def names_of(form: Mapping[str, Any]) -> list[str]:
    return [field["name"] for field in form.get("fields", ())]


def field_at(form: Mapping[str, Any], address: str) -> RawField:
    """A field by its name, or a column of a table by `table.column`. Raises NoSuchField."""
    name, _, column = address.partition(".")
    field = _named(form.get("fields", ()), name)
    return _named(field.get("columns", ()), column) if column else field


def _named(fields: Sequence[RawField], name: str) -> RawField:
    for field in fields:
        if field["name"] == name:
            return field
    raise NoSuchField(f"There is no field {name} any more.")


def add(form: Mapping[str, Any], field: RawField, after: Path | None = None) -> Form:
    """With a new field behind the part at `after`, or at its end where that is a container."""
    return add_at(form, field, *_place_after(form, after))


def add_at(form: Mapping[str, Any], field: RawField, parent: Path, index: int) -> Form:
    """With a new field at a position in a container. Raises NoSuchMove."""
    _refuse_many(form, 1)
    nodes, _ = layout.insert(layout.nodes_of(form), parent, index, {"kind": "field", "name": field["name"]})
    at_end = not form.get("layout") and not parent and index >= len(form.get("fields", ()))
    made = {**form, "fields": [*form.get("fields", ()), field]}
    return made if at_end else {**made, "layout": nodes}


def _place_after(form: Mapping[str, Any], after: Path | None) -> tuple[Path, int]:
    nodes = layout.nodes_of(form)
    if after is None:
        return (), len(nodes)
    node = layout.node_at(nodes, after)
    if layout.is_field(node):
        return after[:-1], after[-1] + 1
    return after, len(node.get("children", ()))


def _refuse_many(form: Mapping[str, Any], more: int) -> None:
    if len(form.get("fields", ())) + more > MAX_FIELDS:
        raise NoSuchMove(f"A form has at most {MAX_FIELDS} fields.")


def with_layout(form: Mapping[str, Any], nodes: Sequence[Node]) -> Form:
    return {**form, "layout": list(nodes)}


def duplicate(form: Mapping[str, Any], path: Path) -> tuple[Form, Path]:
    """With a copy of the part behind it: of a field, or of a container with copies of all its fields."""
    nodes = layout.nodes_of(form)
    node = layout.node_at(nodes, path)
    copied = layout.names_in(node)
    _refuse_many(form, len(copied))
    taken = set(names_of(form))
    names: dict[str, str] = {}
    for name in copied:
        names[name] = free_name(f"{name}_copy", taken)
        taken.add(names[name])
    alone = layout.is_field(node)
    copies = [_copy(field_at(form, name), names, relabel=alone) for name in copied]
    [twin] = layout.renamed([node], names)
    made, where = layout.insert(nodes, path[:-1], path[-1] + 1, twin)
    return {**form, "fields": [*form.get("fields", ()), *copies], "layout": made}, where


def _copy(field: RawField, names: Mapping[str, str], *, relabel: bool) -> RawField:
    made = _with_names(deepcopy(field), names)
    made["name"] = names[field["name"]]
    if relabel:
        made["label"] = f"{field['label'][:190]} (copy)"
    return made


def rename(form: Mapping[str, Any], old: str, new: str) -> Form:
    """With another name for a field, or for a column by `table.column` both times, everywhere in the form. Raises NoSuchField."""
    field_at(form, old)
    names = {old: new}
    fields = [_called(_with_names(field, names), names) for field in form["fields"]]
    made = {**form, "fields": fields}
    return {**made, "layout": layout.renamed(form["layout"], names)} if form.get("layout") else made


def _called(field: RawField, names: Mapping[str, str]) -> RawField:
    """The field with its own other name, and those of its columns."""
    name = field["name"]
    made = {**field, "name": names.get(name, name)}
    if "columns" in field:
        others = [names.get(f"{name}.{one['name']}", one["name"]).rpartition(".")[2] for one in field["columns"]]
        made["columns"] = [{**one, "name": other} for one, other in zip(field["columns"], others, strict=True)]
    return made


def _with_names(field: RawField, names: Mapping[str, str]) -> RawField:
    """The field with what it says about the renamed ones; its own name stays."""
    other = renaming(names, FORM_ROOTS)
    component = component_named(field.get("type"))
    made = dict(field) if component is None else component.renamed(field, names)
    if "visible_when" in made:
        made["visible_when"] = with_ids(made["visible_when"], other)
    if "rules" in made:
        made["rules"] = [{**item, "rule": with_ids(item.get("rule"), other)} for item in made["rules"]]
    if "checks" in made:
        made["checks"] = [{**item, "field": names.get(item["field"], item["field"])} for item in made["checks"]]
    return made


def remove(form: Mapping[str, Any], path: Path, *, rules: bool = False) -> Form:
    """Without the part and the fields in it, and without the comparisons with them. With `rules` also without the
    conditions that speak about them; else these stay and are told as problems."""
    nodes, node = layout.remove(layout.nodes_of(form), path)
    gone = frozenset(layout.names_in(node))
    fields = [_without(field, gone, rules=rules) for field in form.get("fields", ()) if field["name"] not in gone]
    return {**form, "fields": fields, "layout": nodes}


def _without(field: RawField, gone: frozenset[str], *, rules: bool) -> RawField:
    made = dict(field)
    if "checks" in made:
        made["checks"] = [item for item in made["checks"] if item["field"] not in gone]
    if not rules:
        return made
    is_gone = about(gone, FORM_ROOTS)
    if isinstance(made.get("visible_when"), dict):
        left = without_ids(made["visible_when"], is_gone)
        made = {key: value for key, value in made.items() if key != "visible_when"}
        made |= {"visible_when": left} if left is not None else {}
    if "rules" in made:
        kept = [(item, without_ids(item["rule"], is_gone)) for item in made["rules"]]
        made["rules"] = [{**item, "rule": rule} for item, rule in kept if rule is not None]
    return made


def readers(form: Mapping[str, Any], names: Collection[str]) -> list[tuple[str, str]]:
    """The other fields that speak about these: (name, "visible_when" | "rules" | "checks" | "settings")."""
    others = {name: f"{name}_" for name in names}
    found: list[tuple[str, str]] = []
    for field in form.get("fields", ()):
        if field["name"] in names:
            continue
        found += [
            (field["name"], key)
            for key in ("visible_when", "rules")
            if any(name_in(one, ROOT) in names for one in ids_in(field.get(key)))
        ]
        if any(item["field"] in names for item in field.get("checks", ())):
            found.append((field["name"], "checks"))
        component = component_named(field.get("type"))
        if component is not None and component.renamed(field, others) != field:
            found.append((field["name"], "settings"))
    return found


def change(form: Mapping[str, Any], address: str, values: Mapping[str, Any]) -> Form:
    """With other settings of a field or a column; None takes one back to its default. Raises NoSuchField."""
    name, _, column = address.partition(".")
    field = field_at(form, name)
    if column:
        columns = [_changed(one, values) if one["name"] == column else one for one in field.get("columns", ())]
        field_at(form, address)
        made = {**field, "columns": columns}
    else:
        made = _changed(field, values)
    return with_field(form, name, made)


def _changed(field: RawField, values: Mapping[str, Any]) -> RawField:
    merged = {**field, **values}
    return {key: value for key, value in merged.items() if value is not None}


def with_field(form: Mapping[str, Any], name: str, field: RawField) -> Form:
    """With this in the place of the field of that name."""
    return {**form, "fields": [field if one["name"] == name else one for one in form["fields"]]}
