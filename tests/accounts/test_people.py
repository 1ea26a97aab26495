"""People are added, changed and deactivated by those who may, and everything is on record."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import IntegrityError, connection, connections, transaction

from accounts.audit.models import AuditEntry
from accounts.models import Membership, User
from accounts.services.links import links_send
from accounts.services.passwords import LINKS_AN_HOUR
from accounts.services.people import (
    LastAdmin,
    LinksUsedUp,
    member_add,
    member_invite_again,
    member_reactivate,
    member_set_roles,
    member_update,
    members_deactivate,
)
from accounts.tenancy.errors import Denied, DomainError, Invalid, NotFound
from tests.accounts.clients import signed_in, token_of
from tests.cast import Acme, Globex, make_acme
from tests.factories.accounts import MembershipFactory, RoleFactory, give_role


def facts(kind: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(kind=kind))


def test_a_person_is_added_and_invited_by_mail(acme: Acme) -> None:
    with acme.scope():
        nina = member_add(
            actor=acme.tess,
            values={"name": "Nina", "email": " Nina@New.example ", "department": acme.departments["HR"]},
        )
        assert (nina.email, nina.created_by_id, nina.user.has_usable_password()) == (
            "nina@new.example",
            acme.tess.id,
            False,
        )
        assert facts("people.added")[0].subject_id == nina.id
    assert links_send(acme.organisation.id) == 1
    assert mail.outbox[0].to == ["nina@new.example"]
    assert "has added you" in str(mail.outbox[0].body)


def test_a_login_of_another_organisation_is_joined_in_silence(acme: Acme, globex: Globex) -> None:
    with acme.scope():
        member = member_add(actor=acme.tess, values={"name": "Gita", "email": globex.gita.user.email})
        assert member.user_id == globex.gita.user_id
    assert User.objects.get(id=globex.gita.user_id).has_usable_password()


def test_a_mailbox_is_one_in_any_spelling(acme: Acme) -> None:
    taken = f" {acme.ravi.email.upper()}"
    with acme.scope():
        with pytest.raises(Invalid) as refused:
            member_update(actor=acme.tess, member_id=acme.asha.id, values={"email": taken})
        assert set(refused.value.fields) == {"email"}
        member = member_update(actor=acme.tess, member_id=acme.asha.id, values={"email": " Asha@New.example"})
    assert member.email == "asha@new.example"


@pytest.mark.parametrize("values", [{"email": "x"}, {"email": "a@b.example, c@d.example"}, {"email": None}])
def test_a_bad_address_is_refused(acme: Acme, values: dict[str, str]) -> None:
    with acme.scope(), pytest.raises(Invalid) as refused:
        member_add(actor=acme.tess, values={"name": "X", **values})
    assert set(refused.value.fields) == {"email"}


def test_nobody_is_added_twice(acme: Acme) -> None:
    with acme.scope(), pytest.raises(Invalid):
        member_add(actor=acme.tess, values={"name": "Asha", "email": acme.asha.user.email})


def test_rights(acme: Acme) -> None:
    with acme.scope():
        with pytest.raises(Denied) as refused:
            member_add(actor=acme.asha, values={"name": "X", "email": "x@acme.example"})
        assert refused.value.code == "people.manage.denied"
        give_role(acme.hema, "HR desk", "people.manage")
        member_add(actor=acme.hema, values={"name": "X", "email": "x@acme.example"})
        with pytest.raises(Denied):
            member_update(actor=acme.hema, member_id=acme.hema.id, values={"is_tenant_admin": True})


def test_a_change_is_recorded_with_before_and_after(acme: Acme) -> None:
    with acme.scope():
        values = {"department": acme.departments["FIN"], "attributes": {"leave_balance": 3}}
        member_update(actor=acme.tess, member_id=acme.asha.id, values=values)
        changes = facts("people.changed")[0].payload["changes"]
    assert changes["department"] == ["Engineering", "Finance"]
    assert set(changes) == {"department", "attributes"}


@pytest.mark.parametrize("name", ["user", "organisation", "is_active", "id", "created_by_id"])
def test_only_named_fields_can_be_set(acme: Acme, name: str) -> None:
    with acme.scope(), pytest.raises(Invalid):
        member_update(actor=acme.tess, member_id=acme.asha.id, values={name: None})


def test_rows_of_others_are_missing(acme: Acme, globex: Globex) -> None:
    with globex.scope():
        foreign = globex.gita.department
    with acme.scope():
        with pytest.raises(NotFound):
            member_update(actor=acme.tess, member_id=globex.gita.id, values={"name": "X"})
        with pytest.raises(NotFound):
            members_deactivate(actor=acme.tess, member_ids=[acme.asha.id, globex.gita.id])
        with pytest.raises(Invalid):
            member_update(actor=acme.tess, member_id=acme.asha.id, values={"department": foreign})


def test_managers_form_no_circle(acme: Acme) -> None:
    with acme.scope():
        for manager in (acme.asha, acme.ravi, acme.meera):
            with pytest.raises(Invalid, match="correction"):
                member_update(actor=acme.tess, member_id=acme.meera.id, values={"manager": manager})
        member_update(actor=acme.tess, member_id=acme.farid.id, values={"manager": acme.asha})


def test_the_database_refuses_a_circle_too(acme: Acme) -> None:
    with acme.scope(), pytest.raises(IntegrityError, match="manager_no_circle"), transaction.atomic():
        Membership.objects.filter(id=acme.meera.id).update(manager=acme.asha)


@pytest.mark.concurrency
def test_two_changes_at_once_close_no_circle(committed_db: None) -> None:
    acme = make_acme()
    with acme.scope():
        Membership.objects.filter(id__in=[acme.farid.id, acme.fiona.id]).update(manager=None)

    def set_manager(pair: tuple[Membership, Membership]) -> bool:
        try:
            with acme.scope():
                member_update(actor=acme.tess, member_id=pair[0].id, values={"manager": pair[1]})
        except DomainError:
            return False
        finally:
            connections.close_all()
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(set_manager, [(acme.farid, acme.fiona), (acme.fiona, acme.farid)]))
        assert sorted(won) == [False, True]
        with acme.scope():
            Membership.objects.filter(id__in=[acme.farid.id, acme.fiona.id]).update(manager=None)


def test_deactivation_ends_access_at_once_and_tells_whom(acme: Acme) -> None:
    client, pair = signed_in(acme.asha), token_of(acme.asha)
    with acme.scope():
        assert members_deactivate(actor=acme.tess, member_ids=[acme.asha.id, acme.ravi.id]) == 2
        assert members_deactivate(actor=acme.tess, member_ids=[acme.asha.id]) == 0
        (fact,) = facts("people.deactivated")
        assert set(fact.payload["members"]) == {str(acme.asha.id), str(acme.ravi.id)}
    assert client.get("/profile/").status_code == 302
    with acme.scope():
        member_reactivate(actor=acme.tess, member_id=acme.asha.id)
    answer = client.get("/api/v1/me/", headers={"authorization": f"Bearer {pair['access']}"})
    assert answer.status_code == 401


def test_who_comes_back_signs_in_again(acme: Acme, globex: Globex) -> None:
    """A session from before may be in other hands; that of another organisation has nothing to do with it."""
    with globex.scope():
        there = MembershipFactory(organisation=globex.organisation, user=acme.asha.user)
    here, elsewhere, colleague = signed_in(acme.asha), signed_in(there), signed_in(acme.ravi)
    for _ in range(2):
        with acme.scope():
            members_deactivate(actor=acme.tess, member_ids=[acme.asha.id])
            member_reactivate(actor=acme.tess, member_id=acme.asha.id)
        assert here.get("/profile/").headers["Location"] == "/login/?next=%2Fprofile%2F"
        assert elsewhere.get("/profile/").status_code == colleague.get("/profile/").status_code == 200
        here = signed_in(acme.asha)
        assert here.get("/profile/").status_code == 200
    assert here.post("/organisations/", {"organisation": "globex"}).status_code == 302


def test_the_last_administrator_stays(acme: Acme) -> None:
    with acme.scope():
        with pytest.raises(LastAdmin):
            members_deactivate(actor=acme.tess, member_ids=[acme.tess.id])
        with pytest.raises(LastAdmin):
            member_update(actor=acme.tess, member_id=acme.tess.id, values={"is_tenant_admin": False})
        member_update(actor=acme.tess, member_id=acme.meera.id, values={"is_tenant_admin": True})
        members_deactivate(actor=acme.tess, member_ids=[acme.tess.id])


def test_roles_are_set_by_tenant_admins(acme: Acme, globex: Globex) -> None:
    with globex.scope():
        foreign = RoleFactory(organisation=globex.organisation)
    with acme.scope():
        role = RoleFactory(organisation=acme.organisation, name="Buyer")
        member_set_roles(actor=acme.tess, member_id=acme.asha.id, roles=[role])
        assert facts("people.roles_changed")[0].payload == {"roles": ["Buyer"]}
        with pytest.raises(Invalid):
            member_set_roles(actor=acme.tess, member_id=acme.asha.id, roles=[foreign])
        with pytest.raises(Denied):
            member_set_roles(actor=acme.asha, member_id=acme.asha.id, roles=[role])
    connection.check_constraints()


def test_no_link_is_mailed_to_who_is_deactivated(acme: Acme) -> None:
    """Neither one that was asked for before, nor another one; the page says why, and does the rest."""
    tess = signed_in(acme.tess)
    people = "/admin/accounts/membership/"
    both = [str(acme.ravi.id), str(acme.hema.id)]
    tess.post(people, {"action": "invite_again", "_selected_action": both[:1]})
    tess.post(people, {"action": "deactivate", "_selected_action": both[:1]})
    page = tess.post(people, {"action": "invite_again", "_selected_action": both}, follow=True).content.decode()
    assert "1 sent a link." in page
    assert "Ravi: This person is deactivated" in page
    assert links_send(acme.organisation.id) == 1
    assert [message.to for message in mail.outbox] == [[acme.hema.user.email]]
    with acme.scope():
        member_reactivate(actor=acme.tess, member_id=acme.ravi.id)
    assert links_send(acme.organisation.id) == 0


def test_an_admin_hears_that_no_more_links_are_mailed(acme: Acme) -> None:
    with acme.scope():
        for _ in range(LINKS_AN_HOUR):
            member_invite_again(actor=acme.tess, member_id=acme.ravi.id)
        with pytest.raises(LinksUsedUp):
            member_invite_again(actor=acme.tess, member_id=acme.ravi.id)
