"""A decision that waits while its request is moved to another version."""

from threading import Event
from typing import Any

import pytest

from accounts.tenancy.errors import DomainError
from tests.cast import make_acme
from tests.concurrency.racing import at_once, somebody_waits
from tests.factories.workflows import decide, install, open_task, run_of, start_leave
from workflows.library import library_item
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.migration import migration_apply
from workflows.services.tasks import task_complete

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]


def test_who_is_taken_out_of_the_queue_meanwhile_decides_nothing() -> None:
    """Also without the version of the task: the statement that waited for the lock began before the queue changed."""
    acme, moved = make_acme(), Event()
    with acme.scope():
        leave = install("leave_application", acme.omar)
        run_id = start_leave(leave, acme.asha).run_id
        decide(run_id, acme.ravi, "HR review")
        raw = library_item("leave_application").to_json()
        step = next(one for one in raw["graph"]["steps"] if one["key"] == "hr_review")
        step["assignee"]["rule"] = {"field": "candidate.department", "op": "eq", "value": "FIN"}
        definition_import(actor=acme.omar, document=raw, definition_id=leave.id)
        definition_publish(definition_id=leave.id, actor=acme.omar)
        task_id = open_task(run_id).id

    def move() -> Any:
        found = migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[run_id])
        moved.set()
        somebody_waits()
        return found

    def approve() -> Any:
        moved.wait(timeout=30)
        return task_complete(task_id=task_id, actor=acme.hema, transition="Approved")

    done, refused = at_once(acme, move, approve)
    assert done[0].moved
    assert isinstance(refused, DomainError), refused
    with acme.scope():
        assert (run_of(run_id).status, open_task(run_id).state) == ("running", "waiting")
        assert decide(run_id, acme.farid, "Approved").outcome == "Approved"
