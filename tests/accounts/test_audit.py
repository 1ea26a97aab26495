"""Facts are recorded once, cannot be changed, and are chained."""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.audit.events import Event
from accounts.audit.models import AuditEntry, AuditSeal
from accounts.audit.record import SYSTEM, record
from accounts.audit.seal import seal, verify
from accounts.tenancy.batch import FEW
from accounts.tenancy.scope import organisation_scope
from tests.cast import Acme, make_acme


class KettleBoiled(Event):
    kind: ClassVar[str] = "kettle.boiled"
    subject_kind: ClassVar[str] = "test.kettle"
    degrees: int
    cup: UUID | None = None


def test_a_fact_names_subject_actor_and_payload(acme: Acme) -> None:
    with acme.scope():
        record(
            KettleBoiled(subject_id=acme.asha.id, degrees=99),
            actor=acme.ravi,
            organisation_id=acme.organisation.id,
        )
        entry = AuditEntry.objects.get(kind="kettle.boiled")
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("person", acme.ravi.id, "Ravi")
    assert entry.payload == {"degrees": 99, "cup": None}
    assert entry.subject_id == acme.asha.id


@pytest.mark.parametrize("number", [1, 2, FEW + 1])
def test_facts_together_are_stored_like_each_alone(acme: Acme, number: int) -> None:
    """More than a few rows of a table travel another way than one."""
    facts = [KettleBoiled(subject_id=acme.asha.id, degrees=degrees, cup=acme.ravi.id) for degrees in range(number)]
    with acme.scope():
        record(facts, actor=acme.ravi, organisation_id=acme.organisation.id)
        entries = AuditEntry.objects.filter(kind="kettle.boiled").order_by("id")
        assert [one.payload for one in entries] == [{"degrees": n, "cup": str(acme.ravi.id)} for n in range(number)]


def test_unknown_payload_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        KettleBoiled.model_validate({"subject_id": UUID(int=1), "degrees": 1, "colour": "red"})


@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_auditseal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = gen_random_uuid()", "DELETE FROM {}"])
def test_the_record_cannot_be_changed_or_removed(committed_db: None, table: str, statement: str) -> None:
    """The application has no right to, even where it tells the trigger to look away; the trigger stops the owner."""
    acme = make_acme()
    committed_facts(acme, 1)
    sealed(acme.organisation.id)
    ignored = "set_config('pgtrigger.ignore', array_agg(tgname)::text, true)"
    with acme.scope(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {ignored} FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(statement.format(table))
    with connections["owner"].cursor() as cursor, pytest.raises(DatabaseError, match="Cannot update or delete"):
        cursor.execute(statement.format(table))


def committed_facts(acme: Acme, number: int) -> None:
    for degrees in range(number):
        with acme.scope():
            record(
                KettleBoiled(subject_id=acme.asha.id, degrees=degrees),
                actor=SYSTEM,
                organisation_id=acme.organisation.id,
            )


def sealed(organisation_id: UUID) -> int:
    with organisation_scope(organisation_id):
        return seal(organisation_id)


def test_the_chain_holds_and_names_the_first_changed_entry(committed_db: None) -> None:
    acme = make_acme()
    committed_facts(acme, 5)
    assert sealed(acme.organisation.id) == 5
    assert sealed(acme.organisation.id) == 0
    committed_facts(acme, 1)
    assert sealed(acme.organisation.id) == 1
    with acme.scope():
        assert verify(acme.organisation.id) == (6, None)
        third = AuditSeal.objects.get(seq=3)
    tamper("UPDATE accounts_auditentry SET actor_label = 'Nobody' WHERE id = %s", third.entry_id)
    with acme.scope():
        holds, flaw = verify(acme.organisation.id)
    assert holds == 2
    assert flaw is not None
    assert (flaw.seq, flaw.entry_id) == (3, third.entry_id)


def test_a_removed_entry_is_named(committed_db: None) -> None:
    acme = make_acme()
    committed_facts(acme, 3)
    sealed(acme.organisation.id)
    with acme.scope():
        second = AuditSeal.objects.get(seq=2)
    tamper("DELETE FROM accounts_auditentry WHERE id = %s", second.entry_id)
    with acme.scope():
        _, flaw = verify(acme.organisation.id)
    assert flaw is not None
    assert (flaw.seq, flaw.problem) == (2, "the entry was removed")


def test_an_entry_put_into_the_past_is_named(committed_db: None) -> None:
    """The sealer does not look so far back, so it would never get a link."""
    acme = make_acme()
    committed_facts(acme, 2)
    sealed(acme.organisation.id)
    with acme.scope():
        fact = KettleBoiled(subject_id=acme.asha.id, degrees=1)
        record(fact, actor=SYSTEM, organisation_id=acme.organisation.id, at=timezone.now() - timedelta(days=3))
    assert sealed(acme.organisation.id) == 0
    with acme.scope():
        holds, flaw = verify(acme.organisation.id)
        forged = AuditEntry.objects.order_by("at")[0]
    assert holds == 2
    assert flaw is not None
    assert (flaw.entry_id, flaw.problem) == (forged.id, "the entry stands outside of the chain")
    with acme.scope():
        assert seal(acme.organisation.id, late=timedelta(days=4)) == 1
    with acme.scope():
        assert verify(acme.organisation.id) == (3, None)


def test_an_entry_of_an_open_transaction_is_not_overtaken(committed_db: None) -> None:
    """The sealer waits for the older transaction; otherwise its entry would come late into a sealed past."""
    acme = make_acme()
    committed_facts(acme, 1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_current_xact_id()")
        committed_facts(acme, 1)
        assert sealed(acme.organisation.id) == 1
        cursor.execute("COMMIT")
    assert sealed(acme.organisation.id) == 1


def test_entries_of_a_restored_dump_are_sealed(committed_db: None) -> None:
    """They bring their transactions along, which may lie ahead of all that the new server has counted."""
    acme = make_acme()
    committed_facts(acme, 2)
    with acme.scope():
        restored = AuditEntry.objects.order_by("id")[1]
    tamper("UPDATE accounts_auditentry SET xid = xid + 1000000 WHERE id = %s", restored.id)
    assert sealed(acme.organisation.id) == 2
    committed_facts(acme, 1)
    assert sealed(acme.organisation.id) == 1
    with acme.scope():
        assert verify(acme.organisation.id) == (3, None)


def tamper(statement: str, entry_id: UUID) -> None:
    """What only somebody with the owner's password could do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement, [entry_id])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")
