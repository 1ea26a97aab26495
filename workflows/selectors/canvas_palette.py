"""What can be put onto the canvas: kinds of steps, steps of the shipped workflows, and the organisation's own automatic steps."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from workflows.graph.document import Step, StepKind
from workflows.library import library_keys, shipped
from workflows.selectors.palette import Palette, PaletteEntry

Item = dict[str, Any]

NODE_ICONS: Final = {
    "call": "api",
    "chain": "link",
    "delay": "clock",
    "document": "file-text",
    "formula": "math-function",
    "llm": "sparkles",
    "notify": "bell",
    "ocr": "scan",
    "pdf": "file-type-pdf",
    "query": "database",
    "set_fields": "forms",
    "wait": "hourglass",
}
"""The island names the same, so that they are in the sprite."""


def canvas_palette(machines: Palette) -> list[dict[str, Any]]:
    """Groups of items by tab: ``steps``, ``library``, ``control``; `machines` are the automatic ones that there are."""
    own = [_machine(one) for one in machines.saved if not one.is_shipped]
    shipped_ones = [_machine(one) for one in machines.saved if one.is_shipped]
    groups = [
        _group("steps", "People", _PEOPLE),
        _group("steps", "Where it begins and ends", _FRINGE),
        _group("steps", "Automatic", map(_machine, machines.kinds)),
        _group("library", "Of your organisation", own),
        _group("library", "Automatic", shipped_ones),
        *(_group("library", name, items) for name, items in _library()),
        _group("control", "Branches", _GATEWAYS),
        _group("control", "Lines", _LINES),
    ]
    return [group for group in groups if group["items"]]


def _group(tab: str, label: str, items: Iterable[Item]) -> dict[str, Any]:
    return {"tab": tab, "label": label, "items": list(items)}


def _item(ident: str, name: str, about: str, kind: str, icon: str, parts: Item | None = None) -> Item:
    return {"id": ident, "name": name, "about": about, "kind": kind, "icon": icon} | ({"parts": parts} if parts else {})


_PEOPLE: Final = (
    _item("task", "Step", "Somebody looks and decides", "task", "user-check"),
    _item("own_work", "Requester's step", "Back to who asked", "task", "user", {"assignee": {"rule": "requester"}}),
)
_FRINGE: Final = (
    _item("start", "Start", "Where the request is made", "start", "player-play"),
    _item("end", "End", "Where it is over", "end", "flag"),
    _item("approved", "Approved", "An end that says yes", "end", "circle-check", {"outcome": "Approved"}),
    _item("rejected", "Rejected", "An end that says no", "end", "circle-x", {"outcome": "Rejected"}),
)
_GATEWAYS: Final = (
    _item("fork", "Fork", "Several ways at the same time", "fork", "arrows-split-2"),
    _item("join", "Join", "Waits for branches", "join", "arrows-join-2"),
    _item("noop", "Passage", "Leads on at once", "noop", "circle-dot"),
)
_LINES: Final = (_item("way", "Way", "From one step to another", "way", "arrow-right"),)


def _machine(one: PaletteEntry) -> Item:
    """A kind of automatic work, or a saved task."""
    about = one.off or (one.description if one.is_saved else "")
    ident = f"{'saved' if one.is_saved else 'auto'}-{one.key}"
    icon = NODE_ICONS.get(str(one.node.get("kind")), "bolt")
    return _item(ident, one.label, about, "auto", icon, {"node": dict(one.node)})


@cache
def _library() -> tuple[tuple[str, tuple[Item, ...]], ...]:
    return tuple((shipped(key).document.name, tuple(_steps_of(key))) for key in library_keys())


def _steps_of(key: str) -> Iterator[Item]:
    for step in shipped(key).document.graph.steps:
        if step.kind in (StepKind.TASK, StepKind.AUTO):
            icon = NODE_ICONS.get(step.node.kind, "bolt") if step.node else "user-check"
            yield _item(f"library-{key}-{step.key}", step.name, step.description, step.kind.value, icon, _parts(step))


def _parts(step: Step) -> Item:
    """What the step brings along to another workflow: nothing that names steps and ways of its own."""
    parts = step.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for name in ("key", "name", "kind", "position", "layout"):
        parts.pop(name, None)
    parts.get("assignee", {}).get("separation", {}).pop("not_same_as", None)
    parts.get("node", {}).pop("on_failure", None)
    return parts
