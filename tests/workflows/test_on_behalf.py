"""Who may decide for somebody who is away, on every face; and what holds through it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from accounts.models import Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.workflows import MONDAY, open_task, publish
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from tests.workflows.test_statements import chain
from workflows.models import Task, WorkflowDefinition
from workflows.services.deciding import AssigneeInvalid
from workflows.services.leavers import tasks_of_leavers
from workflows.services.runs import run_start
from workflows.services.sla import Swept, sla_sweep
from workflows.services.tasks import task_claim, task_complete, task_reassign

FIRST, LAST = date(2025, 10, 1), date(2025, 10, 5)
BEFORE, DURING, AFTER = "2025-09-30T18:00:00Z", "2025-10-02T05:00:00Z", "2025-10-05T19:00:00Z"


@pytest.fixture
def check(acme: Acme) -> WorkflowDefinition:
    """Start, then a check by anybody of Engineering but the requester, then the end."""
    document = chain(3)
    [step] = [step for step in document["graph"]["steps"] if step["kind"] == "task"]
    rule = {"field": "candidate.department", "op": "eq", "value": "ENG"}
    step["assignee"] = {"rule": rule, "mode": "any", "separation": {"not_own_delegate": True}}
    with acme.scope():
        return publish(document, acme.omar)


def asked(check: WorkflowDefinition, acme: Acme, assignee: Membership | None = None) -> Task:
    """Asha's request waits for the person, or for Meera and Ravi."""
    ident = assignee.id if assignee else None
    with acme.scope():
        return open_task(run_start(definition_id=check.id, actor=acme.asha, data={}, assignee=ident).run_id)


def faces(check: WorkflowDefinition, acme: Acme, who: Membership) -> dict[str, int]:
    """What each face answers to the person, with a task of Ravi's of its own."""
    rest, pages = Rest(who), Pages(who)

    def task(assignee: Membership | None = acme.ravi) -> str:
        return f"{asked(check, acme, assignee).id}/"

    done = {"transition": "End", "data": {"what": "x"}, "version": 1}
    return {
        "page": pages.client.post(f"/tasks/{task()}complete/", {"transition": "End", "what": "x"}).status_code,
        "rest": rest.post(f"tasks/{task()}complete/", done).status_code,
        "reassign": rest.post(f"tasks/{task()}reassign/", {"assignee": str(acme.meera.id)}).status_code,
        "claim": rest.post(f"tasks/{task(None)}claim/").status_code,
        "queue": rest.post(f"tasks/{task(None)}complete/", done).status_code,
        "take over": rest.post(f"tasks/{task()}take-over/").status_code,
    }


def answers(page: int, rest: int, reassign: int, claim: int, queue: int, take_over: int) -> dict[str, int]:
    return {"page": page, "rest": rest, "reassign": reassign, "claim": claim, "queue": queue, "take over": take_over}


ALL_OF_IT = answers(302, 200, 200, 200, 200, 403)
NOTHING = answers(404, 404, 404, 404, 404, 404)
CASES: dict[str, tuple[str, str, Callable[[Acme, str], Any], dict[str, int]]] = {
    "the owner himself": ("ravi", DURING, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid), ALL_OF_IT),
    "accepted": ("farid", DURING, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid), ALL_OF_IT),
    "accepted, in scope": ("farid", DURING, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid, scope=[k]), ALL_OF_IT),
    "not accepted": ("farid", DURING, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid, accepts=False), NOTHING),
    "before": ("farid", BEFORE, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid), NOTHING),
    "after": ("farid", AFTER, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid), NOTHING),
    "a chain": (
        "fiona",
        DURING,
        lambda a, k: (be_away(a.ravi, FIRST, LAST, a.farid), be_away(a.farid, FIRST, LAST, a.fiona)),
        NOTHING,
    ),
    "a stranger": ("fritz", DURING, lambda a, k: be_away(a.ravi, FIRST, LAST, a.farid), NOTHING),
    # She sees her own request, and is refused.
    "the requester": (
        "asha",
        DURING,
        lambda a, k: be_away(a.ravi, FIRST, LAST, a.asha),
        answers(403, 403, 200, 403, 403, 403),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_may_decide(case: str, acme: Acme, check: WorkflowDefinition) -> None:
    who, moment, absent, expected = CASES[case]
    with acme.scope():
        absent(acme, f"workflow:{check.id}")
    with time_machine.travel(moment, tick=False):
        assert faces(check, acme, getattr(acme, who)) == expected


def test_out_of_scope(acme: Acme, check: WorkflowDefinition) -> None:
    with acme.scope():
        other = publish(chain(4), acme.omar)
        be_away(acme.ravi, FIRST, LAST, acme.farid, scope=[f"workflow:{other.id}"])
    with time_machine.travel(DURING, tick=False):
        assert faces(check, acme, acme.farid) == NOTHING


def test_a_claim_makes_it_the_absent_colleagues(acme: Acme, check: WorkflowDefinition) -> None:
    with acme.scope(), time_machine.travel(DURING, tick=False):
        be_away(acme.ravi, FIRST, LAST, acme.farid)
        task = asked(check, acme)
        task_claim(task_id=task.id, actor=acme.farid)
        assert open_task(task.run_id).assignee_id == acme.ravi.id
        task_complete(task_id=task.id, actor=acme.farid, transition="End", data={"what": "x"})
        task.refresh_from_db()
    assert (task.completed_by_id, task.on_behalf_of_id) == (acme.farid.id, acme.ravi.id)


def test_who_has_a_seat_of_their_own_decides_for_themselves(acme: Acme, check: WorkflowDefinition) -> None:
    """One person counts once: Meera is of the queue and stands in for Ravi."""
    with acme.scope(), time_machine.travel(DURING, tick=False):
        be_away(acme.ravi, FIRST, LAST, acme.meera)
        task = asked(check, acme)
        assert Pages(acme.meera).read("/inbox/?tab=behalf").count(str(task.run_id)) == 0
        task_complete(task_id=task.id, actor=acme.meera, transition="End", data={"what": "x"})
        task.refresh_from_db()
    assert (task.completed_by_id, task.on_behalf_of_id) == (acme.meera.id, None)


def test_the_requesters_own_delegate_is_kept_out(acme: Acme, check: WorkflowDefinition) -> None:
    """Meera stands in for Asha; the step says that such people may not decide."""
    with acme.scope():
        be_away(acme.asha, FIRST, LAST, acme.meera)
        with time_machine.travel(DURING, tick=False):
            task = asked(check, acme)
            assert task.assignee_id == acme.ravi.id, "she is not even asked"
            with pytest.raises(AssigneeInvalid):
                task_reassign(task_id=task.id, actor=acme.ravi, assignee=acme.meera.id)
        Task.objects.filter(id=task.id).update(assignee_id=acme.meera.id)
        with time_machine.travel(DURING, tick=False), pytest.raises(Denied, match="stands in for the requester"):
            task_complete(task_id=task.id, actor=acme.meera, transition="End", data={"what": "x"})
        with time_machine.travel(AFTER, tick=False):
            task_complete(task_id=task.id, actor=acme.meera, transition="End", data={"what": "x"})


def asked_while_away(acme: Acme) -> UUID:
    """Asha's request waits for Ravi while Meera, his manager, stands in for her; after them comes Omar, who owns it."""
    document = chain(3)
    document["graph"] |= {"separation": {"not_own_delegate": True}}
    document["graph"]["sla"] |= {"fallback": ["workflow_owner"]}
    [step] = [step for step in document["graph"]["steps"] if step["kind"] == "task"]
    rule = {"field": "candidate.id", "op": "eq", "value_field": "requester.manager"}
    step["assignee"] = {"rule": rule, "fallback": ["manager_of_manager", "workflow_owner"]}
    be_away(acme.asha, MONDAY.date(), MONDAY.date() + timedelta(days=20), acme.meera)
    return run_start(definition_id=publish(document, acme.omar).id, actor=acme.asha, data={}, at=MONDAY).run_id


def test_the_clock_gives_nothing_to_the_requesters_own_delegate(acme: Acme) -> None:
    with acme.scope():
        run_id = asked_while_away(acme)
        assert sla_sweep(acme.organisation.id, at=MONDAY + timedelta(days=14)) == Swept(escalated=1)
        assert open_task(run_id).assignee_id == acme.omar.id


def test_nor_does_a_leaver(acme: Acme) -> None:
    with acme.scope():
        run_id = asked_while_away(acme)
        Membership.objects.filter(id=acme.ravi.id).update(is_active=False)
        assert tasks_of_leavers(acme.organisation.id, at=MONDAY) == 1
        assert open_task(run_id).assignee_id == acme.omar.id


def test_ending_early_takes_the_right_away_at_once(acme: Acme, check: WorkflowDefinition) -> None:
    with acme.scope():
        absence = be_away(acme.ravi, FIRST, LAST, acme.farid)
    with time_machine.travel(DURING, tick=False):
        task = asked(check, acme, acme.ravi)
        farid = Rest(acme.farid)
        assert farid.read(f"tasks/{task.id}/")["acts_for"]["name"] == "Ravi"
        Rest(acme.ravi).done(f"absences/{absence.id}/end/")
        assert farid.get(f"tasks/{task.id}/").status_code == 404
