"""Files: stored under opaque keys, tied to a request, and out of reach for everybody else."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.audit.models import AuditEntry
from forms_builder import policies
from forms_builder.models import Attachment
from forms_builder.rendering import form_class
from forms_builder.selectors import AttachmentNotFound, access_attachment
from forms_builder.services import attachments
from forms_builder.sources import OrganisationSources
from forms_builder.views.attachments import attachment as download
from tests.cast import Acme, Globex
from tests.factories.forms_builder import PDF, stored_file, upload
from tests.forms_builder.documents import document, expense, one_field, posted


def served(member: Any, attachment_id: Any) -> Any:
    request: Any = RequestFactory().get("/attachments/x/")
    request.membership = member
    return download(request, attachment_id)


def test_a_file_is_stored_and_recorded(acme: Acme) -> None:
    run_id = uuid4()
    with acme.scope():
        added = stored_file(acme.asha, "../é\u202e receipt.pdf", run_id=run_id, group="HR & Finance")
        row = Attachment.objects.get(id=added.id)
        assert row.key == f"attachments/{acme.organisation.id}/hr-finance/{run_id}/{row.id}"
        assert (row.name, row.content_type, row.size) == ("é receipt.pdf", "application/pdf", len(PDF))
        with default_storage.open(row.key) as stored:
            assert stored.read() == PDF
        entry = AuditEntry.objects.get(kind="attachment.added", subject_id=row.id)
        assert entry.payload["sha256"] == row.sha256
        assert entry.actor_id == acme.asha.id


def test_a_refused_file_leaves_nothing(acme: Acme) -> None:
    with acme.scope():
        with pytest.raises(attachments.AttachmentRefused) as refusal:
            attachments.attachment_add(actor=acme.asha, upload=upload("x.svg", b"<svg>"))
        assert list(refusal.value.fields) == ["file"]
        assert not Attachment.objects.exists()


def test_a_page_brings_its_files_and_keeps_them_when_it_is_refused(acme: Acme) -> None:
    files: MultiValueDict[str, Any] = MultiValueDict(
        {"receipts": [upload(), upload("bad.exe", b"MZ")], "manager_note": [upload()]}
    )
    with acme.scope():
        stored, problems = attachments.attachments_from_page(
            actor=acme.asha, document=expense(), step="claim", files=files, group="HR"
        )
        assert list(stored) == list(problems) == ["receipts"]
        assert Attachment.objects.count() == 1
        sources = OrganisationSources(acme.asha)
        form = form_class(expense(), "claim", sources=sources)(
            posted({"billable": "no"}), uploaded=stored, upload_problems=problems
        )
        assert set(form.problems) == {"receipts", "lines"}
        page = form.render()
        assert f'value="{stored["receipts"][0]}" checked' in page
        assert "receipt.pdf" in page


def test_answers_may_name_own_fresh_files_and_those_of_the_request_only(acme: Acme, globex: Globex) -> None:
    run_id = uuid4()
    with globex.scope():
        foreign = stored_file(globex.gita)
    with acme.scope():
        mine, ravis = stored_file(acme.asha), stored_file(acme.ravi)
        of_run = stored_file(acme.ravi, run_id=run_id)
        of_other = stored_file(acme.asha, run_id=uuid4())
        form = form_class(document(one_field("file")), "any", sources=OrganisationSources(acme.asha, run_id=run_id))
        good = [str(mine.id), str(of_run.id)]
        assert form({"it": good}).stored() == {"it": good}
        texts = {str(form({"it": [str(bad)]}).problems) for bad in (ravis.id, of_other.id, foreign.id, uuid4())}
        assert texts == {"{'it': ['One of these files is not there. Upload it again.']}"}


def test_claiming_ties_fresh_files_to_the_request(acme: Acme) -> None:
    run_id = uuid4()
    with acme.scope():
        mine, kept = stored_file(acme.asha), stored_file(acme.ravi, run_id=run_id)
        files = attachments.files_of(expense(), {"receipts": [str(mine.id), str(kept.id)]})
        assert files == {mine.id: "receipts", kept.id: "receipts"}
        attachments.attachments_claim(actor=acme.asha, run_id=run_id, files=files)
        assert Attachment.objects.get(id=mine.id).run_id == run_id


def test_what_another_request_has_taken_is_not_claimed_and_nothing_else_either(acme: Acme) -> None:
    with acme.scope():
        mine, ravis = stored_file(acme.asha), stored_file(acme.ravi)
        taken = stored_file(acme.asha, run_id=uuid4())
        for gone in (ravis.id, taken.id, uuid4()):
            with pytest.raises(attachments.AttachmentTaken) as refusal:
                attachments.attachments_claim(
                    actor=acme.asha, run_id=uuid4(), files={mine.id: "bill", gone: "receipts"}
                )
            assert refusal.value.fields == {"receipts": ["One of these files is not there. Upload it again."]}
        assert Attachment.objects.get(id=mine.id).run_id is None


def test_the_bytes_are_a_download_and_nothing_else(acme: Acme) -> None:
    with acme.scope():
        added = stored_file(acme.asha, 'a"; filename=x.pdf')
        response = served(acme.asha, added.id)
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment; filename")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "no-store, private"


def test_everybody_else_gets_the_same_nothing(acme: Acme, globex: Globex, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = uuid4()
    monkeypatch.setattr(policies, "_readers", [])
    with acme.scope():
        fresh, of_run = stored_file(acme.asha), stored_file(acme.asha, run_id=run_id)
        for member, wanted in ((acme.ravi, fresh.id), (acme.asha, of_run.id), (acme.asha, uuid4()), (None, fresh.id)):
            with pytest.raises(Http404):
                served(member, wanted)
        policies.register_reader(lambda actor, file: actor == acme.ravi and file.run_id == run_id)
        assert access_attachment(acme.ravi, of_run.id) == of_run
        with pytest.raises(AttachmentNotFound):
            access_attachment(acme.asha, of_run.id)
    with globex.scope(), pytest.raises(Http404):
        served(globex.gita, fresh.id)


def test_the_sweeper_forgets_what_no_request_took(acme: Acme) -> None:
    now = timezone.now()
    with acme.scope():
        old = stored_file(acme.asha, at=now - timedelta(days=2))
        kept = [stored_file(acme.asha), stored_file(acme.asha, run_id=uuid4(), at=now - timedelta(days=2))]
        keys = attachments.attachments_sweep(organisation_id=acme.organisation.id, at=now)
        attachments.objects_delete([*keys, "attachments/gone"])
        assert keys == [old.key]
        assert not default_storage.exists(old.key)
        assert set(Attachment.objects.values_list("id", flat=True)) == {row.id for row in kept}


def test_the_tick_sweeps_every_organisation(acme: Acme, globex: Globex) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    with acme.scope():
        stored_file(acme.asha, at=long_ago)
    with globex.scope():
        stored_file(globex.gita, at=long_ago)
    assert attachments.sweep_everywhere() == 2
    assert attachments.sweep_everywhere() == 0


def test_over_http_a_stranger_and_nobody_get_the_same_404(client: Client) -> None:
    answers = [client.get(f"/attachments/{uuid4()}/") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 404]
    # The page carries a masked CSRF token, which is another one each time.
    assert len({re.sub(rb"[A-Za-z0-9]{64}", b"", answer.content) for answer in answers}) == 1
    assert client.post(f"/attachments/{uuid4()}/").status_code in (403, 405)
