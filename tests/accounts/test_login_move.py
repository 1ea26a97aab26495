"""A platform admin moves a login to another address."""

from uuid import uuid4

import pytest

from accounts.audit.models import AuditEntry
from accounts.models import User
from accounts.services.logins import login_move
from accounts.tenancy.errors import Denied, Invalid, NotFound
from tests.accounts.clients import browser, signed_in
from tests.cast import Acme, Globex
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory

REASON = "Ticket 4712: married, new address"
NEW = "asha.rao@acme.example"


@pytest.fixture
def olga(db: None) -> User:
    return UserFactory(name="Olga", email="olga@platform.example", is_platform_admin=True)


def may_enter(email: str) -> bool:
    return browser("acme").post("/login/", {"email": email, "password": PASSWORD}).status_code == 302


def test_the_new_address_opens_the_door_and_the_old_one_does_not(acme: Acme, globex: Globex, olga: User) -> None:
    with globex.scope():
        twin = MembershipFactory(organisation=globex.organisation, name="Asha G", user=acme.asha.user)
    before, session = acme.asha.user.email, signed_in(acme.asha)
    login_move(user=olga, login_id=acme.asha.user_id, email=f" {NEW.upper()} ", reason=REASON)
    assert session.get("/").status_code == 302
    assert may_enter(NEW)
    assert not may_enter(before)
    for one, member in ((acme, acme.asha), (globex, twin)):
        with one.scope():
            entry = AuditEntry.objects.get(kind="person.login_moved")
            assert (entry.subject_id, entry.actor_kind) == (member.id, "platform_admin")
            assert entry.payload == {"before": before, "after": NEW, "reason": REASON}


def test_bad_values_are_named_and_change_nothing(acme: Acme, olga: User) -> None:
    before = acme.asha.user.email
    for values, place in (
        ({"email": "nowhere", "reason": REASON}, "email"),
        ({"email": acme.ravi.user.email.upper(), "reason": REASON}, "email"),
        ({"email": NEW, "reason": "so"}, "reason"),
    ):
        with pytest.raises(Invalid) as refusal:
            login_move(user=olga, login_id=acme.asha.user_id, **values)
        assert set(refusal.value.fields) == {place}
    with pytest.raises(NotFound):
        login_move(user=olga, login_id=uuid4(), email=NEW, reason=REASON)
    with pytest.raises(Denied):
        login_move(user=acme.tess.user, login_id=acme.asha.user_id, email=NEW, reason=REASON)
    assert User.objects.get(id=acme.asha.user_id).email == before


def test_on_the_page_a_login_is_found_by_its_whole_address(acme: Acme, olga: User) -> None:
    client, base = browser(), "/admin/accounts/user/"
    client.post("/admin/login/", {"email": olga.email, "password": PASSWORD})
    address = acme.asha.user.email
    for words, found in (("", False), (address[:4], False), (address.upper(), True)):
        assert (f"/{acme.asha.user_id}/change/" in client.get(base, {"q": words}).content.decode()) == found
    page = f"{base}{acme.asha.user_id}/change/"
    assert b"Say why" in client.post(page, {"email": NEW, "reason": "short"}, follow=True).content
    assert client.post(page, {"email": NEW, "reason": REASON}).status_code == 302
    assert may_enter(NEW)
    assert signed_in(acme.tess).get(base).status_code == 403
