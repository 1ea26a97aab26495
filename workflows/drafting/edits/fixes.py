"""What mends a problem of the lint without anybody having to choose: safe, small, and undone like every other edit."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from forms_builder.schema.editing.layout import names_in
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, Sketch, text, valid_place
from workflows.drafting.edits.clip import free_name
from workflows.drafting.edits.graph import STEPS, WAYS, without_ways
from workflows.drafting.operations import Change
from workflows.drafting.places import MAX_PLACE, of_dotted, parts_of
from workflows.graph.problems import Problem

Fixing = Callable[[Sketch, tuple[str, ...]], str]
"""Mends what is wrong at a place of the draft and says what it does; nothing changes where it cannot."""


def fix_of(document: Mapping[str, Any], code: str, place: str) -> tuple[str, tuple[Change, ...]] | None:
    """What mends the problem of that code at that place of the draft: words and changes. None where somebody must choose."""
    fixing = FIXES.get(code)
    if fixing is None:
        return None
    sketch = Sketch(document)
    words = fixing(sketch, parts_of(place))
    edit = sketch.edit(words)
    return (words, edit.changes) if edit.changes else None


def fix_label(document: Mapping[str, Any], problem: Problem) -> str:
    """What a button that mends the problem says; empty where there is none."""
    place = of_dotted(document, problem.place)
    found = fix_of(document, problem.code, place) if place.count("/") else None
    return found[0] if found else ""


def problem_fix(document: Document, params: Params) -> Edit:
    """`code`, `place`: mends that problem at that place of the draft."""
    place = text(params, "place", most=MAX_PLACE)
    valid_place(place)
    found = fix_of(document, text(params, "code"), place)
    if found is None:
        raise EditRefused("This is mended already, or somebody must choose what to do about it.")
    return Edit(found[0], found[1])


def _take_away(words: str) -> Fixing:
    """The part at the place goes."""

    def fixing(sketch: Sketch, parts: tuple[str, ...]) -> str:
        sketch.remove(*parts)
        return words

    return fixing


def _remove_way(sketch: Sketch, parts: tuple[str, ...]) -> str:
    if parts[:2] == WAYS and len(parts) > 2:
        without_ways(sketch, [parts[2]])
    return "Remove the way"


def _make_task(sketch: Sketch, parts: tuple[str, ...]) -> str:
    sketch.put("task", *parts[:3], "kind")
    return "Make it a task"


def _mark_return(sketch: Sketch, parts: tuple[str, ...]) -> str:
    sketch.put(True, *parts[:3], "return", default=False)
    return "Mark it as a way back"


def _own_limit(sketch: Sketch, parts: tuple[str, ...]) -> str:
    sketch.put("own", *parts[:3], "sla", "mode")
    return "Use the step's own time limit"


def _ask_owner(sketch: Sketch, parts: tuple[str, ...]) -> str:
    assignee = sketch.read(*parts[:3], "assignee")
    if isinstance(assignee, Mapping):
        chain = [*assignee.get("fallback", ()), "workflow_owner"]
        sketch.put(list(dict.fromkeys(chain)), *parts[:3], "assignee", "fallback")
    return "Ask the workflow's owner then"


def _once(sketch: Sketch, parts: tuple[str, ...]) -> str:
    found = sketch.read(*parts)
    if isinstance(found, list):
        sketch.put(list(dict.fromkeys(map(str, found))), *parts)
    return "Keep the first of them"


def _place_field(sketch: Sketch, parts: tuple[str, ...]) -> str:
    layout = sketch.read("form", "layout")
    placed = isinstance(layout, list) and any(parts[2] in names_in(node) for node in layout)
    if isinstance(layout, list) and parts[:2] == ("form", "fields") and not placed:
        sketch.put([*layout, {"kind": "field", "name": parts[2]}], "form", "layout")
    return "Place it at the end of the form"


def _rename_step(sketch: Sketch, parts: tuple[str, ...]) -> str:
    name = str(sketch.get(*parts[:3], "name", default=""))
    others = (str(one.get("name")).casefold() for one in sketch.items(*STEPS) if one.get("key") != parts[2])
    if name.casefold() in others:
        name = free_name(sketch, name)
        sketch.put(name, *parts[:3], "name")
    return f"Call it “{name}”"


FIXES: Final[Mapping[str, Fixing]] = {
    "several-starts": _make_task,
    "duplicate-step-name": _rename_step,
    "self-edge": _remove_way,
    "end-with-exit": _remove_way,
    "unknown-step": lambda sketch, parts: (
        _remove_way(sketch, parts) if parts[:2] == WAYS else _take_away("Remove the access of that step")(sketch, parts)
    ),
    "forward-circle": _mark_return,
    "return-not-back": _take_away("Take the return mark away"),
    "otherwise-unused": _take_away("Take the mark away"),
    "otherwise-condition": lambda sketch, parts: _take_away("Remove the condition")(sketch, (*parts[:3], "condition")),
    "end-assignee": _take_away("Remove the rule"),
    "start-assignee": _take_away("Remove the rule"),
    "gateway-assignee": _take_away("Remove the rule"),
    "auto-assignee": _take_away("Remove the rule"),
    "strategy-unused": _take_away("Remove the strategy"),
    "node-without-auto": _take_away("Remove the automatic work"),
    "no-fallback": _ask_owner,
    "duplicate-fallback": _once,
    "sla-without-task": _take_away("Remove the time limit"),
    "sla-unused": _own_limit,
    "sla-without-target": _take_away("Escalate to the manager"),
    "not-placed": _place_field,
}
EDITS: Final[Mapping[str, EditFunction]] = {"problem.fix": problem_fix}
