"""Where requests lose time: waiting and working, again and again, and what is not told of a few."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from tests.accounts.clients import program, signed_in
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


def told(acme: Acme, any_of: int = 1) -> Bottlenecks:
    return bottlenecks(WorkflowRun.objects.all(), acme.organisation.id, any_of=any_of)


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


def test_what_if_the_first_of_several_people_decided(acme: Acme, leave: WorkflowDefinition) -> None:
    for number in range(5):
        worked(leave, acme, acme.hema if number % 2 else acme.hari, waiting=2, working=number + 1)
    steps = by_key(told(acme, any_of=3).steps)
    # Of three who take 3 to 7 hours each, half the time the first is done when one in five of one alone were: 0.5 ** (1/3).
    half, most = steps["hr_review"].fastest or (None, None)
    assert half == pytest.approx(3.825 * HOUR, abs=HOUR / 1000)
    assert most == pytest.approx(5.143 * HOUR, abs=HOUR / 1000)
    assert by_key(told(acme).steps)["hr_review"].fastest is None
    # Ravi alone decided these, and nobody the start.
    assert (steps["manager_review"].fastest, steps["apply"].fastest) == (None, None)
    painted = overlay(told(acme, any_of=3))["nodes"]["hr_review"]
    assert (painted["label"], painted["value"]) == ("5 h → 3.8 h · 5×", pytest.approx(0.765, abs=0.001))


def test_it_is_asked_on_the_page_and_over_rest(acme: Acme, leave: WorkflowDefinition) -> None:
    for number in range(5):
        worked(leave, acme, acme.hema if number % 2 else acme.hari, waiting=2, working=number + 1)
    page, figures = f"/workflows/{leave.id}/bottlenecks/", f"/api/v1/workflows/{leave.id}/figures/"
    period = {"since": MONDAY.date().isoformat(), "until": MONDAY.date().isoformat()}
    shown = signed_in(acme.omar).get(page, {**period, "any_of": "3"}).content.decode()
    assert "Whole, if any of 3" in shown
    assert "→ 3.8 h" in shown
    steps = program(acme.omar).get(figures, {**period, "any_of": "3"}).json()["steps"]
    assert next(one for one in steps if one["key"] == "hr_review")["fastest"] == {"p50": 13_771, "p90": 18_516}
    for client, path in ((signed_in(acme.omar), page), (program(acme.omar), figures)):
        answer = client.get(path, {"any_of": "many"})
        assert answer.status_code == 422
        assert "many is not one of the available choices" in answer.content.decode()


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
