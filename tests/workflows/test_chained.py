"""A workflow as a step of another one: started once, waited for, and gone on by its outcome."""

from typing import Any
from uuid import UUID

import pytest

from tests.cast import Acme
from tests.factories.machines import document, machine_of, outcomes, work
from tests.factories.workflows import LEAVE, decide, install, publish, run_of
from workflows.models import WorkflowRun
from workflows.services.machine_care import step_retry
from workflows.services.runs import run_start, run_withdraw

NODE: dict[str, Any] = {
    "kind": "chain",
    "params": {"workflow": "leave-application", "data": {**LEAVE, "reason": "{{ record.reason }}"}},
    "save": {"reason": "outcome"},
}


def started(acme: Acme, before: dict[str, Any] | None = None, **node: Any) -> UUID:
    """A request whose automatic step has started a leave application; a way is called as that one may end. `before` is a step
    of its own."""
    made = document(NODE | node)
    if before is not None:
        made["graph"]["steps"].insert(1, {"key": "before", "name": "Before", "kind": "auto", "node": before})
        made["graph"]["transitions"][0]["to"] = "before"
        made["graph"]["transitions"].append({"key": "x", "from": "before", "to": "auto"})
    made["graph"]["steps"].append({"key": "off", "name": "Off", "kind": "end"})
    made["graph"]["transitions"].append({"key": "n", "name": "Rejected", "from": "auto", "to": "off"})
    install("leave_application", acme.omar)
    definition = publish(made, acme.omar)
    data = {"reason": "Trip", "total": 1}
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data=data).run_id
    work(acme.organisation.id)
    return run_id


def child_of(run_id: UUID) -> WorkflowRun:
    found: WorkflowRun = WorkflowRun.objects.get(subject_kind="workflows.chained")
    assert found.subject_id == machine_of(run_id).task_id
    return found


def test_the_step_waits_for_the_other_request_and_goes_on_with_its_outcome(acme: Acme) -> None:
    with acme.scope():
        run_id = started(acme)
        child = child_of(run_id)
        assert (child.requester_id, child.data["reason"]) == (acme.asha.id, "Trip")
        assert machine_of(run_id).note == f"waits for request {child.number}"
        decide(child.id, acme.ravi, "HR review")
        assert run_of(run_id).status == "running"
        decide(child.id, acme.hema, "Approved")
        work(acme.organisation.id)
        run = run_of(run_id)
        assert (run.data["reason"], outcomes(run_id)) == ("Approved", ["paused", "done"])
        assert run.tasks.filter(step="review", state="waiting").exists()


def test_it_goes_on_by_the_way_that_is_called_as_the_other_request_ended(acme: Acme) -> None:
    with acme.scope():
        run_id = started(acme)
        decide(child_of(run_id).id, acme.ravi, "Rejected", comment="No")
        work(acme.organisation.id)
        run = run_of(run_id)
        assert (run.status, run.outcome) == ("completed", "Off")


@pytest.mark.parametrize("workflow", ["leave-application", "no-such"])
def test_what_ends_without_a_decision_or_cannot_start_is_a_failure(acme: Acme, workflow: str) -> None:
    with acme.scope():
        run_id = started(acme, params={**NODE["params"], "workflow": workflow})
        if workflow == "leave-application":
            run_withdraw(run_id=child_of(run_id).id, actor=acme.asha)
            work(acme.organisation.id)
        assert machine_of(run_id).task.state == "failure"
        assert ("Withdrawn" in machine_of(run_id).error) == (workflow == "leave-application")


def test_tried_again_after_a_withdrawal_it_starts_another_request(acme: Acme) -> None:
    with acme.scope():
        run_id = started(acme)
        first = child_of(run_id)
        run_withdraw(run_id=first.id, actor=acme.asha)
        work(acme.organisation.id)
        step_retry(task_id=machine_of(run_id).task_id, actor=acme.tess, reason="Asked again, as agreed with Asha")
        work(acme.organisation.id)
        second = WorkflowRun.objects.filter(subject_kind="workflows.chained").latest("number")
        assert (second.id != first.id, outcomes(run_id)) == (True, ["paused", "failed", "paused"])
        decide(second.id, acme.ravi, "Rejected", comment="No")
        work(acme.organisation.id)
        assert run_of(run_id).outcome == "Off"


def test_what_was_decided_is_not_asked_again(acme: Acme) -> None:
    """The step failed after the other request was decided: its answer fits no field. Tried again, it is that answer still."""
    with acme.scope():
        run_id = started(acme, save={"total": "outcome"})
        decide(child_of(run_id).id, acme.ravi, "Rejected", comment="No")
        work(acme.organisation.id)
        assert "does not take this value" in machine_of(run_id).error
        step_retry(task_id=machine_of(run_id).task_id, actor=acme.tess, reason="Again")
        work(acme.organisation.id)
        assert (child_of(run_id).outcome, outcomes(run_id)) == ("Rejected", ["paused", "failed", "failed"])


def test_an_answer_of_any_name_is_not_taken_for_the_length_of_the_chain(acme: Acme) -> None:
    with acme.scope():
        found = {"kind": "formula", "save_as": "chained", "params": {"values": {"a": "1"}}}
        run_id = started(acme, found)
        assert run_of(run_id).context["chained"] == {"a": 1}
        assert WorkflowRun.objects.get(subject_kind="workflows.chained").requester_id == acme.asha.id
