"""Rungs, each once and in their order; soft and hard timeouts of tasks and requests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import AuditEntry
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.workflows import LEAVE, decide, open_task, publish, run_of, start_leave, view_of
from workflows.graph.document import GraphDocument, SlaRule, StepSla
from workflows.graph.lint import lint
from workflows.graph.timing import Timeout
from workflows.ladder import Deed, Ladder, Standing, Timing
from workflows.library import library_item
from workflows.models import RunTimer, Task, TransitionLog
from workflows.selectors.runs import may_see
from workflows.selectors.timeline import timeline
from workflows.services.sla import Swept, organisations_due, sla_sweep
from workflows.services.timeouts import timeouts_sweep
from workflows.sla import Calendar, SlaSetting, parse_period

WEDNESDAY = datetime(2025, 10, 1, 11, 30, tzinfo=UTC)  # 17:00 in Acme; the holiday and the weekend follow
DUE = datetime(2025, 10, 6, 11, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUNGS = [
    {"do": "remind", "when": "before", "offset": "4h"},
    {"do": "tell", "when": "before", "offset": "1h"},
    {"do": "remind", "when": "after", "offset": "30m"},
    {"do": "hand_over", "when": "after", "offset": "1d"},
]


def document(**sla: Any) -> dict[str, Any]:
    """Leave, whose manager review has two days and what is given."""
    found = library_item("leave_application").to_json()
    step = next(one for one in found["graph"]["steps"] if one["key"] == "manager_review")
    step["sla"] = {"mode": "own", "period": "2d", **sla}
    return found


def climb(acme: Acme, *moments: datetime) -> list[Swept]:
    return [sla_sweep(acme.organisation.id, at=moment) for moment in moments]


def test_each_rung_happens_once_at_its_time(acme: Acme) -> None:
    with acme.scope():
        task = open_task(start_leave(publish(document(rungs=RUNGS), acme.omar), acme.asha, at=WEDNESDAY).run_id)
        assert task.due_at == DUE
        assert task.check_at == DUE - 4 * HOUR
        moments = [DUE - 4 * HOUR, DUE - HOUR, DUE, DUE + HOUR / 2, DUE + timedelta(days=1)]
        early = [moment - timedelta(microseconds=1) for moment in moments]
        done = [Swept(reminded=1), Swept(told=1), Swept(overdue=1), Swept(reminded=1), Swept(escalated=1)]
        for before, moment, swept in zip(early, moments, done, strict=True):
            assert climb(acme, before, moment, moment) == [Swept(), swept, Swept()]
        kinds = TransitionLog.objects.filter(task=task).order_by("seq").values_list("kind", flat=True)
        assert list(kinds) == ["reminded", "told", "overdue", "reminded", "escalated"]
        told = AuditEntry.objects.get(kind="task.manager_told").payload
        assert (told["assignee_name"], told["manager_name"]) == ("Ravi", "Meera")
        assert may_see(acme.meera, task.run_id)
        task.refresh_from_db()
        assert (task.assignee_id, repr(task.check_at)) == (acme.meera.id, "None")


def test_time_decides_as_a_person_would(acme: Acme) -> None:
    rungs = [{"do": "decide", "offset": "2h", "transition": "HR review"}]
    with acme.scope():
        run_id = start_leave(publish(document(rungs=rungs), acme.omar), acme.asha, at=WEDNESDAY).run_id
        late = DUE + timedelta(hours=17)  # two working hours: one in the evening, one the next morning
        assert climb(acme, DUE, late, late) == [Swept(overdue=1), Swept(decided=1), Swept()]
        done = Task.objects.get(run_id=run_id, step="manager_review")
        assert (done.state, done.transition, done.completed_by_id) == ("success", "HR review", None)
        following = open_task(run_id)
        assert (following.step, following.assignee_id) == ("hr_review", None)
        moved = AuditEntry.objects.filter(kind="task.moved").order_by("-at")[0]
        assert (moved.actor_kind, moved.payload["via"], moved.payload["by_id"]) == ("system", "time_limit", None)
        [line] = [one for one in timeline(view_of(run_id, acme.asha)) if one.kind == "moved" and one.by_id is None]
        assert (line.text, line.note) == ("time is up: moved it to HR review, open to 2 people", "by time limit")
        assert signed_in(acme.asha).get(f"/requests/{run_id}/").status_code == 200


EARLY = DUE - 4 * HOUR


def at_manager(acme: Acme, *rungs: dict[str, Any]) -> Task:
    run_id = start_leave(publish(document(rungs=list(rungs)), acme.omar), acme.asha, at=WEDNESDAY).run_id
    return open_task(run_id)


def test_what_is_handed_over_before_the_due_time_is_not_overdue(acme: Acme) -> None:
    with acme.scope():
        task = at_manager(acme, {"do": "hand_over", "when": "before", "offset": "4h"})
        assert climb(acme, EARLY) == [Swept(escalated=1)]
        task.refresh_from_db()
        assert (task.assignee_id, task.overdue, task.check_at) == (acme.meera.id, False, DUE)
        assert climb(acme, DUE) == [Swept(overdue=1)]
        task.refresh_from_db()
        assert task.overdue


def test_what_is_decided_before_the_due_time_is_not_overdue(acme: Acme) -> None:
    with acme.scope():
        task = at_manager(acme, {"do": "decide", "when": "before", "offset": "4h", "transition": "Rejected"})
        assert climb(acme, EARLY) == [Swept(decided=1)]
        task.refresh_from_db()
        assert (task.transition, task.overdue) == ("Rejected", False)


def test_what_cannot_be_done_before_the_due_time_leaves_the_task_in_time(acme: Acme) -> None:
    """Nobody holds it, so there is nobody above them to hand it to; the admins hear of it when the time is up."""
    with acme.scope():
        task = at_manager(acme, {"do": "hand_over", "when": "before", "offset": "4h"})
        Task.objects.filter(id=task.id).update(assignee=None, unassigned=True)
        assert climb(acme, EARLY) == [Swept(passed=1)]
        task.refresh_from_db()
        assert (task.overdue, AuditEntry.objects.filter(kind="task.overdue").count()) == (False, 0)
        assert climb(acme, DUE) == [Swept(overdue=1)]
        assert AuditEntry.objects.filter(kind="task.overdue").count() == 1


@pytest.mark.parametrize("scope", ["", "workflow"])
def test_time_asks_who_is_there_at_that_time(scope: str, acme: Acme) -> None:
    """Ravi is away, for all work or for this, when the time is up, whatever the day on which this runs; the next one of the
    chain is asked."""
    found = document(rungs=[{"do": "decide", "transition": "HR review"}])
    step = next(one for one in found["graph"]["steps"] if one["key"] == "hr_review")
    step["assignee"]["rule"]["value"] = "NOBODY"
    step["assignee"]["fallback"] = ["manager", "workflow_owner"]
    with acme.scope():
        leave = publish(found, acme.omar)
        run_id = start_leave(leave, acme.asha, at=WEDNESDAY).run_id
        be_away(acme.ravi, DUE.date(), DUE.date() + timedelta(days=2), scope=[f"workflow:{leave.id}"] if scope else [])
        assert climb(acme, DUE) == [Swept(decided=1)]
        assert open_task(run_id).assignee_id == acme.omar.id


def test_time_ends_a_request(acme: Acme) -> None:
    with acme.scope():
        rungs = [{"do": "decide", "transition": "Rejected"}]
        run_id = start_leave(publish(document(rungs=rungs), acme.omar), acme.asha, at=WEDNESDAY).run_id
        assert climb(acme, DUE) == [Swept(decided=1)]
        assert (run_of(run_id).status, run_of(run_id).outcome) == ("completed", "Rejected")


def test_time_sends_back_without_forgetting_what_was_put_aside(acme: Acme) -> None:
    with acme.scope():
        run_id = at_manager(acme, {"do": "decide", "transition": "Apply"}).run_id
        decide(run_id, acme.ravi, "HR review", data={"criticality": "high"}, assignee=acme.hema.id, at=WEDNESDAY)
        decide(run_id, acme.hema, "Apply", comment="Other dates?", at=WEDNESDAY)
        decide(run_id, acme.asha, "Manager review", data=LEAVE, assignee=acme.ravi.id, at=WEDNESDAY)
        assert run_of(run_id).superseded == {"criticality": "high"}
        assert climb(acme, DUE) == [Swept(decided=1)]
        assert run_of(run_id).superseded == {**LEAVE, "criticality": "high"}
        decide(run_id, acme.asha, "Manager review", data=LEAVE, assignee=acme.ravi.id, at=DUE)
        assert view_of(run_id, acme.ravi).offered_at("manager_review")["criticality"] == "high"


def test_after_an_outage_nobody_is_reminded_of_what_has_passed(acme: Acme) -> None:
    with acme.scope():
        start_leave(publish(document(rungs=RUNGS), acme.omar), acme.asha, at=WEDNESDAY)
        late = DUE + timedelta(days=9)
        assert climb(acme, late, late, late, late) == [
            Swept(overdue=1), Swept(reminded=1), Swept(escalated=1), Swept(),
        ]  # fmt: skip


def test_a_sweep_that_dies_has_done_nothing_and_the_next_one_does_it(acme: Acme) -> None:
    with acme.scope():
        task = open_task(start_leave(publish(document(rungs=RUNGS), acme.omar), acme.asha, at=WEDNESDAY).run_id)
        with transaction.atomic():
            assert climb(acme, DUE) == [Swept(overdue=1)]
            transaction.set_rollback(True)
        assert not TransitionLog.objects.filter(task=task).exists()
        assert climb(acme, DUE, DUE) == [Swept(overdue=1), Swept()]


def test_shorthand_is_the_ladder_of_two() -> None:
    calendar = Calendar.of("UTC", {"mon": [["09:00", "18:00"]], "tue": [["09:00", "18:00"]]})
    limit = SlaSetting.resolve(StepSla(), SlaRule(period="1d", remind_after="4h"))
    timing = Timing.of(limit, Timeout(soft="2h", hard="2d"))
    assert timing is not None
    assert [rung.deed for rung in timing.ladder.rungs] == [Deed.REMIND, Deed.HAND_OVER, Deed.WARN, Deed.END]
    monday = datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert timing.deadlines(calendar, monday) == (monday + 9 * HOUR, monday + 2 * HOUR)
    assert timing.deadlines(None, monday) == (None, None)
    standing = Standing(monday, monday + 9 * HOUR, stood_still=HOUR)
    assert timing.ladder.next_check(standing, calendar) == monday + 3 * HOUR
    assert Ladder().turn(standing, calendar, monday) == (None, 0)
    assert parse_period("2d").words == "2 working days"


def test_a_hard_timeout_of_a_task_ends_the_request(acme: Acme) -> None:
    found = document()
    found["graph"]["task_timeout"] = {"soft": "3d", "hard": "5d", "then": "fail"}
    with acme.scope():
        run_id = start_leave(publish(found, acme.omar), acme.asha, at=WEDNESDAY).run_id
        later = DUE + timedelta(days=1)
        assert climb(acme, DUE, later, later) == [Swept(escalated=1), Swept(warned=1), Swept()]
        assert AuditEntry.objects.get(kind="task.timeout_near").payload["owner_id"] == str(acme.omar.id)
        assert climb(acme, DUE + timedelta(days=3), DUE + timedelta(days=4)) == [Swept(ended=1), Swept()]
        run = run_of(run_id)
        assert (run.status, run.outcome) == ("failed", "Timed out")
        assert Task.objects.get(run_id=run_id, step="manager_review").state == "failure"
        told = AuditEntry.objects.get(kind="run.timed_out").payload
        assert (told["step_name"], told["assignee_ids"]) == ("Manager review", [str(acme.meera.id)])


def test_a_request_is_warned_of_and_killed_once(acme: Acme) -> None:
    found = document()
    found["graph"]["timeout"] = {"soft": "1d", "hard": "3d", "then": "kill"}
    with acme.scope():
        here = acme.organisation.id
        run_id = start_leave(publish(found, acme.omar), acme.asha, at=WEDNESDAY).run_id
        timer = RunTimer.objects.get()
        friday = datetime(2025, 10, 3, 11, 30, tzinfo=UTC)
        assert (timer.soft_at, timer.hard_at, timer.check_at) == (friday, DUE + timedelta(days=1), friday)
        assert organisations_due(friday) == [here]
        assert [timeouts_sweep(here, at=friday) for _ in range(2)] == [1, 0]
        assert AuditEntry.objects.filter(kind="run.timeout_near").count() == 1
        assert [timeouts_sweep(here, at=DUE + timedelta(days=2)) for _ in range(2)] == [1, 0]
        run = run_of(run_id)
        assert (run.status, run.outcome, Task.objects.filter(run_id=run_id, state="waiting").count()) == (
            "killed", "Timed out", 0,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("sla", "code"),
    [
        ({"rungs": RUNGS, "remind_after": "1h"}, "rungs-and-shorthand"),
        ({"rungs": [{"do": "remind", "when": "before", "offset": "2d"}]}, "rung-too-early"),
        ({"rungs": [{"do": "remind", "when": "after", "offset": "soon"}]}, "bad-period"),
        ({"rungs": RUNGS, "period": ""}, "rungs-without-limit"),
        ({"rungs": [{"do": "decide", "transition": "Maybe"}]}, "rung-without-way"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_not_published(sla: dict[str, Any], code: str) -> None:
    graph = GraphDocument.load(document(**sla)["graph"])
    assert code in {problem.code for problem in lint(graph) if problem.level == "blocks"}


def test_a_warning_after_the_end_is_not_published() -> None:
    raw = document()["graph"] | {"timeout": {"soft": "3d", "hard": "2d"}}
    assert "late-warning" in {problem.code for problem in lint(GraphDocument.load(raw))}
