"""The platform's admins open organisations and step into them on record."""

import pytest
from django.core import mail
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.models import Membership, Organisation, User, WorkingCalendar
from accounts.selectors.platform import acting_admin
from accounts.services.links import links_send_all
from accounts.services.people import member_add
from accounts.services.platform import (
    organisation_create,
    organisation_enter,
    organisation_leave,
    organisation_switch,
)
from accounts.tenancy.errors import Denied, Invalid
from accounts.tenancy.scope import organisation_scope
from tests.accounts.clients import signed_in, token_of
from tests.cast import Acme
from tests.factories.accounts import UserFactory


@pytest.fixture
def olga(db: None) -> User:
    """A platform admin."""
    return UserFactory(name="Olga", email="olga@platform.example", is_platform_admin=True)


def create(user: User, **more: str) -> Organisation:
    given = {"slug": "initech", "name": "Initech", "time_zone": "America/Chicago", "admin_name": "Ida"}
    return organisation_create(user=user, **{**given, "admin_email": "ida@initech.example", **more})


def test_an_organisation_is_opened_with_an_administrator_who_is_invited(olga: User) -> None:
    initech = create(olga)
    with organisation_scope(initech.id):
        ida = Membership.objects.get()
        assert (ida.is_tenant_admin, ida.email) == (True, "ida@initech.example")
        assert WorkingCalendar.objects.get().time_zone == "America/Chicago"
        created = AuditEntry.objects.get(kind="organisation.created")
        assert (created.actor_kind, created.actor_id) == ("platform_admin", olga.id)
    assert links_send_all() == 1
    assert mail.outbox[0].to == ["ida@initech.example"]


@pytest.mark.parametrize(
    ("name", "value"), [("slug", "a.b"), ("time_zone", "Mars"), ("admin_email", "x"), ("slug", "acme")]
)
def test_bad_values_are_named(acme: Acme, olga: User, name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        create(olga, **{name: value})
    assert set(refused.value.fields) == {name}


def test_nobody_else_may(acme: Acme) -> None:
    with pytest.raises(Denied):
        create(acme.tess.user)
    with pytest.raises(Denied):
        organisation_switch(user=acme.tess.user, organisation_id=acme.organisation.id, is_active=False)


def test_a_closed_organisation_lets_nobody_in(acme: Acme, olga: User) -> None:
    client = signed_in(acme.asha)
    organisation_switch(user=olga, organisation_id=acme.organisation.id, is_active=False)
    assert client.get("/profile/").status_code == 302


def test_who_was_signed_in_when_it_was_closed_signs_in_anew(acme: Acme, olga: User) -> None:
    client, pair = signed_in(acme.asha), token_of(acme.asha)

    def switch(is_active: bool) -> tuple[int, int]:
        organisation_switch(user=olga, organisation_id=acme.organisation.id, is_active=is_active)
        token = {"authorization": f"Bearer {pair['access']}"}
        return client.get("/profile/").status_code, Client().get("/api/v1/me/", headers=token).status_code

    assert [switch(is_active) for is_active in (True, False, True)] == [(200, 200), (302, 401), (302, 401)]
    assert Client().post("/api/v1/auth/token/refresh/", pair, "application/json").status_code == 401
    assert signed_in(acme.asha).get("/profile/").status_code == 200


def test_stepping_in_needs_a_reason_and_is_on_the_organisations_record(acme: Acme, olga: User) -> None:
    def enter(reason: str) -> Organisation:
        return organisation_enter(
            user=olga, organisation_id=acme.organisation.id, reason=reason, may_write=False, address="203.0.113.1"
        )

    with pytest.raises(Invalid):
        enter("  because ")
    enter("Ticket 4711: people cannot log in")
    organisation_leave(user=olga, organisation_id=acme.organisation.id)
    with acme.scope():
        entered = AuditEntry.objects.get(kind="platform.entered")
        assert (entered.actor_label, entered.payload["may_write"]) == ("Olga", False)
        assert AuditEntry.objects.filter(kind="platform.left").exists()


def test_the_acting_admin_reads_unless_writing_was_asked_for(acme: Acme, olga: User) -> None:
    with acme.scope():
        reader = acting_admin(olga, acme.organisation, may_write=False)
        with pytest.raises(Denied):
            member_add(actor=reader, values={"name": "X", "email": "x@acme.example"})
        writer = acting_admin(olga, acme.organisation, may_write=True)
        member_add(actor=writer, values={"name": "X", "email": "x@acme.example"})
        assert AuditEntry.objects.get(kind="people.added").actor_kind == "platform_admin"
