"""Objects whose row never came are found and deleted; all others stay."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.storage.memory import InMemoryStorage
from django.utils import timezone

from accounts.tenancy.models import new_id
from forms_builder import tasks
from forms_builder.models import Attachment
from forms_builder.services import orphans
from tests.cast import Acme, Globex
from tests.factories.forms_builder import stored_file


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's files."""
    monkeypatch.setattr(default_storage, "_wrapped", InMemoryStorage())


def orphan(acme: Acme, name: str = "") -> str:
    """As an upload leaves it whose transaction was rolled back."""
    key = f"attachments/{acme.organisation.id}/hr/new/{name or new_id()}"
    return default_storage.save(key, ContentFile(b"x"))


def test_only_old_objects_without_a_row_go(acme: Acme, globex: Globex) -> None:
    lost, also_lost, not_ours = orphan(acme), orphan(acme), orphan(acme, "notes.txt")
    with acme.scope():
        kept = stored_file(acme.asha, group="HR")
    with globex.scope():
        foreign = stored_file(globex.gita)
    now = timezone.now()
    assert orphans.orphans_delete(organisation_id=acme.organisation.id, at=now + timedelta(minutes=59)) == 0
    assert orphans.orphans_delete(organisation_id=acme.organisation.id, at=now + timedelta(minutes=61)) == 2
    assert not default_storage.exists(lost)
    assert not default_storage.exists(also_lost)
    assert all(default_storage.exists(key) for key in (kept.key, foreign.key, not_ours))


def test_more_than_one_batch(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "BATCH", 2)
    with acme.scope():
        kept = [stored_file(acme.asha).key for _ in range(3)]
    lost = [orphan(acme) for _ in range(4)]
    later = timezone.now() + timedelta(hours=2)
    assert orphans.orphans_delete(organisation_id=acme.organisation.id, at=later) == len(lost)
    assert all(default_storage.exists(key) for key in kept)


def test_the_tick_reaches_every_organisation(acme: Acme, globex: Globex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "GRACE", timedelta(0))
    monkeypatch.setattr(tasks.orphans_delete_organisation, "delay", tasks.orphans_delete_organisation)
    lost = orphan(acme)
    with globex.scope():
        row = stored_file(globex.gita)
        Attachment.objects.filter(id=row.id).delete()
    tasks.orphans_tick()
    assert not default_storage.exists(lost)
    assert not default_storage.exists(row.key)
