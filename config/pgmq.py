"""The queue in PostgreSQL, as the worker asks it."""

from __future__ import annotations

from typing import Any

from kombu.transport import pgmq


class Transport(pgmq.Transport):
    """Kombu's, but that it looks up each time it has asked: whoever waits for messages is told to stop only between two
    waits, and Celery waits for two seconds at a time, once more after it was told."""

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Deliver the next message. Raises socket.timeout where none came in one polling interval, or in `timeout` seconds."""
        waits = [wait for wait in (timeout, self.polling_interval) if wait is not None]
        super().drain_events(connection, min(waits, default=None), **options)  # type: ignore[no-untyped-call]
