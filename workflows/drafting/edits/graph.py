"""What edits of steps and of ways read of the graph, and what goes along when a part of it goes."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from workflows.drafting.edits.base import EditRefused, Sketch

STEPS: Final = ("graph", "steps")
WAYS: Final = ("graph", "transitions")
KINDS: Final = ("start", "task", "auto", "fork", "join", "noop", "end")


def step_of(sketch: Sketch, key: str, name: str = "step") -> dict[str, Any]:
    """The step. Raises EditRefused at the parameter `name`."""
    found = sketch.get(*STEPS, key) if key else None
    if not isinstance(found, dict):
        raise EditRefused({name: ["There is no such step any more. Choose another one."]})
    return found


def way_of(sketch: Sketch, key: str, name: str = "transition") -> dict[str, Any]:
    """The way. Raises EditRefused at the parameter `name`."""
    found = sketch.get(*WAYS, key) if key else None
    if not isinstance(found, dict):
        raise EditRefused({name: ["There is no such way any more. Choose another one."]})
    return found


def step_keys(sketch: Sketch) -> list[str]:
    return [str(step.get("key")) for step in sketch.items(*STEPS)]


def way_keys(sketch: Sketch) -> list[str]:
    return [str(way.get("key")) for way in sketch.items(*WAYS)]


def name_of(sketch: Sketch, key: str) -> str:
    """What the step is called, for labels."""
    step = sketch.get(*STEPS, key)
    return str(step.get("name", key)) if isinstance(step, dict) else key


def way_name(sketch: Sketch, way: dict[str, Any]) -> str:
    """What the way is called: its own name, else that of where it leads."""
    return str(way.get("name") or name_of(sketch, str(way.get("to"))))


def leads_back(sketch: Sketch, source: str, target: str) -> bool:
    """Whether a way from `source` to `target` would close a circle: forward ways lead from the target to the source."""
    onward: dict[str, list[str]] = {}
    for way in sketch.items(*WAYS):
        if not way.get("return"):
            onward.setdefault(str(way.get("from")), []).append(str(way.get("to")))
    open_keys, seen = [target], {target}
    while open_keys:
        key = open_keys.pop()
        if key == source:
            return True
        for after in onward.get(key, ()):
            if after not in seen:
                seen.add(after)
                open_keys.append(after)
    return False


def without_ways(sketch: Sketch, keys: Collection[str]) -> None:
    """Take ways out, and what names them: what a join waits for, where a failure goes."""
    for key in keys:
        sketch.remove(*WAYS, key)
    for step in sketch.items(*STEPS):
        own = (*STEPS, str(step.get("key")))
        join, node = step.get("join"), step.get("node")
        if isinstance(join, dict) and any(key in keys for key in join.get("ways") or ()):
            left = [key for key in join["ways"] if key not in keys]
            sketch.put(left, *own, "join", "ways", default=[])
        if isinstance(node, dict) and node.get("on_failure") in keys:
            sketch.remove(*own, "node", "on_failure")


def without_steps(sketch: Sketch, keys: Collection[str]) -> None:
    """Take steps out, and what names them: their ways, what fields are at them, whom they keep from deciding elsewhere."""
    ways = [way for way in sketch.items(*WAYS) if way.get("from") in keys or way.get("to") in keys]
    without_ways(sketch, [str(way.get("key")) for way in ways])
    for key in keys:
        sketch.remove(*STEPS, key)
    for field in sketch.items("form", "fields"):
        for key in keys:
            if key in (field.get("access") or {}):
                sketch.remove("form", "fields", str(field.get("name")), "access", key)
    _unbind(sketch, keys, ("graph",))
    for step in sketch.items(*STEPS):
        if isinstance(step.get("assignee"), dict):
            _unbind(sketch, keys, (*STEPS, str(step.get("key")), "assignee"))


def _unbind(sketch: Sketch, keys: Iterable[str], parts: tuple[str, ...]) -> None:
    named = sketch.get(*parts, "separation", "not_same_as", default=[])
    gone = set(keys)
    if isinstance(named, list) and gone.intersection(map(str, named)):
        sketch.put([key for key in named if key not in gone], *parts, "separation", "not_same_as", default=[])
