"""What a refusal looks like outside of a view: a page, or a problem document under ``/api/``."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts.tenancy.problems import as_problem_response
from config.health import outage_of, unavailable


def _answer(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    # The body never depends on the address: a foreign id and a missing one look the same, byte for byte.
    if request.path.startswith("/api/"):
        return as_problem_response(request, status, code, detail)
    # Nor on the moment: these pages have no form, so they need no token.
    page = render_to_string(f"errors/{status}.html", {"detail": detail, "csrf_token": ""}, request=request)
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


def server_error(request: HttpRequest) -> HttpResponse:
    part = outage_of(sys.exc_info()[1])
    if part:
        return unavailable(request, part)
    if request.path.startswith("/api/"):
        return as_problem_response(request, 500, "server_error", "Something went wrong on our side.")
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, "csrf", "The form was open for too long or came from another site. Load it again.")
