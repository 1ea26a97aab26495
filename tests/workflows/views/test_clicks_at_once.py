"""Two clicks at the same time, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from tests.cast import Acme, make_acme
from tests.workflows.views.story import LEAVE, START, action, hidden, install, load, send, signed_in, started
from workflows.models import TransitionLog, WorkflowRun

CLICKS = 4


def at_once(client: Client, address: str, data: dict[str, Any]) -> list[Any]:
    """The same form sent several times at the same moment; the answers."""
    barrier = Barrier(CLICKS)

    def click(_: int) -> Any:
        twin = Client(headers={"host": "acme.localhost"})
        twin.cookies = client.cookies
        barrier.wait()
        try:
            return send(twin, address, **data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLICKS) as pool:
        return list(pool.map(click, range(CLICKS)))


@pytest.fixture
def committed_acme(committed_db: None) -> Acme:
    return make_acme()


@pytest.mark.concurrency
def test_one_request_is_made_and_all_clicks_lead_to_it(committed_acme: Acme) -> None:
    install(committed_acme)
    asha = signed_in(committed_acme.asha)
    data = LEAVE | {"transition": "Manager review"} | hidden(load(asha, START))
    answers = at_once(asha, START, data)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    with committed_acme.scope():
        assert WorkflowRun.objects.count() == 1


@pytest.mark.concurrency
def test_one_decision_is_made_and_all_clicks_lead_to_it(committed_acme: Acme) -> None:
    run_id = started(committed_acme, install(committed_acme))
    ravi = signed_in(committed_acme.ravi)
    page = load(ravi, f"/requests/{run_id}/")
    answers = at_once(ravi, action(page), hidden(page) | {"transition": "Rejected"})
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, f"/requests/{run_id}/")}
    with committed_acme.scope():
        assert TransitionLog.objects.filter(run_id=run_id, transition="Rejected").count() == 1
