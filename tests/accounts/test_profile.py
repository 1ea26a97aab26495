"""The person's own page: password, sessions, other organisations."""

from datetime import timedelta
from urllib.parse import quote, unquote

import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from tests.accounts.clients import browser, signed_in, token_of
from tests.cast import Acme, Globex
from tests.factories.accounts import PASSWORD, MembershipFactory

NEW = "a-much-better-password"


def change(client: Client, old: str, new: str = NEW) -> int:
    given = {"action": "password", "old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/profile/", given).status_code


def test_the_page_shows_what_the_organisation_keeps(acme: Acme) -> None:
    token_of(acme.hari)
    page = signed_in(acme.hari).get("/profile/").content.decode()
    for text in ("Hari", "hari@acme.example", "HR lead", "Meera", "Asia/Kolkata", "from your organisation"):
        assert text in page


def test_anonymous_visitors_log_in_first_and_come_back(acme: Acme) -> None:
    answer = browser("acme").get("/profile/?x=1")
    assert answer.headers["Location"] == "/login/?next=%2Fprofile%2F%3Fx%3D1"
    assert browser("acme").post("/profile/").headers["Location"] == "/login/"


def test_a_changed_password_ends_the_other_sessions_only(acme: Acme) -> None:
    here, there, pair = signed_in(acme.asha), signed_in(acme.asha), token_of(acme.asha)
    assert change(here, PASSWORD) == 302
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    bearer = Client(headers={"host": "localhost", "authorization": f"Bearer {pair['access']}"})
    assert bearer.get("/api/v1/me/").status_code == 401


def test_the_old_password_is_asked_for(acme: Acme) -> None:
    client = signed_in(acme.asha)
    assert change(client, "wrong") == 422
    assert change(client, PASSWORD, "short") == 422
    assert change(client, PASSWORD) == 302


def test_guesses_of_the_old_password_count_with_those_at_the_login(acme: Acme) -> None:
    client = signed_in(acme.asha)
    login = {"email": acme.asha.user.email, "password": "wrong"}
    client.cookies.pop("device")  # a session that was carried off
    assert [browser("acme").post("/login/", login).status_code for _ in range(2)] == [200, 200]
    rest = settings.LOGIN_FAILURES_PER_ACCOUNT - 2
    assert [change(client, f"wrong-{number}") for number in range(rest)] == [422] * rest
    assert [change(client, old) for old in ("wrong", PASSWORD)] == [429, 429]
    assert browser("acme").post("/login/", {**login, "password": PASSWORD}).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert change(client, PASSWORD) == 302


def test_the_right_old_password_starts_the_count_anew(acme: Acme) -> None:
    client = signed_in(acme.asha)
    for old, new in ((PASSWORD, NEW), (NEW, PASSWORD)):
        for _ in range(settings.LOGIN_FAILURES_PER_ACCOUNT - 1):
            assert change(client, "wrong") == 422
        assert change(client, old, new) == 302


def test_what_is_typed_with_a_wrong_password_is_not_kept(acme: Acme) -> None:
    assert change(signed_in(acme.asha), "nearly-the-password") == 422
    kept = AccessAttempt.objects.get().post_data
    assert "old_password" in kept
    assert not [secret for secret in ("nearly-the-password", NEW) if secret in kept]


def test_log_out_everywhere(acme: Acme) -> None:
    here, there, pair = signed_in(acme.asha), signed_in(acme.asha), token_of(acme.asha)
    assert here.post("/profile/", {"action": "sessions"}).headers["Location"] == "/login/"
    assert {client.get("/profile/").status_code for client in (here, there)} == {302}
    bearer = Client(headers={"host": "localhost", "authorization": f"Bearer {pair['access']}"})
    assert bearer.get("/api/v1/me/").status_code == 401


def test_an_unknown_action_is_not_found(acme: Acme) -> None:
    assert signed_in(acme.asha).post("/profile/", {"action": "x"}).status_code == 404


def second_home(acme: Acme, globex: Globex) -> Membership:
    with organisation_scope(globex.organisation.id):
        return MembershipFactory(
            organisation=globex.organisation, name="Asha G", email="asha@globex.example", user=acme.asha.user
        )


def ticket_from(client: Client, slug: str) -> str:
    answer = client.post("/organisations/", {"organisation": slug})
    address = answer.headers["Location"]
    assert address.startswith(f"http://{slug}.localhost:8000/organisations/enter/?ticket=")
    return unquote(address.partition("ticket=")[2])


def test_a_person_of_two_organisations_goes_over_without_a_password(acme: Acme, globex: Globex) -> None:
    second_home(acme, globex)
    ticket = ticket_from(signed_in(acme.asha), "globex")
    arriving = browser("globex")
    assert ticket.encode() in arriving.get(f"/organisations/enter/?ticket={quote(ticket)}").content
    assert arriving.get("/profile/").status_code == 302
    assert arriving.post("/organisations/enter/", {"ticket": ticket}).headers["Location"] == "/"
    assert b"Asha G" in arriving.get("/profile/").content
    assert b"took too long" in browser("globex").post("/organisations/enter/", {"ticket": ticket}).content


def test_who_came_over_is_not_locked_out_of_the_profile_by_strangers(acme: Acme, globex: Globex) -> None:
    second_home(acme, globex)
    here = browser("globex")
    here.post("/organisations/enter/", {"ticket": ticket_from(signed_in(acme.asha), "globex")})
    for _ in range(settings.LOGIN_FAILURES_PER_ACCOUNT):
        browser("globex").post("/login/", {"email": acme.asha.user.email, "password": "wrong"})
    assert change(here, PASSWORD) == 302


def test_tickets_end_and_lead_to_own_organisations_only(acme: Acme, globex: Globex) -> None:
    client = signed_in(acme.asha)
    foreign = client.post("/organisations/", {"organisation": "globex"})
    missing = client.post("/organisations/", {"organisation": "nowhere"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    second_home(acme, globex)
    ticket = ticket_from(client, "globex")
    assert b"took too long" in browser("acme").post("/organisations/enter/", {"ticket": ticket}).content
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert b"took too long" in browser("globex").post("/organisations/enter/", {"ticket": ticket}).content
