"""Edits of the ways between steps."""

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
    text,
)
from workflows.drafting.edits.graph import (
    STEPS,
    WAYS,
    leads_back,
    name_of,
    step_of,
    way_keys,
    way_name,
    way_of,
    without_ways,
)
from workflows.drafting.edits.steps import reordered
from workflows.drafting.places import ORDER


def transition_add(document: Document, params: Params) -> Edit:
    """`from`, `to`, `name` (that of the target where empty); a way that closes a circle is marked as a way back."""
    sketch = Sketch(document)
    source = step_of(sketch, text(params, "from"), "from")
    target = step_of(sketch, text(params, "to"), "to")
    name = text(params, "name")
    start, end = str(source["key"]), str(target["key"])
    _refuse_ends(sketch, start, end)
    _refuse_twice(sketch, start, end, name)
    way: dict[str, Any] = {"key": free_key(f"{start}_to_{end}", way_keys(sketch)), "from": start, "to": end}
    if name:
        way["name"] = name
    if leads_back(sketch, start, end):
        way["return"] = True
    sketch.put(way, *WAYS, way["key"])
    return sketch.edit(f"Connect “{source.get('name')}” to “{target.get('name')}”")


def transition_rename(document: Document, params: Params) -> Edit:
    """`transition`, `name`: empty for the name of the step that it leads to."""
    sketch = Sketch(document)
    way = way_of(sketch, text(params, "transition"))
    sketch.put(text(params, "name"), *WAYS, str(way["key"]), "name", default="")
    return sketch.edit(f"Rename the way “{way_name(sketch, way)}”")


def transition_lead(document: Document, params: Params) -> Edit:
    """`transition`; `from` and `to`, each as it was where empty. Whether it leads back is found out again."""
    sketch = Sketch(document)
    way = way_of(sketch, text(params, "transition"))
    _lead(sketch, way, params)
    now = way_of(sketch, str(way["key"]))
    return sketch.edit(f"Lead a way from “{name_of(sketch, now['from'])}” to “{name_of(sketch, now['to'])}”")


def transition_set(document: Document, params: Params) -> Edit:
    """`transition`, and what is sent of `name`, `from`, `to`; with `marks` also `return` (unless it is led elsewhere),
    `otherwise` and `reason_required`, where a box that is not ticked is not sent."""
    sketch = Sketch(document)
    way = way_of(sketch, text(params, "transition"))
    own = (*WAYS, str(way["key"]))
    if "name" in params:
        sketch.put(text(params, "name"), *own, "name", default="")
    if not _lead(sketch, way_of(sketch, own[-1]), params):
        now = way_of(sketch, own[-1])
        if now != way:
            _refuse_twice(sketch, str(now["from"]), str(now["to"]), str(now.get("name", "")), besides=own[-1])
        if flag(params, "marks"):
            sketch.put(flag(params, "return"), *own, "return", default=False)
    if flag(params, "marks"):
        _only_otherwise(sketch, way, flag(params, "otherwise"))
        sketch.put(flag(params, "otherwise"), *own, "otherwise", default=False)
        sketch.put(flag(params, "reason_required"), *own, "reason_required", default=False)
    return sketch.edit(f"Change the way “{way_name(sketch, way_of(sketch, own[-1]))}”")


def transition_return(document: Document, params: Params) -> Edit:
    """`transition`; `return`: whether it is a way back."""
    return _mark(Sketch(document), params, "return", "a way back")


def transition_otherwise(document: Document, params: Params) -> Edit:
    """`transition`; `otherwise`: whether it is gone where no other way is. The mark is taken from its neighbours."""
    sketch = Sketch(document)
    way = way_of(sketch, text(params, "transition"))
    _only_otherwise(sketch, way, flag(params, "otherwise"))
    return _mark(sketch, params, "otherwise", "the way otherwise")


def transition_reason(document: Document, params: Params) -> Edit:
    """`transition`; `reason_required`: whether whoever goes it must say why."""
    return _mark(Sketch(document), params, "reason_required", "a way that needs a reason")


def transition_move(document: Document, params: Params) -> Edit:
    """`transition`; `to`: up, down, first, last among the ways out of its step."""
    sketch = Sketch(document)
    way = way_of(sketch, text(params, "transition"))
    own = [str(one["key"]) for one in sketch.items(*WAYS) if one.get("from") == way["from"]]
    moved = iter(reordered(own, str(way["key"]), text(params, "to")))
    sketch.put([next(moved) if key in own else key for key in way_keys(sketch)], *WAYS, ORDER)
    return sketch.edit(f"Move the way “{way_name(sketch, way)}”")


def transition_remove(document: Document, params: Params) -> Edit:
    """`transition`."""
    sketch = Sketch(document)
    way = way_of(sketch, text(params, "transition"))
    label = f"Remove the way from “{name_of(sketch, str(way['from']))}” to “{name_of(sketch, str(way['to']))}”"
    without_ways(sketch, [str(way["key"])])
    return sketch.edit(label)


def _lead(sketch: Sketch, way: Mapping[str, Any], params: Params) -> bool:
    """Lead the way as `from` and `to` say; whether that is elsewhere."""
    key = str(way["key"])
    source = str(step_of(sketch, text(params, "from") or str(way["from"]), "from")["key"])
    target = str(step_of(sketch, text(params, "to") or str(way["to"]), "to")["key"])
    if (source, target) == (way["from"], way["to"]):
        return False
    _refuse_ends(sketch, source, target)
    _refuse_twice(sketch, source, target, str(way.get("name", "")), besides=key)
    sketch.put(source, *WAYS, key, "from")
    sketch.put(target, *WAYS, key, "to")
    others = Sketch(sketch.document)
    others.remove(*WAYS, key)
    sketch.put(leads_back(others, source, target), *WAYS, key, "return", default=False)
    return True


def _only_otherwise(sketch: Sketch, way: Mapping[str, Any], is_set: bool) -> None:
    """Of the ways out of a step one at most is the way otherwise."""
    for other in sketch.items(*WAYS) if is_set else []:
        if other.get("from") == way["from"] and other["key"] != way["key"]:
            sketch.put(False, *WAYS, str(other["key"]), "otherwise", default=False)


def _mark(sketch: Sketch, params: Params, name: str, words: str) -> Edit:
    way = way_of(sketch, text(params, "transition"))
    is_set = flag(params, name)
    sketch.put(is_set, *WAYS, str(way["key"]), name, default=False)
    return sketch.edit(f"“{way_name(sketch, way)}” is {'' if is_set else 'no longer '}{words}")


def _refuse_ends(sketch: Sketch, source: str, target: str) -> None:
    if source == target:
        raise EditRefused({"to": ["A step cannot lead to itself. Choose another step."]})
    if sketch.get(*STEPS, source, "kind") == "end":
        raise EditRefused({"from": ["A request is over at an end. Choose another step."]})


def _refuse_twice(sketch: Sketch, source: str, target: str, name: str, besides: str = "") -> None:
    """Two ways out of a step that people could not tell apart."""
    wanted = (name or name_of(sketch, target)).casefold()
    for way in sketch.items(*WAYS):
        if way.get("from") == source and way.get("key") != besides and way_name(sketch, way).casefold() == wanted:
            text = f"There is a way called “{way_name(sketch, way)}” from here already. Give this one another name."
            raise EditRefused({"name": [text]})


EDITS: Final[Mapping[str, EditFunction]] = {
    "transition.add": transition_add,
    "transition.rename": transition_rename,
    "transition.lead": transition_lead,
    "transition.set": transition_set,
    "transition.return": transition_return,
    "transition.otherwise": transition_otherwise,
    "transition.reason": transition_reason,
    "transition.move": transition_move,
    "transition.remove": transition_remove,
}
