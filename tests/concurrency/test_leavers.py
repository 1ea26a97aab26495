"""Two sweeps of the work of leavers, with real commits: a seat is seen to once, and the panel stays whole."""

from functools import partial
from threading import Event
from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.statements import execute_prepared
from tests.cast import Acme, make_acme
from tests.concurrency.racing import together
from tests.factories.panels import purchase, started
from tests.factories.workflows import MONDAY, open_task
from tests.workflows.test_panels import standing
from workflows.selectors import locks
from workflows.services.leavers import tasks_of_leavers

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
PATIENCE = 30.0


def sweep(acme: Acme) -> int:
    with acme.scope():
        return tasks_of_leavers(acme.organisation.id, at=MONDAY)


def test_a_sweep_commits_between_the_list_and_the_locks_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make_acme()
    with acme.scope():
        run_id = started(purchase({"rule": "all"}), acme.omar, acme.asha).run_id
        acme.fiona.is_active = False
        acme.fiona.save(update_fields=["is_active"])
    listed, committed = Event(), Event()

    def read(sql: str, params: Any) -> Any:
        rows = execute_prepared(sql, params)
        if sql == locks.ORPHANED and not listed.is_set():
            listed.set()
            assert committed.wait(PATIENCE)
        return rows

    def first() -> int:
        assert listed.wait(PATIENCE)
        try:
            return sweep(acme)
        finally:
            committed.set()

    monkeypatch.setattr(locks, "execute_prepared", read)
    assert together(first, partial(sweep, acme)) == [1, 0]
    with acme.scope():
        task = open_task(run_id)
        assert (task.unassigned, standing(task, acme.asha)[1]) == (False, ["Farid", "Omar", "Fritz"])
        assert AuditEntry.objects.filter(kind="task.reassigned").count() == 1
