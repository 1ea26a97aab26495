"""A panel of Farid, Fiona and Fritz while one of them is away: nobody counts twice, and no seat does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.models import Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.panels import purchase, started
from tests.factories.workflows import MONDAY, decide, open_task
from workflows.models import TransitionLog, Vote
from workflows.services.deciding import AssigneeInvalid
from workflows.services.leavers import tasks_of_leavers
from workflows.services.tasks import task_assign
from workflows.services.voting import AlreadyVoted

TWO = {"rule": "count", "count": 2}
FIRST, LAST = MONDAY.date(), MONDAY.date() + timedelta(days=3)


@pytest.fixture(autouse=True)
def in_acme(acme: Acme) -> Iterator[None]:
    with acme.scope():
        yield


def test_who_stands_in_votes_for_the_seat_once(acme: Acme) -> None:
    be_away(acme.fritz, FIRST, LAST, acme.hema)
    run_id = started(purchase(TWO), acme.omar, acme.asha).run_id
    task = open_task(run_id)
    decide(run_id, acme.hema, "Yes")
    vote = Vote.objects.get(task=task)
    assert (vote.member, vote.seat) == (acme.hema, acme.fritz)
    entry = TransitionLog.objects.get(run_id=run_id, kind="voted")
    assert (entry.by_name, entry.for_name) == ("Hema", "Fritz")
    for again in (acme.hema, acme.fritz):
        with pytest.raises(AlreadyVoted):
            decide(run_id, again, "Yes")
    decide(run_id, acme.fiona, "Yes", assignee=acme.hema.id)
    assert open_task(run_id).step == "buy"


def test_who_has_voted_for_a_member_gets_no_seat_that_falls_free(acme: Acme) -> None:
    """They could not vote from it, and a panel of which everybody is asked would never decide. Omar is the fallback."""
    be_away(acme.fritz, FIRST, LAST, acme.omar)
    run_id = started(purchase({"rule": "all"}), acme.omar, acme.asha).run_id
    decide(run_id, acme.omar, "Yes")
    Membership.objects.filter(id=acme.fiona.id).update(is_active=False)
    tasks_of_leavers(acme.organisation.id, at=MONDAY)
    task = open_task(run_id)
    assert task.unassigned
    with pytest.raises(AssigneeInvalid, match="correction"):
        task_assign(task_id=task.id, actor=acme.tess, assignee=acme.omar.id, at=MONDAY)
    task_assign(task_id=task.id, actor=acme.tess, assignee=acme.hema.id, at=MONDAY)
    decide(run_id, acme.farid, "Yes")
    assert decide(run_id, acme.hema, "Yes").opened[0].step == "buy"


def test_a_member_who_stands_in_for_another_votes_for_themselves_only(acme: Acme) -> None:
    be_away(acme.fritz, FIRST, LAST, acme.fiona)
    run_id = started(purchase(TWO), acme.omar, acme.asha).run_id
    task = open_task(run_id)
    decide(run_id, acme.fiona, "Yes")
    assert Vote.objects.get(task=task).seat == acme.fiona
    with pytest.raises((AlreadyVoted, Denied)):
        decide(run_id, acme.fiona, "Yes")
    decide(run_id, acme.fritz, "Yes", assignee=acme.hema.id)
    assert open_task(run_id).step == "buy", "Fritz himself may still act"
