"""Addresses end with a slash: a reader is led there, a program that writes is told."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from accounts.tenancy.problems import as_problem_response

READING = ("GET", "HEAD", "OPTIONS")


class SlashMiddleware(CommonMiddleware):
    """Django's own, but a redirect would make a GET of what was sent to the API, so there the answer is a problem."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return not _writes_to_api(request) and super().should_redirect_with_slash(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 404 and _writes_to_api(request) and super().should_redirect_with_slash(request):
            detail = f"Nothing was done. Addresses end with a slash: send this to {request.path}/"
            return as_problem_response(request, 404, "slash_missing", detail)
        return super().process_response(request, response)


def _writes_to_api(request: HttpRequest) -> bool:
    return request.method not in READING and request.path_info.startswith("/api/")
