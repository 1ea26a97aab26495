"""The tab Graph: the canvas with its state, and without script the drawing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.templatetags.ui import ICONS, built_url
from workflows.graph.automation import SAVED
from workflows.graph.canvas_words import canvas_words
from workflows.graph.layout import Direction
from workflows.graph.svg import graph_svg
from workflows.nodes.registry import KINDS
from workflows.selectors.canvas_palette import canvas_palette
from workflows.selectors.drafts import operation_json, operations_after
from workflows.selectors.palette import Palette, palette_of
from workflows.views.design.base import DesignTab, Desk

LATEST: Final = 200
"""Operations that the canvas is given at first, so that undo goes on where it was before a reload."""
PERIODS: Final = (30, 90, 365)
"""Days over which the canvas can show where time is lost."""
MACHINES: Final = {name: kind.label for name, kind in KINDS.items()} | {SAVED: "Saved task"}


def context(desk: Desk) -> Mapping[str, Any]:
    """The drawing for wide and for narrow windows, and what the canvas is made of."""
    draft = desk.draft
    title = f"Steps of {draft.definition.name}"
    wide, narrow = (
        graph_svg(draft.graph, title=title, ident=f"graph-{way.value}", direction=way, form=draft.form)
        for way in (Direction.RIGHT, Direction.DOWN)
    )
    rows = operations_after(draft.version, max(0, draft.revision - LATEST))
    return {
        "graph_svg": mark_safe(wide),  # noqa: S308 - made and escaped by us
        "graph_svg_narrow": mark_safe(narrow),  # noqa: S308 - made and escaped by us
        "outline_url": f"{reverse('design', args=[draft.definition.id])}?tab=outline",
        "canvas": state(desk, palette_of(draft.definition.organisation_id)),
        "draft_state": {
            "document": draft.document,
            "revision": draft.revision,
            "operations": [operation_json(row) for row in rows],
        },
    }


TAB: Final = DesignTab("graph", "Graph", "workflows/design/graph.html", context)


def _bottlenecks(args: list[UUID], days: int, any_of: int = 1) -> dict[str, str]:
    since = timezone.localdate() - timedelta(days=days)
    url = f"{reverse('bottlenecks_overlay', args=args)}?since={since.isoformat()}"
    if any_of == 1:
        return {"key": f"bottlenecks-{days}", "label": f"Time lost, {days} days", "url": url}
    label = f"If any of {any_of} decided, {days} days"
    return {"key": f"any-of-{any_of}", "label": label, "url": f"{url}&any_of={any_of}"}


def told(desk: Desk) -> dict[str, Any]:
    """What the server says about the steps: words, and problems by place."""
    draft = desk.draft
    problems = [{"place": one["at"], "level": one["level"], "message": one["message"]} for one in desk.problems]
    return {"words": canvas_words(draft.graph, draft.form, MACHINES), "problems": problems}


def state(desk: Desk, machines: Palette) -> dict[str, Any]:
    """What the island reads, see ``static/src/islands/graph-canvas/state.ts``."""
    draft = desk.draft
    args = [draft.definition.id]
    return told(desk) | {
        "palette": canvas_palette(machines),
        "overlays": [
            *(_bottlenecks(args, days) for days in PERIODS),
            _bottlenecks(args, PERIODS[-1], any_of=3),
            {"key": "cases", "label": "What cases go through", "url": reverse("cases_overlay", args=args)},
        ],
        "words_url": reverse("design_canvas", args=args),
        "item_url": reverse("design_item", args=args),
        "icons_url": built_url(ICONS),
    }
