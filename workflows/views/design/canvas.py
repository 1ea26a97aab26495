"""What the canvas asks for after a save."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.selectors.drafts import access_draft
from workflows.views.design import graph
from workflows.views.design.base import Desk
from workflows.views.design.shell import frame


class DesignCanvasView(MemberRequired, View):
    """Words and problems of what is kept by now, and the strip of problems as markup: one look of the lint for all of it."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, definition_id: UUID) -> JsonResponse:
        with refusals_as_pages():
            desk = Desk(request, access_draft(self.actor, definition_id))
        strip = render_to_string("workflows/design/problems.html", frame(desk, graph.TAB.key), request)
        found = graph.told(desk) | {"revision": desk.draft.revision, "strip": strip}
        return JsonResponse(found, headers={"Cache-Control": "no-store, private"})
