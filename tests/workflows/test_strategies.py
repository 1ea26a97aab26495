"""Several people may be asked: in turn, who has the least to do, who had it before; fair, and only once checked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.tenancy.statements import send_waiting
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.machines import document, task_at, work
from tests.factories.workflows import MONDAY, decide, open_task, publish
from tests.workflows.test_statements import chain, statements_sent
from workflows.assignment import PersonRef
from workflows.graph.lint import lint_raw
from workflows.models import StepTurn, WorkflowDefinition
from workflows.selectors.bulk_page import choice_of
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import ways_of_start
from workflows.services.deciding import AssigneeInvalid
from workflows.services.leavers import tasks_of_leavers
from workflows.services.runs import run_start
from workflows.services.sla import organisations_due
from workflows.strategies import least_loaded, next_in_turn

Make = Callable[..., WorkflowDefinition]


@pytest.fixture
def made(acme: Acme) -> Any:
    """A workflow whose one step is given to one of Finance (Farid, Fiona, Fritz) by a strategy; the test runs in Acme's scope."""

    def make(mode: str, length: int = 3) -> WorkflowDefinition:
        document = chain(length)
        for step in document["graph"]["steps"]:
            if step["kind"] == "task":
                rule = {"field": "candidate.department", "op": "eq", "value": "FIN"}
                step["assignee"] = {"rule": rule, "mode": mode}
        return publish(document, acme.omar)

    with acme.scope():
        yield make


def asked(definition: WorkflowDefinition, acme: Acme, **more: Any) -> UUID:
    """To whom a new request of Asha's goes."""
    given: dict[str, Any] = {"data": {}, "at": MONDAY} | more
    found = run_start(definition_id=definition.id, actor=acme.asha, **given).opened[0].assignee
    assert found is not None
    return found.id


PEOPLE = [PersonRef(UUID(int=number), name) for number, name in ((3, "A"), (1, "B"), (2, "C"))]


def test_turns_go_round_whoever_comes_and_goes() -> None:
    last, found = None, []
    for people in (PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE[:2], PEOPLE[:1]):
        last = next_in_turn(people, last).id
        found.append(last.int)
    assert found == [1, 2, 3, 1, 3, 3]


def test_the_least_loaded_is_the_first_of_those_with_the_fewest() -> None:
    assert least_loaded(PEOPLE, {PEOPLE[0].id: 1}).name == "B"
    assert least_loaded(PEOPLE, {}).name == "A"


def test_round_robin_is_fair_and_costs_one_statement(made: Make, acme: Acme) -> None:
    definition = made("round_robin")
    finance = {acme.farid.id, acme.fiona.id, acme.fritz.id}
    first = [asked(definition, acme) for _ in range(3)]
    assert set(first) == finance
    assert [asked(definition, acme) for _ in range(3)] == first
    send_waiting()
    with statements_sent() as statements:
        asked(definition, acme)
    kinds = [statement["sql"].lstrip().split()[0] for statement in statements]
    assert kinds == ["SELECT", "SELECT", "INSERT", "UPDATE", "INSERT", "WITH"], "read, people, turn, number, write"


def test_a_refused_decision_takes_nobodys_turn(made: Make, acme: Acme) -> None:
    definition = made("round_robin")
    with pytest.raises(AssigneeInvalid, match="correction"):
        asked(definition, acme, assignee=acme.farid.id)
    assert not StepTurn.objects.exists()


def test_who_is_away_is_passed_over(made: Make, acme: Acme) -> None:
    day = MONDAY.date()
    be_away(acme.farid, day, day + timedelta(days=4))
    be_away(acme.fiona, day, day + timedelta(days=4), acme.hema)
    definition = made("round_robin")
    found = {asked(definition, acme) for _ in range(4)}
    assert found == {acme.fiona.id, acme.fritz.id}, "Hema stands in for Fiona"


def test_who_is_away_for_this_work_is_passed_over_where_nobody_decides(made: Make, acme: Acme) -> None:
    """A machine goes on, or a link; the clock is in `test_ladder`."""
    found = document({"kind": "set_fields", "params": {"values": {"reason": "Desk"}}})
    found["graph"]["steps"][2]["assignee"]["mode"] = "round_robin"
    definition, today = publish(found, acme.omar), timezone.now().date()
    be_away(acme.farid, today, today + timedelta(days=4), scope=[f"workflow:{definition.id}"])
    runs = [run_start(definition_id=definition.id, actor=acme.asha, data={}).run_id for _ in range(3)]
    work(acme.organisation.id)
    assert {task_at(run_id, "review").assignee_id for run_id in runs} == {acme.fiona.id, acme.fritz.id}


def test_the_page_of_many_tells_who_is_away_for_this_work(made: Make, acme: Acme) -> None:
    definition, today = made("one", 4), timezone.now().date()
    be_away(acme.farid, today, today + timedelta(days=4), scope=[f"workflow:{definition.id}"])
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data={}, assignee=acme.fritz.id).run_id
    [way] = choice_of(acme.fritz, [(open_task(run_id).id, None)]).ways
    assert [one.name for one in way.people if one.away] == ["Farid"]


def test_the_least_loaded_gets_it(made: Make, acme: Acme) -> None:
    definition = made("least_loaded")
    found = [asked(definition, acme) for _ in range(6)]
    assert sorted(found.count(one.id) for one in (acme.farid, acme.fiona, acme.fritz)) == [2, 2, 2]


def test_the_previous_holder_of_the_requesters_last_request(made: Make, acme: Acme) -> None:
    definition = made("previous_holder")
    with pytest.raises(AssigneeInvalid):
        asked(definition, acme)
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data={}, assignee=acme.fiona.id).run_id
    decide(run_id, acme.fiona, "End", data={"what": "x"})
    assert asked(definition, acme) == acme.fiona.id
    assert asked(definition, acme, assignee=acme.fritz.id) == acme.fritz.id
    acme.fiona.is_active = False
    acme.fiona.save(update_fields=["is_active"])
    with pytest.raises(AssigneeInvalid):
        asked(definition, acme)


@pytest.mark.parametrize(("mode", "people", "choose"), [("one", 3, True), ("any", 3, False), ("round_robin", 0, False)])
def test_pages_and_rest_offer_what_there_is_to_choose(
    mode: str, people: int, choose: bool, made: Make, acme: Acme
) -> None:
    definition = made(mode)
    assert definition.published_version_id is not None
    running = definition_of(acme.organisation.id, definition.published_version_id)
    [way] = ways_of_start(acme.asha, running, definition.owner_id, {})
    assert (len(way.assignees), way.needs_choice) == (people, choose)
    assert ("next in turn" in way.note) is (mode == "round_robin")


def test_the_lint_tells_of_a_strategy_without_effect() -> None:
    document = chain(3)
    [step] = [step for step in document["graph"]["steps"] if step["kind"] == "task"]
    step["assignee"] = {"rule": "requester", "mode": "round_robin"}
    codes = {problem.code for problem in lint_raw(document["graph"], document["form"])}
    assert "strategy-unused" in codes


def test_a_queue_that_everybody_has_left_goes_to_the_fallback_or_to_tess(made: Make, acme: Acme) -> None:
    here = acme.organisation.id
    run_id = run_start(definition_id=made("any").id, actor=acme.asha, data={}, at=MONDAY).run_id
    for person in (acme.farid, acme.fiona):
        person.is_active = False
        person.save(update_fields=["is_active"])
    assert (organisations_due(MONDAY), tasks_of_leavers(here, at=MONDAY)) == ([], 0), "Fritz is left"
    acme.fritz.is_active = False
    acme.fritz.save(update_fields=["is_active"])
    assert organisations_due(MONDAY) == [here]
    assert [tasks_of_leavers(here, at=MONDAY) for _ in range(2)] == [1, 0]
    assert open_task(run_id).unassigned
    assert organisations_due(MONDAY) == []
