"""Copies of steps: duplicated in the draft, or carried to another place or workflow as a clip.

A clip is JSON data: `{"steps": [...], "transitions": [...], "access": {step: {field: level}}}`, the ways among its steps alone.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from forms_builder.schema.document import DocumentError
from workflows.drafting.edits.base import (
    Document,
    Edit,
    EditFunction,
    EditRefused,
    Params,
    Sketch,
    free_key,
    slug,
    texts,
)
from workflows.drafting.edits.graph import STEPS, WAYS, step_keys, step_of, way_keys
from workflows.drafting.places import MISSING
from workflows.graph.document import GraphDocument

SHIFT: Final = 40
"""How far a copy stands from what it was made of, in drawing units."""
MOST: Final = 100
LEVELS: Final = frozenset({"hidden", "read", "write", "required"})


def clip_of(document: Document, keys: Collection[str]) -> dict[str, Any]:
    """The steps of these keys as a clip, in the order of the document."""
    sketch = Sketch(document)
    fields = sketch.items("form", "fields")
    access = {
        key: {str(one["name"]): one["access"][key] for one in fields if key in (one.get("access") or {})}
        for key in keys
    }
    return {
        "steps": [step for step in sketch.items(*STEPS) if step.get("key") in keys],
        "transitions": [way for way in sketch.items(*WAYS) if way.get("from") in keys and way.get("to") in keys],
        "access": {key: levels for key, levels in access.items() if levels},
    }


def steps_duplicate(document: Document, params: Params) -> Edit:
    """`steps`: copies of them with the ways among them, beside them."""
    sketch = Sketch(document)
    keys = [str(step_of(sketch, key, "steps")["key"]) for key in texts(params, "steps")]
    if not keys:
        raise EditRefused({"steps": ["Choose a step."]})
    return _pasted(sketch, clip_of(document, keys), "Duplicate")


def steps_paste(document: Document, params: Params) -> Edit:
    """`clip`: an object as `clip_of` makes it, of this workflow or of another one."""
    clip = params.get("clip")
    if not isinstance(clip, Mapping) or not isinstance(clip.get("steps"), list) or not clip["steps"]:
        raise EditRefused({"clip": ["There is nothing to paste. Copy some steps first."]})
    if len(clip["steps"]) > MOST:
        raise EditRefused({"clip": [f"Copy at most {MOST} steps at once."]})
    graph = {"steps": clip["steps"], "transitions": clip.get("transitions", [])}
    try:
        GraphDocument.load({"schema_version": 1, **graph})
    except DocumentError as error:
        raise EditRefused({"clip": ["This was not copied from a workflow. Copy some steps first."]}) from error
    access = clip.get("access")
    return _pasted(Sketch(document), {**graph, "access": access if isinstance(access, Mapping) else {}}, "Paste")


def _pasted(sketch: Sketch, clip: Mapping[str, Any], verb: str) -> Edit:
    keys: dict[str, str] = {}
    for step in clip["steps"]:
        keys[str(step["key"])] = _paste_step(sketch, step)
    ways: dict[str, str] = {}
    for way in clip["transitions"]:
        if way["from"] in keys and way["to"] in keys:
            source, target = keys[way["from"]], keys[way["to"]]
            key = free_key(f"{source}_to_{target}", way_keys(sketch))
            sketch.put({**way, "key": key, "from": source, "to": target}, *WAYS, key)
            ways[str(way["key"])] = key
    for old, new in keys.items():
        _retie(sketch, new, keys, ways)
        _give_access(sketch, new, clip["access"].get(old))
    names = [str(sketch.get(*STEPS, key, "name")) for key in keys.values()]
    return sketch.edit(f"{verb} “{names[0]}”" if len(names) == 1 else f"{verb} {len(names)} steps")


def _paste_step(sketch: Sketch, step: Mapping[str, Any]) -> str:
    """A copy under a name and a key of its own; a second start is a task."""
    name = free_name(sketch, str(step["name"]))
    key = free_key(slug(name, "step"), step_keys(sketch))
    made = {**step, "key": key, "name": name}
    if made["kind"] == "start" and any(one.get("kind") == "start" for one in sketch.items(*STEPS)):
        made["kind"] = "task"
    position = made.get("position")
    if isinstance(position, Mapping):
        made["position"] = {axis: position[axis] + SHIFT for axis in ("x", "y")}
    sketch.put(made, *STEPS, key)
    return key


def free_name(sketch: Sketch, name: str) -> str:
    """The name, or with a number behind it where a step has it."""
    taken = {str(step.get("name", "")).lower() for step in sketch.items(*STEPS)}
    number, found = 2, name
    while found.lower() in taken:
        found, number = f"{name[:110]} {number}", number + 1
    return found


def _retie(sketch: Sketch, key: str, keys: Mapping[str, str], ways: Mapping[str, str]) -> None:
    """What the copy says of ways and steps is said of their copies; what was not copied along is left out."""
    own = (*STEPS, key)
    approval = sketch.get(*own, "approval")
    if isinstance(approval, dict):
        ends = {name: ways.get(str(approval.get(name))) for name in ("approve", "reject")}
        sketch.put(MISSING if None in ends.values() else {**approval, **ends}, *own, "approval")
    join, node = sketch.get(*own, "join"), sketch.get(*own, "node")
    if isinstance(join, dict) and join.get("ways"):
        left = [ways[one] for one in join["ways"] if one in ways]
        sketch.put(left, *own, "join", "ways", default=[])
    if isinstance(node, dict) and node.get("on_failure"):
        sketch.put(ways.get(str(node["on_failure"]), ""), *own, "node", "on_failure", default="")
    there = set(step_keys(sketch))
    named = sketch.get(*own, "assignee", "separation", "not_same_as") if sketch.get(*own, "assignee") else None
    if isinstance(named, list):
        kept = [found for one in named if (found := keys.get(one, one)) in there]
        sketch.put(kept, *own, "assignee", "separation", "not_same_as", default=[])


def _give_access(sketch: Sketch, key: str, levels: Any) -> None:
    """The copy reads and writes the fields that there are as the step that it was made of."""
    if not isinstance(levels, Mapping):
        return
    for name, level in levels.items():
        if level in LEVELS and isinstance(sketch.get("form", "fields", str(name)), dict):
            sketch.put(level, "form", "fields", str(name), "access", key)


EDITS: Final[Mapping[str, EditFunction]] = {"steps.duplicate": steps_duplicate, "steps.paste": steps_paste}
