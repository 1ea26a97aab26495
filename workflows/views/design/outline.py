"""The tab Outline: the graph as a table, with every operation of the canvas, by keyboard and without script."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.drafting.edits.graph import GATEWAYS
from workflows.graph.document import StepKind
from workflows.graph.outline import Move, OutlineRow, outline
from workflows.graph.sentences import KINDS
from workflows.views.design.base import DesignTab, Desk


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the table. `others` are the steps that a way from here may lead to."""

    step: OutlineRow
    number: int
    is_first: bool
    is_last: bool
    is_gateway: bool
    moves: tuple[Move, ...]
    problems: tuple[Mapping[str, Any], ...]


def context(desk: Desk) -> Mapping[str, Any]:
    rows = outline(desk.draft.graph, form=desk.draft.form)
    last = len(rows)
    return {
        "rows": [
            Row(
                step=row,
                number=number,
                is_first=number == 1,
                is_last=number == last,
                is_gateway=row.kind in GATEWAYS,
                moves=row.moves,
                problems=(),
            )
            for number, row in enumerate(rows, start=1)
        ],
        "kinds": [(kind.value, KINDS[kind]) for kind in StepKind],
        "steps": [(row.key, row.name) for row in rows],
    }


TAB = DesignTab("outline", "Outline", "workflows/design/outline.html", context)
