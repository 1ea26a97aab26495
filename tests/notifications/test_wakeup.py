"""A wake-up may be lost; what it must not do is to fail or to hold somebody up."""

import threading
from collections.abc import Iterator
from typing import Any, Final

import pytest
from kombu.exceptions import OperationalError

from notifications import wakeup

PATIENCE: Final = 30.0


class Broker:
    """Stands at the end of the wire: notes the calls, and answers when ``gate`` is opened, as badly as told."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.calls = threading.Semaphore(0)

    def send_task(self, name: str) -> None:
        self.calls.release()
        self.gate.wait(PATIENCE)
        if self.error is not None:
            raise self.error


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Broker]:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    found = Broker()
    monkeypatch.setattr(wakeup, "current_app", found)
    yield found
    found.gate.set()


def test_many_wishes_are_one_message_and_a_slow_broker_holds_up_nobody(broker: Broker) -> None:
    wake = wakeup.WakeUp("notifications.relay")
    for _ in range(1_000):
        wake()  # returns although the broker has not answered the first
    assert broker.calls.acquire(timeout=PATIENCE)
    assert not broker.calls.acquire(blocking=False)
    broker.gate.set()
    assert broker.calls.acquire(timeout=PATIENCE)
    assert not broker.calls.acquire(timeout=wakeup.PAUSE * 3)


def test_a_broken_broker_is_asked_again(broker: Broker) -> None:
    broker.error = OperationalError("gone")
    broker.gate.set()
    wake = wakeup.WakeUp("notifications.relay")
    for _ in range(2):
        wake()
        assert broker.calls.acquire(timeout=PATIENCE)


def test_the_broker_in_memory_is_not_asked(broker: Broker, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"
    wakeup.WakeUp("notifications.relay")()
    assert not broker.calls.acquire(timeout=0.3)
