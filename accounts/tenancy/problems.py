"""Every refusal of the API as RFC 9457 problem details."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions

from accounts.tenancy.errors import DomainError, Invalid

PROBLEM = "application/problem+json"
MOST_PLACES = 200
"""Places that one refusal names; nobody reads on, and an answer is not larger for a larger body."""


def problem_of(exc: Exception) -> dict[str, Any] | None:
    """The problem document of a refusal, or None for what is no refusal but a fault."""
    if isinstance(exc, Http404):
        return problem(404, "not_found", "Not found.")
    if isinstance(exc, PermissionDenied):
        return problem(403, "denied", "You do not have the right to do this.")
    if isinstance(exc, DomainError):
        errors = exc.fields if isinstance(exc, Invalid) else None
        return problem(exc.status, exc.code, exc.message, errors=errors, **exc.params)
    if isinstance(exc, exceptions.ValidationError):
        return problem(422, "invalid", Invalid.message, errors=flatten(exc.detail))
    if isinstance(exc, exceptions.APIException):
        detail, code = exc.detail, exc.get_codes()
        named = code if isinstance(code, str) else exc.default_code
        return problem(exc.status_code, str(named), str(detail))
    return None


def problem(code_of_status: int, code: str, detail: str, *, errors: Any = None, **more: Any) -> dict[str, Any]:
    """RFC 9457 members, our stable ``code``, and ``errors`` by dotted field path."""
    titles = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
    titles |= {406: "Not Acceptable", 409: "Conflict", 413: "Content Too Large", 500: "Internal Server Error"}
    titles |= {
        503: "Service Unavailable",
        415: "Unsupported Media Type",
        422: "Unprocessable Content",
        429: "Too Many Requests",
    }
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": titles.get(code_of_status, "Error"),
        "status": code_of_status,
        "code": code,
        "detail": detail,
    }
    if errors:
        document["errors"] = dict(islice(errors.items(), MOST_PLACES))
    if more:
        document["params"] = more
    return document


def flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested error detail as ``{"lines.2.amount": ["..."]}``."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            found |= flatten(value, f"{path}.{name}".strip(".") if name else path)
        return found
    if isinstance(detail, Sequence) and not isinstance(detail, str):
        if all(isinstance(item, str) for item in detail):
            return {path: [str(item) for item in detail]}
        found = {}
        for number, item in enumerate(detail):
            found |= flatten(item, f"{path}.{number}".strip(".")) if item else {}
        return found
    return {path: [str(detail)]}


def as_problem_response(request: HttpRequest, code_of_status: int, code: str, detail: str) -> HttpResponse:
    """A problem document outside of a DRF view, such as an unknown API address."""
    body = json.dumps(problem(code_of_status, code, detail))
    return HttpResponse(body, status=code_of_status, content_type=PROBLEM, headers={"Cache-Control": "no-store"})
