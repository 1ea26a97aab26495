"""Automatic steps from the decision before to the step after: success, retry, failure, poison, and what admins do."""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db import InterfaceError, OperationalError

from accounts.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from tests.accounts.clients import program, signed_in
from tests.cast import Acme
from tests.factories.machines import document, let_time_pass, machine_of, outcomes, publish_node, task_at, work
from tests.factories.workflows import MONDAY, publish, run_of
from workflows.models import MachineStep, TaskAttempt, TaskCandidate, TransitionLog
from workflows.nodes.base import Done, NodeFailure, NodeKind, Pause, Work
from workflows.nodes.fields import SetFieldsParams
from workflows.nodes.registry import KINDS
from workflows.services import machine_work
from workflows.services.at_task import TaskNotOpen
from workflows.services.definitions import DefinitionInvalid
from workflows.services.machine_care import OwnRequest, StepNotStuck, step_retry, step_skip
from workflows.services.machine_finish import finish
from workflows.services.runs import run_start, run_withdraw
from workflows.services.tasks import task_complete
from workflows.services.timeouts import timeouts_sweep

SET = {"kind": "set_fields", "params": {"values": {"tax": "{{ record.total }}"}}}
DATA = {"reason": "Desk", "total": 100}


class Moody(NodeKind[SetFieldsParams]):
    """Does what the test says next."""

    kind = "set_fields"
    label = "As the test says"
    params = SetFieldsParams

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.keys: list[UUID] = []

    def run(self, params: SetFieldsParams, work: Work) -> Done | Pause:
        self.keys.append(work.key)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        found: Done | Pause = answer
        return found


@dataclass
class Shop:
    acme: Acme

    def start(self, node: Mapping[str, Any], **data: Any) -> UUID:
        definition = publish_node(self.acme.omar, node)
        return run_start(definition_id=definition.id, actor=self.acme.asha, data={**DATA, **data}).run_id

    def work(self) -> int:
        return work(self.acme.organisation.id)


@pytest.fixture
def shop(acme: Acme) -> Iterator[Shop]:
    with acme.scope():
        yield Shop(acme)


@pytest.fixture
def moody(monkeypatch: pytest.MonkeyPatch) -> Moody:
    kind = Moody()
    monkeypatch.setattr("workflows.nodes.registry.KINDS", {**KINDS, "set_fields": kind})
    monkeypatch.setattr("workflows.nodes.lint.KINDS", {**KINDS, "set_fields": kind})
    return kind


def kinds(run_id: UUID) -> list[str]:
    return list(TransitionLog.objects.filter(run_id=run_id).order_by("seq").values_list("kind", flat=True))


def test_a_machine_does_its_step_and_the_request_goes_on(shop: Shop) -> None:
    run_id = shop.start(SET)
    assert (task_at(run_id, "auto").state, machine_of(run_id).attempts) == ("running", 0)
    assert shop.work() == 1
    run, review = run_of(run_id), task_at(run_id, "review")
    assert (run.data["tax"], run.context) == ("100.00", {"auto": {"tax": "100.00"}})
    assert (task_at(run_id, "auto").state, review.state, review.assignee_id) == ("success", "waiting", None)
    # Several of Finance may review and nobody was there to choose one: they share a queue.
    assert TaskCandidate.objects.filter(task=review, is_open=True).count() == 3
    assert outcomes(run_id) == ["done"]
    assert machine_of(run_id).next_at is None
    moved = AuditEntry.objects.filter(kind="task.moved", subject_id=task_at(run_id, "auto").id).get()
    assert (moved.actor_kind, moved.payload["by_id"]) == ("system", None)
    assert kinds(run_id) == ["started", "moved", "moved"]
    assert shop.work() == 0


def test_a_failed_attempt_is_repeated_at_its_time_under_a_new_key(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("503"), NodeFailure("broke off", unknown=True), Done({"ok": True})]
    run_id = shop.start(SET | {"retry": {"count": 3, "interval": 60, "backoff": "exponential", "jitter": 0}})
    assert shop.work() == 1
    first = machine_of(run_id)
    assert (first.task.state, first.failures, first.error) == ("failure_retry", 1, "503")
    assert first.next_at is not None
    assert round((first.next_at - first.opened_at).total_seconds(), -1) == 60
    assert shop.work() == 0
    for _ in range(2):
        let_time_pass(run_id)
        assert shop.work() == 1
    assert outcomes(run_id) == ["failed", "failed", "done"]
    # What is known to have failed is another effect when repeated; what nobody knows about is the same one.
    assert moody.keys[0] != moody.keys[1] == moody.keys[2]
    assert kinds(run_id) == ["started", "moved", "tried", "tried", "moved"]


def test_a_step_that_gives_up_waits_for_an_admin(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("no such account", again=False), Done({"ok": True})]
    run_id = shop.start(SET | {"retry": {"count": 3}})
    shop.work()
    task = task_at(run_id, "auto")
    assert (task.state, task.completed_at, run_of(run_id).status) == ("failure", None, "running")
    failed = AuditEntry.objects.get(kind="task.failed")
    assert str(shop.acme.tess.id) in failed.payload["admin_ids"]
    with pytest.raises(Denied):
        step_retry(task_id=task.id, actor=shop.acme.ravi, reason="I think so")
    with pytest.raises(Invalid):
        step_retry(task_id=task.id, actor=shop.acme.tess, reason=" ")
    with pytest.raises(Invalid) as wrong:
        step_retry(task_id=task.id, actor=shop.acme.tess, reason="Mended", params={"values": {}})
    assert list(wrong.value.fields) == ["params.values"]
    step_retry(task_id=task.id, actor=shop.acme.tess, reason="Mended", params={"values": {"tax": 5}})
    with pytest.raises(StepNotStuck):
        step_retry(task_id=task.id, actor=shop.acme.tess, reason="Again")
    shop.work()
    assert (outcomes(run_id), task_at(run_id, "review").state) == (["failed", "done"], "waiting")
    assert machine_of(run_id).params == {"values": {"tax": 5}}
    assert kinds(run_id) == ["started", "moved", "failed", "retried", "moved"]
    retried = AuditEntry.objects.get(kind="task.retried")
    assert (retried.payload["reason"], retried.payload["edited"]) == ("Mended", True)
    assert retried.payload["changes"] == {"values.tax": ["{{ record.total }}", "5"]}


def test_a_timeout_of_the_request_takes_a_failed_step_along(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("no", again=False)]
    made = document(SET)
    made["graph"]["timeout"] = {"hard": "1d"}
    definition = publish(made, shop.acme.omar)
    run_id = run_start(definition_id=definition.id, actor=shop.acme.asha, data=DATA, at=MONDAY).run_id
    shop.work()
    assert task_at(run_id, "auto").state == "failure"
    assert timeouts_sweep(shop.acme.organisation.id, at=MONDAY + timedelta(days=9)) == 1
    task = task_at(run_id, "auto")
    assert (task.state, task.completed_at is None, run_of(run_id).outcome) == ("skipped", False, "Timed out")


def test_an_admin_skips_a_failed_step(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("no", again=False)]
    run_id = shop.start(SET)
    shop.work()
    step_skip(task_id=task_at(run_id, "auto").id, actor=shop.acme.tess, reason="Paid by hand")
    assert (task_at(run_id, "auto").state, task_at(run_id, "review").state) == ("skipped", "waiting")
    assert kinds(run_id)[2:] == ["failed", "moved", "passed"]
    assert shop.work() == 0


def test_who_decides_a_failed_step_hears_who_says_how_to_go_on(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("no", again=False)]
    run_id = shop.start(SET)
    shop.work()
    with pytest.raises(TaskNotOpen, match="an administrator says how to go on"):
        task_complete(task_id=task_at(run_id, "auto").id, actor=shop.acme.tess, transition="Review")


def test_nobody_waves_their_own_request_through(shop: Shop, moody: Moody) -> None:
    """Whoever looks after automatic steps has those of their own requests skipped and edited by somebody else."""
    moody.answers = [NodeFailure("no", again=False), NodeFailure("no", again=False)]
    tess = shop.acme.tess
    definition = publish_node(shop.acme.omar, SET)
    run_id = run_start(definition_id=definition.id, actor=tess, data=DATA).run_id
    shop.work()
    task_id, page = machine_of(run_id).task_id, signed_in(tess).get(f"/requests/{run_id}/").content.decode()
    assert ("Try again" in page, "Skip the step" in page, "Edit the settings" in page) == (True, False, False)
    with pytest.raises(OwnRequest):
        step_skip(task_id=task_id, actor=tess, reason="I know")
    with pytest.raises(OwnRequest):
        step_retry(task_id=task_id, actor=tess, reason="I know", params={"values": {"tax": "0"}})
    step_retry(task_id=task_id, actor=tess, reason="Once more")
    assert shop.work() == 1
    path = f"/api/v1/machine-steps/{task_id}/skip/"
    assert program(tess).post(path, {"reason": "x"}, content_type="application/json").status_code == 403


def test_a_failure_goes_its_own_way(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("no", again=False)]
    run_id = shop.start(SET | {"on_failure": "f"})
    shop.work()
    assert (run_of(run_id).status, run_of(run_id).outcome) == ("completed", "Refused")
    assert task_at(run_id, "auto").state == "failure"
    assert AuditEntry.objects.get(kind="task.failed").payload["admin_ids"] == []


def test_five_crashes_and_it_is_set_aside(shop: Shop, moody: Moody) -> None:
    moody.answers = [KeyError("our mistake")] * 5
    run_id = shop.start(SET)
    for _ in range(5):
        shop.work()
        let_time_pass(run_id)
    row = machine_of(run_id)
    assert (row.task.state, row.quarantined, row.crashes, row.attempts) == ("failure", True, 5, 5)
    assert str(shop.acme.tess.id) in AuditEntry.objects.get(kind="task.quarantined").payload["admin_ids"]
    assert outcomes(run_id) == ["crashed"] * 5
    assert run_of(run_id).status == "running"


def test_a_dead_worker_costs_an_attempt_and_nothing_else(shop: Shop) -> None:
    run_id = shop.start(SET)
    row = machine_work._next(shop.acme.organisation.id)
    assert row is not None
    claimed = machine_work._claim(row)
    assert claimed is not None
    assert shop.work() == 0  # the lease holds
    let_time_pass(run_id)
    assert shop.work() == 1
    assert outcomes(run_id) == ["crashed", "done"]
    assert machine_of(run_id).crashes == 1
    # The dead one comes back, too late.
    late = finish(claimed.organisation_id, claimed.machine_id, claimed.token, Done({"tax": 7}))
    assert (late, run_of(run_id).data["tax"]) == (False, "100.00")


def test_a_lease_is_renewed_although_the_database_was_away_for_a_moment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.start(SET)
    row = machine_work._next(shop.acme.organisation.id)
    claimed = machine_work._claim(row) if row else None
    assert claimed is not None
    found: list[Exception | None] = [OperationalError("gone"), InterfaceError("closed"), None]
    renewed = threading.Event()

    def scope(organisation_id: UUID) -> Any:
        if (wrong := found.pop(0)) is not None:
            raise wrong
        renewed.set()
        raise RuntimeError("enough was seen")

    monkeypatch.setattr(machine_work, "BEAT", 0.01)
    monkeypatch.setattr(machine_work, "organisation_scope", scope)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with machine_work._lease_kept(claimed):
        assert renewed.wait(30)


def test_what_was_set_aside_is_tried_again_as_the_same_effect(shop: Shop) -> None:
    run_id = shop.start(SET)
    key = machine_of(run_id).key
    for _ in range(6):
        row = machine_work._next(shop.acme.organisation.id)
        assert row is not None
        machine_work._claim(row)  # and killed; the sixth to come sets it aside
        let_time_pass(run_id)
    assert machine_of(run_id).quarantined
    step_retry(task_id=machine_of(run_id).task_id, actor=shop.acme.tess, reason="Nobody kills it any more")
    assert shop.work() == 1
    assert set(TaskAttempt.objects.values_list("key", flat=True)) == {key}


def test_tried_again_on_its_page_it_is_the_same_effect(shop: Shop, moody: Moody) -> None:
    """The page sends the settings back as it has shown them: nobody has edited them."""
    moody.answers = [NodeFailure("Nobody knows whether it was paid.", again=False, unknown=True), Done()]
    run_id = shop.start(SET | {"params": {"values": {"tax": "{{ record.total }}", "reason": "“ü”\n<b>"}}})
    shop.work()
    tess, task_id = signed_in(shop.acme.tess), machine_of(run_id).task_id
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", tess.get(f"/requests/{run_id}/").content.decode(), re.DOTALL)
    assert shown is not None
    posted = {"reason": "Once more", "params": unescape(shown[1]).replace("\n", "\r\n")}
    assert tess.post(f"/machine-steps/{task_id}/retry/", posted).status_code == 302
    assert shop.work() == 1
    assert len(set(TaskAttempt.objects.values_list("key", flat=True))) == 1
    assert not AuditEntry.objects.get(kind="task.retried").payload["edited"]


def test_a_pause_is_no_failure(shop: Shop) -> None:
    run_id = shop.start({"kind": "delay", "params": {"for": "2h"}})
    shop.work()
    row = machine_of(run_id)
    assert (row.task.state, row.waits, row.failures) == ("running", True, 0)
    assert row.next_at == row.paused_until
    MachineStep.objects.update(next_at=row.opened_at, paused_until=row.opened_at)
    shop.work()
    assert (outcomes(run_id), task_at(run_id, "review").state) == (["paused", "done"], "waiting")


def test_a_withdrawn_request_is_left_alone(shop: Shop, moody: Moody) -> None:
    moody.answers = [NodeFailure("no", again=False)]
    stuck = shop.start(SET)
    shop.work()
    run_withdraw(run_id=stuck, actor=shop.acme.asha)
    assert task_at(stuck, "auto").state == "skipped"
    with pytest.raises(StepNotStuck):
        step_retry(task_id=task_at(stuck, "auto").id, actor=shop.acme.tess, reason="Too late")


def test_an_answer_that_does_not_fit_is_a_failure(shop: Shop, moody: Moody) -> None:
    moody.answers = [Done({"big": "x" * 70_000}), Done({}, fields={"tax": "much"}), Done({"rate": 2})]
    for told in ("at most 64 kB", "does not take this value", "no “deep.rate” for the field tax"):
        node = SET | ({"save": {"tax": "deep.rate"}} if "deep" in told else {})
        run_id = shop.start(node)
        shop.work()
        assert told in machine_of(run_id).error


def test_what_publishing_refuses(acme: Acme) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"kind": "nothing"}, "unknown-node-kind"),
        ({"kind": "delay", "params": {"for": "never"}}, "bad-node-params"),
        ({"kind": "formula", "params": {"values": {"a": "nope + 1"}}}, "bad-node-params"),
        ({"kind": "set_fields", "params": {"values": {"paper": "x"}}}, "unwritable-field"),
        ({"kind": "set_fields", "params": {"values": {"tax": "{{ record.nothing }}"}}}, "unknown-variable"),
        ({"kind": "set_fields", "params": {"values": {"tax": "{{ record.reason.first }}"}}}, "unknown-variable"),
        ({"kind": "formula", "params": {"values": {"a": "record.reason['first']"}}}, "unknown-variable"),
        ({"kind": "notify", "params": {"to": ["owner"], "subject": "{{ secret.bank }}"}}, "unknown-variable"),
        ({"kind": "pdf", "params": {"file": "reason"}}, "no-file-field"),
        (SET | {"save": {"nothing": "a"}}, "unknown-field"),
    ]
    with acme.scope():
        for number, (node, code) in enumerate(wrong):
            with pytest.raises(DefinitionInvalid) as refusal:
                publish_node(acme.omar, node, name=f"Wrong {number}")
            assert code in {one["code"] for one in refusal.value.params["problems"]}
