"""What is wrong with steps that ask people by links: rules, addresses, and texts that would tell too much."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from forms_builder.rules import RuleErrors, parse
from forms_builder.schema.document import FormDocument
from forms_builder.schema.parts import Access
from workflows.graph.automation import Node
from workflows.graph.contexts import assignee_context
from workflows.graph.document import GraphDocument, Step
from workflows.graph.outside import Outside, check_address_field
from workflows.graph.problems import Problem
from workflows.graph.saved import pieces_of, setting_place
from workflows.nodes.base import NodeKind
from workflows.nodes.registry import KINDS
from workflows.nodes.templating import ANSWERS, placeholders

APPROVAL: Final = "approval"
OUTSIDE_FACTS: Final = ("run.id", "run.number", "run.title", "workflow.id", "workflow.name", "requester.name")
"""What the words to people outside may name, besides `record.` and a field that the step shows."""


def link_problems(graph: GraphDocument, form: FormDocument, *, forbidden: bool = False) -> list[Problem]:
    """All problems of all steps that ask by links; `forbidden`: the organisation lets nobody decide without an account."""
    found: list[Problem] = []
    for row, step in enumerate(graph.steps):
        if step.outside is not None:
            found += _of_step(step, step.outside, f"steps.{row}.assignee.outside", form, forbidden)
        if step.node is not None:
            found += _of_node(step, step.node, f"steps.{row}.node", form, forbidden)
    return found


def _of_step(step: Step, outside: Outside, place: str, form: FormDocument, forbidden: bool) -> Iterator[Problem]:
    if forbidden:
        yield _forbidden(step, place)
    texts = {"subject": outside.subject, "text": outside.text}
    for path, name in placeholders(texts):
        if name in OUTSIDE_FACTS:
            continue
        root, _, rest = name.partition(".")
        if root in ANSWERS and rest in form.by_name:
            continue
        text = f"“{step.name}”: “{name}” cannot be named in words to people outside."
        hint = f"Use record. and a field, or one of {', '.join(OUTSIDE_FACTS)}."
        yield Problem("unknown-variable", f"{place}.{path}", "blocks", text, hint)
    yield from _told(step, placeholders(texts), place, form)


def _of_node(step: Step, node: Node, place: str, form: FormDocument, forbidden: bool) -> Iterator[Problem]:
    for piece in pieces_of(node):
        kind = KINDS.get(piece.job.kind)
        for one in _of_kind(step, kind, piece.job.params, form, forbidden) if kind is not None else ():
            yield replace(one, place=setting_place(node, piece, place, one.place))
        if piece.job.kind == APPROVAL and not piece.is_last:
            text = f"“{step.name}” asks for an approval before its last piece of work, where no button leads on."
            yield Problem("approval-not-last", f"{place}.task", "blocks", text, "Make it the last piece.")


def _of_kind(
    step: Step, kind: NodeKind[Any], raw: dict[str, Any], form: FormDocument, forbidden: bool
) -> Iterator[Problem]:
    """Each with its place in the settings."""
    try:
        params = kind.params.model_validate(raw)
    except ValidationError:
        return  # told by the lint of the kinds
    for path, name in kind.address_fields(params):
        yield from check_address_field(step.name, name, path, form)
    for path, rule in kind.people_rules(params):
        try:
            parse(rule, assignee_context(form))
        except RuleErrors as errors:
            for error in errors.errors:
                yield Problem(f"rule-{error.code}", path, "blocks", error.message, "Correct the rule.")
    if kind.tells_outside(params):
        yield from _told(step, kind.names(params), "", form)
        if forbidden and kind.asks_outside(params):
            yield _forbidden(step, "")


def _told(step: Step, names: Iterable[tuple[str, str]], place: str, form: FormDocument) -> Iterator[Problem]:
    """Fields that the words would tell although the step does not show them."""
    for path, name in names:
        root, _, rest = name.partition(".")
        field = form.by_name.get(rest.partition(".")[0]) if root in ANSWERS else None
        if field is not None and field.access_at(step.key) is Access.HIDDEN:
            text = f"“{step.name}” would tell “{field.label}” by mail, which it does not show."
            where = f"{place}.{path}".strip(".")
            yield Problem("outside-tells-hidden", where, "blocks", text, "Let the step read it, or leave it out.")


def _forbidden(step: Step, place: str) -> Problem:
    text = f"“{step.name}” asks people without an account, which your organisation does not allow."
    return Problem("outside-forbidden", place, "blocks", text, "Ask somebody inside, or have the setting changed.")
