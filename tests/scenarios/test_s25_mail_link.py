"""S25: a scanner opens every link of the mail and nothing happens; Ravi decides by POST; afterwards the link only tells."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import AuditEntry
from accounts.services.people import member_update
from notifications.outbox import relay
from notifications.services.sending import send_due
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.workflows import decide, open_task, publish, run_of, start_leave
from tests.notifications.smtp import mail_server
from workflows.library import library_item
from workflows.mail_links import MailLink, read_link
from workflows.models import Task, TransitionLog

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^/\s\"]+(/by-mail/[^\s\"<]+)")
ANY = re.compile(r"https?://[^/\s\"]+(/[^\s\"<]*)")
SHOWN = re.compile(r'name="shown" value="([^"]+)"')


def leave_by_mail(acme: Acme, by_mail: str = "link", back_to: str = "apply") -> Any:
    document = library_item("leave_application").to_json()
    next(way for way in document["graph"]["transitions"] if way["key"] == "hr_returns")["to"] = back_to
    for step in document["graph"]["steps"]:
        if step["key"] == "manager_review":
            step["assignee"]["by_mail"] = by_mail
    return publish(document, acme.omar)


def texts_sent(settings: Any) -> list[str]:
    relay()
    with mail_server(settings) as inbox:
        send_due()
    return [
        part.get_content() for mail in inbox.messages for part in mail.walk() if part.get_content_maintype() == "text"
    ]


def ravis_link(acme: Acme) -> str:
    task = open_task(Task.objects.values_list("run_id", flat=True)[0])
    return MailLink(acme.organisation.id, acme.ravi.id, task.id, task.version).path


def page_of(path: str, client: Client | None = None) -> Any:
    return (client or Client()).get(path)


def press(path: str, transition: str, **more: str) -> Any:
    client = Client()
    shown = SHOWN.findall(page_of(path, client).content.decode())
    return client.post(path, {"transition": transition, "shown": shown[0] if shown else "", **more})


def test_a_task_that_came_back_is_decided_by_mail_too(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = start_leave(leave_by_mail(acme, back_to="manager_review"), acme.asha).run_id
        decide(run_id, acme.ravi, "HR review", data={"criticality": "low"}, assignee=acme.hema.id)
    texts_sent(settings)
    with acme.scope():
        decide(run_id, acme.hema, "Manager review")
    assert any(LINK.search(text) for text in texts_sent(settings))


@pytest.mark.parametrize(("email", "brings"), [("tess+ravi@acme.example", False), ("RAVI@acme.example", True)])
def test_the_key_goes_to_the_logins_own_address_only(acme: Acme, settings: Any, email: str, brings: bool) -> None:
    """An organisation's admin edits where it writes to: with the key Tess would decide as Ravi, about her own request too."""
    with acme.scope():
        member_update(actor=acme.tess, member_id=acme.ravi.id, values={"email": email})
        start_leave(leave_by_mail(acme), acme.asha)
    sent = texts_sent(settings)
    assert any("Manager review" in text for text in sent)
    assert any(LINK.search(text) for text in sent) is brings


def test_scanners_change_nothing_and_the_third_visit_tells(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = start_leave(leave_by_mail(acme), acme.asha).run_id
        before = run_of(run_id).version_no
    sent = texts_sent(settings)
    paths = {path for text in sent for path in ANY.findall(text)}
    path = next(path for path in paths if path.startswith("/by-mail/"))
    for each in paths:
        Client().get(each)
        Client().head(each)
    with acme.scope():
        assert run_of(run_id).version_no == before
        assert open_task(run_id).version == 1
    page = page_of(path)
    text = page.content.decode()
    assert "Family" in text
    assert "Days of leave left" not in text
    assert ">Rejected</button>" in text
    assert "sessionid" not in page.cookies
    assert "no-store" in page["Cache-Control"]
    done = press(path, "Rejected", comment="Not now")
    assert (done.status_code, "sessionid" in done.cookies) == (200, False)
    with acme.scope():
        assert run_of(run_id).outcome == "Rejected"
        entry = TransitionLog.objects.get(run_id=run_id, kind="moved", by_id=acme.ravi.id)
        assert (entry.reason, entry.detail["via"]) == ("Not now", "mail_link")
        assert AuditEntry.objects.get(kind="run.completed").payload["via"] == "mail_link"
    assert "Rejected by Ravi at" in page_of(path).content.decode()
    again = press(path, "Rejected")
    assert (again.status_code, "Rejected by Ravi at" in again.content.decode()) == (409, True)


def test_after_a_reassignment_and_for_others_it_is_no_longer_with_you(acme: Acme) -> None:
    with acme.scope():
        start_leave(leave_by_mail(acme), acme.asha)
        path = ravis_link(acme)
    assert "no longer with you" in page_of(path, signed_in(acme.hema)).content.decode()
    assert ">Rejected</button>" in page_of(path, signed_in(acme.ravi)).content.decode()
    with acme.scope():
        Task.objects.filter(state="waiting").update(assignee=acme.meera, version=2)
    assert "no longer with you" in page_of(path).content.decode()
    assert "no longer with you" in press(path, "Rejected").content.decode()
    with acme.scope():
        Task.objects.filter(state="waiting").update(assignee=acme.ravi, version=3)
    assert "changed since the mail" in page_of(path).content.decode()
    with acme.scope():
        assert open_task(Task.objects.values_list("run_id", flat=True)[0]).step == "manager_review"


def test_a_step_may_ask_for_a_login_first(acme: Acme) -> None:
    with acme.scope():
        start_leave(leave_by_mail(acme, "login"), acme.asha)
        path = ravis_link(acme)
    asked = page_of(path)
    assert (asked.status_code, asked["Location"].startswith("/login/")) == (302, True)
    assert Client().post(path, {"transition": "Rejected"}).status_code == 302
    ravi = signed_in(acme.ravi)
    assert ">Rejected</button>" in page_of(path, ravi).content.decode()
    assert ravi.post(path, {"transition": "Rejected"}).status_code == 200


def test_unknown_links_are_all_the_same_and_slowed_down(acme: Acme, settings: Any) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 5
    with acme.scope():
        start_leave(leave_by_mail(acme, "off"), acme.asha)
        off = ravis_link(acme)
        nobody = MailLink(acme.organisation.id, uuid4(), uuid4(), 1).path
    missing = page_of("/by-mail/nonsense/")
    assert [page_of(path).status_code for path in (off, nobody)] == [404, 404]
    assert page_of(off).content == page_of(nobody).content == missing.content
    token = off.rstrip("/").rpartition("/")[2]
    assert read_link(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    codes = [page_of(f"/by-mail/guess{number}/").status_code for number in range(8)]
    assert (codes[0], codes[-1]) == (404, 429)


def test_what_needs_the_page_is_refused_by_the_link(acme: Acme) -> None:
    with acme.scope():
        run_id = start_leave(leave_by_mail(acme), acme.asha).run_id
        path = ravis_link(acme)
    assert press(path, "Somewhere").status_code == 422
    with acme.scope():
        run = run_of(run_id)
        run.data = run.data | {"reason": "Something else"}
        run.save(update_fields=["data"])
    stale = Client().post(path, {"transition": "Rejected", "shown": f"{'0' * 64}.000000"})
    assert stale.status_code == 409
    with acme.scope():
        acme.ravi.is_active = False
        acme.ravi.save(update_fields=["is_active"])
    assert page_of(path).status_code == 404


def test_without_the_steps_leave_there_is_no_link(acme: Acme, settings: Any) -> None:
    with acme.scope():
        start_leave(leave_by_mail(acme, "off"), acme.asha)
    assert not any(LINK.search(text) for text in texts_sent(settings))
