"""A fresh upload answers one request."""

from typing import Any

import pytest

from forms_builder.models import Attachment
from tests.cast import Acme
from tests.factories.forms_builder import stored_file
from tests.factories.workflows import MONDAY, open_task, publish, run_of
from tests.scenarios.rest import Rest
from workflows.models import WorkflowDefinition
from workflows.services.runs import run_start
from workflows.services.tasks import task_complete

pytestmark = pytest.mark.django_db
WHO = {
    "rule": {"field": "candidate.department", "op": "eq", "value": "ENG"},
    "mode": "any",
    "fallback": ["workflow_owner"],
}
RECEIPT = {"name": "receipt", "type": "file", "label": "Receipt", "default_access": "write"}
PAYMENT: dict[str, Any] = {
    "name": "Payment",
    "form": {"schema_version": 1, "title": "Payment", "fields": [RECEIPT], "layout": []},
    "graph": {
        "steps": [
            {"key": "ask", "name": "Ask", "kind": "start"},
            {"key": "pay", "name": "Pay", "kind": "task", "assignee": WHO},
            {"key": "paid", "name": "Paid", "kind": "end"},
        ],
        "transitions": [
            {"key": "asked", "from": "ask", "to": "pay"},
            {"key": "back", "name": "Back", "from": "pay", "to": "ask", "return": True},
            {"key": "done", "name": "Done", "from": "pay", "to": "paid"},
        ],
    },
}


@pytest.fixture
def payment(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        definition: WorkflowDefinition = publish(PAYMENT, acme.omar)
        return definition


def test_one_upload_answers_one_request_of_a_bulk(acme: Acme, payment: WorkflowDefinition) -> None:
    with acme.scope():
        run_ids = [run_start(definition_id=payment.id, actor=acme.asha, data={}, at=MONDAY).run_id for _ in range(4)]
        tasks = [str(open_task(run_id).id) for run_id in run_ids]
        shared, own = stored_file(acme.ravi), stored_file(acme.ravi)
    files = [shared, shared, own, shared]
    rows = [{"id": task, "data": {"receipt": [str(one.id)]}} for task, one in zip(tasks, files, strict=True)]
    body = {"action": "decide", "transition": "Done", "tasks": rows}
    results = Rest(acme.ravi).done("tasks/bulk/", body)["results"]
    assert [one["state"] for one in results] == ["done", "left", "done", "left"]
    assert results[1]["message"] == "Receipt: One of these files is not there. Upload it again."
    with acme.scope():
        assert dict(Attachment.objects.values_list("id", "run_id")) == {shared.id: run_ids[0], own.id: run_ids[2]}
        kept = [run_of(run_id).data.get("receipt") for run_id in run_ids]
        assert kept == [[str(shared.id)], None, [str(own.id)], None]


def test_a_file_that_was_kept_is_sent_again_with_a_fresh_one(acme: Acme, payment: WorkflowDefinition) -> None:
    with acme.scope():
        first = stored_file(acme.asha)
        given = {"receipt": [str(first.id)]}
        run_id = run_start(definition_id=payment.id, actor=acme.asha, data=given, at=MONDAY).run_id
        second = stored_file(acme.ravi)
        task_complete(
            task_id=open_task(run_id).id, actor=acme.ravi, transition="Done", at=MONDAY,
            data={"receipt": [str(first.id), str(second.id)]},
        )  # fmt: skip
        assert set(Attachment.objects.values_list("run_id", flat=True)) == {run_id}
