"""Why a request is where it is, as a page of its own and as the part that the page of the request unfolds."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views import View

from accounts.views.base import MemberRequired, refusals_as_pages
from workflows.selectors.doors import open_run
from workflows.selectors.why import why_of
from workflows.views.base import page


class RequestWhyView(MemberRequired, View):
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        with refusals_as_pages():
            view = open_run(self.actor, run_id)
        context = {"run": view.run, "why": why_of(view)}
        return page(request, "workflows/request_why.html", context, fragment="workflows/request_why_body.html")
