"""How many statements the hot path takes, whatever the size of the graph."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy.statements import send_waiting
from tests.cast import Acme
from tests.factories.workflows import decide, open_task, publish, start_leave
from tests.workflows.counting import calls_of
from workflows.library import library_item
from workflows.models import WorkflowDefinition
from workflows.selectors.doors import open_run
from workflows.services.runs import run_start
from workflows.services.tasks import task_complete


@contextmanager
def statements_sent() -> Iterator[CaptureQueriesContext]:
    """What is said to the server, with what would travel with COMMIT if the test did not hold the transaction open."""
    with CaptureQueriesContext(connection) as captured:
        yield captured
        send_waiting()


def chain(length: int) -> dict[str, Any]:
    """A workflow of ``length`` steps in a row, each with HR."""
    rule = {"rule": {"field": "candidate.department", "op": "eq", "value": "HR"}, "mode": "any"}
    names = [f"step-{number}" for number in range(1, length - 1)]
    steps = [{"key": name, "name": name.title(), "kind": "task", "assignee": rule} for name in names]
    order = ["start", *names, "end"]
    return {
        "name": f"Chain of {length}",
        "form": library_item("leave_application").to_json()["form"]
        | {"fields": [{"name": "what", "type": "text", "label": "What", "default_access": "write"}], "layout": []},
        "graph": {
            "steps": [
                {"key": "start", "name": "Start", "kind": "start"},
                *steps,
                {"key": "end", "name": "End", "kind": "end"},
            ],
            "transitions": [
                {"key": f"t{number}", "from": here, "to": there} for number, (here, there) in enumerate(pairwise(order))
            ],
            "sla": {"period": "2d", "remind_after": "1d"},
        },
    }


@pytest.mark.parametrize("length", [4, 300])
def test_a_decision_is_one_read_and_one_write(acme: Acme, length: int) -> None:
    with acme.scope():
        definition = publish(chain(length), acme.omar)
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data={}, assignee=acme.hema.id).run_id
        first = open_task(run_id)
        with statements_sent() as statements:
            task_complete(
                task_id=first.id, actor=acme.hema, transition=None, assignee=acme.hema.id, data={"what": "x"}, version=1
            )
        kinds = [statement["sql"].lstrip().split()[0] for statement in statements]
        assert kinds == ["SELECT", "WITH"], statements.captured_queries
        assert "FOR UPDATE OF r, t" in statements[0]["sql"]


def test_a_decision_is_as_much_work_in_a_graph_of_300_steps(acme: Acme) -> None:
    """All of it: rights, form, planning, writing."""
    with acme.scope():
        assert calls_of_a_decision(acme, 4) == calls_of_a_decision(acme, 300)


def calls_of_a_decision(acme: Acme, length: int) -> int:
    """Of the second one of a process, which knows the graph by then. Needs the scope."""
    definition = publish(chain(length), acme.omar)
    task_ids = []
    for _ in range(2):
        run_id = run_start(definition_id=definition.id, actor=acme.asha, data={}, assignee=acme.hema.id).run_id
        task_ids.append(open_task(run_id).id)
    given: dict[str, Any] = {"actor": acme.hema, "transition": None, "data": {"what": "x"}, "version": 1}
    one, other = (partial(task_complete, task_id=task_id, assignee=acme.hema.id, **given) for task_id in task_ids)
    one()
    send_waiting()
    return calls_of(other)


def test_a_team_queue_costs_one_read_more(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    task = open_task(run_id)
    with statements_sent() as statements:
        task_complete(task_id=task.id, actor=acme.ravi, transition="HR review")
    assert len(statements) == 3


def test_a_request_is_read_back_by_one_statement(leave: WorkflowDefinition, acme: Acme) -> None:
    run_id = start_leave(leave, acme.asha).run_id
    decide(run_id, acme.ravi, "HR review")
    send_waiting()
    with statements_sent() as statements:
        view = open_run(acme.hema, run_id)
        assert {"hr_note", "balance"} <= view.readable
        assert [task.step for task in view.tasks] == ["apply", "manager_review", "hr_review"]
    # The others ask for the codes of the person's roles and for whom they stand in, which a request reads at its door.
    assert len(statements) <= 3


def test_a_start_is_a_read_a_number_and_a_write(leave: WorkflowDefinition, acme: Acme) -> None:
    start_leave(leave, acme.asha)
    send_waiting()
    with statements_sent() as statements:
        start_leave(leave, acme.asha)
    assert [statement["sql"].lstrip().split()[0] for statement in statements] == ["SELECT", "INSERT", "WITH"]
