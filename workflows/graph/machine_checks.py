"""Lint of automatic steps as far as it can be said without knowing what their kinds do; `workflows.nodes.lint` knows."""

from collections.abc import Iterator
from typing import Final

from forms_builder.schema.document import FormDocument
from workflows.graph.automation import SAVED, Node, takes_answers
from workflows.graph.document import Step, StepKind
from workflows.graph.problems import Problem
from workflows.graph.saved import pieces_of
from workflows.graph.structure import Shape

CHOOSE: Final = ("approval", "chain")
"""Kinds whose answer names the way on: the button that was pressed, or how the other request has ended."""


def check_nodes(shape: Shape, form: FormDocument) -> Iterator[Problem]:
    """Problems of machine steps that can be seen without knowing their kind."""
    for row, step in shape.steps.values():
        place = f"steps.{row}"
        if step.kind is not StepKind.AUTO:
            if step.node is not None:
                text = f"“{step.name}” is no automatic step, so what it would do is never done."
                yield Problem("node-without-auto", f"{place}.node", "blocks", text, "Make it automatic, or remove it.")
            continue
        if step.assignee is not None:
            text = f"“{step.name}” is done by the product; nobody is asked."
            yield Problem("auto-assignee", f"{place}.assignee", "blocks", text, "Remove the rule.")
        if step.node is None:
            text = f"“{step.name}” does not say what is to be done."
            yield Problem("no-node", f"{place}.node", "blocks", text, "Choose what the step does.")
            continue
        if step.node.kind == SAVED and step.node.task is None:
            text = f"“{step.name}” does not say which saved task it does."
            yield Problem("no-saved-task", f"{place}.node.task", "blocks", text, "Choose one of the saved tasks.")
        yield from _ways(shape, step, step.node, place)
        yield from _saved(step, step.node, form, place)


def _ways(shape: Shape, step: Step, node: Node, place: str) -> Iterator[Problem]:
    ways = shape.ways.get(step.key, [])
    if node.on_failure and node.on_failure not in {way.key for way in ways}:
        text = f"“{step.name}” goes on by {node.on_failure} when it fails, but no such transition leaves it."
        yield Problem("unknown-on-failure", f"{place}.node.on_failure", "blocks", text, "Name one of its transitions.")
    onward = [way for way in ways if way.key != node.on_failure]
    if ways and not onward:
        text = f"“{step.name}” has no way on when it succeeds."
        yield Problem("auto-without-way", place, "blocks", text, "Draw a transition for success.")
    chooses = any(piece.job.kind in CHOOSE for piece in pieces_of(node)[-1:])
    if not chooses and sum(way.condition is None for way in onward) > 1:
        text = f"Several ways out of “{step.name}” have no condition; a machine cannot choose between them."
        yield Problem("auto-ambiguous", place, "blocks", text, "Give all but one a condition, or lead it to a fork.")


def _saved(step: Step, node: Node, form: FormDocument, place: str) -> Iterator[Problem]:
    wanted = {name: f"{place}.node.save.{name}" for name in node.save}
    for piece in pieces_of(node):
        wanted = dict.fromkeys(piece.job.save, f"{place}.node.task") | wanted
    for name, where in wanted.items():
        field = form.by_name.get(name)
        if field is None:
            text = f"“{step.name}” writes the field {name}, which the form does not have."
            yield Problem("unknown-field", where, "blocks", text, "Choose a field of the form.")
        elif not takes_answers(field):
            text = (
                f"“{step.name}” cannot write the field {name}: it is filled in by people, or follows from other fields."
            )
            yield Problem("unwritable-field", where, "blocks", text, "Choose another field.")
