"""Search."""

from django.http import HttpRequest, HttpResponse
from django.views import View

from accounts.views.base import MemberRequired
from workflows.selectors.paging import Cursor
from workflows.selectors.search import search
from workflows.views.base import page, words


class SearchView(MemberRequired, View):
    """``?q`` and ``cursor``."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        q = words(request)
        found = search(self.actor, q, Cursor.parse(request.GET.get("cursor", "")))
        return page(request, "workflows/search.html", {"q": q, "workflows": found.workflows, "page": found.page})
