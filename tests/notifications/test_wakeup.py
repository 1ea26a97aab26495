"""A wake-up may be lost; what it must not do is to fail or to hold somebody up."""

import threading
import time
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from notifications import wakeup


class Broker:
    """Stands at the end of the wire: notes the calls and answers as slowly and badly as told."""

    def __init__(self, error: Exception | None = None, seconds: float = 0) -> None:
        self.error, self.seconds, self.calls, self.called = error, seconds, 0, threading.Event()

    def send_task(self, name: str) -> None:
        self.calls += 1
        self.called.set()
        time.sleep(self.seconds)
        if self.error is not None:
            raise self.error


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Broker:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    found = Broker()
    monkeypatch.setattr(wakeup, "current_app", found)
    return found


def test_many_wishes_are_one_message(broker: Broker) -> None:
    wake = wakeup.WakeUp("notifications.relay")
    for _ in range(1_000):
        wake()
    assert broker.called.wait(2)
    time.sleep(wakeup.PAUSE * 1.5)
    assert 1 <= broker.calls <= 2


def test_a_slow_broker_holds_up_nobody_and_a_broken_one_is_asked_again(broker: Broker) -> None:
    broker.error, broker.seconds = OperationalError("gone"), 0.3
    wake = wakeup.WakeUp("notifications.relay")
    begin = time.perf_counter()
    wake()
    assert time.perf_counter() - begin < 0.1
    assert broker.called.wait(2)
    broker.called.clear()
    wake()
    assert broker.called.wait(2)


def test_the_broker_in_memory_is_not_asked(broker: Broker, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"
    wakeup.WakeUp("notifications.relay")()
    assert not broker.called.wait(0.3)
