"""Automatic steps that wait for somebody else: each stay has an address of its own, and no word is lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.cast import Acme
from tests.factories.branches import contract, decide_at, open_steps
from tests.factories.machines import task_at, work
from tests.factories.outside import CLIENT, press
from tests.factories.workflows import MONDAY, decide, publish, run_of
from tests.workflows.test_approval_links import ask
from tests.workflows.test_approval_links import started as signature_asked
from tests.workflows.test_chained import child_of
from tests.workflows.test_chained import started as leave_asked
from workflows.models import DecisionLink, MachineStep
from workflows.selectors.links import link_path
from workflows.selectors.machines import callback_url, visits
from workflows.services import machine_work
from workflows.services.link_codes import key_for_mail
from workflows.services.machine_care import step_retry
from workflows.services.runs import run_start


@pytest.fixture
def inside(acme: Acme) -> Iterator[Acme]:
    with acme.scope():
        yield acme


def bank_asked(acme: Acme, **params: str) -> UUID:
    """A request with Hema at "law" while its other branch waits for the bank."""
    raw: dict[str, Any] = contract()
    graph = raw["graph"]
    money = next(step for step in graph["steps"] if step["key"] == "money")
    money.pop("assignee")
    money |= {"kind": "auto", "node": {"kind": "wait", "params": params, "save_as": "bank"}}
    graph["transitions"] = [way for way in graph["transitions"] if way["from"] != "money" or way["to"] == "meet"]
    definition = publish(raw, acme.omar)
    started = run_start(definition_id=definition.id, actor=acme.asha, data={"amount": 5000}, assignee=acme.ravi.id)
    split(acme, started.run_id)
    return started.run_id


def split(acme: Acme, run_id: UUID) -> None:
    decide_at(run_id, "check", acme.ravi, "Split", assignees={"law": acme.hema.id})
    work(acme.organisation.id)


def address(acme: Acme, run_id: UUID) -> str:
    """The one-time address as steps would tell it now."""
    now = visits(run_of(run_id)).get("money", 0)
    return "/" + callback_url(acme.organisation, run_id, "money", now).split("/", 3)[3]


def answered(path: str, **said: Any) -> int:
    """Another system answers; the status that it gets."""
    return Client().post(path, said, content_type="application/json").status_code


@pytest.mark.parametrize("noticed", [False, True], ids=["unnoticed", "noticed"])
def test_a_stay_that_was_cancelled_does_not_hold_up_the_next_one(inside: Acme, *, noticed: bool) -> None:
    """Whether a worker has looked at it meanwhile or not."""
    run_id = bank_asked(inside)
    first, old = MachineStep.objects.get(run_id=run_id), address(inside, run_id)
    decide_at(run_id, "law", inside.hema, "Check", comment="Not yet")
    split(inside, run_id)
    new = address(inside, run_id)
    if noticed:
        MachineStep.objects.filter(id=first.id).update(next_at=first.opened_at)
        work(inside.organisation.id)
    assert (answered(old, rate=1), answered(new, rate=2), answered(new, rate=3)) == (409, 202, 409)
    work(inside.organisation.id)
    assert run_of(run_id).context["bank"] == {"rate": 2}
    decide_at(run_id, "law", inside.hema, "Meet")
    assert open_steps(run_id) == {"sign"}


def test_what_comes_too_late_is_there_when_the_step_is_tried_again(inside: Acme) -> None:
    run_id = bank_asked(inside, within="2h")
    path = address(inside, run_id)
    long_ago = MONDAY - timedelta(days=1)
    MachineStep.objects.filter(run_id=run_id).update(next_at=long_ago, paused_until=long_ago)
    work(inside.organisation.id)
    task = task_at(run_id, "money")
    assert (task.state, answered(path, rate=4)) == ("failure", 202)
    work(inside.organisation.id)
    step_retry(task_id=task.id, actor=inside.tess, reason="It has come")
    assert MachineStep.objects.get(run_id=run_id).finished_at is None
    work(inside.organisation.id)
    assert run_of(run_id).context["bank"] == {"rate": 4}


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[UUID], object]) -> None:
    """Have this done, with the request's id, after the next worker has looked and before it has written that down."""
    real, left = machine_work.attempt, [act]

    def attempt(claimed: machine_work.Claimed) -> machine_work.Answered:
        answer = real(claimed)
        if left:
            left.pop()(claimed.work.run_id)
        return answer

    monkeypatch.setattr(machine_work, "attempt", attempt)


def test_an_answer_in_the_moment_in_which_a_worker_looks_is_not_lost(
    inside: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda run_id: answered(address(inside, run_id), rate=5))
    run_id = bank_asked(inside)
    assert run_of(run_id).context["bank"] == {"rate": 5}


def test_a_press_of_the_button_while_the_link_is_noted_is_not_lost(
    inside: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(run_id: UUID) -> None:
        link = DecisionLink.objects.get(run_id=run_id)
        assert press(link_path(key_for_mail(inside.organisation.id, link.id)), "Approve").status_code == 200

    meanwhile(monkeypatch, pressed)
    run_id = signature_asked(inside, ask({"address": CLIENT}))
    assert run_of(run_id).context["word"]["decision"] == "Approve"


def test_a_chained_request_that_ends_while_its_start_is_noted_is_not_lost(
    inside: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(run_id: UUID) -> None:
        decide(child_of(run_id).id, inside.ravi, "Rejected", comment="No")

    meanwhile(monkeypatch, refused)
    run_id = leave_asked(inside)
    assert run_of(run_id).outcome == "Off"
