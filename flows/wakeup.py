"""Wake-ups: a worker is told of long work when it is committed. A lost one costs a tick, since the rows are the work."""

from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction


def wake(task: str, **ids: Any) -> None:
    """Send the task after the commit; ids become text. Sending never fails, see ``config.celery``."""
    # The broker of tests and of a lone web process lives in memory: nobody would hear.
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        return
    kwargs = {name: str(value) for name, value in ids.items()}
    transaction.on_commit(lambda: current_app.send_task(task, kwargs=kwargs), robust=True)
