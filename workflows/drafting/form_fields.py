"""What a draft says about the fields of its form outside of the form: in its graph and in its cases.

Rules name a field as `record.total` or `input.total`, texts of automatic steps as `{{ record.total }}`, and a few places
name it alone: what an answer is saved to, what a step fills in or reads, the answers of a case.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from forms_builder.schema.editing.rules import about, ids_in, name_in, renaming, with_ids, without_ids
from forms_builder.schema.editing.texts import with_names
from workflows.graph.contexts import PERSON
from workflows.nodes.registry import KINDS

Draft = Mapping[str, Any]
Raw = dict[str, Any]
ROOTS: Final = ("record", "input")
TEXT_ROOTS: Final = ("record", "shown")
_REQUESTER: Final = frozenset(f"record.requester.{name}" for name in PERSON)
"""Ids that look like those of a field called `requester`."""


def renamed(document: Draft, names: Mapping[str, str]) -> dict[str, Any]:
    """The draft with other names of fields in its graph and its cases. The form is left as it is."""
    graph = dict(document.get("graph", {}))
    other = renaming(names, ROOTS)

    def spared(field_id: str) -> str:
        return field_id if field_id in _REQUESTER else other(field_id)

    if "steps" in graph:
        graph["steps"] = [_step_renamed(step, spared, names) for step in graph["steps"]]
    if "transitions" in graph:
        graph["transitions"] = [_with_rules(way, spared) for way in graph["transitions"]]
    cases = [_case_renamed(case, names) for case in document.get("cases", ())]
    return {**document, "graph": graph} | ({"cases": cases} if "cases" in document else {})


def _step_renamed(step: Raw, other: Callable[[str], str], names: Mapping[str, str]) -> Raw:
    made = {key: value if key == "node" else _with_rules(value, other) for key, value in step.items()}
    if isinstance(made.get("node"), dict):
        made["node"] = _node_renamed(made["node"], names)
    return made


def _with_rules(value: Any, other: Callable[[str], str]) -> Any:
    """Whatever holds rules, with other ids in them."""
    if isinstance(value, Mapping):
        if "op" in value and "field" in value:
            return with_ids(value, other)
        return {key: _with_rules(one, other) for key, one in value.items()}
    return [_with_rules(one, other) for one in value] if isinstance(value, list) else value


def _node_renamed(node: Raw, names: Mapping[str, str]) -> Raw:
    params = _texts_renamed(_named_fields(node, names), names)
    made = {**node, "params": params} if "params" in node else dict(node)
    if "save" in made:
        made["save"] = {names.get(name, name): path for name, path in made["save"].items()}
    if "notices" in made:
        made["notices"] = _texts_renamed(made["notices"], names)
    return made


def _named_fields(node: Raw, names: Mapping[str, str]) -> Raw:
    """The settings of the step where they name fields alone, as its kind says."""
    params: Raw = dict(node.get("params", {}))
    for place, name in _places(node):
        if name not in names:
            continue
        holder, last = _holder(params, place)
        if holder is None:
            continue
        if holder.get(last) == name:
            holder[last] = names[name]
        elif last == name:
            kept = [(names[name] if key == name else key, value) for key, value in holder.items()]
            holder.clear()
            holder.update(kept)
    return params


def _places(node: Raw) -> Iterator[tuple[str, str]]:
    kind = KINDS.get(str(node.get("kind")))
    if kind is None:
        return
    try:
        read = kind.params.model_validate(node.get("params", {}))
    except ValidationError:
        return
    yield from kind.files(read)
    yield from kind.writes(read)


def _holder(params: Raw, place: str) -> tuple[Raw | None, str]:
    """The object in which the last part of a dotted place stands, copied on the way to it."""
    *above, last = place.split(".")
    holder = params
    for part in above:
        inner = holder.get(part)
        if not isinstance(inner, dict):
            return None, last
        holder[part] = dict(inner)
        holder = holder[part]
    return holder, last


def _texts_renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return with_names(value, names, TEXT_ROOTS)
    if isinstance(value, Mapping):
        # The description of an API is no text of ours.
        return {
            key: one if key == "document" and isinstance(one, Mapping) else _texts_renamed(one, names)
            for key, one in value.items()
        }
    return [_texts_renamed(one, names) for one in value] if isinstance(value, list) else value


def _case_renamed(case: Raw, names: Mapping[str, str]) -> Raw:
    made = dict(case)
    if "acts" in made:
        made["acts"] = [_act_renamed(act, names) for act in made["acts"]]
    expect = made.get("expect")
    if isinstance(expect, dict) and "values" in expect:
        made["expect"] = {**expect, "values": _answers_renamed(expect["values"], names)}
    return made


def _act_renamed(act: Raw, names: Mapping[str, str]) -> Raw:
    made = dict(act)
    if "data" in made:
        made["data"] = _answers_renamed(made["data"], names)
    head, dot, rest = str(made.get("refused", "")).partition(".")
    if head == "data":
        made["refused"] = f"{head}{dot}{_place_renamed(rest, names)}"
    return made


def _place_renamed(place: str, names: Mapping[str, str]) -> str:
    """A place of an answer: `<field>`, `<table>.<row>.<column>`."""
    name, *rest = place.split(".")
    return ".".join([names.get(name, name), *(names.get(f"{name}.{one}", one).rpartition(".")[2] for one in rest)])


def _answers_renamed(answers: Mapping[str, Any], names: Mapping[str, str]) -> Raw:
    return {names.get(key, key): _rows_renamed(key, one, names) for key, one in answers.items()}


def _rows_renamed(table: str, answer: Any, names: Mapping[str, str]) -> Any:
    """The rows of a table with other names of its columns; whatever else was answered stays."""
    others = {old.partition(".")[2]: new.partition(".")[2] for old, new in names.items() if old.startswith(f"{table}.")}
    if not others or not isinstance(answer, list):
        return answer
    return [{others.get(key, key): one for key, one in row.items()} if isinstance(row, dict) else row for row in answer]


def readers(document: Draft, gone: frozenset[str]) -> list[str]:
    """Where the graph speaks about these fields, in words for a person: steps and ways."""
    graph = document.get("graph", {})
    steps = {step["key"]: step.get("name", step["key"]) for step in graph.get("steps", ())}
    others = {name: f"{name}_" for name in gone}
    found = [
        f"Step “{steps[step['key']]}”"
        for step in graph.get("steps", ())
        if _speaks(step, gone) or _says(step.get("node"), others) or _alone(step.get("node"), gone)
    ]
    return found + [
        f"Way from “{steps.get(way['from'], way['from'])}” to “{steps.get(way['to'], way['to'])}”"
        for way in graph.get("transitions", ())
        if _speaks(way, gone)
    ]


def _says(node: Any, others: Mapping[str, str]) -> bool:
    """Whether a text of the step would read otherwise with these names."""
    return bool(others) and _texts_renamed(node, others) != node


def _alone(node: Any, gone: frozenset[str]) -> bool:
    if not isinstance(node, dict):
        return False
    return any(name in gone for name in node.get("save", ())) or any(name in gone for _, name in _places(node))


def _speaks(holder: Raw, gone: frozenset[str]) -> bool:
    return any(
        name_in(one, root) in gone
        for key, value in holder.items()
        if key != "node"
        for one in ids_in(value)
        if one not in _REQUESTER
        for root in ROOTS
    )


def without(document: Draft, gone: frozenset[str], *, rules: bool) -> dict[str, Any]:
    """The draft whose cases give no answers to these fields; with `rules` also without conditions of ways about them."""
    made = dict(document)
    if "cases" in made:
        made["cases"] = [_case_without(case, gone) for case in made["cases"]]
    graph = made.get("graph", {})
    if rules and "transitions" in graph:
        made["graph"] = {**graph, "transitions": [_way_without(way, gone) for way in graph["transitions"]]}
    return made


def _way_without(way: Raw, gone: frozenset[str]) -> Raw:
    if not isinstance(way.get("condition"), dict):
        return way
    left = without_ids(way["condition"], about(gone, ROOTS))
    rest = {key: value for key, value in way.items() if key != "condition"}
    return rest if left is None else {**rest, "condition": left}


def _case_without(case: Raw, gone: frozenset[str]) -> Raw:
    made = dict(case)
    if "acts" in made:
        made["acts"] = [_answers_without(act, "data", gone) for act in made["acts"]]
    if isinstance(made.get("expect"), dict):
        made["expect"] = _answers_without(made["expect"], "values", gone)
    return made


def _answers_without(holder: Raw, key: str, gone: frozenset[str]) -> Raw:
    if not holder.get(key):
        return holder
    return {**holder, key: {name: value for name, value in holder[key].items() if name not in gone}}
