"""Open requests moved to a new version: rehearsed on all, then moved where somebody confirmed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from tests.cast import Acme
from tests.factories.workflows import decide, open_task, run_of, start_leave
from workflows.library import library_item
from workflows.models import TaskCandidate, TransitionLog, WorkflowDefinition
from workflows.selectors.definitions import DefinitionNotFound
from workflows.services.definitions import definition_import, definition_publish, definition_retire
from workflows.services.migration import (
    NothingToMoveTo,
    StepMapInvalid,
    migration_apply,
    migration_rehearse,
)
from workflows.services.sla import Swept, sla_sweep

RENAMED = {"manager_review": "lead_review"}


def step(raw: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in raw["graph"]["steps"] if one["key"] == key)
    return found


def rename(raw: dict[str, Any], old: str = "manager_review", new: str = "lead_review") -> None:
    step(raw, old).update(key=new, name="Lead review")
    for way in raw["graph"]["transitions"]:
        way |= {end: new for end in ("from", "to") if way[end] == old}
    for field in raw["form"]["fields"]:
        field["access"] = {new if key == old else key: level for key, level in field.get("access", {}).items()}


def publish(leave: WorkflowDefinition, acme: Acme, change: Callable[[dict[str, Any]], object]) -> None:
    raw = library_item("leave_application").to_json()
    change(raw)
    definition_import(actor=acme.omar, document=raw, definition_id=leave.id)
    definition_publish(definition_id=leave.id, actor=acme.omar)


def test_a_step_that_is_gone_needs_a_map(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    publish(leave, acme, rename)
    blocked = migration_rehearse(definition_id=leave.id, actor=acme.omar)
    assert (blocked.total, blocked.blocked, blocked.version) == (1, 1, 2)
    [stayed] = migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[run_id])
    assert (stayed.moved, "Manager review" in stayed.why) == (False, True)
    assert run_of(run_id).version_no == 2
    mapped = migration_rehearse(definition_id=leave.id, actor=acme.omar, steps=RENAMED)
    assert [row.moves for row in mapped.rows] == [True]
    assert run_of(run_id).version.number == 1, "a rehearsal changes nothing"
    [moved] = migration_apply(
        definition_id=leave.id, actor=acme.omar, run_ids=[run_id], steps=RENAMED, comment="New names"
    )
    task, run = open_task(run_id), run_of(run_id)
    assert (moved.moved, task.step, task.step_name, task.assignee_id) == (
        True,
        "lead_review",
        "Lead review",
        acme.ravi.id,
    )
    entry = TransitionLog.objects.get(run_id=run_id, kind="migrated")
    assert (run.version.number, entry.reason, entry.to_step, run.version_no) == (
        2,
        "New names",
        "lead_review",
        entry.seq,
    )
    assert AuditEntry.objects.filter(kind="run.migrated", subject_id=run_id).count() == 1
    decide(run_id, acme.ravi, "HR review", data={"criticality": "low"})


def test_only_confirmed_ones_move_and_once(leave: WorkflowDefinition, acme: Acme) -> None:
    first, second = (start_leave(leave, acme.asha).run_id for _ in range(2))
    publish(leave, acme, lambda raw: step(raw, "hr_review").update(name="People review"))
    found = migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[first, uuid4()])
    assert [one.moved for one in found] == [True, False]
    again = migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[first])
    assert (again[0].moved, "already" in again[0].why) == (False, True)
    assert [row.run.id for row in migration_rehearse(definition_id=leave.id, actor=acme.omar).rows] == [second]
    decide(first, acme.ravi, "People review", data={"criticality": "low"})
    decide(second, acme.ravi, "HR review", data={"criticality": "low"})


def test_who_loses_and_gains_a_task_is_told_before(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    rule = {"field": "candidate.department", "op": "eq", "value": "FIN"}
    publish(leave, acme, lambda raw: step(raw, "manager_review")["assignee"].update(rule=rule, mode="any"))
    [row] = migration_rehearse(definition_id=leave.id, actor=acme.omar).rows
    [move] = row.judgement.moves
    assert move.holder is not None
    assert {one.name for one in move.holder.queue} == {"Farid", "Fiona", "Fritz"}
    migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[run_id])
    task = open_task(run_id)
    assert (task.assignee_id, task.unassigned) == (None, False)
    assert TaskCandidate.objects.filter(task=task, is_open=True).count() == 3
    payload = AuditEntry.objects.get(kind="run.migrated").payload
    assert payload["lost_ids"] == [str(acme.ravi.id)]
    assert len(payload["gained_ids"]) == 3


def test_a_queue_becomes_one_person(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review", data={"criticality": "low"})
    rule = {"field": "candidate.name", "op": "eq", "value": "Hari"}
    publish(leave, acme, lambda raw: step(raw, "hr_review")["assignee"].update(rule=rule))
    migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[run_id])
    task = open_task(run_id)
    assert task.assignee_id == acme.hari.id
    assert not TaskCandidate.objects.filter(task=task, is_open=True).exists()


def test_a_value_without_a_field_is_warned_of(leave: WorkflowDefinition, acme: Acme) -> None:
    start_leave(leave, acme.asha)

    def without_reason(raw: dict[str, Any]) -> None:
        raw["form"]["fields"] = [field for field in raw["form"]["fields"] if field["name"] != "reason"]
        raw["form"]["layout"] = []

    publish(leave, acme, without_reason)
    [row] = migration_rehearse(definition_id=leave.id, actor=acme.omar).rows
    assert row.judgement.warnings == ("“Reason” has a value and is not in the new form.",)


def test_what_the_clock_has_done_is_not_done_again(leave: WorkflowDefinition, acme: Acme) -> None:
    def limit(*rungs: dict[str, str]) -> Callable[[dict[str, Any]], object]:
        own = {"mode": "own", "period": "2d", "rungs": list(rungs)}
        return lambda raw: step(raw, "manager_review").update(sla=own)

    early, late = ({"do": "remind", "when": "before", "offset": offset} for offset in ("8h", "4h"))
    over = {"do": "hand_over", "when": "after", "offset": "1d"}
    publish(leave, acme, limit(early, over))
    run_id = start_leave(leave, acme.asha).run_id
    here, task = acme.organisation.id, open_task(run_id)
    assert task.check_at is not None
    reminded = task.check_at
    assert sla_sweep(here, at=reminded) == Swept(reminded=1)
    # Another rung before it, so that every rung has another number; the reminder said otherwise, and one that comes yet.
    publish(leave, acme, limit(over, late, early | {"offset": "7h"}))
    migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[run_id], at=reminded + timedelta(hours=2))
    assert sla_sweep(here, at=reminded + timedelta(hours=2)) == Swept()
    moved = open_task(run_id)
    assert (moved.due_at, moved.check_at) == (task.due_at, reminded + timedelta(hours=4))
    assert sla_sweep(here, at=reminded + timedelta(hours=4)) == Swept(reminded=1)


@pytest.mark.parametrize("apart", [[], ["apply"]], ids=["", "apart"])
def test_a_rehearsal_of_many_reads_as_often_as_one_of_two(
    apart: list[str], leave: WorkflowDefinition, acme: Acme, django_assert_max_num_queries: Any
) -> None:
    for person in (acme.asha, acme.farid, acme.hema, acme.fiona):
        for _ in range(4):
            start_leave(leave, person)
    rule = {"not": {"field": "candidate.department", "op": "eq", "value_field": "requester.department"}}
    asked = {"rule": rule, "mode": "any", "separation": {"not_same_as": apart}}
    publish(leave, acme, lambda raw: step(raw, "manager_review")["assignee"].update(asked))
    with django_assert_max_num_queries(14 + len(apart)):
        rows = migration_rehearse(definition_id=leave.id, actor=acme.omar).rows
    names = {
        row.run.requester.name: {one.name for one in found.queue}
        for row in rows
        if (found := row.judgement.moves[0].holder)
    }
    assert len(rows) == 16
    # Whose manager is of another department keeps it.
    assert ({"Farid", "Hema"} <= names["Asha"], "Ravi" in names["Asha"], "Farid" in names) == (True, False, False)


def test_refusals(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    with pytest.raises(StepMapInvalid):
        migration_rehearse(definition_id=leave.id, actor=acme.omar, steps={"manager_review": "nowhere"})
    with pytest.raises(Invalid):
        migration_apply(definition_id=leave.id, actor=acme.omar, run_ids=[])
    with pytest.raises(Denied):
        migration_rehearse(definition_id=leave.id, actor=acme.asha)
    with pytest.raises(DefinitionNotFound):
        migration_rehearse(definition_id=run_id, actor=acme.omar)
    definition_retire(definition_id=leave.id, actor=acme.omar)
    with pytest.raises(NothingToMoveTo):
        migration_rehearse(definition_id=leave.id, actor=acme.omar)
