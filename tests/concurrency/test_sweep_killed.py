"""A sweep of time limits that is killed in the middle has done nothing, and the next one does everything once."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connections

from accounts.models import AuditEntry
from notifications.models import OutboxEvent
from tests.cast import Acme, make_acme
from tests.factories.workflows import MONDAY, install, start_leave
from workflows.models import TransitionLog
from workflows.services.sla import Swept, sla_sweep

TASKS, RANDOM_KILLS, BATCH = 30, 6, 10
LATE = MONDAY + timedelta(days=30)

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.usefixtures("committed_db"),
    pytest.mark.skipif(sys.platform != "linux", reason="kills processes"),
]


def sweeper(acme: Acme) -> int:
    """A sweep in a process of its own; returns its pid."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            with acme.scope():
                sla_sweep(acme.organisation.id, at=LATE, limit=BATCH)
        finally:
            os._exit(0)
    return pid


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def count(owner: "psycopg.Connection[tuple[int]]", query: str) -> int:
    row = owner.execute(query.encode()).fetchone()
    return row[0] if row else 0


def escalated() -> int:
    return TransitionLog.objects.filter(kind="escalated").values("task").distinct().count()


def killed_while_it_writes(acme: Acme, owner: "psycopg.Connection[tuple[int]]") -> None:
    """It has claimed its tasks, and waits with its writing statement for a table that is locked."""
    with owner.transaction():
        owner.execute("LOCK TABLE workflows_transitionlog IN EXCLUSIVE MODE")
        pid = sweeper(acme)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'workflows_transitionlog'::regclass"
        wait_for(lambda: count(owner, waiting) > 0)
        kill(pid)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    wait_for(lambda: count(owner, f"{others} AND xact_start IS NOT NULL") == 0)


def test_a_killed_sweep_has_done_nothing_and_the_next_does_it_once() -> None:
    acme = make_acme()
    with acme.scope():
        definition = install("leave_application", acme.omar)
        for _ in range(TASKS):
            start_leave(definition, acme.asha)
        before = (AuditEntry.objects.count(), OutboxEvent.objects.count())
    connections.close_all()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        killed_while_it_writes(acme, owner)
    with acme.scope():
        assert escalated() == 0
        assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == before
    for _ in range(RANDOM_KILLS):
        pid = sweeper(acme)
        time.sleep(random.uniform(0, 0.2))
        kill(pid)

    def swept() -> bool:
        with acme.scope():
            sla_sweep(acme.organisation.id, at=LATE)
        with acme.scope():
            return escalated() == TASKS

    wait_for(swept)
    with acme.scope():
        assert sla_sweep(acme.organisation.id, at=LATE) == Swept()
        tasks = TransitionLog.objects.filter(kind="escalated").values_list("task_id", flat=True)
        assert (len(tasks), len(set(tasks))) == (TASKS, TASKS)
        assert AuditEntry.objects.filter(kind="task.escalated").count() == TASKS
        assert OutboxEvent.objects.filter(kind="task.escalated").count() == TASKS
