"""The queue in PostgreSQL, as the worker asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import pgmq


class Channel(pgmq.Channel):
    """Kombu's, but that a message counts as given back even where the database could not be told. It comes back from the
    queue in time; still counted as in hand, a few of them would have the worker take nothing more, for ever."""

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        with self._out_of_hand(delivery_tag):
            super().basic_ack(delivery_tag, multiple)  # type: ignore[no-untyped-call]

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with self._out_of_hand(delivery_tag):
            super().basic_reject(delivery_tag, requeue)  # type: ignore[no-untyped-call]

    @contextmanager
    def _out_of_hand(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except self.connection.connection_errors:
            self.qos.ack(delivery_tag)
            raise


class Transport(pgmq.Transport):
    """Kombu's, but that it looks up each time it has asked: whoever waits for messages is told to stop only between two
    waits, and Celery waits for two seconds at a time, once more after it was told."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **options: Any) -> None:
        """Deliver the next message. Raises socket.timeout where none came in one polling interval, or in `timeout` seconds."""
        waits = [wait for wait in (timeout, self.polling_interval) if wait is not None]
        super().drain_events(connection, min(waits, default=None), **options)  # type: ignore[no-untyped-call]
