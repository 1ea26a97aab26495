"""Many tasks at once: each by itself, all by one statement."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from tests.cast import Acme
from tests.factories.workflows import MONDAY, decide, open_task, publish, run_of, start_leave
from workflows.library import library_item
from workflows.models import BulkAction, Comment, TaskCandidate, TransitionLog, WorkflowDefinition
from workflows.selectors.bulk import BulkNotFound, time_to_undo
from workflows.services.bulk import (
    AHEAD,
    FIRST,
    BulkInvalid,
    BulkOver,
    BulkRow,
    BulkWish,
    bulk_ask,
    bulk_cancel,
    bulk_due,
    bulk_run,
    organisations_with_due_bulks,
    results_of,
)

WAIT = timedelta(seconds=10)


def waiting(leave: WorkflowDefinition, acme: Acme, count: int) -> list[UUID]:
    """Requests of Asha's that wait for Ravi."""
    return [start_leave(leave, acme.asha).run_id for _ in range(count)]


def rows_of(run_ids: list[UUID]) -> list[BulkRow]:
    return [BulkRow(task.id, task.version) for task in map(open_task, run_ids)]


def rejecting(rows: list[BulkRow]) -> BulkWish:
    return BulkWish(BulkAction.DECIDE, rows, "Rejected", comment="Too many at once")


def test_each_row_is_decided_or_left_with_its_reason(leave: WorkflowDefinition, acme: Acme) -> None:
    run_ids = waiting(leave, acme, 3)
    rows = rows_of(run_ids)
    decide(run_ids[1], acme.ravi, "HR review", assignee=acme.hema.id)
    stale = BulkRow(rows[2].task_id, 7)
    own = open_task(start_leave(leave, acme.ravi).run_id)
    wish = rejecting([rows[0], rows[1], stale, BulkRow(own.id, 1), BulkRow(uuid4())])
    act = bulk_ask(actor=acme.ravi, wish=wish, at=MONDAY)
    states = [(one.state, one.code) for one in results_of(act)]
    assert states == [
        ("done", ""),
        ("left", "task.not_open"),
        ("left", "task.stale"),
        ("left", "task.complete.denied"),
        ("left", "task.not_found"),
    ]
    assert (act.state, act.asked, act.done, act.rows) == ("done", 5, 1, {})
    run = run_of(run_ids[0])
    assert (run.status, run.outcome) == ("completed", "Rejected")
    assert Comment.objects.get(run=run).text == "Too many at once"
    entry = TransitionLog.objects.get(run=run, kind="moved", by_id=acme.ravi.id)
    assert entry.detail["via"] == "bulk"
    told = AuditEntry.objects.get(kind="bulk.done")
    assert (told.actor_id, told.payload["asked"], told.payload["done"]) == (acme.ravi.id, 5, 1)
    again = bulk_ask(actor=acme.ravi, wish=rejecting(rows[:1]), at=MONDAY)
    assert [one.state for one in results_of(again)] == ["unchanged"]
    assert run_of(run_ids[0]).version_no == run.version_no


def test_what_the_database_refuses_is_left_by_itself(leave: WorkflowDefinition, acme: Acme) -> None:
    run_ids = waiting(leave, acme, 2 * AHEAD + 1)
    odd = run_of(run_ids[AHEAD + 3])
    entry = TransitionLog.objects.filter(run=odd).latest("seq")
    entry.id, entry.seq, entry._state.adding = uuid4(), entry.seq + 1, True
    entry.save()
    act = bulk_ask(actor=acme.ravi, wish=rejecting(rows_of(run_ids)), at=MONDAY)
    found = {one.number or 0: (one.state, one.code) for one in results_of(act)}
    assert found.pop(odd.number) == ("left", "task.refused")
    assert set(found.values()) == {("done", "")}
    assert len(found) == act.done == 2 * AHEAD
    assert run_of(odd.id).status == "running"
    assert Comment.objects.count() == 2 * AHEAD


def test_a_row_that_needs_a_field_or_a_person_is_left(leave: WorkflowDefinition, acme: Acme) -> None:
    run_ids = waiting(leave, acme, 2)
    rows = rows_of(run_ids)
    wish = BulkWish(BulkAction.DECIDE, [rows[0], BulkRow(rows[1].task_id, 1, {"criticality": "huge"})], "HR review")
    first, second = results_of(bulk_ask(actor=acme.ravi, wish=wish, at=MONDAY))
    assert (first.state, first.message) == ("done", "HR review, with the team")
    assert (second.state, second.code) == ("left", "data.invalid")
    assert second.message.startswith("Project criticality in this period: ")
    assert TaskCandidate.objects.filter(task__run_id=run_ids[0], is_open=True).count() == 2


def test_some_end_and_some_go_on(leave: WorkflowDefinition, acme: Acme) -> None:
    """One name for two ways: of one workflow it leads to an end, of another on."""
    ends = library_item("leave_application").to_json()["graph"]
    document = library_item("leave_application").to_json() | {"name": "Leave by another road"}
    document["graph"]["transitions"] = [
        one | ({"name": "Rejected"} if one["key"] == "manager_to_hr" else {})
        for one in ends["transitions"]
        if one["key"] != "manager_rejects"
    ]
    goes_on = start_leave(publish(document, acme.omar), acme.asha).run_id
    run_ids = [*waiting(leave, acme, 1), goes_on]
    wish = BulkWish(BulkAction.DECIDE, rows_of(run_ids), "Rejected")
    assert bulk_ask(actor=acme.ravi, wish=wish, at=MONDAY).done == 2
    assert [run_of(run_id).status for run_id in run_ids] == ["completed", "running"]
    assert run_of(goes_on).data == run_of(run_ids[0]).data


def test_claims_and_hand_overs_by_the_same_rules(leave: WorkflowDefinition, acme: Acme) -> None:
    run_ids = waiting(leave, acme, 3)
    for run_id in run_ids:
        decide(run_id, acme.ravi, "HR review")
    act = bulk_ask(actor=acme.hema, wish=BulkWish(BulkAction.CLAIM, rows_of(run_ids)), at=MONDAY)
    assert act.done == 3
    assert {open_task(run_id).assignee_id for run_id in run_ids} == {acme.hema.id}
    assert not TaskCandidate.objects.filter(is_open=True).exists()
    rows = rows_of(run_ids)
    to_farid = BulkWish(BulkAction.REASSIGN, rows, assignee_id=acme.farid.id)
    assert {one.code for one in results_of(bulk_ask(actor=acme.hema, wish=to_farid, at=MONDAY))} == {"assignee.invalid"}
    to_hari = BulkWish(BulkAction.REASSIGN, rows, assignee_id=acme.hari.id, comment="You know them")
    assert bulk_ask(actor=acme.hema, wish=to_hari, at=MONDAY).done == 3
    again = results_of(bulk_ask(actor=acme.hema, wish=to_hari, at=MONDAY))
    assert {one.state for one in again} == {"unchanged"}


def test_twenty_rows_more_are_one_statement_more(leave: WorkflowDefinition, acme: Acme) -> None:
    counts = []
    for size in (1, FIRST, FIRST + 1, FIRST + AHEAD, FIRST + AHEAD + 1):
        rows = rows_of(waiting(leave, acme, size))
        wish = BulkWish(BulkAction.DECIDE, rows, "HR review", acme.hema.id)
        with CaptureQueriesContext(connection) as captured:
            assert bulk_ask(actor=acme.ravi, wish=wish, at=MONDAY).done == size
        counts.append(len(captured))
    assert [count - counts[1] for count in counts[1:]] == [0, 1, 1, 2]


def test_until_it_is_due_nothing_has_happened_and_it_can_be_undone(leave: WorkflowDefinition, acme: Acme) -> None:
    run_ids = waiting(leave, acme, 2)
    here = acme.organisation.id
    assert time_to_undo(here) == WAIT
    act = bulk_ask(actor=acme.ravi, wish=rejecting(rows_of(run_ids)), wait=WAIT, at=MONDAY)
    assert (act.state, results_of(act)) == ("waiting", [])
    assert bulk_due(here, at=MONDAY + WAIT / 2) == 0
    with pytest.raises(BulkNotFound):
        bulk_cancel(bulk_id=act.id, actor=acme.meera, at=MONDAY)
    assert bulk_cancel(bulk_id=act.id, actor=acme.ravi, at=MONDAY).state == "cancelled"
    assert bulk_due(here, at=MONDAY + WAIT) == 0
    with pytest.raises(BulkOver):
        bulk_run(bulk_id=act.id, actor=acme.ravi)
    assert all(run_of(run_id).status == "running" for run_id in run_ids)
    asked = bulk_ask(actor=acme.ravi, wish=rejecting(rows_of(run_ids)), wait=WAIT, at=MONDAY)
    assert organisations_with_due_bulks(MONDAY + WAIT) == [here]
    assert bulk_due(here, at=MONDAY + WAIT) == 1
    assert {run_of(run_id).outcome for run_id in run_ids} == {"Rejected"}
    assert bulk_run(bulk_id=asked.id, actor=acme.ravi).done == 2
    with pytest.raises(BulkOver):
        bulk_cancel(bulk_id=asked.id, actor=acme.ravi)


def test_who_has_left_meanwhile_decides_nothing(leave: WorkflowDefinition, acme: Acme) -> None:
    run_ids = waiting(leave, acme, 1)
    act = bulk_ask(actor=acme.ravi, wish=rejecting(rows_of(run_ids)), wait=WAIT, at=MONDAY)
    acme.ravi.is_active = False
    acme.ravi.save(update_fields=["is_active"])
    assert bulk_due(acme.organisation.id, at=MONDAY + WAIT) == 1
    act.refresh_from_db()
    assert act.state == "cancelled"
    assert run_of(run_ids[0]).status == "running"


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(minutes=1)])
@pytest.mark.parametrize("action", [BulkAction.REASSIGN, BulkAction.CLAIM])
def test_a_wish_names_a_person_whom_the_organisation_has(
    action: BulkAction, wait: timedelta, leave: WorkflowDefinition, acme: Acme
) -> None:
    wish = BulkWish(action, rows_of(waiting(leave, acme, 1)), assignee_id=uuid4())
    with pytest.raises(BulkInvalid) as refused:
        bulk_ask(actor=acme.ravi, wish=wish, wait=wait)
    assert list(refused.value.fields) == ["assignee"]
    connection.check_constraints()


def test_a_wish_must_name_tasks_once_and_what_to_do(acme: Acme) -> None:
    row = BulkRow(uuid4())
    for wish, place in [
        (BulkWish(BulkAction.CLAIM, []), "tasks"),
        (BulkWish(BulkAction.CLAIM, [row, row]), "tasks"),
        (BulkWish(BulkAction.CLAIM, [BulkRow(uuid4()) for _ in range(501)]), "tasks"),
        (BulkWish(BulkAction.DECIDE, [row]), "transition"),
        (BulkWish(BulkAction.REASSIGN, [row]), "assignee"),
    ]:
        with pytest.raises(BulkInvalid) as refusal:
            bulk_ask(actor=acme.ravi, wish=wish)
        assert list(refusal.value.fields) == [place]
