"""The edit of what a workflow says for all its steps: its time limit, and who is told of every request."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.drafting.edits.base import Document, Edit, EditFunction, EditRefused, Params, Sketch, texts
from workflows.drafting.edits.settings import one_of
from workflows.drafting.edits.times import period
from workflows.drafting.places import MISSING
from workflows.graph.document import Escalation, StakeholderKind

TOLD: Final = tuple(kind.value for kind in StakeholderKind if kind is not StakeholderKind.MEMBER)


def defaults_set(document: Document, params: Params) -> Edit:
    """`period`, `remind_after` and `escalate` of the workflow's time limit; `told`: the kinds of stakeholders. People who are
    named, and the rungs of the limit, stay."""
    sketch = Sketch(document)
    _limit(sketch, params)
    named = [one for one in sketch.items("graph", "stakeholders") if one.get("kind") == "member"]
    wanted = texts(params, "told")
    if unknown := [kind for kind in wanted if kind not in TOLD]:
        raise EditRefused({"told": [f"There is no “{unknown[0]}” to tell."]})
    told: list[dict[str, Any]] = [{"kind": kind} for kind in TOLD if kind in wanted]
    sketch.put([*told, *named], "graph", "stakeholders", default=[])
    return sketch.edit("Time limit and stakeholders of the workflow")


def _limit(sketch: Sketch, params: Params) -> None:
    limit, remind = period(params, "period"), period(params, "remind_after")
    if remind and not limit:
        raise EditRefused({"remind_after": ["Give the time limit that comes after the reminder."]})
    escalate = one_of(params, "escalate", list(Escalation), "manager")
    if not limit:
        sketch.remove("graph", "sla")
        return
    sketch.put(limit, "graph", "sla", "period")
    sketch.put(remind or MISSING, "graph", "sla", "remind_after")
    sketch.put(escalate, "graph", "sla", "escalate", default="manager")


EDITS: Final[Mapping[str, EditFunction]] = {"defaults.set": defaults_set}
