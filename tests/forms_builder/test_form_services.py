"""Create, change and publish forms: the answer, the row, the record, and the door for strangers."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django_fsm import TransitionNotAllowed

from accounts.audit.models import AuditEntry
from accounts.tenancy.errors import Denied, Invalid
from accounts.tenancy.scope import organisation_scope
from forms_builder.models import FormState, FormVersion
from forms_builder.selectors import FormNotFound, document_of
from forms_builder.services import forms
from tests.cast import Acme, Globex
from tests.factories.forms_builder import LEAVE_DOCUMENT


def kinds(subject_id: Any) -> list[str]:
    return list(AuditEntry.objects.filter(subject_id=subject_id).order_by("at").values_list("kind", flat=True))


def created(acme: Acme) -> FormVersion:
    return forms.form_create(actor=acme.omar, name="Leave", slug="leave", document=LEAVE_DOCUMENT)


def test_a_designer_creates_changes_and_publishes(acme: Acme) -> None:
    with acme.scope():
        version = created(acme)
        assert (version.number, version.state, version.created_by_id) == (1, "draft", acme.omar.id)
        changed = {**LEAVE_DOCUMENT, "title": "Holiday"}
        forms.form_draft_save(version_id=version.id, actor=acme.omar, document=changed)
        published = forms.form_publish(version_id=version.id, actor=acme.omar)
        assert FormVersion.objects.get(id=version.id).state == FormState.PUBLISHED
        assert (published.published_by_id, document_of(published).title) == (acme.omar.id, "Holiday")
        assert document_of(published) is document_of(FormVersion.objects.get(id=version.id))
        assert kinds(version.form_id) == ["form.created"]
        assert kinds(version.id) == ["form.draft_saved", "form.published"]
        saved = AuditEntry.objects.get(kind="form.draft_saved")
        assert saved.payload["changes"] == ["The title changed from “Leave application” to “Holiday”."]


def test_saving_the_same_records_nothing(acme: Acme) -> None:
    with acme.scope():
        version = created(acme)
        forms.form_draft_save(version_id=version.id, actor=acme.omar, document=LEAVE_DOCUMENT)
        assert kinds(version.id) == []


def test_a_published_version_cannot_change_in_any_way(acme: Acme) -> None:
    with acme.scope():
        version = created(acme)
        forms.form_publish(version_id=version.id, actor=acme.omar)
        with pytest.raises(forms.FormAlreadyPublished):
            forms.form_draft_save(version_id=version.id, actor=acme.omar, document=LEAVE_DOCUMENT)
        with pytest.raises(forms.FormAlreadyPublished):
            forms.form_publish(version_id=version.id, actor=acme.omar)
        rows = FormVersion.objects.filter(id=version.id)
        for write in (lambda: rows.update(document={}), lambda: rows.update(state="draft"), rows.delete):
            with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
                write()
        with pytest.raises(AttributeError):
            rows.get().state = "draft"


def test_the_next_draft_starts_from_the_last_version(acme: Acme) -> None:
    with acme.scope():
        first = created(acme)
        with pytest.raises(forms.DraftExists):
            forms.form_draft_start(form_id=first.form_id, actor=acme.omar)
        forms.form_publish(version_id=first.id, actor=acme.omar)
        second = forms.form_draft_start(form_id=first.form_id, actor=acme.omar)
        assert (second.number, document_of(second)) == (2, document_of(first))
        forms.form_draft_save(version_id=second.id, actor=acme.omar, document={**LEAVE_DOCUMENT, "title": "New"})
        forms.form_publish(version_id=second.id, actor=acme.omar)
        entry = AuditEntry.objects.get(kind="form.published", subject_id=second.id)
        assert entry.payload["changes"] == ["The title changed from “Leave application” to “New”."]


def test_problems_block_publishing_and_are_all_named(acme: Acme) -> None:
    broken = {"fields": [{"type": "choice", "name": "a", "label": "A", "required": True, "default_access": "read"}]}
    with acme.scope():
        version = forms.form_create(actor=acme.omar, name="Broken", slug="broken", document=broken)
        with pytest.raises(forms.FormNotPublishable) as refusal:
            forms.form_publish(version_id=version.id, actor=acme.omar)
        assert set(refusal.value.fields) == {"fields.0.access", "fields.0.choices"}
        assert FormVersion.objects.get(id=version.id).state == FormState.DRAFT


def test_wrong_input_is_refused_with_its_place(acme: Acme) -> None:
    with acme.scope():
        with pytest.raises(forms.DocumentInvalid) as refusal:
            forms.form_create(actor=acme.omar, name="L", slug="l", document={"fields": [{"type": "text", "name": "a"}]})
        assert refusal.value.fields == {"fields.0.label": ["Is required."]}
        for name, slug, place in (
            ("", "l", "name"),
            ("a\x00", "l", "name"),
            ("n" * 121, "l", "name"),
            ("L", "Not a slug", "slug"),
            ("L", "x" * 5_000 + "!", "slug"),
        ):
            with pytest.raises(Invalid) as wrong:
                forms.form_create(actor=acme.omar, name=name, slug=slug, document=LEAVE_DOCUMENT)
            assert list(wrong.value.fields) == [place]
        created(acme)
        with pytest.raises(forms.FormNameTaken):
            created(acme)


def test_rights(acme: Acme, globex: Globex) -> None:
    with acme.scope():
        version = created(acme)
        with pytest.raises(Denied, match="right") as denied:
            forms.form_create(actor=acme.asha, name="X", slug="x", document=LEAVE_DOCUMENT)
        assert denied.value.code == "form.create.denied"
    with globex.scope():
        for call in (forms.form_publish, lambda **k: forms.form_draft_save(document=LEAVE_DOCUMENT, **k)):
            with pytest.raises(FormNotFound):
                call(version_id=version.id, actor=globex.gus)


def test_state_is_read_again_and_stays_protected(acme: Acme) -> None:
    with acme.scope():
        version = created(acme)
        loaded = FormVersion.objects.get(id=version.id)
        FormVersion.objects.filter(id=version.id).update(number=7)
        loaded.refresh_from_db()
        assert (loaded.number, loaded.state) == (7, "draft")
        FormVersion.objects.filter(id=version.id).delete()
        with pytest.raises(FormVersion.DoesNotExist):
            loaded.refresh_from_db()
        with pytest.raises(AttributeError):
            loaded.state = "published"
        loaded.publish(by=None, at=loaded.created_at)
        with pytest.raises(TransitionNotAllowed):
            loaded.publish(by=None, at=loaded.created_at)


def test_of_two_who_publish_at_once_one_wins(committed_db: None) -> None:
    from tests.cast import make_acme

    acme = make_acme()
    with acme.scope():
        version = created(acme)
    answers: list[str] = []

    def publish() -> None:
        try:
            with organisation_scope(acme.organisation.id):
                forms.form_publish(version_id=version.id, actor=acme.omar)
            answers.append("published")
        except forms.FormAlreadyPublished as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == ["form.already_published", "published"]
    with acme.scope():
        assert kinds(version.id) == ["form.published"]
