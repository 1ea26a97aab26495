"""Requests that are started at once: nobody's turn is drawn twice."""

from functools import partial

import pytest

from tests.cast import make_acme
from tests.concurrency.test_task_complete import at_once
from tests.factories.workflows import MONDAY, publish
from tests.workflows.test_statements import chain
from workflows.services.runs import run_start

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
ROUNDS, AT_ONCE = 10, 3


def test_turns_are_fair_however_many_draw_at_once() -> None:
    acme = make_acme()
    document = chain(3)
    for step in document["graph"]["steps"]:
        if step["kind"] == "task":
            rule = {"field": "candidate.department", "op": "eq", "value": "FIN"}
            step["assignee"] = {"rule": rule, "mode": "round_robin"}
    with acme.scope():
        definition = publish(document, acme.omar)
    drawn: list[str] = []
    for _ in range(ROUNDS):
        start = partial(run_start, definition_id=definition.id, actor=acme.asha, data={}, at=MONDAY)
        drawn += [result.opened[0].assignee.name for result in at_once(acme, *[start] * AT_ONCE)]
    assert {name: drawn.count(name) for name in ("Farid", "Fiona", "Fritz")} == dict.fromkeys(
        ("Farid", "Fiona", "Fritz"), ROUNDS
    )
