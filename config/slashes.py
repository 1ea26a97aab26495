"""Addresses end with a slash: a reader is led there, a program that writes is told. Ids in them may be written in capitals."""

import re
from typing import Final

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from accounts.tenancy.problems import as_problem_response

READING = ("GET", "HEAD", "OPTIONS")
ID: Final = re.compile(r"(?<=/)[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?=/|$)")


class SlashMiddleware(CommonMiddleware):
    """Django's own, but a redirect would make a GET of what was sent to the API, so there the answer is a problem."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        # One address for one thing, whatever looks at it: an idempotency key belongs to an address.
        request.path, request.path_info = map(_small_ids, (request.path, request.path_info))
        return super().process_request(request)

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return not _writes_to_api(request) and super().should_redirect_with_slash(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 404 and _writes_to_api(request) and super().should_redirect_with_slash(request):
            detail = f"Nothing was done. Addresses end with a slash: send this to {request.path}/"
            return as_problem_response(request, 404, "slash_missing", detail)
        return super().process_response(request, response)


def _writes_to_api(request: HttpRequest) -> bool:
    return request.method not in READING and request.path_info.startswith("/api/")


def _small_ids(path: str) -> str:
    return ID.sub(lambda found: found[0].lower(), path)
