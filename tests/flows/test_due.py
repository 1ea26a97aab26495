"""Which organisations have something to do; asked across organisations, answered with ids only."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Organisation
from flows.models import CatalogueImport, ProposedFlow
from tests.cast import Acme, Globex
from tests.factories.flows import allow, make_entity, make_proposal


def due(moment: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM flows_proposals_due(%s)", [moment])
        return [row[0] for row in cursor.fetchall()]


def test_organisations_with_proposals_to_remind_or_to_close(acme: Acme, globex: Globex) -> None:
    now = timezone.now()
    with acme.scope():
        ends = make_entity(acme.organisation, "Orders"), make_entity(acme.organisation, "Ledger")
        row = make_proposal(acme.asha, *ends, due_at=now + timedelta(days=10))
        allow(acme.organisation, remind_days=3)
    own = [acme.organisation.id]
    assert due(now) == due(now + timedelta(days=6)) == []
    assert due(now + timedelta(days=7, minutes=1)) == own
    with acme.scope():
        ProposedFlow.objects.filter(id=row.id).update(reminded_at=now)
    assert due(now + timedelta(days=8)) == []
    assert due(now + timedelta(days=11)) == own
    with acme.scope():
        ProposedFlow.objects.filter(id=row.id).update(is_open=False, state="CANCELLED")
    assert due(now + timedelta(days=11)) == []


def test_no_reminder_where_the_organisation_wants_none(acme: Acme) -> None:
    now = timezone.now()
    with acme.scope():
        ends = make_entity(acme.organisation, "Orders"), make_entity(acme.organisation, "Ledger")
        make_proposal(acme.asha, *ends, due_at=now + timedelta(days=1))
        allow(acme.organisation, remind_days=0)
    assert due(now + timedelta(hours=23)) == []
    assert due(now + timedelta(hours=25)) == [acme.organisation.id]


def test_closed_organisations_are_left_alone(acme: Acme) -> None:
    with acme.scope():
        ends = make_entity(acme.organisation, "Orders"), make_entity(acme.organisation, "Ledger")
        make_proposal(acme.asha, *ends, due_at=timezone.now())
    Organisation.objects.filter(id=acme.organisation.id).update(is_active=False)
    assert due(timezone.now() + timedelta(days=1)) == []


def test_organisations_with_files_to_read(acme: Acme, globex: Globex) -> None:
    def waiting() -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM flows_imports_waiting()")
            return [row[0] for row in cursor.fetchall()]

    with globex.scope():
        made = CatalogueImport.objects.create(
            organisation=globex.organisation, kind="entities", file_name="a.csv", state="checked"
        )
    assert waiting() == []
    with globex.scope():
        CatalogueImport.objects.filter(id=made.id).update(state="applying")
    assert waiting() == [globex.organisation.id]
