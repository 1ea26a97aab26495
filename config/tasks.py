"""The worker's sign of life, and what every task takes over from the request that caused it."""

from typing import Any

import structlog
from celery import shared_task

from accounts.audit.record import request_id
from config.health import beat


@shared_task(name="config.heartbeat")
def heartbeat() -> None:
    """Note that beat, broker, worker and database work together."""
    beat("worker")


def bind_request(**_: Any) -> None:
    """What a task records carries the id of the request that caused it."""
    request_id.set(str(structlog.contextvars.get_contextvars().get("request_id", "")))
