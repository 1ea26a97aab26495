"""The composition root as a Django app, and the admin site it chooses."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "accounts.admin_site.OrganisationAdminSite"


class RuntimeConfig(AppConfig):
    """Makes our Celery application the current one, and wires what goes with it."""

    name = "config"

    def ready(self) -> None:
        # Models and settings exist only from here on.
        from celery import signals
        from django_structlog.celery.signals import bind_extra_task_metadata

        from config import celery, checks, heap, tasks

        celery.app.set_default()
        checks.register_all()

        def announce(**_: Any) -> None:
            """A worker that has come up answers /readyz without waiting for the next tick."""
            tasks.heartbeat.delay()

        def settle(**_: Any) -> None:
            """Before the worker forks."""
            heap.settle()

        signals.worker_init.connect(settle, weak=False)
        signals.worker_ready.connect(announce, weak=False)
        bind_extra_task_metadata.connect(tasks.bind_request, weak=False)
