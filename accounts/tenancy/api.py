"""The ground of every REST view: refusals are problem documents, retries get the first answer."""

from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Any, Final, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from rest_framework import exceptions, generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tenancy.errors import DomainError
from accounts.tenancy.idempotency import Answer, Attempt
from accounts.tenancy.problems import PROBLEM, problem_of
from accounts.tenancy.scope import declared_organisation_id

NOTHING_TO_LOAD: Final = "default-src 'none'; frame-ancestors 'none'"
"""The content policy of an answer that is data, should a browser ever show it."""


class _Replay(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class BaseView(generics.GenericAPIView[Any]):
    """A view inside the caller's organisation scope. Every POST honours ``Idempotency-Key``."""

    # What an address takes is in its description; what is answered with 405 is not offered by `Allow`.
    http_method_names = ("get", "post", "put", "patch", "delete", "head")

    _attempt: Attempt | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(UTC):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        is_form = (request.content_type or "").startswith("multipart/")
        # The bytes are read before a parser takes the stream, for the hash that tells a retry from another request.
        body = request._request.body if key is not None and not is_form else b""
        super().initial(request, *args, **kwargs)
        membership = getattr(request._request, "membership", None)
        if key is not None and membership is not None:
            body = _content(cast(MultiValueDict[str, Any], request.data)) if is_form else body
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
        final.headers.setdefault("Content-Security-Policy", NOTHING_TO_LOAD)
        if self._attempt is not None and isinstance(final, Response) and final.status_code < 300:
            final.render()
            kept = {name: final.headers[name] for name in ("ETag", "Location") if name in final.headers}
            self._attempt.keep(Answer(final.status_code, final.content.decode(), kept))
        return final


def _content(form: MultiValueDict[str, Any]) -> bytes:
    """What a multipart body says, whatever boundary its sender drew this time: a digest of names, texts and files."""
    digest = sha256()
    for name, values in sorted(form.lists()):
        for value in values:
            digest.update(f"{name}={getattr(value, 'name', '')}:".encode())
            for chunk in value.chunks() if isinstance(value, UploadedFile) else [str(value).encode()]:
                digest.update(chunk)
            if isinstance(value, UploadedFile):
                value.seek(0)
    return digest.digest()


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
