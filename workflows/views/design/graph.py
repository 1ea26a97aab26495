"""The tab Graph: the canvas with its state, and without script the drawing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views import View

from accounts.templatetags.ui import ICONS, built_url
from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.graph.automation import SAVED
from workflows.graph.canvas_words import canvas_words
from workflows.graph.layout import Direction
from workflows.graph.svg import graph_svg
from workflows.nodes.registry import KINDS
from workflows.selectors.canvas_palette import canvas_palette
from workflows.selectors.drafts import Draft, access_draft, operation_json, operations_after
from workflows.services.draft_answers import told_problems
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
        "canvas": _state(draft),
        "draft_state": {
            "document": draft.document,
            "revision": draft.revision,
            "operations": [operation_json(row) for row in rows],
        },
    }


TAB: Final = DesignTab("graph", "Graph", "workflows/design/graph.html", context)


class DesignCanvasView(MemberRequired, View):
    """What the canvas asks for after a save: words and problems of what is kept by now, and the list of problems as markup."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> JsonResponse:
        with refusals_as_pages():
            draft = access_draft(self.actor, definition_id)
        return JsonResponse(_told(draft) | {"revision": draft.revision}, headers={"Cache-Control": "no-store, private"})


def _bottlenecks(args: list[UUID], days: int) -> dict[str, str]:
    since = timezone.localdate() - timedelta(days=days)
    url = f"{reverse('bottlenecks_overlay', args=args)}?since={since.isoformat()}"
    return {"key": f"bottlenecks-{days}", "label": f"Time lost, {days} days", "url": url}


def _told(draft: Draft) -> dict[str, Any]:
    problems = [{"place": one["at"], "level": one["level"], "message": one["message"]} for one in told_problems(draft)]
    return {"words": canvas_words(draft.graph, draft.form, MACHINES), "problems": problems}


def _state(draft: Draft) -> dict[str, Any]:
    args = [draft.definition.id]
    return _told(draft) | {
        "palette": canvas_palette(draft.actor),
        "overlays": [
            *(_bottlenecks(args, days) for days in PERIODS),
            {"key": "cases", "label": "What cases go through", "url": reverse("cases_overlay", args=args)},
        ],
        "words_url": reverse("design_canvas", args=args),
        "item_url": reverse("design_item", args=args),
        "icons_url": built_url(ICONS),
    }
