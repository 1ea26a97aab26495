"""The same key: the same answer, byte for byte, and one effect."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from tests.cast import Acme, make_acme
from tests.factories.workflows import install
from tests.scenarios.rest import Rest
from workflows.models import Comment, WorkflowDefinition, WorkflowRun

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}


def counted(acme: Acme) -> tuple[int, int]:
    with acme.scope():
        return WorkflowRun.objects.count(), Comment.objects.count()


def test_a_retry_gets_the_first_answer(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, path = Rest(acme.asha), f"workflows/{leave.id}/runs/"
    first = asha.post(path, {"data": ASKED}, key="k-1")
    again = asha.post(path, {"data": ASKED}, key="k-1")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert [again.headers[name] for name in ("Location", "ETag")] == [first.headers[n] for n in ("Location", "ETag")]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert counted(acme) == (1, 0)
    other = asha.post(path, {"data": ASKED | {"reason": "Else"}}, key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.mismatch")
    assert asha.post(path, {"data": ASKED}, key="k-2").status_code == 201
    assert counted(acme) == (2, 0)


def test_a_decision_is_made_once_and_told_twice(acme: Acme, leave: WorkflowDefinition) -> None:
    ravi = Rest(acme.ravi)
    task = ravi.task(Rest(acme.asha).start("Leave Application", ASKED))
    path, body = f"tasks/{task['id']}/complete/", {"transition": "Rejected", "version": 1, "comment": "No"}
    answers = [ravi.post(path, body, key="decide") for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert ravi.post(path, body).status_code == 409
    assert counted(acme) == (1, 1)


def test_a_refusal_is_not_kept(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, path = Rest(acme.asha), f"workflows/{leave.id}/runs/"
    assert asha.post(path, {"data": {}}, key="k").status_code == 422
    assert asha.post(path, {"data": ASKED}, key="k").status_code == 201


def test_keys_belong_to_one_person_and_one_address(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    path = f"workflows/{leave.id}/runs/"
    mine, theirs = (rest.post(path, {"data": ASKED}, key="same").json() for rest in (asha, ravi))
    assert (mine["requester"]["name"], theirs["requester"]["name"]) == ("Asha", "Ravi")
    said = [asha.post(f"runs/{mine['id']}/comments/", {"text": "Hello"}, key="same") for _ in range(2)]
    assert said[0].content == said[1].content
    assert counted(acme) == (2, 1)


@pytest.mark.parametrize("key", ["x" * 201, "schlüssel", "a\tb"])
def test_a_key_that_is_no_token_is_refused(key: str, acme: Acme, leave: WorkflowDefinition) -> None:
    answer = Rest(acme.asha).post(f"workflows/{leave.id}/runs/", {"data": ASKED}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.malformed")
    assert counted(acme) == (0, 0)


@pytest.mark.concurrency
def test_retries_that_cross_have_one_effect(committed_db: None) -> None:
    acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
    asha, path = Rest(acme.asha), f"workflows/{leave.id}/runs/"
    barrier = Barrier(6)

    def send(_: int) -> Any:
        try:
            barrier.wait(10)
            return asha.post(path, {"data": ASKED}, key="crossing")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert {answer.json()["code"] for answer in answers if answer not in done} <= {"idempotency.in_flight"}
    assert counted(acme) == (1, 0)
