"""Panels: how they are drawn, how they vote, and what one of them writes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, transaction

from accounts.models import AuditEntry, Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.panels import named, purchase, started
from tests.factories.workflows import MONDAY, decide, open_task, run_of, view_of
from tests.workflows.test_statements import statements_sent
from workflows.models import Task, TransitionLog, Vote
from workflows.selectors.inbox import InboxTab, inbox_page
from workflows.selectors.locks import lock_task
from workflows.services.deciding import AssigneeInvalid
from workflows.services.definitions import definition_import, definition_publish
from workflows.services.migration import migration_apply, migration_rehearse
from workflows.services.sla import Swept, sla_sweep
from workflows.services.tasks import task_assign, task_complete, task_reassign
from workflows.services.voting import AlreadyVoted

TWO = {"rule": "count", "count": 2}


@pytest.fixture(autouse=True)
def in_acme(acme: Acme) -> Iterator[None]:
    with acme.scope():
        yield


def standing(task: Task, viewer: Membership) -> tuple[str, list[str]]:
    """How the panel stands, and who is asked now."""
    view = view_of(task.run_id, viewer)
    found = view.task(task.id).approval
    assert found is not None
    return found.text, [one.member.name for one in found.rows if one.asked]


def test_a_vote_is_one_read_and_one_write(acme: Acme) -> None:
    run_id = started(purchase(TWO), acme.omar, acme.asha).run_id
    task = open_task(run_id)
    assert lock_task(acme.organisation.id, task.id, acme.farid.id) is not None
    given: dict[str, Any] = {"data": {"note": "Fine"}, "comment": "Needed", "at": MONDAY}
    with statements_sent() as statements:
        result = task_complete(task_id=task.id, actor=acme.farid, transition="Yes", **given)
    assert [one["sql"].lstrip().split()[0] for one in statements] == ["SELECT", "WITH"], statements.captured_queries
    assert (result.status, result.opened, result.tally, result.version) == ("running", (), "1–0, needs 2", 2)
    vote = Vote.objects.get(task=task)
    assert (vote.member, vote.seat, vote.approve, vote.transition) == (acme.farid, acme.farid, True, "Yes")
    entry = TransitionLog.objects.get(run_id=run_id, kind="voted")
    assert (entry.by_name, entry.reason, entry.detail["tally"]) == ("Farid", "Needed", "1–0, needs 2")
    assert entry.detail["shown"] == vote.shown != ""
    assert AuditEntry.objects.get(kind="task.voted").payload["decides"] is False
    assert run_of(run_id).data["note"] == "Fine"
    assert not task.candidates.get(member=acme.farid).is_open
    assert not inbox_page(acme.farid, InboxTab.DECIDE).rows
    assert len(inbox_page(acme.fiona, InboxTab.DECIDE).rows) == 1


def test_members_in_turn_are_asked_one_after_the_other(acme: Acme) -> None:
    run_id = started(purchase({"rule": "sequence"}), acme.omar, acme.asha).run_id
    task = open_task(run_id)
    assert AuditEntry.objects.get(kind="task.opened").payload["candidate_ids"] == [str(acme.farid.id)]
    assert standing(task, acme.asha) == ("0–0, needs 3, Farid is next", ["Farid"])
    with pytest.raises(Denied, match="It is the turn of Farid; you are asked after that"):
        decide(run_id, acme.fiona, "Yes")
    assert not inbox_page(acme.fiona, InboxTab.DECIDE).rows
    decide(run_id, acme.farid, "Yes")
    assert len(inbox_page(acme.fiona, InboxTab.DECIDE).rows) == 1
    opened = AuditEntry.objects.filter(kind="task.opened").order_by("id").last()
    assert opened is not None
    assert opened.payload["candidate_ids"] == [str(acme.fiona.id)]
    decide(run_id, acme.fiona, "Yes")
    decide(run_id, acme.fritz, "Yes", assignee=acme.hema.id)
    assert open_task(run_id).step == "buy"


def test_groups_weights_and_vetoes_come_from_rules(acme: Acme) -> None:
    rule = {"field": "candidate.department", "op": "in", "value": ["FIN", "HR"]}
    groups = [
        {"name": name, "rule": {"field": "candidate.department", "op": "eq", "value": code}}
        for name, code in (("Finance", "FIN"), ("People", "HR"))
    ]
    of_each = purchase({"rule": "per_group", "groups": groups, "veto": named(acme.hari)}, rule=rule)
    run_id = started(of_each, acme.omar, acme.asha).run_id
    task = open_task(run_id)
    decide(run_id, acme.farid, "Yes")
    assert standing(task, acme.asha)[0] == "1–0, needs 1 more of People"
    decide(run_id, acme.hema, "Yes")
    assert standing(task, acme.asha)[0] == "2–0, waits for Hari, who may veto"
    assert decide(run_id, acme.hari, "No").outcome == "Refused"
    assert standing(task, acme.asha)[0] == "2–1, rejected by the veto of Hari"
    weights = [{"rule": named(acme.fritz), "weight": 3}]
    heavy = purchase({"rule": "weights", "count": 4, "weights": weights}) | {"name": "Weighed"}
    run_id = started(heavy, acme.omar, acme.asha).run_id
    decide(run_id, acme.fritz, "Yes")
    assert decide(run_id, acme.farid, "Yes").opened[0].step == "buy"


def test_too_few_members_are_joined_by_fallbacks_or_wait(acme: Acme) -> None:
    alone = purchase(TWO, rule=named(acme.farid))
    run_id = started(alone, acme.omar, acme.asha).run_id
    assert standing(open_task(run_id), acme.asha) == ("0–0, needs 2", ["Farid", "Omar"])
    note = TransitionLog.objects.get(run_id=run_id, kind="moved").detail["note"]
    assert note == "too few people fit the rule: Omar joined the panel"
    nobody = purchase(TWO, rule=named(acme.farid), fallback=[]) | {"name": "Waits"}
    run_id = started(nobody, acme.omar, acme.asha).run_id
    task = open_task(run_id)
    assert (task.unassigned, task.candidates.count()) == (True, 0)
    why = AuditEntry.objects.get(kind="task.unassigned").payload["why"]
    assert why == "2 approvals are needed, and only 1 can be given"
    with pytest.raises(AssigneeInvalid):
        task_assign(task_id=task.id, actor=acme.tess, assignee=acme.farid.id, at=MONDAY)
    with pytest.raises(AssigneeInvalid):
        task_assign(task_id=task.id, actor=acme.tess, assignee=acme.asha.id, at=MONDAY)
    task_assign(task_id=task.id, actor=acme.tess, assignee=acme.fiona.id, at=MONDAY)
    task.refresh_from_db()
    assert (task.unassigned, task.assignee_id) == (False, None)
    assert standing(task, acme.asha)[1] == ["Farid", "Fiona"]
    decide(run_id, acme.farid, "Yes")
    assert decide(run_id, acme.fiona, "Yes").opened[0].step == "buy"


def test_a_seat_is_handed_over_with_its_turn(acme: Acme) -> None:
    run_id = started(purchase(TWO, rule=named(acme.farid, acme.fiona, acme.hema)), acme.omar, acme.asha).run_id
    task = open_task(run_id)
    give: dict[str, Any] = {"task_id": task.id, "at": MONDAY}
    for to in (acme.fiona, acme.fritz, acme.asha):
        with pytest.raises(AssigneeInvalid):
            task_reassign(actor=acme.farid, assignee=to.id, **give)
    decide(run_id, acme.hema, "Yes")
    with pytest.raises(Denied):
        task_reassign(actor=acme.hema, assignee=acme.fritz.id, **give)
    run_id = started(purchase(TWO) | {"name": "All of Finance or HR"}, acme.omar, acme.asha).run_id
    rule = {"field": "candidate.department", "op": "in", "value": ["FIN", "HR"]}
    both = purchase({"rule": "sequence", "groups": [{"name": "F", "rule": named(acme.farid, acme.fiona)}]}, rule=rule)
    run_id = started(both | {"name": "In turn"}, acme.omar, acme.asha).run_id
    task = open_task(run_id)
    task_reassign(task_id=task.id, actor=acme.farid, assignee=acme.hema.id, comment="Away", at=MONDAY)
    assert standing(task, acme.asha) == ("0–0, needs 2, Hema is next", ["Hema"])
    assert AuditEntry.objects.filter(kind="task.reassigned").count() == 1
    with pytest.raises(Denied, match="no member"):
        decide(run_id, acme.farid, "Yes")
    decide(run_id, acme.hema, "Yes")
    assert standing(task, acme.asha)[1] == ["Fiona"]


def test_the_database_keeps_votes_once_and_for_good(acme: Acme) -> None:
    run_id = started(purchase(TWO), acme.omar, acme.asha).run_id
    decide(run_id, acme.farid, "Yes")
    with pytest.raises(AlreadyVoted):
        decide(run_id, acme.farid, "No")
    vote = Vote.objects.get(run_id=run_id)
    row = {"organisation": acme.organisation, "run_id": run_id, "task_id": vote.task_id, "approve": True, "at": MONDAY}
    for member, seat in ((acme.farid, acme.fiona), (acme.fiona, acme.farid)):
        with pytest.raises(Error, match="taskvote"), transaction.atomic():
            Vote.objects.create(member=member, seat=seat, transition="Yes", **row)
    with pytest.raises(Error, match="permission denied"), transaction.atomic():
        Vote.objects.filter(id=vote.id).update(approve=False)


def test_one_member_may_send_it_back_and_the_panel_votes_anew(acme: Acme) -> None:
    run_id = started(purchase(TWO), acme.omar, acme.asha).run_id
    decide(run_id, acme.farid, "Yes")
    decide(run_id, acme.fiona, "Back", comment="How many?")
    assert (open_task(run_id).step, open_task(run_id).assignee_id) == ("ask", acme.asha.id)
    task_complete(
        task_id=open_task(run_id).id, actor=acme.asha, transition="Panel", data={"what": "Ten chairs"}, at=MONDAY
    )
    assert standing(open_task(run_id), acme.asha) == ("0–0, needs 2", ["Farid", "Fiona", "Fritz"])
    decide(run_id, acme.farid, "Yes")
    assert decide(run_id, acme.fritz, "Yes").opened[0].step == "buy"


def test_time_is_up_for_a_panel_but_nobody_gets_it_alone(acme: Acme) -> None:
    run_id = started(purchase(TWO), acme.omar, acme.asha).run_id
    decide(run_id, acme.farid, "Yes")
    assert sla_sweep(acme.organisation.id, at=MONDAY + timedelta(days=30)) == Swept(overdue=1)
    task = open_task(run_id)
    assert (task.overdue, task.assignee_id) == (True, None)
    assert decide(run_id, acme.fiona, "Yes").opened[0].step == "buy"


def test_a_new_version_takes_over_a_panel_only_by_the_same_rule(acme: Acme) -> None:
    started_one = started(purchase(TWO), acme.omar, acme.asha)
    definition_id = run_of(started_one.run_id).definition_id
    decide(started_one.run_id, acme.farid, "Yes")
    for approval, moves in (({"rule": "all"}, False), (TWO, True)):
        definition_import(actor=acme.omar, document=purchase(approval), definition_id=definition_id)
        definition_publish(definition_id=definition_id, actor=acme.omar)
        [row] = migration_rehearse(definition_id=definition_id, actor=acme.omar).rows
        assert row.moves is moves
    [moved] = migration_apply(definition_id=definition_id, actor=acme.omar, run_ids=[started_one.run_id])
    assert moved.moved
    assert standing(open_task(started_one.run_id), acme.asha) == ("1–0, needs 2", ["Fiona", "Fritz"])
    assert decide(started_one.run_id, acme.fritz, "Yes").opened[0].step == "buy"
