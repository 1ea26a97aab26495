"""One log line per request with its id, organisation and person.

The line names the route, not the address: addresses carry password-reset tokens and search words.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from accounts.audit.record import request_id as recorded_request_id

logger = structlog.get_logger("countersign.request")

BOUND = ("request_id", "organisation", "member", "user")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestContextMiddleware:
    """Gives each request an id (its own `X-Request-ID` if well-formed), answers with it and writes one line at the end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        identity = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=identity)
        token = recorded_request_id.set(identity)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = identity
            self._write(request, response, time.perf_counter() - started)
            return response
        finally:
            recorded_request_id.reset(token)
            structlog.contextvars.unbind_contextvars(*BOUND)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """By now the person is known: every line of the view carries who and where."""
        member = getattr(request, "membership", None)
        if member is not None:
            structlog.contextvars.bind_contextvars(
                organisation=str(member.organisation_id), member=str(member.pk), user=str(member.user_id)
            )

    def _write(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        write = logger.error if response.status_code >= 500 else logger.info
        write(
            "request",
            method=request.method,
            route=match.route if match else None,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
