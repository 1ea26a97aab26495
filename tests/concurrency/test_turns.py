"""Requests that draw somebody in turn at once: nobody's turn is drawn twice, and nobody waits in a circle."""

from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest

from tests.cast import make_acme
from tests.concurrency.racing import at_once
from tests.factories.workflows import MONDAY, open_task, publish, run_of
from tests.workflows.test_statements import chain
from workflows.models import BulkAction, Task
from workflows.selectors.definitions import definition_of
from workflows.services import drawing
from workflows.services.bulk import BulkRow, BulkWish, bulk_ask
from workflows.services.runs import run_start

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
ROUNDS, AT_ONCE = 10, 3


def in_turn(document: dict[str, Any]) -> dict[str, Any]:
    """Each task goes to the next one of Finance."""
    for step in document["graph"]["steps"]:
        if step["kind"] == "task":
            rule = {"field": "candidate.department", "op": "eq", "value": "FIN"}
            step["assignee"] = {"rule": rule, "mode": "round_robin"}
    return document


def test_turns_are_fair_however_many_draw_at_once() -> None:
    acme = make_acme()
    with acme.scope():
        definition = publish(in_turn(chain(3)), acme.omar)
    drawn: list[str] = []
    for _ in range(ROUNDS):
        start = partial(run_start, definition_id=definition.id, actor=acme.asha, data={}, at=MONDAY)
        drawn += [result.opened[0].assignee.name for result in at_once(acme, *[start] * AT_ONCE)]
    assert {name: drawn.count(name) for name in ("Farid", "Fiona", "Fritz")} == dict.fromkeys(
        ("Farid", "Fiona", "Fritz"), ROUNDS
    )


def open_of(run_id: UUID) -> BulkRow:
    return BulkRow(open_task(run_id).id)


def test_bulks_that_draw_at_several_steps_do_not_wait_in_a_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workflows, of which one bulk meets the first first and the other one the second: without an order of the turns each
    would hold the turn that the other one needs."""
    acme, barrier = make_acme(), Barrier(2)
    with acme.scope():
        definitions = [publish(in_turn(chain(4)) | {"name": name}, acme.omar) for name in ("One", "Two")]
        made = [
            [run_start(definition_id=one.id, actor=acme.asha, data={}, at=MONDAY).run_id for one in order]
            for order in (definitions, definitions[::-1])
        ]
        holder = acme.farid.id
        Task.objects.filter(run_id__in=[one for some in made for one in some]).update(assignee_id=holder)
        rows = [[open_of(run_id) for run_id in some] for some in made]
        way = open_way(made[0][0])
    first_draw = drawing._in_turn

    def slowly(*given: Any) -> Any:
        found = first_draw(*given)
        with suppress(BrokenBarrierError):  # the other one waits for the turns of this one, as it should
            barrier.wait(timeout=1)
        return found

    monkeypatch.setattr(drawing, "_in_turn", slowly)
    wishes = [BulkWish(BulkAction.DECIDE, some, way) for some in rows]
    acts = at_once(acme, *[partial(bulk_ask, actor=acme.farid, wish=wish, at=MONDAY) for wish in wishes])
    assert [act.done for act in acts] == [2, 2], acts


def open_way(run_id: UUID) -> str:
    task = open_task(run_id)
    graph = definition_of(task.organisation_id, run_of(run_id).version_id).graph
    return graph.transitions_from(task.step)[0].name
