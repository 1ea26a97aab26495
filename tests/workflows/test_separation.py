"""Separation of duties at every face: who checked may not approve, whoever asks and by whatever way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import time_machine

from accounts.models import Membership
from accounts.tenancy.errors import Denied
from tests.cast import Acme
from tests.factories.accounts import be_away, give_role
from tests.factories.panels import FORM, of
from tests.factories.workflows import MONDAY, decide, open_task, publish, view_of
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from workflows.graph.definition import DefinitionDocument
from workflows.models import Task, TransitionLog
from workflows.selectors.bulk_page import choice_of
from workflows.selectors.desk import desk_at, ways_from
from workflows.selectors.invitations import DECIDED, why_kept_apart
from workflows.selectors.why import deciding
from workflows.services.deciding import AssigneeInvalid
from workflows.services.leavers import tasks_of_leavers
from workflows.services.runs import run_start
from workflows.services.sla import sla_sweep
from workflows.services.tasks import task_assign, task_claim, task_complete, task_reassign, task_take_over

WHY = "Whoever decided “Check” may not decide “Approve” too."
APART = {"not_same_as": ["check"]}


def document(*, general: bool = False, approval: dict[str, Any] | None = None, **approve: Any) -> dict[str, Any]:
    """Ask, check, approve: both by Finance, and never by the same person."""
    separation = {} if general else {"separation": APART}
    assignee = of("FIN") | separation | approve
    step = {"key": "approve", "name": "Approve", "kind": "task", "assignee": assignee}
    return {
        "name": "Two pairs of eyes",
        "form": FORM | {"fields": FORM["fields"][:1]},
        "graph": {
            "steps": [
                {"key": "ask", "name": "Ask", "kind": "start"},
                {"key": "check", "name": "Check", "kind": "task", "assignee": of("FIN")},
                step | ({"approval": approval} if approval else {}),
                {"key": "done", "name": "Done", "kind": "end"},
                {"key": "refused", "name": "Refused", "kind": "end"},
            ],
            "transitions": [
                {"key": "asked", "from": "ask", "to": "check"},
                {"key": "checked", "from": "check", "to": "approve"},
                {"key": "yes", "from": "approve", "to": "done"},
                {"key": "no", "from": "approve", "to": "refused"},
                {"key": "back", "name": "Back", "from": "approve", "to": "check", "return": True},
            ],
            "sla": {"period": "2d", "fallback": ["workflow_owner"]},
            **({"separation": APART} if general else {}),
        },
    }


class World(NamedTuple):
    acme: Acme
    task: Task


def checked(acme: Acme, raw: dict[str, Any], assignee: Membership | None = None) -> Task:
    """A request that Farid has checked."""
    definition = publish(raw, acme.omar)
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data={"what": "Chairs"}, at=MONDAY).run_id
    decide(run_id, acme.farid, "Approve", assignee=assignee.id if assignee else None)
    return open_task(run_id)


@pytest.fixture
def world(acme: Acme) -> World:
    with acme.scope():
        give_role(acme.farid, "Deputy", "task.take_over")
        return World(acme, checked(acme, document()))


def refused(status: int, answer: Any) -> None:
    assert answer.status_code == status, answer.content
    assert WHY in said(answer) if "html" in answer["Content-Type"] else WHY in str(answer.json())


def denied(act: Callable[..., Any], **more: Any) -> Callable[[World], None]:
    def face(world: World) -> None:
        with world.acme.scope(), pytest.raises(Denied, match=WHY):
            act(task_id=world.task.id, actor=world.acme.farid, at=MONDAY, **more)

    return face


def to_farid(world: World) -> None:
    with world.acme.scope(), pytest.raises(AssigneeInvalid):
        task_reassign(task_id=world.task.id, actor=world.acme.fiona, assignee=world.acme.farid.id, at=MONDAY)


def in_bulk(world: World) -> None:
    row = {"id": str(world.task.id), "version": 1}
    answer = Rest(world.acme.farid).done("tasks/bulk/", {"action": "decide", "tasks": [row], "transition": "Done"})
    assert [(one["state"], one["message"]) for one in answer["results"]] == [("left", WHY)]


def over_rest(action: str, **body: Any) -> Callable[[World], None]:
    return lambda world: refused(403, Rest(world.acme.farid).post(f"tasks/{world.task.id}/{action}/", body))


def on_the_page(world: World) -> None:
    farid = Pages(world.acme.farid)
    body = {"transition": "Done", "version": "1"}
    refused(403, farid.client.post(f"/tasks/{world.task.id}/complete/", body))
    assert "/complete/" not in farid.request(world.task.run_id)
    assert WHY in farid.read(f"/requests/{world.task.run_id}/why/").replace("&#x27;", "'")


FACES: dict[str, Callable[[World], None]] = {
    "deciding": denied(task_complete, transition="Done"),
    "sending back": denied(task_complete, transition="Back"),
    "claiming": denied(task_claim),
    "taking over": denied(task_take_over),
    "given by a colleague": to_farid,
    "many at once": in_bulk,
    "deciding over REST": over_rest("complete", transition="Done", version=1),
    "claiming over REST": over_rest("claim"),
    "taking over over REST": over_rest("take-over"),
    "on the page": on_the_page,
}


@pytest.mark.parametrize("face", FACES)
def test_who_checked_does_not_approve(world: World, face: str) -> None:
    with world.acme.scope():
        before = TransitionLog.objects.count()
    FACES[face](world)
    with world.acme.scope():
        assert TransitionLog.objects.count() == before
        assert open_task(world.task.run_id).version == 1


def test_who_checks_is_not_drawn(world: World) -> None:
    acme = world.acme
    with acme.scope():
        queue = set(world.task.candidates.values_list("member__name", flat=True))
        assert queue == {"Fiona", "Fritz"}
        fresh = run_start(definition_id=world.task.definition_id, actor=acme.asha, data={"what": "Desks"}, at=MONDAY)
        view = view_of(fresh.run_id, acme.farid)
        [way] = ways_from(desk_at(view, view.open_tasks[0], at=MONDAY))
        assert [one.name for one in way.assignees] == ["Fiona", "Fritz"]
        with pytest.raises(AssigneeInvalid) as refusal:
            decide(fresh.run_id, acme.farid, "Approve", assignee=acme.farid.id)
        assert refusal.value.fields == {"assignee": [WHY]}
        view = view_of(world.task.run_id, acme.farid)
        assert deciding(view, view.open_tasks[0]).text == f"This step is with the team queue. {WHY}"


def test_the_clock_gives_it_to_nobody_who_checked(acme: Acme) -> None:
    with acme.scope():
        Membership.objects.filter(id=acme.fiona.id).update(manager=acme.farid)
        task = checked(acme, document(), acme.fiona)
        sla_sweep(acme.organisation.id, at=MONDAY.replace(day=30, month=11))
        task.refresh_from_db()
        assert task.assignee_id == acme.omar.id, "not the manager, but who comes next"
        Membership.objects.filter(id=acme.asha.id).update(manager=acme.farid)
        raw = document(fallback=["manager", "workflow_owner"]) | {"name": "Left"}
        task = checked(acme, raw, acme.fiona)
        Membership.objects.filter(id=acme.fiona.id).update(is_active=False)
        tasks_of_leavers(acme.organisation.id, at=MONDAY)
        task.refresh_from_db()
        assert task.assignee_id == acme.omar.id


def test_nor_do_fallbacks_and_administrators(acme: Acme) -> None:
    nobody = {"field": "candidate.department", "op": "eq", "value": "NONE"}
    with acme.scope():
        Membership.objects.filter(id=acme.asha.id).update(manager=acme.farid)
        task = checked(acme, document(rule=nobody, fallback=["manager"]))
        assert task.unassigned
        with pytest.raises(AssigneeInvalid) as refusal:
            task_assign(task_id=task.id, actor=acme.tess, assignee=acme.farid.id, at=MONDAY)
        assert refusal.value.fields == {"assignee": [f"Choose somebody else. {WHY}"]}
        task_assign(task_id=task.id, actor=acme.tess, assignee=acme.fiona.id, at=MONDAY)
        assert decide(task.run_id, acme.fiona, "Done").outcome == "Done"


def test_it_holds_for_panels_and_as_a_rule_of_the_workflow(acme: Acme) -> None:
    panel = {"rule": "all", "approve": "yes", "reject": "no"}
    with acme.scope():
        task = checked(acme, document(general=True, approval=panel, mode="panel"))
        assert set(task.candidates.values_list("member__name", flat=True)) == {"Fiona", "Fritz"}
        with pytest.raises(Denied, match=WHY):
            decide(task.run_id, acme.farid, "Done")
        with pytest.raises(AssigneeInvalid):
            task_reassign(task_id=task.id, actor=acme.fiona, assignee=acme.farid.id, at=MONDAY)
        decide(task.run_id, acme.fiona, "Done")
        assert decide(task.run_id, acme.fritz, "Done").outcome == "Done"


def started(raw: dict[str, Any], acme: Acme) -> UUID:
    """A request that waits at its check while Hema stands in for Fritz."""
    be_away(acme.fritz, MONDAY.date(), MONDAY.date() + timedelta(days=3), acme.hema)
    definition = publish(raw, acme.omar)
    return run_start(definition_id=definition.id, actor=acme.asha, data={"what": "Chairs"}, at=MONDAY).run_id


def test_in_whose_place_somebody_checks_is_not_drawn(acme: Acme) -> None:
    with acme.scope(), time_machine.travel(MONDAY, tick=False):
        run_id = started(document(), acme)
        view = view_of(run_id, acme.hema)
        [way] = ways_from(desk_at(view, view.open_tasks[0]))
        [shared] = choice_of(acme.hema, [(view.open_tasks[0].id, None)]).ways
        drawn = {"Farid", "Fiona"}
        assert {one.name for one in way.assignees} == {one.name for one in shared.people} == drawn
        with pytest.raises(AssigneeInvalid):
            decide(run_id, acme.hema, "Approve", assignee=acme.fritz.id)
        decide(run_id, acme.hema, "Approve")
        assert set(open_task(run_id).candidates.values_list("member__name", flat=True)) == drawn


def test_the_page_of_many_knows_what_was_decided_before(world: World) -> None:
    acme = world.acme
    with acme.scope():
        assert [one.name for one in choice_of(acme.fiona, [(world.task.id, None)]).colleagues] == ["Fritz"]


def test_nor_is_their_mailbox_asked_outside(acme: Acme) -> None:
    raw = document(general=True)
    raw["graph"].pop("separation")
    with acme.scope(), time_machine.travel(MONDAY, tick=False):
        run_id = started(raw, acme)
        for person in (acme.hema, acme.fiona):  # while it is checked, and after that
            view = view_of(run_id, person)
            desk = desk_at(view, view.open_tasks[0])
            approve = desk.definition.graph.step("approve")
            assert [why_kept_apart(desk, approve, one.email) for one in (acme.hema, acme.fritz)] == [DECIDED] * 2
            if desk.step.key == "check":
                decide(run_id, acme.hema, "Approve")


def test_nor_is_for_whose_seat_somebody_votes_last(acme: Acme) -> None:
    raw = document()
    panel = {"rule": "any", "approve": "checked", "reject": "wrong"}
    raw["graph"]["steps"][1] |= {"assignee": of("FIN", mode="panel"), "approval": panel}
    raw["graph"]["transitions"].append({"key": "wrong", "name": "No", "from": "check", "to": "refused"})
    with acme.scope(), time_machine.travel(MONDAY, tick=False):
        run_id = started(raw, acme)
        decide(run_id, acme.hema, "Approve")
        assert set(open_task(run_id).candidates.values_list("member__name", flat=True)) == {"Farid", "Fiona"}


def test_superseded_decisions_do_not_count(world: World) -> None:
    with world.acme.scope():
        run_id = world.task.run_id
        decide(run_id, world.acme.fiona, "Back", comment="Again, please")
        task_reassign(task_id=open_task(run_id).id, actor=world.acme.farid, assignee=world.acme.fiona.id, at=MONDAY)
        decide(run_id, world.acme.fiona, "Approve")
        with pytest.raises(Denied, match=WHY):
            decide(run_id, world.acme.fiona, "Done")
        assert decide(run_id, world.acme.farid, "Done").outcome == "Done"


def test_what_cannot_be_kept_apart_is_said_before_publishing() -> None:
    raw = document()
    raw["graph"]["steps"][2]["assignee"]["separation"] = {"not_same_as": ["nowhere", "approve", "done"]}
    raw["graph"]["steps"][1]["assignee"]["separation"] = {"not_same_as": ["approve"]}
    found = [(one.code, one.level, one.place) for one in DefinitionDocument.load(raw).lint()]
    place = "graph.steps.2.assignee.separation.not_same_as"
    blocked = [(code, where.removeprefix("graph.")) for code, level, where in found if level == "blocks"]
    assert blocked == [("separation-unknown-step", f"{place}.{row}".removeprefix("graph.")) for row in range(3)]
