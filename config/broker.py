"""How each kind of broker is spoken to: never longer than a person would wait."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from kombu import Connection
from kombu.exceptions import OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

BRIEF = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}


def broker_url(url: str) -> str:
    """`url` as Celery's own parser takes it: the pgmq client has the whole of it in its options, unix socket and all."""
    return url.partition("?")[0] if url.startswith("pgmq:") else url


def transport(url: str) -> str | None:
    """The client for the broker at `url`: Celery's own, but for the queue in PostgreSQL."""
    return "config.pgmq:Transport" if url.startswith("pgmq:") else None


def transport_options(url: str) -> dict[str, Any]:
    """Celery's `broker_transport_options` for the broker at `url`.

    The queue in PostgreSQL gets its whole connection string, because Celery's own parser does not know unix sockets.
    A message that a killed worker had taken comes back after `visibility_timeout` seconds, longer than any task may run.
    """
    scheme = urlsplit(url).scheme
    if scheme == "pgmq":
        return {
            **BRIEF,
            # As name=value pairs: the client drops the host of a URL's query, where unix sockets are named.
            "conn_string": make_conninfo("", **conninfo_to_dict("postgresql" + url.removeprefix("pgmq"))),
            "init_extension": False,
            "pool_size": 4,
            "pool_timeout": 2,
            "polling_interval": 0.2,
            "visibility_timeout": 360,
            "wait_time_seconds": 0,
        }
    if scheme in {"redis", "rediss"}:
        return {**BRIEF, "socket_connect_timeout": 2, "socket_timeout": 5, "visibility_timeout": 360}
    return dict(BRIEF)


def outages(connection: Connection) -> tuple[type[BaseException], ...]:
    """The errors by which this broker's client says that it cannot be reached."""
    own: tuple[type[BaseException], ...] = tuple(connection.connection_errors)
    return (OperationalError, OSError, *own)
