"""The ground of every REST view: refusals are problem documents, retries get the first answer."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework import exceptions, generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tenancy.errors import DomainError
from accounts.tenancy.idempotency import Answer, Attempt
from accounts.tenancy.problems import PROBLEM, problem_of
from accounts.tenancy.scope import declared_organisation_id


class _Replay(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class BaseView(generics.GenericAPIView[Any]):
    """A view inside the caller's organisation scope. Every POST honours ``Idempotency-Key``."""

    _attempt: Attempt | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(UTC):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # The bytes are read before a parser takes the stream, for the hash that tells a retry from another request.
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        is_json = (request.content_type or "").startswith("application/json")
        body = request._request.body if key is not None and is_json else b""
        super().initial(request, *args, **kwargs)
        membership = getattr(request._request, "membership", None)
        if key is not None and membership is not None:
            self._attempt = Attempt.of(membership.organisation_id, membership.id, request.path, key, body)
            answer = self._attempt.replay()
            if answer is not None:
                self._attempt = None
                raise _Replay(answer)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            return cast(Response, _replayed(exc.answer))
        self._attempt = None
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "no-store, private")
        if self._attempt is not None and isinstance(final, Response) and final.status_code < 300:
            final.render()
            kept = {name: final.headers[name] for name in ("ETag", "Location") if name in final.headers}
            self._attempt.keep(Answer(final.status_code, final.content.decode(), kept))
        return final


def _replayed(answer: Answer) -> HttpResponse:
    replay = HttpResponse(answer.body, status=answer.status, content_type="application/json", headers=answer.headers)
    replay.headers["Idempotent-Replayed"] = "true"
    return replay


def problem_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every refusal as RFC 9457 problem details; the transaction of the request is undone."""
    problem = problem_of(exc)
    if problem is None:
        return None
    if connection.in_atomic_block and declared_organisation_id() is not None:
        transaction.set_rollback(True)
    headers: dict[str, str] = {}
    if problem["status"] == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="countersign"'
    if isinstance(exc, DomainError) and "retry_after" in exc.params:
        headers["Retry-After"] = str(exc.params["retry_after"])
    if isinstance(exc, exceptions.APIException):
        if header := getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = header
        if wait := getattr(exc, "wait", None):
            headers["Retry-After"] = str(int(wait))
    return Response(problem, status=problem["status"], headers=headers, content_type=PROBLEM)
