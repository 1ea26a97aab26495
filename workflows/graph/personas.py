"""Who is needed to play a graph: people of a case that its rules would find."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workflows.graph.cases import Persona
from workflows.graph.document import GraphDocument

EACH: Final = 2
"""People of every department and role that a rule names: the second one is there where the first may not decide."""


def suggested_people(graph: GraphDocument) -> tuple[Persona, ...]:
    """The requester, their manager and the manager's, and two of every department, designation and role named by a rule."""
    found = [
        Persona(key="requester", name="Requester", manager="manager", head="head"),
        Persona(key="manager", name="Manager", manager="head"),
        Persona(key="head", name="Head"),
    ]
    for step in graph.steps:
        rule = step.assignee.rule if step.assignee else None
        for part, value in _named(rule):
            key = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in value.lower()).strip(
                "_"
            )
            for number in range(1, EACH + 1):
                wanted = f"{key[:30]}_{number}" if key[:1].isalpha() else f"{part}_{key[:25]}_{number}"
                if all(one.key != wanted for one in found):
                    more: dict[str, Any] = {"roles": (value,)} if part == "roles" else {part: value}
                    found.append(Persona(key=wanted, name=f"{value} {number}", manager="head", **more))
    return tuple(found)


def _named(rule: Any) -> Iterator[tuple[str, str]]:
    """Departments, designations and roles that a rule compares the candidate with."""
    if isinstance(rule, Mapping):
        part = str(rule.get("field", "")).removeprefix("candidate.")
        if part in ("department", "designation", "roles"):
            values = rule.get("value")
            for one in values if isinstance(values, list) else [values]:
                if isinstance(one, str) and one:
                    yield part, one
        for value in rule.values():
            yield from _named(value)
    elif isinstance(rule, list | tuple):
        for value in rule:
            yield from _named(value)
