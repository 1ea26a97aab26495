"""The tab Graph: the canvas, and without script the drawing."""

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import mark_safe

from workflows.graph.layout import Direction
from workflows.graph.svg import graph_svg
from workflows.views.design.base import DesignTab, Desk


def context(desk: Desk) -> Mapping[str, Any]:
    """The drawing for wide and for narrow windows."""
    draft = desk.draft
    title = f"Steps of {draft.definition.name}"
    wide, narrow = (
        graph_svg(draft.graph, title=title, ident=f"graph-{way.value}", direction=way, form=draft.form)
        for way in (Direction.RIGHT, Direction.DOWN)
    )
    return {"graph_svg": mark_safe(wide), "graph_svg_narrow": mark_safe(narrow)}  # noqa: S308 - made and escaped by us


TAB = DesignTab("graph", "Graph", "workflows/design/graph.html", context)
