"""Wake-ups: a worker is told of an automatic step when it is committed. A lost one costs a tick, the rows are the work."""

from typing import Final

from celery import current_app
from django.conf import settings
from django.db import transaction

MACHINES: Final = "workflows.machines"


def machines() -> None:
    """Have a worker look for due automatic steps after the commit. Sending never fails, see ``config.celery``."""
    # The broker of tests and of a lone web process lives in memory: nobody would hear.
    if not settings.CELERY_BROKER_URL.startswith("memory:"):
        transaction.on_commit(lambda: current_app.send_task(MACHINES), robust=True)
