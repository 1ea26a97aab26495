"""S22: files stay in their organisation, and with those who may read their field."""

from typing import Any
from uuid import uuid4

from django.core.files.storage import default_storage
from django.test import Client
from structlog.testing import capture_logs

from accounts.models import Membership
from forms_builder.models import Attachment
from tests.accounts.clients import browser, signed_in
from tests.cast import Acme, Globex
from tests.factories.accounts import MembershipFactory
from tests.factories.forms_builder import PDF, upload
from tests.scenarios.rest import ROOT, Rest
from tests.scenarios.world import CLAIM
from workflows.models import WorkflowDefinition


def send(rest: Rest, **more: Any) -> Any:
    return rest.client.post(f"{ROOT}attachments/", {"file": upload(), "field": "receipts", **more})


def filed(acme: Acme, expense: WorkflowDefinition) -> tuple[dict[str, Any], str]:
    """A claim of Asha's with a receipt, at Ravi's desk."""
    asha = Rest(acme.asha)
    answer = send(asha, workflow=str(expense.id))
    assert answer.status_code == 201, answer.content
    file_id = answer.json()["id"]
    return asha.start("Claim Expense", CLAIM | {"receipts": [file_id]}), file_id


def test_a_receipt_goes_with_the_claim_to_those_who_read_it(acme: Acme, expense: WorkflowDefinition) -> None:
    run, file_id = filed(acme, expense)
    assert run["data"]["receipts"] == [file_id]
    for reader in (acme.asha, acme.ravi, acme.tess):
        answer = Rest(reader).get(f"attachments/{file_id}/")
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store, private"
    page: Any = signed_in(acme.ravi).get(f"/attachments/{file_id}/")
    assert b"".join(page.streaming_content) == PDF
    for stranger in (acme.farid, acme.hema):
        assert Rest(stranger).get(f"attachments/{file_id}/").status_code == 404


def test_gita_and_nobody_cannot_tell_it_from_a_missing_one(
    acme: Acme, globex: Globex, expense: WorkflowDefinition
) -> None:
    run, file_id = filed(acme, expense)
    with acme.scope():
        key = Attachment.objects.get(id=file_id).key
    swapped = key.replace(str(acme.organisation.id), str(globex.organisation.id))
    for client in (Rest(globex.gita).client, signed_in(globex.gita), browser("acme"), Client()):
        for path, missing in (
            (f"{ROOT}attachments/{file_id}/", f"{ROOT}attachments/{uuid4()}/"),
            (f"/attachments/{file_id}/", f"/attachments/{uuid4()}/"),
            (f"/{key}", f"/{swapped}"),
            (f"/files/{key}", f"/files/{swapped}"),
        ):
            foreign, nothing = client.get(path), client.get(missing)
            assert foreign.status_code == nothing.status_code
            assert foreign.status_code in (401, 404)
            assert foreign.content == nothing.content
    assert run["id"] not in Rest(globex.gus).get("runs/").content.decode()


def test_asking_for_a_foreign_file_is_a_security_event(acme: Acme, globex: Globex, expense: WorkflowDefinition) -> None:
    _, file_id = filed(acme, expense)
    with capture_logs() as lines:
        Rest(globex.gita).get(f"attachments/{file_id}/")
        signed_in(globex.gita).get(f"/attachments/{file_id}/")
        browser("acme").get(f"/attachments/{file_id}/")
    told = [(line["asked_by"], line["log_level"]) for line in lines if line["event"] == "security.file_refused"]
    assert told == [(str(globex.gita.id), "warning")] * 2 + [(None, "warning")]
    assert all(line["file"] == file_id for line in lines if line["event"] == "security.file_refused")


def test_access_ends_with_the_membership(acme: Acme, expense: WorkflowDefinition) -> None:
    _, file_id = filed(acme, expense)
    asha = Rest(acme.asha)
    assert asha.get(f"attachments/{file_id}/").status_code == 200
    with acme.scope():
        Membership.objects.filter(id=acme.asha.id).update(is_active=False)
    assert asha.get(f"attachments/{file_id}/").status_code == 401


def test_a_file_of_somebody_else_cannot_be_named_in_answers(
    acme: Acme, globex: Globex, expense: WorkflowDefinition
) -> None:
    _, foreign = filed(acme, expense)
    fiona = Rest(acme.fiona)
    before = fiona.read("runs/")
    answers = []
    for file_id in (foreign, str(uuid4())):
        body = {"data": CLAIM | {"receipts": [file_id]}}
        answer = fiona.post(f"workflows/{expense.id}/runs/", body)
        assert answer.status_code == 422
        assert next(iter(answer.json()["errors"])).startswith("data.receipts")
        answers.append(answer.content)
    assert answers[0] == answers[1]
    assert fiona.read("runs/") == before


def test_files_are_taken_only_for_a_field_that_may_be_answered(acme: Acme, expense: WorkflowDefinition) -> None:
    run, _ = filed(acme, expense)
    task = run["steps"][-1]["id"]
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    stored = len(default_storage.listdir("attachments")[0])
    assert send(asha, task=task).status_code == 403
    assert send(ravi, task=task).json()["errors"].keys() == {"field"}
    assert send(Rest(acme.farid), task=task).status_code == 404
    assert send(asha, workflow=str(uuid4())).status_code == 404
    assert send(asha).status_code == send(asha, task=task, workflow=str(expense.id)).status_code == 422
    page = send(asha, workflow=str(expense.id), file=upload("page.pdf", b"<html><script>alert(1)</script>"))
    assert set(page.json()["errors"]) == {"receipts"}
    assert send(asha, workflow=str(expense.id), run=run["id"]).json()["errors"].keys() == {"run"}
    assert len(default_storage.listdir("attachments")[0]) == stored


def test_a_member_of_both_sees_each_only_where_it_belongs(
    acme: Acme, globex: Globex, expense: WorkflowDefinition
) -> None:
    _, file_id = filed(acme, expense)
    with globex.scope():
        twin = MembershipFactory(organisation=globex.organisation, name="Asha G", user=acme.asha.user)
    there = Rest(twin)
    assert there.get(f"attachments/{file_id}/").status_code == 404
    assert Rest(acme.asha).get(f"attachments/{file_id}/").status_code == 200


def test_a_file_sent_again_with_its_key_is_stored_once(acme: Acme, expense: WorkflowDefinition) -> None:
    """The retry is told from another file by what it holds, not by the boundary its sender drew."""
    asha, key = Rest(acme.asha), {"Idempotency-Key": "receipt-1"}

    def sent(content: bytes) -> Any:
        form = {"file": upload(content=content), "field": "receipts", "workflow": str(expense.id)}
        return asha.client.post(f"{ROOT}attachments/", form, headers=key)

    first, again, other = sent(PDF), sent(PDF), sent(PDF + b"%")
    assert (first.status_code, again.content) == (201, first.content)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.mismatch")
    with acme.scope():
        assert Attachment.objects.count() == 1
