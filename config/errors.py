"""What a refusal looks like outside of a view: a page, or a problem document under ``/api/``."""

import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from accounts.tenancy.hosts import page_left
from accounts.tenancy.problems import as_problem_response
from config.health import outage_of, unavailable


def _answer(request: HttpRequest, status: int, code: str, detail: str, *, back: str = "") -> HttpResponse:
    # The body never depends on the address: a foreign id and a missing one look the same, byte for byte.
    if request.path.startswith("/api/"):
        return as_problem_response(request, status, code, detail)
    # Nor on the moment: these pages have no form, so they need no token.
    page = render_to_string(
        f"errors/{status}.html", {"detail": detail, "back": back, "csrf_token": ""}, request=request
    )
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store, private"})


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, 413, "too_large", "The request is larger than anything that is expected here.")
    return _answer(request, 400, "bad_request", "The request could not be read.")


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    reason = str(exception) if exception is not None else ""
    return _answer(request, 403, "denied", reason or "You do not have the right to do this.")


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 404, "not_found", "Not found.")


class RefusedMethodMiddleware:
    """Django refuses a method with an empty page; people get one that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refused = self.get_response(request)
        if not isinstance(refused, HttpResponseNotAllowed) or refused.content:
            return refused
        said = _answer(request, 405, "method_not_allowed", "")
        said.headers["Allow"] = refused.headers["Allow"]
        return said


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    part = outage_of(error)
    if error is not None and part:
        return unavailable(request, part, error)
    if request.path.startswith("/api/"):
        return as_problem_response(request, 500, "server_error", "Something went wrong on our side.")
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Most often somebody has logged in anew, or stepped into another organisation, since the form was opened."""
    detail = (
        "Nothing was sent: the form was opened before you last logged in or stepped into an organisation, or on another"
        " site. Load it again."
    )
    return _answer(request, 403, "csrf", detail, back=page_left(request))
