"""What stands on the canvas about steps and ways: fewer words than the outline has, made of the same rules."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from forms_builder.rules import RuleContext
from forms_builder.schema.document import FormDocument
from workflows.graph.contexts import EMPTY_FORM, assignee_context, transition_context
from workflows.graph.document import AssigneeMode, GraphDocument, SlaMode, SlaRule, Step, StepKind
from workflows.graph.panels import short_quorum
from workflows.graph.sentences import rule_sentence

REQUESTER: Final = "The requester"
MOST: Final = 80
_SHORTER: Final = (
    (re.compile(r"person's department code is [\"“](.+?)[\"”]"), r"department \1"),
    (re.compile(r"person's roles includes? (\S+)"), r"role \1"),
    (re.compile(r"person's department code is requester's department code"), "the requester's department"),
    (re.compile(r"\bperson is "), ""),
    (re.compile(r"\bperson's "), ""),
)
_MODES: Final[Mapping[AssigneeMode, str]] = {
    AssigneeMode.ANY: "Any of ",
    AssigneeMode.PANEL: "Panel: ",
    AssigneeMode.ROUND_ROBIN: "In turn: ",
    AssigneeMode.LEAST_LOADED: "Least busy: ",
}


def canvas_words(
    graph: GraphDocument, form: FormDocument = EMPTY_FORM, machines: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """``steps``: by key who is asked (``asked``), whose lane it is (``lane``), the time limit (``time``). ``ways``: conditions.

    ``machines`` names the kinds of automatic steps.
    """
    people, moves = assignee_context(form), transition_context(form)
    steps = {}
    for step in graph.steps:
        lane = _lane(step, people)
        asked = machines.get(step.node.kind, "") if step.node else _asked(step, lane)
        steps[step.key] = {"asked": asked, "lane": lane, "time": _time(step, graph.sla)}
    return {
        "steps": steps,
        "ways": {
            way.key: rule_sentence(way.condition, moves) for way in graph.transitions if way.condition is not None
        },
    }


def _lane(step: Step, people: RuleContext) -> str:
    if step.kind is StepKind.START:
        return REQUESTER
    if step.kind is StepKind.AUTO:
        return "Automatic"
    if step.kind is not StepKind.TASK:
        return ""
    if step.assignee is None:
        return "Nobody yet"
    if step.assignee.rule == "requester":
        return REQUESTER
    text = rule_sentence(step.assignee.rule, people)
    for pattern, shorter in _SHORTER:
        text = pattern.sub(shorter, text)
    text = text[:1].upper() + text[1:]
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


def _asked(step: Step, lane: str) -> str:
    if step.kind is StepKind.END:
        return step.outcome if step.outcome != step.name else ""
    if step.approval is not None and lane != REQUESTER:
        return short_quorum(step.approval, lane)
    mode = _MODES.get(step.assignee.mode, "") if step.assignee and lane != REQUESTER else ""
    return f"{mode}{lane[:1].lower()}{lane[1:]}" if mode.endswith("of ") else f"{mode}{lane}"


def _time(step: Step, default: SlaRule | None) -> str:
    if step.kind is not StepKind.TASK or step.sla.mode is SlaMode.OFF:
        return ""
    rule = step.sla if step.sla.mode is SlaMode.OWN else default
    return rule.period if rule is not None else ""
