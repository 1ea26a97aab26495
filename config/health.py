"""Is it alive, is it ready, what does it count, and what it says while a part that it needs is away.

The three probes are answered before anything else of a request is looked at: a probe comes by address instead of host name,
must not open a session, and has to answer when the database does not.
"""

from __future__ import annotations

import errno
import hmac
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import structlog
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as StoreConnectionError
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django_prometheus.exports import ExportToDjangoView

from accounts.tenancy.problems import as_problem_response
from config.broker import outages
from config.celery import app

logger = structlog.get_logger(__name__)

RETRY_AFTER = 5
"""Seconds after which a client may try again while the database or the storage is away."""
WORKER_SILENCE = 45
"""Seconds without a heartbeat after which the worker counts as gone; beats come every ten."""
REMEMBER = 5.0
"""Seconds for which a good answer of a costly check is believed."""

DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""A disk that is full, or that the system has made read-only because it fails: nothing that the code does wrong."""

Respond = Callable[[HttpRequest], HttpResponse]


def beat(name: str) -> None:
    """Note that the part `name` has just worked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO config_heartbeat (name) VALUES (%s) ON CONFLICT (name) DO UPDATE SET at = now()", [name]
        )


def check_database() -> str | None:
    """Each check gives None, or in a few words what is wrong (no addresses, no passwords)."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return "does not answer"
    return None


def check_migrations() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "cannot be read"
    return f"{len(waiting)} not applied: run manage.py migrate" if waiting else None


def worker_silence() -> int | None:
    """Seconds since the worker's last sign of life, None before its first. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - at)::int FROM config_heartbeat WHERE name = 'worker'")
        row = cursor.fetchone()
    return row[0] if row else None


def check_worker() -> str | None:
    try:
        seconds = worker_silence()
    except DatabaseError:
        return "cannot be read"
    if seconds is None:
        return "no worker has reported yet"
    return f"silent for {seconds} seconds" if seconds > WORKER_SILENCE else None


def check_broker() -> str | None:
    conninfo = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("conn_string")
    if conninfo:
        return _check_queue(conninfo)
    with app.connection_for_read() as broker:
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
        except outages(broker):
            return "does not answer"
    return None


def _check_queue(conninfo: str) -> str | None:
    """The embedded queue is asked without its client, which leaves a pool of threads behind for every failed attempt."""
    try:
        with psycopg.connect(conninfo, connect_timeout=3) as queue:
            queue.execute("SELECT 1 FROM pgmq.meta LIMIT 1")
    except psycopg.Error:
        return "does not answer"
    return None


def check_storage() -> str | None:
    try:
        default_storage.exists("readiness-probe")
    except (OSError, BotoCoreError, ClientError):
        return "does not answer"
    return _check_folder(Path(default_storage.location)) if isinstance(default_storage, FileSystemStorage) else None


def _check_folder(folder: Path) -> str | None:
    """A disk that takes nothing more still answers. The folder itself is made with the first file."""
    place = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(place, os.W_OK):
        return "cannot be written to"
    return "is full" if shutil.disk_usage(place).free < settings.ATTACHMENT_MAX_BYTES else None


_good_until: dict[str, float] = {}


def readiness() -> dict[str, str]:
    """Name of each check -> "ok" or what is wrong. The costly ones are asked at most every few seconds while they are well."""
    cheap = {"database": check_database, "worker": check_worker}
    costly = {"migrations": check_migrations, "broker": check_broker, "storage": check_storage}
    found = {name: check() or "ok" for name, check in cheap.items()}
    for name, check in costly.items():
        if time.monotonic() < _good_until.get(name, 0.0):
            found[name] = "ok"
            continue
        found[name] = check() or "ok"
        if found[name] == "ok":
            _good_until[name] = time.monotonic() + REMEMBER
    return found


class ProbeMiddleware:
    """Answers /healthz, /readyz and /metrics."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.probes: dict[str, Respond] = {"/healthz": self.live, "/readyz": self.ready, "/metrics": self.metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = self.probes.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = probe(request)
        response["Cache-Control"] = "no-store"
        return response

    def live(self, _request: HttpRequest) -> HttpResponse:
        """This process answers; nothing else is asked, so that a database outage does not get web servers restarted."""
        return JsonResponse({"status": "ok"})

    def ready(self, _request: HttpRequest) -> HttpResponse:
        """200 when all parts work together, else 503 naming what does not."""
        checks = readiness()
        well = all(state == "ok" for state in checks.values())
        answer = JsonResponse(
            {"status": "ok" if well else "unavailable", "checks": checks}, status=200 if well else 503
        )
        if not well:
            answer["Retry-After"] = str(RETRY_AFTER)
        return answer

    def metrics(self, request: HttpRequest) -> HttpResponse:
        """Prometheus text of all web processes, for the holder of the token; without a token, for this machine only."""
        if not _may_read_metrics(request):
            return HttpResponse(status=404)
        response: HttpResponse = ExportToDjangoView(request)
        response.content += _worker_gauge().encode()
        return response


def _worker_gauge() -> str:
    """One fact of the whole installation beside the counters of the processes; left out while the database is away."""
    try:
        seconds = worker_silence()
    except (OperationalError, InterfaceError):
        return ""
    name = "countersign_worker_silence_seconds"
    head = f"# HELP {name} Seconds since a worker last did its work.\n# TYPE {name} gauge\n"
    return "" if seconds is None else f"{head}{name} {seconds}\n"


def _may_read_metrics(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # Through a proxy everybody comes from this machine.
    direct = "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers
    return direct and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}


class OutageMiddleware:
    """503 with Retry-After instead of a server error while the database or the storage is away; the next request asks anew."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """For errors of a view; those of a middleware come through `config.errors.server_error`."""
        part = outage_of(error)
        return unavailable(request, part, error) if part else None


def outage_of(error: Any) -> str:
    """Which part `error` says cannot serve now (gone, starting, full, too busy); nothing for any other error."""
    if isinstance(error, OperationalError | InterfaceError):
        return "database"
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        return "file storage" if status >= 500 or status == 429 else ""
    disk = isinstance(error, OSError) and error.errno in DISK_TROUBLE
    return "file storage" if disk or isinstance(error, HTTPClientError | StoreConnectionError) else ""


def unavailable(request: HttpRequest, part: str, error: BaseException) -> HttpResponse:
    """The answer in the form that the caller reads. It needs neither database nor session. The log says which error it was:
    a deadlock is answered alike, but is a fault of ours."""
    logger.error("request.unavailable", part=part, error=type(error.__cause__ or error).__name__)
    detail = f"The {part} is not available at the moment. Nothing was changed; try again in a few seconds."
    if request.path_info.startswith("/api/"):
        response = as_problem_response(request, 503, "unavailable", detail)
    else:
        response = HttpResponse(render_to_string("errors/503.html", {"detail": detail}), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
