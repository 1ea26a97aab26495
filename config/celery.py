"""The Celery application: two queues, a schedule of ticks, and a broker that may be away.

A message is only a wake-up: the rows in the database are the work, and the ticks below find what a lost message would have
announced. So nothing here waits for the broker on behalf of a person, and a beat that fires twice or late does no harm.
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

import structlog
from celery import Celery
from celery.result import AsyncResult
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Queue

from config.broker import outages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

logger = structlog.get_logger(__name__)

BROKER_REST = 5.0
"""Seconds in which nothing is sent after the broker did not answer."""

TICKS: dict[str, float] = {
    "notifications.relay": 1,
    "notifications.send": 2,
    "accounts.audit_seal": 5,
    "accounts.send_links": 5,
    "workflows.sla_sweep": 10,
    "workflows.bulk_wake": 2,
    "workflows.machines": 2,
    "flows.proposals_sweep": 30,
    "flows.unattended_sweep": 600,
    "flows.backfills_wake": 30,
    "flows.imports_wake": 10,
    "flows.imports_sweep": 3600,
    "config.heartbeat": 10,
    "accounts.absences_sweep": 60,
    "accounts.idempotency_sweep": 3600,
    "forms_builder.attachments_sweep": 3600,
    "forms_builder.orphans_sweep": 1800,
    "notifications.sweep": 3600,
}
"""Task name -> seconds between two runs. Who misses a tick does its work at the next one."""

QUEUES = {"notifications.send": "deliver", "accounts.send_links": "deliver", "workflows.machines": "deliver"}
"""Tasks that talk to other machines wait in a queue of their own, behind which nothing else waits."""


class WakeUps(Celery):
    """A Celery application whose messages may be lost: sending never fails and never holds a request for long."""

    _resting_until = 0.0

    def send_task(self, name: str, *args: Any, **kwargs: Any) -> AsyncResult[Any]:
        """As Celery's, except that an unreachable broker is logged and the message dropped."""
        if time.monotonic() >= self._resting_until:
            try:
                return super().send_task(name, *args, **kwargs)
            except outages(self.connection_for_write()) as error:
                self._resting_until = time.monotonic() + BROKER_REST
                logger.warning("broker_unreachable", task=name, error=type(error).__name__)
        return AsyncResult(kwargs.get("task_id") or str(uuid.uuid4()), app=self)


app = WakeUps("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue="default",
    task_queues=[Queue("default"), Queue("deliver")],
    task_routes={name: {"queue": queue} for name, queue in QUEUES.items()},
    task_acks_late=True,
    # Attempts are counted in the database row that a worker leases; the broker must not repeat a poison message by itself.
    task_reject_on_worker_lost=False,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_publish_retry=False,
    task_serializer="json",
    accept_content=["json"],
    task_soft_time_limit=240,
    task_time_limit=300,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=10_000,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=3,
    timezone="UTC",
    enable_utc=True,
    # The schedule is this dictionary: nothing to keep on disk, nothing a killed beat could leave broken.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=1,
    beat_schedule={
        name: {"task": name, "schedule": seconds, "options": {"expires": max(10.0, 3 * seconds)}}
        for name, seconds in TICKS.items()
    },
)
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)
