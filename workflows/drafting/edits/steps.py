"""Edits of steps. Parameters are texts, as forms send them; the browser's builders take the same."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.drafting.edits.base import (
    Document,
    Edit,
    EditFunction,
    EditRefused,
    Params,
    Sketch,
    flag,
    free_key,
    long_text,
    slug,
    text,
    texts,
)
from workflows.drafting.edits.graph import (
    KINDS,
    STEPS,
    WAYS,
    leads_back,
    name_of,
    step_keys,
    step_of,
    way_keys,
    way_of,
    without_steps,
)
from workflows.drafting.places import MISSING, ORDER

FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "outcome": ("end",),
    "join": ("join",),
    "node": ("auto",),
    "approval": ("task",),
    "assignee": ("task",),
    "sla": ("task",),
    "timeout": ("task",),
}
"""Parts of a step that only some kinds have."""
NAME_IT: Final = "Give the step a name."


def step_add(document: Document, params: Params) -> Edit:
    """`name`, `kind`; `after`: the step that it stands behind in the outline; `from`: the step that a way leads from;
    `x`, `y`: where it is put on the canvas."""
    sketch = Sketch(document)
    name, kind = text(params, "name", required=NAME_IT), _kind(params)
    after, source = text(params, "after"), text(params, "from")
    rows = step_keys(sketch)
    index = rows.index(after) + 1 if after in rows else None
    key = _new_step(sketch, name, kind, index, _position(params))
    if source:
        _connect(sketch, step_of(sketch, source, "from")["key"], key)
    return sketch.edit(f"Add “{name}”")


def step_insert(document: Document, params: Params) -> Edit:
    """A step on the way `transition`: the way leads to it, and it leads on to where the way led. `name`, `kind`, `x`, `y`."""
    sketch = Sketch(document)
    name, kind = text(params, "name", required=NAME_IT), _kind(params)
    way = way_of(sketch, text(params, "transition"))
    target = str(way["to"])
    if kind in ("start", "end"):
        raise EditRefused({"kind": ["Nothing can lead through a start or an end. Choose another kind."]})
    rows = step_keys(sketch)
    index = rows.index(str(way["from"])) + 1 if way["from"] in rows else None
    key = _new_step(sketch, name, kind, index, _position(params))
    sketch.put(key, *WAYS, str(way["key"]), "to")
    _connect(sketch, key, target, way_keys(sketch).index(str(way["key"])) + 1)
    return sketch.edit(f"Insert “{name}”")


def step_rename(document: Document, params: Params) -> Edit:
    """`step`, `name`."""
    sketch = Sketch(document)
    step, name = step_of(sketch, text(params, "step")), text(params, "name", required=NAME_IT)
    sketch.put(name, *STEPS, str(step["key"]), "name")
    return sketch.edit(f"Rename “{step.get('name')}” to “{name}”")


def step_describe(document: Document, params: Params) -> Edit:
    """`step`, `description`: what whoever stands there reads."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    sketch.put(long_text(params, "description"), *STEPS, str(step["key"]), "description", default="")
    return sketch.edit(f"Describe “{step.get('name')}”")


def step_outcome(document: Document, params: Params) -> Edit:
    """`step`, an end; `outcome`: how a request ends there, its name where empty."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    if step.get("kind") != "end":
        raise EditRefused({"step": ["Only an end has an outcome."]})
    sketch.put(text(params, "outcome"), *STEPS, str(step["key"]), "outcome", default="")
    return sketch.edit(f"Outcome of “{step.get('name')}”")


def step_kind(document: Document, params: Params) -> Edit:
    """`step`, `kind`; what the new kind cannot have goes."""
    sketch = Sketch(document)
    step, kind = step_of(sketch, text(params, "step")), _kind(params)
    _become(sketch, step, kind)
    return sketch.edit(f"Make “{step.get('name')}” {KIND_WORDS[kind]}")


def step_set(document: Document, params: Params) -> Edit:
    """`step`, and what is sent of `name`, `kind`, `outcome` (of an end) and `description`, all at once."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    own = (*STEPS, str(step["key"]))
    if "name" in params:
        sketch.put(text(params, "name", required=NAME_IT), *own, "name")
    if "kind" in params:
        _become(sketch, step, _kind(params))
    if "outcome" in params and sketch.get(*own, "kind") == "end":
        sketch.put(text(params, "outcome"), *own, "outcome", default="")
    if "description" in params:
        sketch.put(long_text(params, "description"), *own, "description", default="")
    return sketch.edit(f"Change “{sketch.get(*own, 'name')}”")


def steps_remove(document: Document, params: Params) -> Edit:
    """`steps`; with `close` what led to a step leads on to where its one way forward led."""
    sketch = Sketch(document)
    keys = [str(step_of(sketch, key, "steps")["key"]) for key in texts(params, "steps")]
    if not keys:
        raise EditRefused({"steps": ["Choose a step."]})
    label = f"Remove “{name_of(sketch, keys[0])}”" if len(keys) == 1 else f"Remove {len(keys)} steps"
    if flag(params, "close"):
        for key in keys:
            _close(sketch, key)
    without_steps(sketch, keys)
    return sketch.edit(label)


def step_move(document: Document, params: Params) -> Edit:
    """`step`; `to`: up, down, first, last, or the key of the step that it comes to stand before."""
    sketch = Sketch(document)
    step, rows = step_of(sketch, text(params, "step")), step_keys(sketch)
    moved = reordered(rows, str(step["key"]), text(params, "to"))
    sketch.put(moved, *STEPS, ORDER)
    return sketch.edit(f"Move “{step.get('name')}”")


def steps_place(document: Document, params: Params) -> Edit:
    """`positions`: objects with `step`, `x`, `y`; one without x and y gives the step back to the automatic layout."""
    sketch = Sketch(document)
    wanted = params.get("positions")
    if not isinstance(wanted, list) or not wanted:
        raise EditRefused({"positions": ["Send the positions."]})
    for one in wanted:
        step = step_of(sketch, str(one.get("step", "")) if isinstance(one, dict) else "", "positions")
        sketch.put(_position(one) or MISSING, *STEPS, str(step["key"]), "position")
    name = name_of(sketch, str(wanted[0].get("step")))
    return sketch.edit(f"Place “{name}”" if len(wanted) == 1 else f"Place {len(wanted)} steps")


def reordered(keys: list[str], key: str, to: str) -> list[str]:
    """The keys with one of them moved. Raises EditRefused."""
    rest = [one for one in keys if one != key]
    row = keys.index(key)
    rows = {"up": max(row - 1, 0), "down": min(row + 1, len(rest)), "first": 0, "last": len(rest)}
    if to not in rows and to not in rest:
        raise EditRefused({"to": ["Choose where it is to stand."]})
    at = rows[to] if to in rows else rest.index(to)
    return [*rest[:at], key, *rest[at:]]


KIND_WORDS: Final[Mapping[str, str]] = {
    "start": "the start",
    "task": "a task",
    "auto": "an automatic step",
    "fork": "a fork",
    "join": "a join",
    "noop": "a passage",
    "end": "an end",
}


def _kind(params: Params) -> str:
    kind = text(params, "kind") or "task"
    if kind not in KINDS:
        raise EditRefused({"kind": ["Choose a kind of step."]})
    return kind


def _become(sketch: Sketch, step: Mapping[str, Any], kind: str) -> None:
    own = (*STEPS, str(step["key"]))
    sketch.put(kind, *own, "kind")
    for part, kinds in FITTING.items():
        if kind not in kinds and part in step:
            sketch.remove(*own, part)


def _new_step(sketch: Sketch, name: str, kind: str, index: int | None, position: dict[str, float] | None) -> str:
    key = free_key(slug(name, "step"), step_keys(sketch))
    step: dict[str, Any] = {"key": key, "name": name, "kind": kind}
    if position is not None:
        step["position"] = position
    sketch.put(step, *STEPS, key, index=index)
    return key


def _connect(sketch: Sketch, source: str, target: str, index: int | None = None) -> None:
    if sketch.get(*STEPS, source, "kind") == "end":
        raise EditRefused({"from": ["A request is over at an end. Choose another step."]})
    way: dict[str, Any] = {"key": free_key(f"{source}_to_{target}", way_keys(sketch)), "from": source, "to": target}
    if leads_back(sketch, source, target):
        way["return"] = True
    sketch.put(way, *WAYS, way["key"], index=index)


def _close(sketch: Sketch, key: str) -> None:
    """Lead the ways to the step on to where its one way forward leads; else nothing is closed."""
    onward = [way for way in sketch.items(*WAYS) if way.get("from") == key and not way.get("return")]
    if len(onward) != 1:
        return
    target = str(onward[0].get("to"))
    there = {way.get("from") for way in sketch.items(*WAYS) if way.get("to") == target}
    for way in sketch.items(*WAYS):
        source = way.get("from")
        if way.get("to") == key and not way.get("return") and source != target and source not in there:
            sketch.put(target, *WAYS, str(way["key"]), "to")


def _position(params: Params) -> dict[str, float] | None:
    """Centre of a step in whole drawing units; None where there is none."""
    found = {}
    for axis in ("x", "y"):
        value = params.get(axis)
        if value is None or value == "":
            return None
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise EditRefused({axis: ["Send a number."]}) from None
        if isinstance(value, bool) or not -1_000_000 <= number <= 1_000_000:
            raise EditRefused({axis: ["Send a number within the canvas."]})
        found[axis] = int(number + 1_000_000.5) - 1_000_000
    return dict(found)


EDITS: Final[Mapping[str, EditFunction]] = {
    "step.add": step_add,
    "step.insert": step_insert,
    "step.rename": step_rename,
    "step.describe": step_describe,
    "step.outcome": step_outcome,
    "step.kind": step_kind,
    "step.set": step_set,
    "step.move": step_move,
    "steps.remove": steps_remove,
    "steps.place": steps_place,
}
