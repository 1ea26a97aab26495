"""An automatic step that asks for an approval by a link: the button is its answer; no answer is a new link, then the fallback."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest

from accounts.models import AuditEntry, MembershipRole
from forms_builder.schema.document import FormDocument
from tests.cast import Acme
from tests.factories.accounts import give_role
from tests.factories.machines import FIELDS, RULE, machine_of, publish_node, task_at, work
from tests.factories.outside import CLIENT, link_in, page_of, press
from tests.factories.workflows import run_of
from workflows.graph.document import GraphDocument
from workflows.models import DecisionLink, MachineStep, TransitionLog, WorkflowSettings
from workflows.nodes.link_checks import link_problems
from workflows.services.links import link_revoke
from workflows.services.runs import run_start

pytestmark = pytest.mark.django_db


def ask(approver: Mapping[str, Any], **params: Any) -> dict[str, Any]:
    given = {"approver": approver, "text": "{{ record.reason }}, please.", "within": "2d", "tries": 2}
    return {"kind": "approval", "params": given | params, "on_failure": "lost", "save_as": "word"}


GRAPH: dict[str, Any] = {
    "steps": [
        {"key": "apply", "name": "Apply", "kind": "start"},
        {"key": "auto", "name": "Sign-off", "kind": "auto"},
        {"key": "review", "name": "Review", "kind": "task", "assignee": {"rule": RULE, "fallback": ["workflow_owner"]}},
        {"key": "refused", "name": "Refused", "kind": "end", "outcome": "Refused"},
        {"key": "unheard", "name": "Unheard", "kind": "end", "outcome": "Unheard"},
    ],
    "transitions": [
        {"key": "a", "from": "apply", "to": "auto"},
        {"key": "yes", "name": "Approve", "from": "auto", "to": "review"},
        {"key": "no", "name": "Refuse", "from": "auto", "to": "refused"},
        {"key": "lost", "name": "No answer", "from": "auto", "to": "unheard"},
        {"key": "c", "from": "review", "to": "refused"},
    ],
}
READING = [{**field, "access": {**field["access"], "auto": "read"}} for field in FIELDS if field["name"] != "tax"]


def graph_of(node: Mapping[str, Any]) -> dict[str, Any]:
    steps = [{**step, "node": dict(node)} if step["key"] == "auto" else step for step in GRAPH["steps"]]
    return {"schema_version": 1, **GRAPH, "steps": steps}


def started(acme: Acme, node: Mapping[str, Any]) -> UUID:
    """A request whose step has asked. Needs the scope."""
    form = {"schema_version": 1, "fields": READING}
    definition = publish_node(acme.omar, node, graph=graph_of(node), form=form)
    run_id = run_start(definition_id=definition.id, actor=acme.asha, data={"reason": "Desk", "total": 1}).run_id
    work(acme.organisation.id)
    return run_id


def let_it_expire(run_id: UUID) -> None:
    """Its links are over, and the step looks again."""
    row = machine_of(run_id)
    DecisionLink.objects.filter(run_id=run_id, outcome="").update(expires_at=row.opened_at)
    MachineStep.objects.filter(id=row.id).update(next_at=row.opened_at)
    work(row.organisation_id)


@pytest.fixture
def at_acme(acme: Acme) -> Iterator[Acme]:
    with acme.scope():
        yield acme


def test_who_has_the_role_answers_by_the_button(acme: Acme, settings: Any) -> None:
    with acme.scope():
        role = give_role(acme.hema, "Signatory")
        for person in (acme.hari, acme.asha):
            MembershipRole.objects.create(organisation=acme.organisation, membership=person, role=role)
        run_id = started(acme, ask({"role": "Signatory"}))
        assert {link.member.name for link in DecisionLink.objects.filter(run_id=run_id)} == {"Hema", "Hari"}
        assert (task_at(run_id, "auto").state, machine_of(run_id).waits) == ("running", True)
    path = link_in(settings, acme.hema.email)
    text = page_of(path)
    assert ("Desk, please." in text, ">Approve</button>" in text, "No answer" in text) == (True, True, False)
    assert press(path, "Approve", comment="Fine").status_code == 200
    assert press(path, "Refuse").status_code == 409
    with acme.scope():
        work(acme.organisation.id)
        word = run_of(run_id).context["word"]
        assert (word["decision"], word["by"], word["comment"]) == ("Approve", "Hema", "Fine")
        assert word["at"]
        assert task_at(run_id, "review").state == "waiting"
        told = AuditEntry.objects.get(kind="link.decided")
        assert (told.actor_kind, told.actor_id) == ("person", acme.hema.id)
        assert set(DecisionLink.objects.values_list("outcome", flat=True)) == {"decided", "other"}
        kinds = list(TransitionLog.objects.filter(run_id=run_id).order_by("seq").values_list("kind", flat=True))
        assert kinds == ["started", "moved", "link_sent", "link_decided", "moved"]


def test_no_answer_is_a_new_link_then_the_fallback_then_a_failure(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = started(acme, ask({"address": CLIENT}, fallback_approver={"address": "boss@client.example"}, tries=1))
    first = link_in(settings)
    with acme.scope():
        let_it_expire(run_id)
        rows = DecisionLink.objects.filter(run_id=run_id).order_by("turn").values_list("address", "turn", "outcome")
        assert list(rows) == [(CLIENT, 1, "expired"), ("boss@client.example", 2, "")]
    assert "This link held until" in page_of(first)
    second = link_in(settings, "boss@client.example")
    assert ">Approve</button>" in page_of(second)
    with acme.scope():
        let_it_expire(run_id)
        assert (run_of(run_id).outcome, task_at(run_id, "auto").transition) == ("Unheard", "No answer")
    assert "no longer open" in page_of(second) or "held until" in page_of(second)


def test_the_same_mailbox_gets_a_new_link_while_there_are_tries(at_acme: Acme) -> None:
    run_id = started(at_acme, ask({"address": CLIENT}))
    let_it_expire(run_id)
    assert list(DecisionLink.objects.order_by("turn").values_list("turn", "outcome")) == [(1, "expired"), (2, "")]
    link_revoke(link_id=DecisionLink.objects.get(turn=2).id, actor=at_acme.asha)
    work(at_acme.organisation.id)
    assert (run_of(run_id).outcome, "withdrawn by Asha" in machine_of(run_id).error) == ("Unheard", True)


def test_nobody_who_may_not_decide_is_asked(at_acme: Acme) -> None:
    run_id = started(at_acme, ask({"address": at_acme.asha.email.upper()}))
    assert run_of(run_id).outcome == "Unheard"
    assert "requester's own address" in machine_of(run_id).error
    WorkflowSettings.objects.create(organisation=at_acme.organisation, forbid_outside=True)
    again = run_start(
        definition_id=run_of(run_id).definition_id, actor=at_acme.asha, data={"reason": "Desk", "total": 1}
    )
    work(at_acme.organisation.id)
    assert "without an account" in machine_of(again.run_id).error


def test_what_is_wrong_is_told_before_publishing() -> None:
    params = {
        "text": "{{ record.tax }}",
        "fallback_approver": {"rule": {"field": "candidate.none", "op": "eq", "value": 1}},
    }
    graph = GraphDocument.load(graph_of(ask({"field": "total"}, **params)))
    found = link_problems(graph, FormDocument.load({"schema_version": 1, "fields": FIELDS}), forbidden=True)
    assert {one.code for one in found} == {
        "outside-forbidden",
        "no-address-field",
        "outside-tells-hidden",
        "rule-unknown_field",
    }
