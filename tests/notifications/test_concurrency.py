"""Two relays at once, two senders at once, and processes that are killed in the middle."""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models.functions import Now

from notifications import outbox
from notifications.models import Delivery, InboxItem, OutboxEvent, Preference, Template
from notifications.services import sending
from notifications.services.inbox import choose_email
from notifications.services.templates import template_save
from tests.cast import Acme, make_acme
from tests.factories import notifications as facts
from tests.notifications.smtp import Inbox, free_port, mail_server

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10

pytestmark = pytest.mark.concurrency


def many(acme: Acme, number: int) -> None:
    """So many facts about one request, each for two people."""
    with acme.scope():
        run = facts.make_run(acme.asha)
        facts.open_task(run, acme.ravi)
        facts.open_task(run, acme.hema, step="hr-review")
        facts.tell(run, acme.asha, *(facts.opened(run, None, acme.ravi, acme.hema) for _ in range(number)))


def at_once(*jobs: Callable[[], object]) -> None:
    """Run the jobs in threads that start together; an exception of one fails the test."""
    start, errors = threading.Barrier(len(jobs)), list[BaseException]()

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait()
            job()
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def times_told(acme: Acme) -> Counter[int]:
    """How often each (event, person) is in the inbox: number of pairs by how often."""
    with acme.scope():
        return Counter(Counter(InboxItem.objects.values_list("event_id", "recipient_id")).values())


def test_relays_at_once_plan_each_event_once(committed_db: None) -> None:
    acme = make_acme()
    many(acme, 60)
    while outbox.pending_organisations():
        at_once(*[lambda: outbox.relay(limit=7)] * 4)
    with acme.scope():
        assert set(OutboxEvent.objects.values_list("state", "attempts")) == {("planned", 1)}
    assert times_told(acme) == {1: 120}


def test_senders_at_once_send_each_mail_once(committed_db: None, settings: Any) -> None:
    acme = make_acme()
    many(acme, 15)
    outbox.relay()
    with mail_server(settings) as inbox:
        at_once(*[sending.send_due] * 4)
    assert sorted(inbox.by_id.values()) == [1] * 30
    with acme.scope():
        assert set(Delivery.objects.values_list("state", "attempts", "possible_duplicate")) == {("sent", 1, False)}


def test_a_choice_and_a_wording_may_be_made_twice_at_once(committed_db: None) -> None:
    acme = make_acme()

    def choose() -> None:
        with acme.scope():
            choose_email(email=False, actor=acme.ravi)

    def word() -> None:
        with acme.scope():
            template_save(kind="task.opened", channel="email", subject="New", body="Look", actor=acme.tess)

    for _ in range(10):
        at_once(choose, choose, word, word)
        with acme.scope():
            assert Preference.objects.get().email is False
            Preference.objects.all().delete()
            Template.objects.get().delete()


@contextmanager
def worker(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A real process that plans and sends."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "CELERY_BROKER_URL": "memory://",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "relay", "--batch", "3"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def left_over(acme: Acme) -> int:
    with acme.scope():
        return (
            OutboxEvent.objects.filter(state="new").count() + Delivery.objects.filter(state__in=Delivery.OPEN).count()
        )


def wait_for(done: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "nothing happens any more"
        time.sleep(0.005)


def leases_run_out(acme: Acme) -> None:
    """Instead of waiting for them."""
    past = Now() - timedelta(seconds=1)
    with acme.scope():
        OutboxEvent.objects.filter(state="new").update(lease_until=past)
        Delivery.objects.filter(state="leased").update(next_at=past)


@pytest.mark.slow
def test_killed_in_the_middle_nothing_is_lost_and_notices_are_there_once(committed_db: None, settings: Any) -> None:
    acme, port, inbox, killed = make_acme(), free_port(), Inbox(), 0
    many(acme, 200)
    with mail_server(settings, inbox, port):
        for _ in range(KILLS):
            before = left_over(acme) + len(inbox.messages)
            with worker(port) as process:
                wait_for(lambda: left_over(acme) + len(inbox.messages) != before)  # noqa: B023 - used at once
                time.sleep(random.uniform(0, 0.12))
                killed += process.poll() is None
                process.kill()
            leases_run_out(acme)
        assert killed == KILLS
        assert left_over(acme)
        with worker(port):
            wait_for(lambda: not left_over(acme), seconds=300)
    assert times_told(acme) == {1: 400}
    with acme.scope():
        assert set(OutboxEvent.objects.values_list("state", flat=True)) == {"planned"}
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
        again = set(Delivery.objects.filter(possible_duplicate=True).values_list("message_id", flat=True))
    assert len(inbox.by_id) == 400
    twice = {ident for ident, times in inbox.by_id.items() if times > 1}
    assert twice <= again
    assert sum(inbox.by_id.values()) - 400 <= killed
