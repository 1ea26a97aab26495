"""A wish that takes its worker with it is tried a few times; the organisation's others are done by the next worker."""

import os
import signal
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from tests.cast import Acme, make_acme
from tests.factories.workflows import MONDAY, install, open_task, start_leave
from workflows.models import BulkAct, BulkAction
from workflows.services import bulk
from workflows.services.bulk import PAUSES, BulkRow, BulkWish, bulk_ask, bulk_due
from workflows.services.tasks import completion

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.usefixtures("committed_db"),
    pytest.mark.skipif(sys.platform != "linux", reason="kills processes"),
]


def worker(acme: Acme, moment: Any) -> bool:
    """A wish in a process of its own; returns whether it was killed by it."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            bulk_due(acme.organisation.id, at=moment)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def test_a_wish_that_kills_workers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
        run_ids = [start_leave(leave, acme.asha).run_id for _ in range(2)]
        wishes = [BulkWish(BulkAction.DECIDE, [BulkRow(open_task(run_id).id)], "Rejected") for run_id in run_ids]
        for number, wish in enumerate(wishes):
            bulk_ask(actor=acme.ravi, wish=wish, wait=timedelta(seconds=number + 1), at=MONDAY)

    def deadly(locked: Any, *given: Any, **more: Any) -> Any:
        if locked.run.id == run_ids[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return completion(locked, *given, **more)

    monkeypatch.setattr(bulk, "completion", deadly)
    moment = MONDAY + timedelta(seconds=2)
    killed = [worker(acme, moment), worker(acme, moment)]
    assert (killed, states(acme)) == ([True, False], ["waiting", "done"])
    while states(acme)[0] == "waiting" and len(killed) < 50:
        moment += max(PAUSES)
        killed.append(worker(acme, moment))
    assert (states(acme)[0], sum(killed)) == ("failed", len(PAUSES))


def states(acme: Acme) -> list[str]:
    with acme.scope():
        return list(BulkAct.objects.order_by("created_at", "id").values_list("state", flat=True))
