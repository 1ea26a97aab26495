"""Where requests lose time: waiting and working, again and again, and what is not told of a few."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from tests.cast import Acme
from tests.factories.workflows import MONDAY, decide, open_task, start_leave
from workflows.models import WorkflowDefinition, WorkflowRun, WorkflowSettings
from workflows.selectors.bottlenecks import Bottlenecks, Figures, bottlenecks, overlay
from workflows.services.pauses import task_hold, task_resume
from workflows.services.publishing import settings_save
from workflows.services.tasks import task_claim

HOUR = timedelta(hours=1)


def after(hours: float) -> datetime:
    return MONDAY + hours * HOUR


def at_hr(definition: WorkflowDefinition, acme: Acme) -> UUID:
    """In the queue of HR an hour after its start."""
    run_id = start_leave(definition, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review", data={"criticality": "low"}, at=after(1))
    return run_id


def worked(definition: WorkflowDefinition, acme: Acme, who: Membership, waiting: float, working: float) -> UUID:
    run_id = at_hr(definition, acme)
    task_claim(task_id=open_task(run_id).id, actor=who, at=after(1 + waiting))
    decide(run_id, who, "Approved", at=after(1 + waiting + working))
    return run_id


def told(acme: Acme) -> Bottlenecks:
    return bottlenecks(WorkflowRun.objects.all(), acme.organisation.id)


def by_key(found: tuple[Figures, ...]) -> dict[str, Figures]:
    return {one.key: one for one in found}


def test_waiting_is_until_it_is_taken_up_and_working_the_rest(acme: Acme, leave: WorkflowDefinition) -> None:
    for number in range(5):
        worked(leave, acme, acme.hema if number % 2 else acme.hari, waiting=2, working=number + 1)
    found = told(acme)
    review = by_key(found.steps)["hr_review"]
    assert (review.count, review.open, review.rework) == (5, 0, 0)
    assert review.waiting == (2 * HOUR, 2 * HOUR)
    assert review.working == (3 * HOUR, 4.6 * HOUR)
    assert review.lasting == (5 * HOUR, 6.6 * HOUR)
    assert by_key(found.ways)["hr_approves"].working == review.working
    assert by_key(found.steps)["apply"].count == 5


def test_a_clock_that_stands_still_waits(acme: Acme, leave: WorkflowDefinition) -> None:
    for who in (acme.hema, acme.hari, acme.hema, acme.hari, acme.hema):
        run_id = at_hr(leave, acme)
        task = open_task(run_id).id
        task_claim(task_id=task, actor=who, at=after(2))
        task_hold(task_id=task, actor=who, reason="Waiting for a document", at=after(3))
        task_resume(task_id=task, actor=who, at=after(6))
        decide(run_id, who, "Approved", at=after(8))
    review = by_key(told(acme).steps)["hr_review"]
    assert review.waiting == (4 * HOUR, 4 * HOUR)
    assert review.working == (3 * HOUR, 3 * HOUR)


def test_a_few_are_counted_and_not_told_nor_is_one_person(acme: Acme, leave: WorkflowDefinition) -> None:
    for number in range(4):
        worked(leave, acme, acme.hema if number % 2 else acme.hari, waiting=1, working=1)
    assert by_key(told(acme).steps)["hr_review"].is_hidden
    settings_save(actor=acme.tess, row=WorkflowSettings(), values={"figures_from": 4})
    steps = by_key(told(acme).steps)
    assert steps["hr_review"].waiting == (HOUR, HOUR)
    # Ravi decided all of these.
    assert (steps["manager_review"].count, steps["manager_review"].lasting) == (4, None)


def test_coming_back_is_rework(acme: Acme, leave: WorkflowDefinition) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "Apply", comment="Say more", at=after(1))
    decide(
        run_id, acme.asha, "Manager review", data={"from": "2025-10-06", "to": "2025-10-08", "reason": "x"}, at=after(2)
    )
    start_leave(leave, acme.asha)
    found = told(acme)
    steps, ways = by_key(found.steps), by_key(found.ways)
    assert (steps["manager_review"].count, steps["manager_review"].open, steps["manager_review"].rework) == (1, 2, 33)
    assert (ways["apply_to_manager"].count, ways["apply_to_manager"].rework) == (3, 33)
    assert (ways["manager_returns"].count, ways["manager_returns"].rework) == (1, 0)


def test_it_is_painted_and_takes_one_statement(acme: Acme, leave: WorkflowDefinition) -> None:
    for number in range(5):
        worked(leave, acme, acme.hema if number % 2 else acme.hari, waiting=2, working=2)
    told(acme)  # also sends what the last decision has kept back
    with CaptureQueriesContext(connection) as sent:
        found = told(acme)
    assert len(sent) == 1
    painted = overlay(found)
    assert painted["nodes"]["hr_review"] == {"label": "4 h · 5×", "tone": "bad", "value": 1.0}
    assert painted["nodes"]["manager_review"] == {"label": "5×", "tone": "quiet", "value": 0.0}
    assert painted["edges"]["hr_approves"]["label"] == "5×"
