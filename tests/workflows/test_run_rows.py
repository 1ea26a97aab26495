"""A request read by the kept statement is what the ORM reads, and its door opens for whom the lists show it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Membership
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.workflows import LEAVE, decide, install, open_task, start_leave
from workflows.models import WorkflowRun
from workflows.selectors.run_rows import RunRow, run_row, with_around
from workflows.selectors.runs import RunNotFound, RunView, access_run, access_run_of_task, visible_to
from workflows.services.participants import run_watch
from workflows.services.tasks import task_reassign

DEFERRED = ("graph", "cases")
AROUND = ("task_rows", "follower_rows", "left_rows")


@pytest.fixture
def run_id(acme: Acme) -> UUID:
    """A request with decisions, a way back, a follower and a task passed on."""
    with acme.scope():
        started = start_leave(install("leave_application", acme.omar), acme.asha)
        run_watch(run_id=started.run_id, actor=acme.asha)
        decide(started.run_id, acme.ravi, "Apply", comment="Which days?")
        decide(started.run_id, acme.asha, "Manager review", data=LEAVE)
        decide(started.run_id, acme.ravi, "HR review", assignee=acme.hema.id)
        task_reassign(task_id=open_task(started.run_id).id, actor=acme.hema, assignee=acme.hari.id)
    return started.run_id


def test_it_is_what_the_orm_reads(acme: Acme, run_id: UUID) -> None:
    with acme.scope():
        read = run_row(acme.hema, run_id)
        assert read is not None
        rows = with_around(WorkflowRun.objects.filter(id=run_id), acme.organisation.id, acme.hema.id)
        expected = RunRow.of(rows.select_related("definition", "version", "requester").get())
        for name in ("definition", "version", "requester"):
            assert vars_of(getattr(read.run, name)) == vars_of(getattr(expected.run, name))
        assert vars_of(read.run) == vars_of(expected.run)
        assert [*read.tasks] == [*expected.tasks]
        assert [*read.followers] == [*expected.followers]
        assert [*read.left] == [*expected.left] == ["hr_review"]


def vars_of(row: Any) -> dict[str, Any]:
    """The columns."""
    return {
        name: value for name, value in vars(row).items() if name not in DEFERRED and name not in ("_state", *AROUND)
    }


def test_the_door_opens_for_whom_the_lists_show_it(acme: Acme, run_id: UUID) -> None:
    today = timezone.localdate()
    with acme.scope():
        be_away(acme.hari, today, today + timedelta(days=3), acme.farid)
        task_id = access_run(acme.asha, run_id).open_tasks[0].id
        opened = []
        for person in Membership.objects.order_by("name"):
            is_shown = visible_to(person).filter(id=run_id).exists()
            for door, wanted in ((access_run, run_id), (access_run_of_task, task_id)):
                assert opens(door, person, wanted) == is_shown, person.name
            opened += [person.name] * is_shown
        assert "Farid" in opened
        assert "Gita" not in opened


def opens(door: Callable[[Membership, UUID], RunView], person: Membership, wanted: UUID) -> bool:
    try:
        door(person, wanted)
    except RunNotFound:
        return False
    return True
