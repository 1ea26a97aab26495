"""Wake-ups: telling a worker that there is work, at once if possible.

The rows are the work, and beat's ticks find them anyway. So a wake-up may be lost, is sent at most once per ``PAUSE``
however many facts are committed, and is sent by a thread of its own: a broker that is slow or away holds up nobody.
"""

import os
import threading
import time

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError

logger = structlog.get_logger(__name__)

PAUSE = 0.2
"""Seconds between two messages of one process for one task."""


class WakeUp:
    """Starts a Celery task by name, some time soon, perhaps. Calling it never fails and never waits."""

    def __init__(self, task: str) -> None:
        self.task = task
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def __call__(self) -> None:
        # The broker of tests and of a lone web process lives in memory: nobody would hear.
        if settings.CELERY_BROKER_URL.startswith("memory:"):
            return
        if self._pid != os.getpid():  # a server that forks its workers leaves the thread in the parent
            self._pid, self._wanted, self._thread = os.getpid(), threading.Event(), None
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=f"wake-up {self.task}", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                current_app.send_task(self.task)
            except (KombuError, OSError) as error:
                logger.warning("wakeup.lost", task=self.task, error=type(error).__name__)
            time.sleep(PAUSE)


relay = WakeUp("notifications.relay")
send = WakeUp("notifications.send")
