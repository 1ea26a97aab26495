"""Edits of how a panel decides: the rule, its groups and weights, and who has a veto."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.approval import RuleKind
from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, Sketch, text
from workflows.drafting.edits.graph import STEPS, step_of
from workflows.drafting.edits.settings import EVERYBODY, one_of, whole
from workflows.drafting.places import MISSING

GROUPED: Final = ("per_group", "sequence")
ROWS: Final = ("groups", "weights")


def approval_set(document: Document, params: Params) -> Edit:
    """`step`; `rule`, `count`, `percent`, `approve` and `reject`: ways; `groups.<n>.name`, `groups.<n>.count`,
    `weights.<n>.weight` of the rows there are. What another rule needs begins with something that works."""
    sketch, step, own = _panel(document, params)
    now = dict(sketch.get(*own))
    kind = one_of(params, "rule", list(RuleKind), "all")
    ways = {name: text(params, name, required="Choose a way.") for name in ("approve", "reject")}
    if ways["approve"] == ways["reject"]:
        raise EditRefused({"reject": ["Choose two ways: one for yes, another for no."]})
    found: dict[str, Any] = {"rule": kind, **ways}
    if kind in ("count", "weights"):
        found["count"] = whole(params, "count", 1, 1_000_000, int(now.get("count") or 2))
    if kind == "percent":
        found["percent"] = whole(params, "percent", 1, 100, int(now.get("percent") or 50))
    if kind in GROUPED:
        groups = [_group(params, row, one) for row, one in enumerate(now.get("groups", []))]
        found["groups"] = groups or ([_new_group([])] if kind == "per_group" else [])
        _refuse_twins(found["groups"])
    if kind == "weights":
        rows = enumerate(now.get("weights", []))
        weights = [
            one | {"weight": whole(params, f"weights.{row}.weight", 1, 1_000, one["weight"])} for row, one in rows
        ]
        found["weights"] = weights or [{"rule": dict(EVERYBODY), "weight": 1}]
    for name in ("count", "percent", "groups", "weights", "rule", "approve", "reject"):
        value = found.get(name, MISSING)
        sketch.put(MISSING if value == [] else value, *own, name)
    return sketch.edit(f"How the panel of “{step.get('name')}” decides")


def approval_add(document: Document, params: Params) -> Edit:
    """`step`; `rows`: groups or weights, of which there is one more then."""
    sketch, step, own = _panel(document, params)
    rows = one_of(params, "rows", ROWS, "groups")
    now = list(sketch.get(*own, rows, default=[]))
    if len(now) >= 20:
        raise EditRefused("A panel has at most 20 of them.")
    new = _new_group(now) if rows == "groups" else {"rule": dict(EVERYBODY), "weight": 1}
    sketch.put([*now, new], *own, rows)
    return sketch.edit(f"Add to the panel of “{step.get('name')}”")


def approval_remove(document: Document, params: Params) -> Edit:
    """`step`, `rows`, `row`: the number of the group or weight that goes; one of them stays where the rule needs it."""
    sketch, step, own = _panel(document, params)
    rows = one_of(params, "rows", ROWS, "groups")
    now = list(sketch.get(*own, rows, default=[]))
    row = whole(params, "row", 0, 20, 0)
    needed = sketch.get(*own, "rule") in ("per_group", "weights")
    if row >= len(now):
        raise EditRefused("It is gone already.")
    if needed and len(now) == 1:
        raise EditRefused("The panel needs one of them. Choose another rule first.")
    sketch.put([*now[:row], *now[row + 1 :]] or MISSING, *own, rows)
    return sketch.edit(f"Take from the panel of “{step.get('name')}”")


def _panel(document: Document, params: Params) -> tuple[Sketch, dict[str, Any], tuple[str, ...]]:
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    own = (*STEPS, str(step["key"]), "approval")
    if not isinstance(sketch.get(*own), Mapping):
        raise EditRefused("Let a panel be asked first.")
    return sketch, step, own


def _group(params: Params, row: int, now: Mapping[str, Any]) -> dict[str, Any]:
    name = text(params, f"groups.{row}.name", most=60) or str(now["name"])
    count = whole(params, f"groups.{row}.count", 1, 1_000, int(now.get("count", 1)))
    return {**now, "name": name, "count": count}


def _new_group(there: list[Any]) -> dict[str, Any]:
    taken = {str(one.get("name", "")) for one in there}
    number = next(number for number in range(1, 100) if f"Group {number}" not in taken)
    return {"name": f"Group {number}", "rule": dict(EVERYBODY), "count": 1}


def _refuse_twins(groups: list[dict[str, Any]]) -> None:
    names = [one["name"] for one in groups]
    for row, name in enumerate(names):
        if name in names[:row]:
            raise EditRefused({f"groups.{row}.name": ["Two groups have this name. Give one another."]})


EDITS: Final[Mapping[str, EditFunction]] = {
    "approval.set": approval_set,
    "approval.add": approval_add,
    "approval.remove": approval_remove,
}
