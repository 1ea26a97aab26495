"""Edits of time: limits with their rungs, and timeouts that end things; of a step or of the whole workflow."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, Sketch, text, valid_place
from workflows.drafting.edits.graph import STEPS, name_of
from workflows.drafting.edits.settings import chain, one_of
from workflows.drafting.places import MISSING
from workflows.graph.document import Escalation, SlaMode
from workflows.graph.period import PeriodError, parse_period
from workflows.graph.timing import MAX_RUNGS, HardEnd, RungDeed, RungSide


def sla_set(document: Document, params: Params) -> Edit:
    """`place`: graph/sla or graph/steps/<key>/sla; `mode` of a step; `period`, `remind_after`, `escalate`, `fallback.<n>`;
    `rungs.<n>.do`, `.when`, `.offset`, `.transition` of every rung that stays, an empty `do` takes it away."""
    sketch = Sketch(document)
    own, whose = _place(sketch, params, "sla")
    is_step = own[:2] == STEPS
    mode = one_of(params, "mode", list(SlaMode), "inherit") if is_step else "own"
    before = sketch.get(*own, default={})
    found: dict[str, Any] = {"mode": mode} if is_step and mode != "inherit" else {}
    if mode == "own":
        found |= _limit(params)
        if found.get("period") or before.get("rungs"):
            found |= {"rungs": rungs} if (rungs := _rungs(params)) else {}
    for name in dict.fromkeys((*before, *found)):
        sketch.put(found.get(name, MISSING), *own, name)
    if sketch.get(*own) == {}:
        sketch.remove(*own)
    return sketch.edit(f"Time limit of {whose}")


def timeout_set(document: Document, params: Params) -> Edit:
    """`place`: graph/timeout, graph/task_timeout or graph/steps/<key>/timeout; `soft`, `hard`, `then`."""
    sketch = Sketch(document)
    own, whose = _place(sketch, params, "timeout", "task_timeout")
    found = {name: value for name in ("soft", "hard") if (value := period(params, name))}
    then = one_of(params, "then", list(HardEnd), "fail")
    if found and then != "fail":
        found["then"] = then
    for name in ("soft", "hard", "then"):
        sketch.put(found.get(name, MISSING), *own, name)
    if not sketch.get(*own, default=None):
        sketch.remove(*own)
    return sketch.edit(f"Timeout of {whose}")


def period(params: Params, name: str) -> str:
    """A parameter as a period of working time, empty where none is given. Raises EditRefused."""
    found = text(params, name, most=20).lower()
    if not found:
        return ""
    try:
        return str(parse_period(found))
    except PeriodError as error:
        raise EditRefused({name: [str(error)]}) from error


def _place(sketch: Sketch, params: Params, *names: str) -> tuple[tuple[str, ...], str]:
    """The place of a time, and whose it is. Raises EditRefused."""
    parts = valid_place(text(params, "place", most=500))
    if len(parts) == 2 and parts[0] == "graph" and parts[1] in names:
        return parts, "every task" if parts[1] == "task_timeout" else "the workflow"
    if len(parts) == 4 and parts[:2] == STEPS and parts[3] == names[0] and sketch.read(*parts[:3]) is not MISSING:
        return parts, f"“{name_of(sketch, parts[2])}”"
    raise EditRefused({"place": ["There is no such step any more."]})


def _limit(params: Params) -> dict[str, Any]:
    found: dict[str, Any] = {
        "period": period(params, "period"),
        "remind_after": period(params, "remind_after"),
        "escalate": one_of(params, "escalate", list(Escalation), "manager"),
        "fallback": chain(params, "fallback"),
    }
    defaults = {"period": "", "remind_after": "", "escalate": "manager", "fallback": []}
    return {name: value for name, value in found.items() if value != defaults[name]}


def _rungs(params: Params) -> list[dict[str, Any]]:
    found = []
    for row in range(MAX_RUNGS):
        do = one_of(params, f"rungs.{row}.do", ["", *RungDeed], "")
        if do:
            found.append(_rung(params, f"rungs.{row}", do))
    return found


def _rung(params: Params, name: str, do: str) -> dict[str, Any]:
    when = one_of(params, f"{name}.when", list(RungSide), "after")
    offset, way = period(params, f"{name}.offset"), text(params, f"{name}.transition")
    if when == "before" and not offset:
        raise EditRefused({f"{name}.offset": ["Say how long before, for example 4h."]})
    if do == "decide" and not way:
        raise EditRefused({f"{name}.transition": ["Choose the way that is gone."]})
    found: dict[str, Any] = {"do": do}
    found |= {"when": when} if when != "after" else {}
    found |= {"offset": offset} if offset else {}
    return found | ({"transition": way} if do == "decide" else {})


EDITS: Final[Mapping[str, EditFunction]] = {"sla.set": sla_set, "timeout.set": timeout_set}
