"""What of a workflow does not go with a copy: what was decided for its old place must be thought about again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from workflows.graph.automation import Node
from workflows.graph.document import GraphDocument, SlaMode, StakeholderKind, Step, StepSla
from workflows.graph.sentences import sla_sentence

_NO_TIMEOUTS: Final = {"timeout": None, "task_timeout": None}
_APPROVERS: Final[Mapping[str, Any]] = {"approver": {}, "fallback_approver": None}
"""With what stands there for nobody; without the first of them a step does not publish."""


def blanked(graph: GraphDocument) -> tuple[GraphDocument, tuple[str, ...]]:
    """The graph without named people and time limits, and what was taken out, in words."""
    told = list(_told(graph))
    named = [one for one in graph.stakeholders if one.kind is not StakeholderKind.MEMBER]
    steps = tuple(_step(step) for step in graph.steps)
    return graph.model_copy(update={"steps": steps, "stakeholders": tuple(named), "sla": None, **_NO_TIMEOUTS}), tuple(
        told
    )


def _step(step: Step) -> Step:
    changes: dict[str, Any] = {"sla": StepSla(), "timeout": None}
    if names_somebody(step):
        changes["assignee"] = None
    elif step.assignee is not None and names_outsiders(step):
        changes["assignee"] = step.assignee.model_copy(update={"outside": None})
    if step.node is not None and (unnamed := _unnamed(step.node)) != step.node:
        changes["node"] = unnamed
    return step.model_copy(update=changes)


def _unnamed(node: Node) -> Node:
    """An automatic step that tells and asks nobody by name. Kinds of steps say in `to` whom they tell, in `approver` and
    `fallback_approver` whom they ask."""
    notices = tuple(one.model_copy(update={"to": _nobody(one.to)}) for one in node.notices)
    params = dict(node.params)
    if isinstance(params.get("to"), list | tuple):
        params["to"] = list(_nobody(params["to"]))
    for place, nobody in _APPROVERS.items():
        if _names_one(params.get(place)):
            params[place] = nobody
    return node.model_copy(update={"notices": notices, "params": params})


def _nobody(people: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in people if not _is_id(str(one)))


def _names_one(approver: Any) -> bool:
    return isinstance(approver, Mapping) and (
        bool(approver.get("address")) or any(map(_is_id, _texts(approver.get("rule"))))
    )


def _told(graph: GraphDocument) -> Iterator[str]:
    people = sum(one.kind is StakeholderKind.MEMBER for one in graph.stakeholders)
    if people:
        yield f"Stakeholders who are named: {people}"
    if graph.sla is not None and graph.sla.period:
        yield f"The workflow's time limit (was {graph.sla.period})"
    if graph.timeout is not None or graph.task_timeout is not None:
        yield "The timeouts of requests and tasks"
    for step in graph.steps:
        if names_somebody(step):
            yield f"Who is asked at “{step.name}”: a person is named"
        if names_outsiders(step):
            yield f"Who is asked outside at “{step.name}”: addresses are named"
        if step.node is not None and _unnamed(step.node) != step.node:
            yield f"Whom “{step.name}” tells or asks: people or addresses are named"
        if step.sla.mode is SlaMode.OWN:
            yield f"The time limit of “{step.name}” (was {sla_sentence(step.sla, None) or 'none'})"
        if step.timeout is not None:
            yield f"The timeout of “{step.name}”"


def names_somebody(step: Step) -> bool:
    """Whether the rule of the step names a person by id."""
    return (
        step.assignee is not None and step.assignee.rule != "requester" and any(map(_is_id, _texts(step.assignee.rule)))
    )


def names_outsiders(step: Step) -> bool:
    """Whether the step names mail addresses."""
    return step.outside is not None and bool(step.outside.addresses)


def _texts(rule: Any) -> Iterator[str]:
    if isinstance(rule, str):
        yield rule
    elif isinstance(rule, Mapping):
        for value in rule.values():
            yield from _texts(value)
    elif isinstance(rule, list | tuple):
        for value in rule:
            yield from _texts(value)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def blank_document(name: str) -> dict[str, Any]:
    """A workflow with nothing in it, as data to import."""
    return {"schema_version": 1, "name": name, "form": {"schema_version": 1}, "graph": {"schema_version": 1}}
