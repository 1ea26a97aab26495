"""The platform's door into an organisation's administration."""

from typing import Any

import pytest
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.models import Department, Organisation, User
from tests.accounts.clients import browser, fields_on
from tests.cast import Acme, Globex
from tests.factories.accounts import PASSWORD, UserFactory

REASON = "Ticket 4711: a calendar is wrong"


@pytest.fixture
def olga(db: None) -> Client:
    UserFactory(name="Olga", email="olga@platform.example", is_platform_admin=True)
    client = browser()
    answer = client.post("/admin/login/", {"email": "olga@platform.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/"
    return client


def step_in(client: Client, acme: Acme, **more: str) -> int:
    return client.post(f"/admin/enter/{acme.organisation.id}/", {"reason": REASON, **more}).status_code


def test_only_platform_admins_get_in_and_guesses_are_counted(acme: Acme, olga: Client) -> None:
    for email in (acme.tess.user.email, "nobody@platform.example", "olga@platform.example"):
        answer = browser().post("/admin/login/", {"email": email, "password": PASSWORD + "x"})
        assert b"do not belong together" in answer.content
    assert browser().post("/admin/login/", {"email": acme.tess.user.email, "password": PASSWORD}).status_code == 200
    for _ in range(8):
        browser().post("/admin/login/", {"email": "nobody2@platform.example", "password": "x"})
    locked = browser().post("/admin/login/", {"email": "nobody2@platform.example", "password": "x"})
    assert locked.status_code == 429


def test_the_list_shows_organisations_and_nothing_inside_them(acme: Acme, olga: Client) -> None:
    assert "Acme" in olga.get("/admin/accounts/organisation/").content.decode()
    assert olga.get("/admin/accounts/membership/").status_code == 403
    assert olga.get(f"/admin/accounts/membership/{acme.asha.id}/change/").status_code == 403


def test_an_organisation_is_opened_and_closed(acme: Acme, olga: Client) -> None:
    data = {"slug": "initech", "name": "Initech", "time_zone": "UTC", "admin_name": "Ida", "admin_email": "i@i.example"}
    assert olga.post("/admin/accounts/organisation/add/", data).status_code == 302
    assert Organisation.objects.filter(slug="initech").exists()
    chosen = {"action": "close", "_selected_action": str(acme.organisation.id)}
    assert (
        "1 closed: nobody can sign in"
        in olga.post("/admin/accounts/organisation/", chosen, follow=True).content.decode()
    )
    assert "0 closed" in olga.post("/admin/accounts/organisation/", chosen, follow=True).content.decode()
    assert not Organisation.objects.get(slug="acme").is_active
    with acme.scope():
        assert AuditEntry.objects.filter(kind="organisation.switched").count() == 1
    assert b"already exists" in olga.post("/admin/accounts/organisation/add/", data).content


def test_stepping_in_asks_for_a_reason_and_is_recorded_there(acme: Acme, olga: Client) -> None:
    assert step_in(olga, acme, reason="x") == 200
    assert olga.get("/admin/accounts/department/").status_code == 403
    assert step_in(olga, acme) == 302
    assert "Engineering" in olga.get("/admin/accounts/department/").content.decode()
    assert olga.get("/admin/accounts/organisation/").status_code == 403
    assert olga.post("/admin/leave/").status_code == 302
    assert olga.get("/admin/accounts/department/").status_code == 403
    with acme.scope():
        kinds = AuditEntry.objects.filter(actor_kind="platform_admin").order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["platform.entered", "platform.left"]
        assert AuditEntry.objects.get(kind="platform.entered").payload["reason"] == REASON


def test_who_steps_in_to_look_changes_nothing(acme: Acme, olga: Client) -> None:
    step_in(olga, acme)
    hr = acme.departments["HR"]
    assert olga.get(f"/admin/accounts/department/{hr.id}/change/").status_code == 200
    for path in ("add/", f"{hr.id}/change/", f"{hr.id}/delete/"):
        data = {"name": "X", "code": "X", "post": "yes"}
        assert olga.post(f"/admin/accounts/department/{path}", data).status_code == 403
    act = {"action": "deactivate", "_selected_action": str(acme.asha.id)}
    olga.post("/admin/accounts/membership/", act)
    with acme.scope():
        assert Department.objects.get(id=hr.id).name == "HR"
        assert not AuditEntry.objects.filter(kind="people.deactivated").exists()


def test_who_steps_in_to_work_is_named_in_the_audit(acme: Acme, olga: Client) -> None:
    step_in(olga, acme, may_write="on")
    assert olga.post("/admin/accounts/department/add/", {"name": "Legal", "code": "LEG"}).status_code == 302
    with acme.scope():
        added = AuditEntry.objects.get(kind="directory.added")
        assert (added.actor_kind, added.actor_label) == ("platform_admin", "Olga (platform)")


def test_stepping_in_reaches_the_administration_and_one_organisation_only(
    acme: Acme, globex: Globex, olga: Client
) -> None:
    step_in(olga, acme)
    assert olga.get("/profile/").status_code == 302
    assert olga.get("/api/v1/me/").status_code == 401
    assert olga.get(f"/admin/accounts/department/{globex.gita.department_id}/change/").status_code == 404
    on_their_host = olga.get("/admin/accounts/department/", headers={"host": "acme.localhost"})
    assert on_their_host.status_code == 302


def test_a_page_of_another_place_says_how_to_get_there(acme: Acme, globex: Globex, olga: Client) -> None:
    outside = olga.get("/admin/accounts/department/")
    assert outside.status_code == 403
    assert 'href="/admin/accounts/organisation/">Organisations' in outside.content.decode()
    step_in(olga, acme)
    for path in (f"/admin/enter/{globex.organisation.id}/", "/admin/accounts/organisation/", "/admin/accounts/user/"):
        inside = olga.get(path)
        assert inside.status_code == 403
        assert "You are inside Acme" in inside.content.decode()
        assert 'action="/admin/leave/"' in inside.content.decode()
    assert olga.get("/admin/nothing/").status_code == 404


def test_rows_of_the_platform_offer_no_history(acme: Acme, olga: Client) -> None:
    assert (
        "historylink" not in olga.get(f"/admin/accounts/organisation/{acme.organisation.id}/change/").content.decode()
    )
    step_in(olga, acme)
    hr = acme.departments["HR"]
    assert "historylink" in olga.get(f"/admin/accounts/department/{hr.id}/change/").content.decode()


def test_a_form_of_the_organisation_before_is_not_saved_in_the_next_one(
    acme: Acme, globex: Globex, olga: Client
) -> None:
    """Two tabs, one session: what the first one shows is from where the person was then."""
    olga.handler.enforce_csrf_checks = True

    def post(path: str, page: str, **data: str) -> Any:
        (token, *_) = fields_on(olga.get(page).content.decode())["csrfmiddlewaretoken"]
        return olga.post(path, {**data, "csrfmiddlewaretoken": token})

    in_acme, in_globex = (f"/admin/enter/{one.organisation.id}/" for one in (acme, globex))
    assert post(in_acme, in_acme, reason=REASON, may_write="on").status_code == 302
    add = "/admin/accounts/department/add/"
    old = {name: values[-1] for name, values in fields_on(olga.get(add).content.decode()).items()}
    assert post("/admin/leave/", "/admin/").status_code == 302
    assert post(in_globex, in_globex, reason=REASON, may_write="on").status_code == 302
    refused = olga.post(add, {**old, "name": "Legal", "code": "LEG"})
    assert refused.status_code == 403
    assert "Nothing was sent" in refused.content.decode()
    with globex.scope():
        assert not Department.objects.filter(code="LEG").exists()
    assert post(add, add, name="Legal", code="LEG").status_code == 302


def test_logging_out_leaves_the_organisation_too(acme: Acme, olga: Client) -> None:
    step_in(olga, acme)
    assert olga.post("/admin/logout/").headers["Location"] == "/admin/login/"
    assert olga.get("/admin/accounts/department/").status_code == 302
    with acme.scope():
        assert AuditEntry.objects.filter(kind="platform.left").count() == 1


def test_who_is_no_platform_admin_any_more_is_out_at_once(acme: Acme, olga: Client) -> None:
    step_in(olga, acme)
    User.objects.filter(email="olga@platform.example").update(is_platform_admin=False)
    assert olga.get("/admin/accounts/department/").status_code == 302
