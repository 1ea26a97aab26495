"""Approval steps and separation of duties: what can be wrong with them, made ready, and in words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms_builder.rules import Rule
from workflows.approval import Rule as Quorum
from workflows.approval import RuleKind
from workflows.graph.approval_rule import Approval
from workflows.graph.document import AssigneeMode, Separation, Step, StepKind, Transition
from workflows.graph.problems import Problem
from workflows.graph.structure import Shape, reachable


@dataclass(frozen=True, slots=True)
class CompiledApproval:
    """A panel's rule with its rules over people parsed. `approve` and `reject` are keys of ways."""

    quorum: Quorum
    approve: str
    reject: str
    groups: tuple[tuple[str, Rule], ...]
    weights: tuple[tuple[int, Rule], ...]
    veto: Rule | None

    @classmethod
    def of(cls, approval: Approval, parsed: Callable[[Mapping[str, Any]], Rule]) -> "CompiledApproval":
        return cls(
            approval.pure(),
            approval.approve,
            approval.reject,
            tuple((one.name, parsed(one.rule)) for one in approval.groups),
            tuple((one.weight, parsed(one.rule)) for one in approval.weights),
            parsed(approval.veto) if approval.veto is not None else None,
        )


def quorum_sentence(approval: Approval) -> str:
    """How the panel decides, in words: "2 of them must agree"."""
    text = {
        RuleKind.ANY: "one of them must agree",
        RuleKind.ALL: "all of them must agree",
        RuleKind.COUNT: f"{approval.count} of them must agree",
        RuleKind.PERCENT: f"{approval.percent} % of them must agree",
        RuleKind.PER_GROUP: ", ".join(f"{one.count} of {one.name}" for one in approval.groups) + " must agree",
        RuleKind.SEQUENCE: "all of them must agree, asked one after the other",
        RuleKind.WEIGHTS: f"approvals worth {approval.count} points are needed",
    }[approval.rule]
    return f"{text}; some may veto" if approval.veto is not None else text


def short_quorum(approval: Approval, people: str) -> str:
    """The same where there is little room: "2 of department FIN"."""
    inner = f"{people[:1].lower()}{people[1:]}"
    text = {
        RuleKind.ANY: f"Any of {inner}",
        RuleKind.ALL: f"All of {inner}",
        RuleKind.COUNT: f"{approval.count} of {inner}",
        RuleKind.PERCENT: f"{approval.percent} % of {inner}",
        RuleKind.PER_GROUP: " and ".join(f"{one.count} of {one.name}" for one in approval.groups),
        RuleKind.SEQUENCE: f"All, in order: {' then '.join(one.name for one in approval.groups) or inner}",
        RuleKind.WEIGHTS: f"{approval.count} points of {inner}",
    }[approval.rule]
    return f"{text}; with veto" if approval.veto is not None else text


def check_panel(shape: Shape, step: Step, place: str) -> Iterator[Problem]:
    """Problems of a step with a panel, or with half of one; its rules over people are parsed by the caller."""
    assignee = step.assignee
    is_panel = assignee is not None and assignee.mode is AssigneeMode.PANEL
    if is_panel is not (step.approval is not None):
        hint = "Set the mode to panel and give the step an approval rule, or neither."
        message = f"“{step.name}” is only half a panel: it has {'no' if is_panel else 'an'} approval rule."
        yield Problem("half-a-panel", f"{place}.approval", "blocks", message, hint)
    if step.approval is None or not is_panel:
        return
    if step.kind is not StepKind.TASK or (assignee is not None and assignee.rule == "requester"):
        message = f"“{step.name}” cannot have a panel: it is no step of several people."
        yield Problem("panel-of-one", f"{place}.approval", "blocks", message, "Name the members by a rule.")
    yield from _ways(shape, step, step.approval, f"{place}.approval")


def _ways(shape: Shape, step: Step, approval: Approval, place: str) -> Iterator[Problem]:
    ways: dict[str, Transition] = {way.key: way for way in shape.ways.get(step.key, ())}
    for name, key in (("approve", approval.approve), ("reject", approval.reject)):
        way = ways.get(key)
        if way is None:
            message = f"The panel of “{step.name}” cannot {name}: {key} is no way out of it."
            yield Problem("panel-way-unknown", f"{place}.{name}", "blocks", message, "Choose a way out of the step.")
        elif way.condition is not None:
            message = f"The way that the panel of “{step.name}” takes to {name} has a condition."
            hint = "Remove the condition; put a step with conditions after the panel."
            yield Problem("panel-way-conditional", f"{place}.{name}", "blocks", message, hint)
    if approval.approve in ways and ways[approval.approve].is_return:
        message = f"The panel of “{step.name}” approves by a way back."
        yield Problem("panel-approves-back", f"{place}.approve", "blocks", message, "Choose a way forward.")
    for key, way in ways.items():
        if key not in (approval.approve, approval.reject) and not way.is_return:
            message = (
                f"The way {shape.name(way.target)} would let one member of the panel of “{step.name}” decide alone."
            )
            hint = "Let the panel approve or reject by it, mark it as a return, or remove it."
            yield Problem("panel-bypassed", place, "blocks", message, hint)


def check_separation(shape: Shape, step: Step | None, separation: Separation, place: str) -> Iterator[Problem]:
    """Problems of the steps that are to be decided by others; `step` is None for what holds at every step."""
    for row, other in enumerate(separation.not_same_as):
        where = f"{place}.not_same_as.{row}"
        known = shape.steps.get(other)
        if known is None or known[1].kind is StepKind.END or (step is not None and other == step.key):
            message = f"{other} is no other step at which somebody decides."
            yield Problem("separation-unknown-step", where, "blocks", message, "Choose another step.")
        elif step is not None and step.key not in reachable([other], shape.targets):
            message = f"No way leads from “{shape.name(other)}” to “{step.name}”, so nobody is kept apart."
            yield Problem("separation-not-before", where, "warns", message, "Choose a step that comes before.")
