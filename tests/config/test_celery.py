"""Messages are wake-ups: losing them costs time, never a request and never work."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from queue import Empty
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from celery import Celery
from celery.app.task import Context
from django_structlog.celery.receivers import CeleryReceiver
from kombu import Connection
from kombu.exceptions import EncodeError
from psycopg.conninfo import conninfo_to_dict

from config.broker import broker_url, transport, transport_options
from config.celery import TICKS, WakeUps, app


def test_every_tick_is_a_task() -> None:
    app.loader.import_default_modules()
    assert set(TICKS) <= set(app.tasks)


def test_a_tick_that_came_too_late_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """After a mail server has kept all workers waiting there are dozens of them."""
    caplog.set_level(logging.INFO, logger="django_structlog")
    CeleryReceiver().receiver_task_revoked(Context(id="1", task="notifications.relay"), expired=True)
    assert [(one.levelname, "task_revoked" in one.getMessage()) for one in caplog.records] == [("INFO", True)]


def test_nobody_waits_for_an_absent_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first message finds out; the next ones are dropped unasked until the rest is over."""
    lonely = WakeUps("lonely", broker="redis://127.0.0.1:1/0", set_as_current=False)
    lonely.conf.update(broker_transport_options=transport_options("redis://127.0.0.1:1/0"), task_publish_retry=False)
    asked: list[str] = []
    ask = Celery.send_task

    def noted(self: Celery, name: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(name)
        return ask(self, name, *args, **kwargs)

    monkeypatch.setattr(Celery, "send_task", noted)
    monkeypatch.setattr("config.celery.BROKER_REST", 3600)
    for number in range(50):
        lonely.send_task(f"any.task{number}")
    assert asked == ["any.task0"]


def test_a_bug_in_sending_is_not_taken_for_an_absent_broker() -> None:
    with pytest.raises(EncodeError):
        app.send_task("any.task", kwargs={"not": object()})


def test_queue_in_postgresql_is_reached_over_its_socket() -> None:
    url = "pgmq://countersign_broker:s3cret@/queue?host=%2Frun%2Fcs"
    options = transport_options(url)
    assert conninfo_to_dict(options["conn_string"]) == {
        "user": "countersign_broker",
        "password": "s3cret",
        "dbname": "queue",
        "host": "/run/cs",
    }
    assert broker_url(url) == "pgmq://countersign_broker:s3cret@/queue"
    assert broker_url("redis://cache/0?x=1") == "redis://cache/0?x=1"


def test_a_worker_that_waits_looks_up_each_time_it_has_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks it is told to stop; Celery's own waits go on for two seconds."""
    url = "pgmq://a:b@/c?host=/x"
    options = transport_options(url) | {"polling_interval": 0.001}
    client = Connection(broker_url(url), transport=transport(url), transport_options=options)
    queue: Any = client.transport
    asked: list[float | None] = []

    def nothing_there(deliver: object, timeout: float | None = None) -> None:
        asked.append(timeout)
        raise Empty

    monkeypatch.setattr(queue.cycle, "get", nothing_there)
    for wish in (2.0, None):
        asked.clear()
        with pytest.raises(socket.timeout):
            queue.drain_events(client, timeout=wish)
        assert len(asked) <= 2
    assert transport("redis://cache/0") is None


@pytest.mark.parametrize("say", [lambda taken: taken.ack(), lambda taken: taken.reject(requeue=True)])
def test_a_message_whose_end_could_not_be_told_does_not_keep_the_worker_from_the_next(
    monkeypatch: pytest.MonkeyPatch, say: Callable[[Any], None]
) -> None:
    """PostgreSQL ended while the task ran; the client connects anew by itself, and nobody else would clear the count."""
    url = "pgmq://a:b@/c?host=/x"
    client = Connection(broker_url(url), transport=transport(url), transport_options=transport_options(url))
    away = Mock(delete=Mock(side_effect=psycopg.OperationalError), set_vt=Mock(side_effect=psycopg.OperationalError))
    queue: Any = client.transport
    monkeypatch.setattr(queue, "_create_pgmq_client", lambda: away)
    channel: Any = client.channel()
    channel.basic_qos(prefetch_count=1)
    info = {"delivery_tag": "1", "pgmq_queue": "default", "pgmq_msg_id": 1}
    taken = channel.Message({"body": "", "properties": info | {"delivery_info": info}, "headers": {}}, channel=channel)
    channel.qos.append(taken, taken.delivery_tag)
    assert not channel.qos.can_consume()
    with pytest.raises(psycopg.OperationalError):
        say(taken)
    assert channel.qos.can_consume()


@pytest.mark.parametrize("url", ["pgmq://a:b@/c?host=/x", "redis://cache/0", "amqp://queue//"])
def test_every_broker_is_given_up_soon(url: str) -> None:
    options: dict[str, Any] = transport_options(url)
    assert options["max_retries"] == 1
    assert options.get("visibility_timeout", 360) > (app.conf.task_time_limit or 0)


def test_installing_the_queue_twice_is_harmless(queue_conninfo: str) -> None:
    from config.embedded.prepare import install_queue

    assert install_queue(queue_conninfo) is True
    assert install_queue(queue_conninfo) is False
    with psycopg.connect(queue_conninfo) as connection:
        connection.execute("SELECT pgmq.create('wakeups')")
        connection.execute("SELECT pgmq.send('wakeups', '{}'::jsonb)")
        row = connection.execute("SELECT count(*) FROM pgmq.read('wakeups', 30, 1)").fetchone()
    assert row == (1,)
