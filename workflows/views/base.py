"""What the pages of this app share: tabs, fragments for htmx, and doors as pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

MAX_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab as a link, see templates/components/tabs.html; ``count`` is shown unless it is empty."""

    key: str
    label: str
    url: str
    count: str = ""
    current: bool = False


def shown_count(count: int, cap: int) -> str:
    """A count that was taken up to ``cap``: "99+" when it got there, empty for none."""
    return "" if not count else f"{cap - 1}+" if count >= cap else str(count)


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """The page; to htmx only its changing part, where ``fragment`` names a template for it."""
    headers = request.headers
    alone = fragment and headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
    response = render(request, fragment if alone else template, dict(context), status=status)
    response.headers.setdefault("Cache-Control", "no-store, private")
    patch_vary_headers(response, ["HX-Request"])
    return response


def words(request: HttpRequest) -> str:
    """What stands in the search box."""
    return request.GET.get("q", "").strip()[:MAX_WORDS]


def quiet(response: HttpResponse) -> HttpResponse:
    """For an address that is a key: no cache keeps it, no other site and no search engine learns of it."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
