"""The tab Cases: the stories that the draft must play, how it plays them, and what none of them goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe

from workflows import policies
from workflows.graph.cases import Case
from workflows.graph.layout import Direction
from workflows.graph.lint import blocking, lint
from workflows.selectors.drawings import figures_svg
from workflows.selectors.publishing import cases_gate
from workflows.services.case_stage import CaseResult
from workflows.services.cases import Played, coverage_overlay, played
from workflows.views.design.base import DesignTab, Desk


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case and how it plays; None where the draft cannot be played yet."""

    case: Case
    result: CaseResult | None


def context(desk: Desk) -> Mapping[str, Any]:
    draft = desk.draft
    found = None if blocking(lint(draft.graph, draft.form)) else played(draft.version)
    results: Mapping[str, CaseResult] = {one.name: one for one in found.results} if found else {}
    given: dict[str, Any] = {
        "played": found,
        "cases": [CaseRow(case, results.get(case.name)) for case in draft.cases],
        "gate": cases_gate(draft.actor.organisation_id),
        "may_gate": policies.settings.may(draft.actor, "manage"),
        "graph_svg": "",
    }
    return given | (_covered(draft.version, found) if found and draft.cases else {})


def _covered(version: Any, found: Played) -> dict[str, Any]:
    """The coverage on the drawing, and as a table in the order of the document."""
    painted = coverage_overlay(found)
    wide, narrow = (
        figures_svg(version, painted, way, "Cases through the steps") for way in (Direction.RIGHT, Direction.DOWN)
    )
    rows = [
        (found.names.get(key, key), one["label"], one["tone"]) for part in painted.values() for key, one in part.items()
    ]
    return {
        "graph_svg": mark_safe(wide),  # noqa: S308 - made and escaped by us
        "graph_svg_narrow": mark_safe(narrow),  # noqa: S308 - made and escaped by us
        "coverage": rows,
    }


TAB = DesignTab("cases", "Cases", "workflows/design/cases.html", context)
