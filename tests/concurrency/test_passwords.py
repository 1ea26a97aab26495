"""Passwords and links to set them, asked for in the same moment: the limits hold."""

from collections import Counter
from functools import partial

import pytest
from django.conf import settings

from accounts.models import AccessLink, AuditEntry
from accounts.services.passwords import LINKS_AN_HOUR
from tests.accounts.clients import browser, signed_in
from tests.cast import make_acme
from tests.concurrency.racing import together

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
AT_ONCE = 10


def test_a_mailbox_gets_so_many_links() -> None:
    acme = make_acme()
    asked = {"email": acme.asha.user.email}
    together(*(partial(browser("acme").post, "/password/reset/", asked) for _ in range(AT_ONCE)))
    with acme.scope():
        assert AccessLink.objects.count() == LINKS_AN_HOUR
        assert AuditEntry.objects.filter(kind="person.password_link_requested").count() == LINKS_AN_HOUR


def test_a_refusal_is_noted_once() -> None:
    acme = make_acme()
    asked = {"email": "nobody@acme.example"}
    together(*(partial(browser("acme").post, "/password/reset/", asked) for _ in range(AT_ONCE)))
    with acme.scope():
        assert AuditEntry.objects.filter(kind="password_link.refused").count() == 1


def test_so_many_guesses_of_the_old_password_are_looked_at() -> None:
    acme = make_acme()
    client = signed_in(acme.asha)
    new = "a-much-better-password"
    guess = {"action": "password", "old_password": "wrong", "new_password1": new, "new_password2": new}
    codes = Counter(each.status_code for each in together(*[lambda: client.post("/profile/", guess)] * AT_ONCE))
    limit = settings.LOGIN_FAILURES_PER_ACCOUNT
    assert codes == {422: limit, 429: AT_ONCE - limit}
