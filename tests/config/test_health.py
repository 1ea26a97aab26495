"""Probes, metrics and the answer while the database is away."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import health
from config.health import OutageMiddleware, ProbeMiddleware, beat


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """No test believes what another one has found."""
    health._good_until.clear()
    yield
    health._good_until.clear()


def probe(path: str, **extra: Any) -> HttpResponse:
    request = RequestFactory().get(path, **extra)
    return ProbeMiddleware(lambda _: HttpResponse("page"))(request)


def test_live_asks_nothing_and_takes_any_host() -> None:
    answer = probe("/healthz", HTTP_HOST="10.1.2.3:8000")
    assert (answer.status_code, answer.content) == (200, b'{"status": "ok"}')


def test_probes_are_read_only() -> None:
    request = RequestFactory().post("/healthz")
    assert ProbeMiddleware(lambda _: HttpResponse())(request).status_code == 405


def test_other_addresses_pass_through() -> None:
    assert probe("/healthz/x").content == b"page"


@pytest.mark.django_db
def test_ready_names_a_missing_worker_and_then_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = probe("/readyz")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert health.readiness()["worker"] == "no worker has reported yet"
    beat("worker")
    assert probe("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_silent_worker_is_named() -> None:
    beat("worker")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE config_heartbeat SET at = now() - interval '5 minutes'")
    assert health.readiness()["worker"] == "silent for 300 seconds"
    beat("worker")
    assert health.readiness()["worker"] == "ok"


@pytest.mark.django_db
def test_waiting_migrations_are_counted() -> None:
    assert health.check_migrations() is None
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'config'")
        forgotten = cursor.rowcount
    assert forgotten
    assert health.check_migrations() == f"{forgotten} not applied: run manage.py migrate"


def test_unreachable_broker_and_storage_are_named(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"conn_string": "host=/nonexistent dbname=x"}
    assert health.check_broker() == "does not answer"

    def refuse(_name: str) -> bool:
        raise ConnectionRefusedError

    monkeypatch.setattr(default_storage, "exists", refuse)
    assert health.check_storage() == "does not answer"


def test_a_disk_that_takes_no_files_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    files = tmp_path / "files"
    monkeypatch.setattr("config.health.default_storage", FileSystemStorage(files))
    assert health.check_storage() is None
    assert not files.exists()
    monkeypatch.setattr("os.access", lambda place, mode: False)
    assert health.check_storage() == "cannot be written to"
    monkeypatch.undo()
    monkeypatch.setattr("config.health.default_storage", FileSystemStorage(files))
    settings.ATTACHMENT_MAX_BYTES = 2**62
    assert health.check_storage() == "is full"


@pytest.mark.django_db
def test_metrics_tell_how_long_the_worker_is_silent() -> None:
    assert b"countersign_worker_silence_seconds" not in probe("/metrics").content
    beat("worker")
    assert b"\ncountersign_worker_silence_seconds 0\n" in probe("/metrics").content


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_the_token(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert b"# HELP " in probe("/metrics").content
    assert probe("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert probe("/metrics", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 404
    settings.METRICS_TOKEN = "scraper"
    assert probe("/metrics").status_code == 404
    assert probe("/metrics", HTTP_AUTHORIZATION="Bearer wrong").status_code == 404
    assert probe("/metrics", REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer scraper").status_code == 200


def test_outage_in_a_view_is_503_with_retry_after() -> None:
    middleware = OutageMiddleware(lambda _: HttpResponse())
    for path, kind in (("/inbox/", "text/html"), ("/api/v1/me/", "application/problem+json")):
        request = RequestFactory().get(path)
        answer = middleware.process_exception(request, OperationalError("gone"))
        assert answer is not None
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer["Content-Type"].startswith(kind)
    assert middleware.process_exception(RequestFactory().get("/"), ValueError("a bug")) is None


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (EndpointConnectionError(endpoint_url="http://s3"), b"file storage"),
        (ClientError({"ResponseMetadata": {"HTTPStatusCode": 503}}, "PutObject"), b"file storage"),
        (OSError(errno.ENOSPC, "No space left on device"), b"file storage"),
        (OSError(errno.EROFS, "Read-only file system"), b"file storage"),
        (OperationalError("gone"), b"database"),
        (ClientError({"ResponseMetadata": {"HTTPStatusCode": 403}}, "PutObject"), None),
        (OSError(errno.EACCES, "Permission denied"), None),
    ],
)
def test_an_outage_names_the_part_and_a_fault_stays_a_fault(error: Exception, says: bytes | None) -> None:
    answer = OutageMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory().get("/api/v1/me/"), error)
    assert (answer is None) if says is None else (answer is not None and says in answer.content)


def test_the_log_tells_a_deadlock_from_a_database_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    error = OperationalError("deadlock detected")
    error.__cause__ = psycopg.errors.DeadlockDetected()
    OutageMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory().get("/inbox/"), error)
    assert "DeadlockDetected" in caplog.text


def test_outage_before_the_view_is_503_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session, read by a middleware, is the first to find the database gone."""

    def gone(_request: HttpRequest) -> HttpResponse:
        raise OperationalError from psycopg.errors.AdminShutdown()

    monkeypatch.setattr("accounts.tenancy.middleware.TenancyMiddleware.__call__", lambda self, request: gone(request))
    answer = Client(raise_request_exception=False).get("/inbox/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
