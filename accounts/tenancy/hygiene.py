"""What no part of the product can store, show or compare is refused at the door, whatever the face."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse


class InputHygieneMiddleware:
    """Refuses NUL bytes and broken UTF-8 in the path and the query string, which PostgreSQL cannot take.

    Form fields refuse NUL by themselves; JSON passes ``strict_json``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any(is_unclean(text) for text in _texts(request)):
            if not request.path.startswith("/api/"):
                raise BadRequest
            return JsonResponse(
                {
                    "type": "about:blank",
                    "title": "Bad Request",
                    "status": 400,
                    "code": "input.unclean",
                    "detail": "The address holds a NUL byte or a broken character.",
                },
                status=400,
                content_type="application/problem+json",
            )
        return self.get_response(request)


def _texts(request: HttpRequest) -> Iterable[str]:
    yield request.path
    yield unquote_plus(request.META.get("QUERY_STRING", ""), errors="surrogateescape")


def is_unclean(text: str) -> bool:
    """Whether the text holds NUL, or a surrogate without its pair (RFC 3629 has none)."""
    return "\0" in text or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text))


def is_utc(moment: datetime) -> bool:
    """Whether the product may have written it: our moments are in UTC, and the database knows no zone a day away."""
    return moment.utcoffset() == timedelta()
