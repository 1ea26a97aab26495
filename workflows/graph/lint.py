"""Everything that is wrong with a graph, all at once, each problem with its place. Pure: people are not counted here."""

import re

from forms_builder.schema.document import DocumentError, FormDocument
from workflows.graph.branching import check_branches
from workflows.graph.contexts import EMPTY_FORM
from workflows.graph.document import GraphDocument
from workflows.graph.machine_checks import check_nodes
from workflows.graph.problems import Problem, blocking
from workflows.graph.settings import check_settings, check_with_form, form_problems
from workflows.graph.structure import Shape, check_structure

__all__ = ["Problem", "blocking", "lint", "lint_raw"]

UNKNOWN_FIELD = "rule-unknown_field"
_NUMBER = re.compile(r"([0-9]{1,9})")


def lint(document: GraphDocument, form: FormDocument | None = None) -> list[Problem]:
    """All problems in the order of the document, those that block first where two share a place.

    Without a form, rules may not name any of its fields; with one, the form and its field x step matrix are checked too.
    """
    shape = Shape(document)
    found = [
        *check_structure(shape),
        *check_branches(shape),
        *check_settings(shape, form or EMPTY_FORM),
        *check_nodes(shape, form or EMPTY_FORM),
    ]
    if form is not None:
        found += check_with_form(shape, form)
    return sorted(found, key=_order)


def lint_raw(graph: object, form: object = None) -> list[Problem]:
    """The same for JSON data as imported or edited by hand. Never raises, whatever the data is.

    Where the graph or the form cannot be read, its wrong places are the problems (code "malformed"), and the other one
    is checked as far as it can be alone: without the form's fields no rule is blamed for naming one.
    """
    found: list[Problem] = []
    document: GraphDocument | None = None
    parsed: FormDocument | None = None
    try:
        document = GraphDocument.load(graph)
    except DocumentError as error:
        found += _malformed(error, "")
    try:
        parsed = FormDocument.load(form) if form is not None else None
    except DocumentError as error:
        found += _malformed(error, "form.")
    if document is not None:
        problems = lint(document, parsed)
        found += problems if parsed or form is None else [one for one in problems if one.code != UNKNOWN_FIELD]
    elif parsed is not None:
        found += form_problems(parsed)
    return sorted(found, key=_order)


def _malformed(error: DocumentError, prefix: str) -> list[Problem]:
    hint = "Correct the document."
    return [Problem("malformed", f"{prefix}{path}".rstrip("."), "blocks", text, hint) for path, text in error.errors]


def _order(problem: Problem) -> tuple[list[str | int], str]:
    """Places by number, not by text: steps.10 comes after steps.9."""
    parts = _NUMBER.split(problem.place)
    return [int(part) if row % 2 else part for row, part in enumerate(parts)], problem.level
