"""Edits of what the settings panel shows of a step and of the workflow: each of its forms is one of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from forms_builder.schema.parts import Access
from workflows.drafting.edits.base import (
    Document,
    Edit,
    EditFunction,
    EditRefused,
    Params,
    Sketch,
    flag,
    text,
    texts,
)
from workflows.drafting.edits.graph import STEPS, WAYS, step_of
from workflows.drafting.places import MISSING
from workflows.graph.document import AssigneeMode, ByMail, Fallback
from workflows.graph.gateways import JoinMode

EVERYBODY: Final[Mapping[str, Any]] = {"field": "candidate.id", "op": "is_set"}
"""The rule that a step asked "by a rule" begins with: anybody, until somebody says whom."""
WHO: Final = ("requester", "rule", "nobody")


def step_shown(document: Document, params: Params) -> Edit:
    """`step`; `shown_required`: whether programs must send what they were shown."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    sketch.put(flag(params, "shown_required"), *STEPS, str(step["key"]), "shown_required", default=False)
    return sketch.edit(f"Proof of what “{step.get('name')}” showed")


def step_access(document: Document, params: Params) -> Edit:
    """`step`; `access.<field>`: hidden, read, write, required, or empty for what the field is elsewhere."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    key = str(step["key"])
    for field in sketch.items("form", "fields"):
        name = str(field.get("name"))
        wanted = text(params, f"access.{name}") if f"access.{name}" in params else None
        if wanted is None:
            continue
        if wanted and wanted not in set(Access):
            raise EditRefused({f"access.{name}": ["Choose hidden, read, write or required."]})
        sketch.put(wanted or MISSING, "form", "fields", name, "access", key)
    return sketch.edit(f"What “{step.get('name')}” shows")


def step_assignee(document: Document, params: Params) -> Edit:
    """`step`; `who`: requester, rule or nobody; `mode`; `fallback.<n>` in their order; `not_requester`, `not_own_delegate`,
    `not_same_as`: steps; `by_mail`. A panel gets an approval that asks for everybody, until another one is chosen."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    own = (*STEPS, str(step["key"]))
    label = f"Who is asked at “{step.get('name')}”"
    who = one_of(params, "who", WHO, "rule")
    if who == "nobody":
        sketch.remove(*own, "assignee")
        sketch.remove(*own, "approval")
        return sketch.edit(label)
    now = sketch.get(*own, "assignee", "rule")
    rule = "requester" if who == "requester" else now if isinstance(now, Mapping) else dict(EVERYBODY)
    sketch.put(rule, *own, "assignee", "rule")
    if who == "rule":
        # Whoever has only just chosen a rule was not asked for the rest yet: no box that is not ticked says no.
        if isinstance(now, Mapping) or "mode" in params:
            _asked(sketch, (*own, "assignee"), params)
        _panel(sketch, step)
    return sketch.edit(label)


def _asked(sketch: Sketch, own: tuple[str, ...], params: Params) -> None:
    mode = one_of(params, "mode", list(AssigneeMode), "one")
    sketch.put(mode, *own, "mode", default="one")
    sketch.put(chain(params, "fallback"), *own, "fallback", default=[])
    sketch.put(flag(params, "not_requester"), *own, "separation", "not_requester", default=True)
    sketch.put(flag(params, "not_own_delegate"), *own, "separation", "not_own_delegate", default=False)
    sketch.put(texts(params, "not_same_as"), *own, "separation", "not_same_as", default=[])
    sketch.put(one_of(params, "by_mail", list(ByMail), "off"), *own, "by_mail", default="off")
    if sketch.get(*own, "separation") == {}:
        sketch.remove(*own, "separation")


def _panel(sketch: Sketch, step: Mapping[str, Any]) -> None:
    """An approval for a panel, and none for others. Raises EditRefused without two ways to say yes and no."""
    own = (*STEPS, str(step["key"]))
    if sketch.get(*own, "assignee", "mode") != "panel":
        sketch.remove(*own, "approval")
        return
    if isinstance(sketch.get(*own, "approval"), Mapping):
        return
    ways = [str(way["key"]) for way in sketch.items(*WAYS) if way.get("from") == step["key"]]
    if len(ways) < 2:
        raise EditRefused({"mode": ["A panel says yes or no: connect the step to two others first."]})
    sketch.put({"rule": "all", "approve": ways[0], "reject": ways[1]}, *own, "approval")


def step_join(document: Document, params: Params) -> Edit:
    """`step`, a join; `mode`, `count`, `ways`: the ways to it that must have come."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    if step.get("kind") != "join":
        raise EditRefused({"step": ["Only a join waits for branches."]})
    own = (*STEPS, str(step["key"]), "join")
    mode = one_of(params, "mode", list(JoinMode), "all")
    sketch.put(mode, *own, "mode", default="all")
    sketch.put(whole(params, "count", 0, 1_000, 0) if mode == "count" else 0, *own, "count", default=0)
    sketch.put(texts(params, "ways") if mode == "named" else [], *own, "ways", default=[])
    if sketch.get(*own) == {}:
        sketch.remove(*own)
    return sketch.edit(f"What “{step.get('name')}” waits for")


def workflow_separation(document: Document, params: Params) -> Edit:
    """`not_requester`, `not_own_delegate`, `not_same_as`: what holds at every step besides its own."""
    sketch = Sketch(document)
    own = ("graph", "separation")
    for name in ("not_requester", "not_own_delegate"):
        sketch.put(flag(params, name), *own, name, default=False)
    sketch.put(texts(params, "not_same_as"), *own, "not_same_as", default=[])
    if sketch.get(*own) == {}:
        sketch.remove(*own)
    return sketch.edit("Who is kept apart in the workflow")


def workflow_stakeholders(document: Document, params: Params) -> Edit:
    """`stakeholders`: manager, department_head, workflow_owner or the ids of people, who hear of every request."""
    sketch = Sketch(document)
    kinds = {one.value for one in Fallback if one is not Fallback.MANAGER_OF_MANAGER}
    chosen = [{"kind": one} if one in kinds else {"kind": "member", "id": one} for one in texts(params, "stakeholders")]
    sketch.put(chosen, "graph", "stakeholders", default=[])
    return sketch.edit("Stakeholders of every request")


def one_of(params: Params, name: str, offered: Sequence[str], default: str) -> str:
    """A parameter out of a few words. Raises EditRefused."""
    found = text(params, name) or default
    if found not in {str(one) for one in offered}:
        raise EditRefused({name: ["Choose one of the list."]})
    return found


def whole(params: Params, name: str, low: int, high: int, default: int) -> int:
    """A parameter as a whole number within limits. Raises EditRefused."""
    found = text(params, name)
    if not found:
        return default
    if not (found.isascii() and found.isdigit() and len(found) < 10 and low <= int(found) <= high):
        raise EditRefused({name: [f"Enter a whole number from {low} to {high:,}."]})
    return int(found)


def chain(params: Params, name: str) -> list[str]:
    """Who is asked when nobody is left, in order: `<name>.0`, `<name>.1` ...; each once. Raises EditRefused."""
    chosen = [one_of(params, f"{name}.{row}", ["", *Fallback], "") for row in range(len(Fallback))]
    return list(dict.fromkeys(one for one in chosen if one))


EDITS: Final[Mapping[str, EditFunction]] = {
    "step.access": step_access,
    "step.shown": step_shown,
    "step.assignee": step_assignee,
    "step.join": step_join,
    "workflow.separation": workflow_separation,
    "workflow.stakeholders": workflow_stakeholders,
}
