"""Members of a panel who leave the organisation: replaced by the fallback, done without, or found anew by a tenant admin."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from accounts.models import AuditEntry, Membership
from tests.cast import Acme
from tests.factories.panels import purchase, started
from tests.factories.workflows import MONDAY, decide, open_task
from tests.workflows.test_panels import standing
from workflows.services.leavers import tasks_of_leavers
from workflows.services.sla import organisations_due
from workflows.services.tasks import task_assign


@pytest.fixture(autouse=True)
def in_acme(acme: Acme) -> Iterator[None]:
    with acme.scope():
        yield


def ask(acme: Acme, approval: dict[str, Any], **assignee: Any) -> UUID:
    """A request before Farid, Fiona and Fritz."""
    return started(purchase(approval, **assignee), acme.omar, acme.asha).run_id


def leave(acme: Acme, *people: Membership) -> list[int]:
    """They are deactivated, and the sweep comes until it has nothing to do."""
    here = acme.organisation.id
    assert (organisations_due(MONDAY), tasks_of_leavers(here, at=MONDAY)) == ([], 0)
    for person in people:
        person.is_active = False
        person.save(update_fields=["is_active"])
    assert organisations_due(MONDAY) == [here]
    done = [tasks_of_leavers(here, at=MONDAY) for _ in range(len(people) + 1)]
    assert organisations_due(MONDAY) == []
    return done


@pytest.mark.parametrize("rule", ["all", "sequence"])
def test_a_leaver_is_replaced_by_the_fallback_in_their_place(acme: Acme, rule: str) -> None:
    run_id = ask(acme, {"rule": rule})
    decide(run_id, acme.farid, "Yes")
    assert leave(acme, acme.fiona) == [1, 0]
    task = open_task(run_id)
    assert standing(task, acme.asha)[1] == (["Omar"] if rule == "sequence" else ["Omar", "Fritz"])
    assert not task.unassigned
    told = AuditEntry.objects.get(kind="task.reassigned").payload
    assert (told["assignee_name"], "Fiona has left the panel" in told["reason"]) == ("Omar", True)
    decide(run_id, acme.omar, "Yes")
    assert decide(run_id, acme.fritz, "Yes").opened[0].step == "buy"


def test_without_a_fallback_a_tenant_admin_finds_somebody_and_votes_stay(acme: Acme) -> None:
    run_id = ask(acme, {"rule": "all"}, fallback=[])
    decide(run_id, acme.farid, "Yes")
    assert leave(acme, acme.fiona) == [1, 0]
    task = open_task(run_id)
    assert task.unassigned
    told = AuditEntry.objects.get(kind="task.unassigned").payload
    assert (told["why"], told["admin_ids"]) == (
        "Fiona has left the panel, and nobody to fall back to",
        [str(acme.tess.id)],
    )
    task_assign(task_id=task.id, actor=acme.tess, assignee=acme.hema.id, at=MONDAY)
    assert standing(open_task(run_id), acme.asha) == ("1–0, needs 3", ["Fritz", "Hema"])
    decide(run_id, acme.fritz, "Yes")
    assert decide(run_id, acme.hema, "Yes").opened[0].step == "buy"


def test_where_so_many_are_asked_the_others_decide_without_the_seat(acme: Acme) -> None:
    run_id = ask(acme, {"rule": "count", "count": 2}, fallback=[])
    assert leave(acme, acme.fiona) == [1, 0]
    task = open_task(run_id)
    assert (task.unassigned, standing(task, acme.asha)) == (False, ("0–0, needs 2", ["Farid", "Fritz"]))
    assert AuditEntry.objects.get(kind="task.seat_dropped").payload["seat_name"] == "Fiona"
    decide(run_id, acme.farid, "Yes")
    assert decide(run_id, acme.fritz, "Yes").opened[0].step == "buy"


def test_where_too_few_are_left_for_the_rule_an_admin_is_asked(acme: Acme) -> None:
    run_id = ask(acme, {"rule": "count", "count": 2}, fallback=[])
    assert leave(acme, acme.fiona, acme.fritz)[:2] == [1, 1]
    task = open_task(run_id)
    assert task.unassigned
    task_assign(task_id=task.id, actor=acme.tess, assignee=acme.hema.id, at=MONDAY)
    assert standing(open_task(run_id), acme.asha)[1] == ["Farid", "Hema"]
