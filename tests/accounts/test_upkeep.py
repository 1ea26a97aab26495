"""What runs on a clock, and the command that checks the audit."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts.audit.models import AuditEntry, AuditSeal
from accounts.audit.seal import seal
from accounts.models import RefreshFamily
from accounts.selectors.organisations import organisation_ids
from accounts.services import upkeep
from accounts.services.login import sign_out
from accounts.services.platform import organisation_enter, organisation_switch
from accounts.tasks import audit_seal, idempotency_sweep
from accounts.tenancy.scope import organisation_scope
from tests.accounts.clients import token_of
from tests.cast import make_acme, make_globex
from tests.factories.accounts import UserFactory


def test_the_seal_serves_every_organisation_and_the_command_names_the_first_bad_row(committed_db: None) -> None:
    acme, globex = make_acme(), make_globex()
    with acme.scope():
        sign_out(acme.asha)
        sign_out(acme.ravi)
    with globex.scope():
        sign_out(globex.gita)
    audit_seal()
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert out.getvalue().splitlines() == ["acme: 2 links hold", "globex: 1 links hold"]
    with acme.scope():
        second = AuditSeal.objects.get(seq=2)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_auditentry SET kind = 'x' WHERE id = %s", [second.entry_id])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")
    with pytest.raises(CommandError) as refused:
        call_command("audit_verify", stdout=out)
    assert refused.value.returncode == 1
    assert f"link 2, entry {second.entry_id}" in out.getvalue()
    call_command("audit_verify", organisation="globex", stdout=out)
    with pytest.raises(CommandError, match="no organisation"):
        call_command("audit_verify", organisation="nowhere", stdout=out)


def test_what_breaks_off_in_one_organisation_keeps_no_other_from_its_seal(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (make_acme().asha, make_globex().gita):
        with organisation_scope(person.organisation_id):
            sign_out(person)
    first, second = organisation_ids()

    def broken(organisation_id: UUID) -> int:
        if organisation_id == first:
            raise ValueError
        return seal(organisation_id)

    monkeypatch.setattr(upkeep, "seal", broken)
    audit_seal()
    for organisation_id, sealed in ((first, 0), (second, 1)):
        with organisation_scope(organisation_id):
            assert AuditSeal.objects.count() == sealed


def test_what_is_done_in_a_closed_organisation_is_sealed_too(committed_db: None) -> None:
    """A platform admin may still enter it and change things there."""
    acme = make_acme()
    user = UserFactory(is_platform_admin=True)
    organisation_switch(user=user, organisation_id=acme.organisation.id, is_active=False)
    reason = "A look at their last invoice."
    organisation_enter(user=user, organisation_id=acme.organisation.id, reason=reason, may_write=True, address="")
    audit_seal()
    with acme.scope():
        assert AuditSeal.objects.count() == AuditEntry.objects.count() == 2


def test_the_sweep_drops_expired_token_families(committed_db: None) -> None:
    acme = make_acme()
    token_of(acme.asha)
    token_of(acme.ravi)
    with acme.scope():
        RefreshFamily.objects.filter(membership=acme.asha).update(expires_at=timezone.now() - timedelta(seconds=1))
    idempotency_sweep()
    with acme.scope():
        assert [family.membership_id for family in RefreshFamily.objects.all()] == [acme.ravi.id]
        assert AuditEntry.objects.filter(kind="person.logged_in").count() == 2
