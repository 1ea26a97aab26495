"""Whatever people do in whatever order, a request keeps its shape."""

from collections.abc import Callable
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from accounts.tenancy.errors import DomainError
from tests.cast import Acme
from tests.factories.workflows import MONDAY, start_leave
from workflows import tasks
from workflows.models import FINAL_RUN, Task, TaskCandidate, TransitionLog, WorkflowDefinition, WorkflowRun, next_state
from workflows.services.runs import run_withdraw
from workflows.services.tasks import task_claim, task_complete, task_reassign, task_take_over

PEOPLE = ("asha", "ravi", "meera", "hema", "hari", "farid", "omar", "tess")
WAYS = ("Manager review", "HR review", "Apply", "Approved", "Rejected")
Act = Callable[[Any, Acme], Any]


def complete(person: str, way: str, assignee: str | None) -> Act:
    return lambda task, acme: task_complete(
        task_id=task.id,
        actor=getattr(acme, person),
        transition=way,
        assignee=getattr(acme, assignee).id if assignee else None,
        data={} if task.step != "apply" else None,
        at=MONDAY,
    )


def reassign(person: str, to: str) -> Act:
    return lambda task, acme: task_reassign(
        task_id=task.id, actor=getattr(acme, person), assignee=getattr(acme, to).id, at=MONDAY
    )


def take(person: str, service: Callable[..., Any]) -> Act:
    return lambda task, acme: service(task_id=task.id, actor=getattr(acme, person), at=MONDAY)


def withdraw(person: str) -> Act:
    return lambda task, acme: run_withdraw(run_id=task.run_id, actor=getattr(acme, person), at=MONDAY)


people = st.sampled_from(PEOPLE)
acts = st.one_of(
    st.builds(complete, people, st.sampled_from(WAYS), st.none() | people),
    st.builds(reassign, people, people),
    st.builds(take, people, st.sampled_from([task_claim, task_take_over])),
    st.builds(withdraw, people),
)


def check(run: WorkflowRun, acme: Acme) -> None:
    log = TransitionLog.objects.filter(run=run).order_by("seq")
    assert list(log.values_list("seq", flat=True)) == list(range(1, run.version_no + 1))
    open_tasks = Task.objects.filter(run=run, state="waiting")
    assert open_tasks.count() == (0 if run.status in FINAL_RUN else 1)
    for task in open_tasks:
        queue = TaskCandidate.objects.filter(task=task, is_open=True).count()
        assert [task.assignee_id is not None, queue > 0, task.unassigned].count(True) == 1
        if task.step != "apply":
            assert task.assignee_id != run.requester_id
    assert not TaskCandidate.objects.filter(task__run=run, is_open=True).exclude(task__state="waiting").exists()
    ended = log.filter(kind__in=("completed", "withdrawn")).count()
    assert ended == (1 if run.status in FINAL_RUN else 0)
    decided = AuditEntry.objects.filter(kind="task.moved", payload__run_id=str(run.id)).count()
    assert decided == log.filter(kind="moved").count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(acts, min_size=4, max_size=25))
def test_no_order_of_acts_breaks_a_request(leave: WorkflowDefinition, acme: Acme, story: list[Act]) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    for act in story:
        task = Task.objects.filter(run_id=run_id).order_by("-opened_at", "-id").first()
        before = WorkflowRun.objects.get(id=run_id).version_no
        try:
            act(task, acme)
        except DomainError:
            assert WorkflowRun.objects.get(id=run_id).version_no == before
        check(WorkflowRun.objects.get(id=run_id), acme)


def test_the_machine_refuses_what_it_does_not_know() -> None:
    assert next_state(Task.decide, "waiting") == "success"
    for transition, state in ((Task.decide, "success"), (WorkflowRun.complete, "killed"), (WorkflowRun.kill, "failed")):
        with pytest.raises(TransitionNotAllowed):
            next_state(transition, state)


def test_states_stay_protected_after_reading_again(leave: WorkflowDefinition, acme: Acme) -> None:
    run = WorkflowRun.objects.get(id=start_leave(leave, acme.asha).run_id)
    run.refresh_from_db()
    gone = WorkflowRun(id=leave.id)
    with pytest.raises(WorkflowRun.DoesNotExist):
        gone.refresh_from_db()
    for one in (run, gone):
        with pytest.raises(AttributeError):
            one.status = "completed"
    assert run.status == "running"


def test_the_tick_wakes_a_sweep_for_each_organisation(
    leave: WorkflowDefinition, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_leave(leave, acme.asha, at=MONDAY)
    woken: list[str] = []
    monkeypatch.setattr(
        tasks.sla_sweep_organisation, "delay", lambda *, organisation_id, until: woken.append(organisation_id)
    )
    tasks.sla_tick()
    assert woken == [str(acme.organisation.id)]
    tasks.sla_sweep_organisation(organisation_id=woken[0])
    assert Task.objects.get(step="manager_review").assignee_id == acme.meera.id
