"""One JSON line per request, with who and where, without secrets."""

from __future__ import annotations

import io
import json
import logging
import re
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.audit.record import request_id
from config.json_logs import Faults, hide_secrets
from config.logging import RequestContextMiddleware
from tests.contracts.url_table import addresses

TOKEN = re.compile(r"<(?:\w+:)?\w*token\w*>")
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def formatted(**event: Any) -> dict[str, Any]:
    return dict(hide_secrets(None, "info", event))


@pytest.mark.parametrize(
    "name", ["password", "new_password1", "Authorization", "set-cookie", "SECRET_KEY", "refresh_token", "api_key"]
)
def test_values_under_telling_names_are_hidden(name: str) -> None:
    assert formatted(**{name: "hunter2"})[name] == "***"
    assert formatted(data={"deep": [{name: "hunter2"}]})["data"]["deep"][0][name] == "***"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://app:hunter2@db/x",
        f"sent {JWT}",
        "Authorization: Bearer hunter2hunter2",
        "password=hunter2",
        '{"password": "hunter2"}',
        "Forbidden (CSRF cookie not set.): /password/set/MDFh/hunter2/",
        "GET /organisations/enter/?ticket=hunter2",
    ],
)
def test_secrets_inside_texts_are_hidden(text: str) -> None:
    hidden = formatted(event=text, exception=f"Traceback ... {text}")
    assert "hunter2" not in str(hidden)
    assert JWT not in str(hidden)


def test_every_address_with_a_token_is_hidden() -> None:
    routes = [route for route, _ in addresses() if TOKEN.search(route)]
    assert len(routes) >= 5
    shown = [
        text for route in routes if "hunter2" in (text := formatted(event=f"/{TOKEN.sub('hunter2', route)}")["event"])
    ]
    assert shown == []


def test_ordinary_texts_stay() -> None:
    assert formatted(event="Task 7 moved to HR review", status=200) == {
        "event": "Task 7 moved to HR review",
        "status": 200,
    }


def test_both_kinds_of_loggers_end_in_json() -> None:
    stream = io.StringIO()
    formatter = settings.LOGGING["formatters"]["json"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter["()"](**{key: value for key, value in formatter.items() if key != "()"}))
    plain = logging.getLogger("tests.plain")
    plain.addHandler(handler)
    plain.propagate = False
    plain.warning("connected to %s", "redis://:hunter2@cache/0")
    structlog.get_logger("tests.plain").warning("spoken", number=7)
    plain.removeHandler(handler)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["event"] == "connected to redis://:***@cache/0"
    assert (second["event"], second["number"], second["level"]) == ("spoken", 7, "warning")


def test_request_gets_an_id_for_log_answer_and_audit() -> None:
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request)
        seen.update(structlog.contextvars.get_contextvars(), audit=request_id.get())
        return HttpResponse()

    middleware = RequestContextMiddleware(view)
    request = RequestFactory().get("/", headers={"X-Request-ID": "from-the-proxy-1"})
    request.membership = SimpleNamespace(pk=UUID(int=1), organisation_id=UUID(int=2), user_id=UUID(int=3))  # type: ignore[attr-defined]  # as TenancyMiddleware
    assert middleware(request)["X-Request-ID"] == "from-the-proxy-1"
    assert seen["audit"] == seen["request_id"] == "from-the-proxy-1"
    assert (seen["organisation"], seen["user"]) == (str(UUID(int=2)), str(UUID(int=3)))
    assert structlog.contextvars.get_contextvars() == {}
    assert request_id.get() == ""


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'with"quote-and-more', "line\nbreak-12345"])
def test_an_unusable_request_id_is_replaced(given: str) -> None:
    request = RequestFactory().get("/", HTTP_X_REQUEST_ID=given)
    answer = RequestContextMiddleware(lambda _: HttpResponse())(request)
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_django_tells_faults_with_their_trace_and_nothing_else() -> None:
    def record(status: int, error: BaseException | None) -> logging.LogRecord:
        trace = (type(error), error, None) if error else None
        made = logging.LogRecord("django.request", logging.ERROR, "", 0, "x", (), trace)
        made.status_code = status
        return made

    faults = Faults()
    assert faults.filter(record(500, ValueError("a bug")))
    assert not faults.filter(record(503, OperationalError("away")))
    assert not faults.filter(record(503, None))
