"""Two people press at once with the same tasks, in opposite order: each is decided once, and nobody waits in a circle."""

from functools import partial
from uuid import UUID

import pytest

from tests.cast import Acme
from tests.concurrency.racing import at_once
from tests.concurrency.test_task_complete import acme_leave, in_review
from tests.factories.workflows import open_task, run_of
from workflows.models import BulkAct, BulkAction, TransitionLog, WorkflowDefinition
from workflows.services.bulk import BulkRow, BulkWish, bulk_ask, results_of

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
TRIALS, TASKS = 5, 12

__all__ = ["acme_leave"]


def wish(rows: list[BulkRow], transition: str) -> BulkWish:
    return BulkWish(BulkAction.DECIDE, rows, transition)


def test_every_task_is_decided_once(acme_leave: tuple[Acme, WorkflowDefinition]) -> None:
    acme, definition = acme_leave
    for _ in range(TRIALS):
        run_ids = [in_review(acme, definition) for _ in range(TASKS)]
        with acme.scope():
            rows = [BulkRow(open_task(run_id).id, 1) for run_id in run_ids]
        acts: list[BulkAct] = at_once(
            acme,
            partial(bulk_ask, actor=acme.hema, wish=wish(rows, "Approved")),
            partial(bulk_ask, actor=acme.hari, wish=wish(rows[::-1], "Rejected")),
        )
        one, other = ({row.run_id: row.state for row in results_of(act)} for act in acts)
        assert all({one[run_id], other[run_id]} == {"done", "left"} for run_id in run_ids)
        with acme.scope():
            for run_id in run_ids:
                check(run_id, "Approved" if one[run_id] == "done" else "Rejected")


def check(run_id: UUID, outcome: str) -> None:
    run = run_of(run_id)
    assert run.outcome == outcome
    numbers = TransitionLog.objects.filter(run=run).order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, run.version_no + 1))
