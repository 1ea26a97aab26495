"""The rules of a graph in plain words, for the outline and the drawing."""

from collections.abc import Mapping
from typing import Any, Final

from forms_builder.rules import RuleContext, RuleErrors, explain, parse
from workflows.graph.automation import SHIPPED, Node
from workflows.graph.document import Assignee, AssigneeMode, Fallback, SlaMode, SlaRule, Step, StepKind, StepSla
from workflows.graph.gateways import Join, JoinMode
from workflows.graph.outside import Outside
from workflows.graph.panels import quorum_sentence
from workflows.graph.period import PeriodError, parse_period
from workflows.graph.timing import HardEnd, RungDeed, RungRule, Timeout

UNREADABLE: Final = "a rule that cannot be read"

FALLBACKS: Final[Mapping[Fallback, str]] = {
    Fallback.MANAGER: "manager",
    Fallback.MANAGER_OF_MANAGER: "manager's manager",
    Fallback.DEPARTMENT_HEAD: "department head",
    Fallback.WORKFLOW_OWNER: "workflow owner",
}
KINDS: Final[Mapping[StepKind, str]] = {
    StepKind.START: "Start",
    StepKind.TASK: "Step",
    StepKind.END: "End",
    StepKind.FORK: "Fork",
    StepKind.JOIN: "Join",
    StepKind.NOOP: "Passage",
    StepKind.AUTO: "Automatic step",
}


def rule_sentence(rule: Mapping[str, Any], context: RuleContext) -> str:
    """The rule as a sentence; a rule that does not parse says so."""
    try:
        return explain(parse(rule, context))
    except RuleErrors:
        return UNREADABLE


def assignee_sentence(step: Step, context: RuleContext) -> str:
    """Who is asked at a step, empty for an end."""
    if step.kind is StepKind.END or step.kind.is_gateway:
        return ""
    if step.kind is StepKind.AUTO:
        return f"The product itself: {_work(step.node)}" if step.node else "Nothing yet"
    if step.assignee is None:
        return "The requester" if step.kind is StepKind.START else "Nobody yet"
    return _asked(step, step.assignee, context)


def _work(node: Node) -> str:
    if node.pinned is not None:
        return node.pinned.name
    return (node.task or node.kind).removeprefix(SHIPPED).replace("_", " ")


_WHO: Final = {
    AssigneeMode.ANY: "Any of",
    AssigneeMode.PANEL: "A panel of",
    AssigneeMode.ROUND_ROBIN: "In turn one of",
    AssigneeMode.LEAST_LOADED: "The one with the fewest open tasks of",
    AssigneeMode.PREVIOUS_HOLDER: "Who decided it last time, else one of",
}


def _asked(step: Step, assignee: Assignee, context: RuleContext) -> str:
    if assignee.rule == "requester":
        return "The requester"
    who = _WHO.get(assignee.mode, "One of")
    text = f"{who} the people for whom: {rule_sentence(assignee.rule, context)}"
    if step.approval is not None:
        text += f"; {quorum_sentence(step.approval)}"
    if assignee.fallback:
        text += "; else " + ", then ".join(FALLBACKS[fallback] for fallback in assignee.fallback)
    if assignee.separation.not_same_as:
        text += f"; nobody who decided {', '.join(assignee.separation.not_same_as)}"
    if assignee.outside is not None:
        text += f"; {outside_sentence(assignee.outside)}"
    return text + ("; never the requester" if assignee.excludes_requester() else "")


def outside_sentence(outside: Outside) -> str:
    """Who is asked without an account, and how."""
    who = [*outside.addresses, *(f"the address in {name}" for name in outside.fields)]
    code = ", with a one-time code" if outside.code else ""
    days = f"{outside.days} day{'' if outside.days == 1 else 's'}"
    return f"decided from outside by {' or '.join(who)}, by a link that holds for {days}{code}"


def join_sentence(step: Step, ways: Mapping[str, str], context: RuleContext) -> str:
    """What a join waits for; ``ways`` names the steps that its transitions come from."""
    join = step.join or Join()
    waits = {
        JoinMode.ALL: "every branch that is on its way",
        JoinMode.ANY: "the first branch; the others are closed",
        JoinMode.COUNT: f"{join.count} branches; the others are closed",
        JoinMode.NAMED: f"{' and '.join(ways.get(key, key) for key in join.ways)}; the others are closed",
    }[join.mode]
    counts = f"; a branch counts if {rule_sentence(join.condition, context)}" if join.condition is not None else ""
    return f"Waits for {waits}{counts}"


def sla_sentence(sla: StepSla, default: SlaRule | None) -> str:
    """The time limit of a step and where it comes from, empty when it has none."""
    rule = {SlaMode.INHERIT: default, SlaMode.OFF: None, SlaMode.OWN: sla}[sla.mode]
    if rule is None or not rule.period:
        return ""
    words = _words(rule.period)
    words += "".join(f"; {rung_sentence(rung)}" for rung in rule.rungs)
    return f"{words} (of the workflow)" if sla.mode is SlaMode.INHERIT else words


DEEDS: Final[Mapping[RungDeed, str]] = {
    RungDeed.REMIND: "remind",
    RungDeed.TELL: "tell the manager",
    RungDeed.HAND_OVER: "hand over",
    RungDeed.DECIDE: "decide",
}


def rung_sentence(rung: RungRule) -> str:
    """ "remind 4 working hours before", "hand over when due" """
    deed = f"{DEEDS[rung.do]} “{rung.transition}”" if rung.transition else DEEDS[rung.do]
    return f"{deed} {_words(rung.offset)} {rung.when}" if rung.offset else f"{deed} when due"


def timeout_sentence(timeout: Timeout | None) -> str:
    """ "the owner is warned after 3 working days; it fails after 5 working days" """
    if timeout is None:
        return ""
    end = "it fails" if timeout.then is HardEnd.FAIL else "it is stopped"
    parts = [f"the owner is warned after {_words(timeout.soft)}"] if timeout.soft else []
    parts += [f"{end} after {_words(timeout.hard)}"] if timeout.hard else []
    return "; ".join(parts)


def _words(text: str) -> str:
    try:
        return parse_period(text).words
    except PeriodError:
        return text
