"""The notifications page, the bell, and the link in a mail, as people meet them."""

import re
from typing import Any

import pytest

from accounts.audit.models import AuditEntry
from accounts.models import Membership
from accounts.tenancy.models import new_id
from notifications import outbox
from notifications.channels.email.unsubscribe import unsubscribe_path
from notifications.models import InboxItem
from notifications.services import sending
from tests.accounts.clients import browser, program, signed_in
from tests.cast import Acme, Globex
from tests.factories import notifications as facts
from tests.factories.workflows import install, start_leave
from tests.notifications.smtp import mail_server
from workflows.models import Participant


def notices(acme: Acme, member: Membership, number: int = 1) -> list[InboxItem]:
    with acme.scope():
        run = facts.make_run(acme.asha, number=InboxItem.objects.count() + 1)
        facts.open_task(run, member)
        for _ in range(number):
            facts.tell(run, acme.asha, facts.opened(run, member))
    outbox.relay()
    with acme.scope():
        return list(InboxItem.objects.filter(recipient=member).order_by("-at", "-id"))


def test_notices_are_read_one_by_one_or_all_at_once(acme: Acme) -> None:
    first, *_ = notices(acme, acme.ravi, 3)
    client = signed_in(acme.ravi)
    page = client.get("/notifications/")
    assert page.status_code == 200
    assert page.content.decode().count("To decide: Leave Application #1, Manager review") == 3
    assert client.post(f"/notifications/{first.id}/read/").status_code == 302
    assert client.get("/notifications/").context["unread"] == 2
    opened = client.post(f"/notifications/{first.id}/read/", {"open": "1"})
    assert opened["Location"] == first.path
    client.post("/notifications/read/")
    page = client.get("/notifications/?tab=unread")
    assert page.context["unread"] == 0
    assert not page.context["page"].rows
    assert len(client.get("/notifications/").context["page"].rows) == 3


def test_looking_at_a_request_reads_its_notices(acme: Acme) -> None:
    with acme.scope():
        leave = install("leave_application", acme.omar)
        here, other = (f"/requests/{start_leave(leave, acme.asha).run_id}/" for _ in range(2))
    outbox.relay()
    client = signed_in(acme.ravi)
    assert f"""hx-post="/notifications/seen/" hx-vals='{{"path": "{here}"}}'""" in client.get(here).content.decode()
    signed_in(acme.hema).post("/notifications/seen/", {"path": here})
    assert client.get("/notifications/").context["unread"] == 2
    answer = client.post("/notifications/seen/", {"path": here})
    assert re.search(r"data-badge='notifications'.*>1<", answer.content.decode())
    assert [row.url for row in client.get("/notifications/").context["page"].rows] == [other]
    client.post("/notifications/seen/", {"path": other})
    assert "/notifications/seen/" not in client.get(other).content.decode()


def test_pages_go_on_where_they_ended(acme: Acme) -> None:
    rows = notices(acme, acme.ravi, 30)
    client = signed_in(acme.ravi)
    first = client.get("/notifications/?tab=all").context["page"]
    second = client.get(f"/notifications/?tab=all&cursor={first.next}").context["page"]
    assert [row.id for row in (*first.rows, *second.rows)] == [row.id for row in rows]
    assert (second.next, first.previous) == ("", "")
    back = client.get(f"/notifications/?tab=all&cursor={second.previous}").context["page"]
    assert back.rows == first.rows


def test_the_bell_counts_what_is_unread(acme: Acme) -> None:
    notices(acme, acme.ravi, 2)
    page = signed_in(acme.ravi).get("/notifications/").content.decode()
    assert re.search(r"data-badge=.notifications.>2<", page)
    assert not re.search(r"data-badge=.notifications.>\d", signed_in(acme.hema).get("/notifications/").content.decode())


def test_a_notice_of_somebody_else_is_not_found(acme: Acme, globex: Globex) -> None:
    (row,) = notices(acme, acme.ravi)
    for stranger in (acme.hema, globex.gus):
        client = signed_in(stranger)
        answers = [client.post(f"/notifications/{id_}/read/") for id_ in (row.id, new_id())]
        assert [answer.status_code for answer in answers] == [404, 404]
        api = program(stranger)
        answers = [api.post(f"/api/v1/notifications/{id_}/read/") for id_ in (row.id, new_id())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert api.get("/api/v1/notifications/").json()["results"] == []
    with acme.scope():
        row.refresh_from_db()
    assert row.read_at is None


PATHS = (
    "/notifications/",
    "/notifications/preferences/",
    "/api/v1/notifications/",
    "/api/v1/notifications/preferences/",
)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_gets_in_without_a_login(acme: Acme, path: str) -> None:
    assert browser("acme").get(path).status_code == (401 if "api" in path else 302)
    person = program(acme.asha) if "api" in path else signed_in(acme.asha)
    assert person.get(path).status_code == 200


def test_pages_over_rest_leave_nothing_out_and_end(acme: Acme) -> None:
    """However many came in one moment, and although some are read meanwhile."""
    (one,) = notices(acme, acme.ravi)
    with acme.scope():
        for _ in range(1_120):
            one.id, one.event_id, one._state.adding = new_id(), new_id(), True
            one.save()
        ids = [str(row.id) for row in InboxItem.objects.order_by("-at", "-id")]
    api = program(acme.ravi)
    address, met, backward = "/api/v1/notifications/?unread=true&page_size=100", list[str](), ""
    while address and len(met) <= len(ids):
        page = api.get(address).json()
        backward = page["previous"]
        met += [row["id"] for row in page["results"]]
        api.post(f"/api/v1/notifications/{met[0]}/read/")
        api.post(f"/api/v1/notifications/{met[-5]}/read/")
        address = page["next"]
    assert met == ids
    assert [row["id"] for row in api.get(backward).json()["results"]][-4:] == ids[1_096:1_100]


def test_rest_lists_and_marks(acme: Acme) -> None:
    first, second = notices(acme, acme.ravi, 2)
    api = program(acme.ravi)
    listed = api.get("/api/v1/notifications/").json()
    assert [row["id"] for row in listed["results"]] == [str(first.id), str(second.id)]
    assert listed["results"][0]["url"] == first.path
    assert api.post(f"/api/v1/notifications/{first.id}/read/").json()["read_at"] is not None
    assert [row["id"] for row in api.get("/api/v1/notifications/?unread=true").json()["results"]] == [str(second.id)]
    assert api.post("/api/v1/notifications/read/").json() == {"marked": 1}


def test_a_person_may_have_no_mail_and_still_gets_notices(acme: Acme, settings: Any) -> None:
    client = signed_in(acme.ravi)
    assert client.post("/notifications/preferences/", {}).status_code == 302
    assert notices(acme, acme.ravi)
    with mail_server(settings) as inbox:
        assert sending.send_due() == 0
    client.post("/notifications/preferences/", {"email": "on"})
    assert program(acme.ravi).get("/api/v1/notifications/preferences/").json() == {"email": True}
    assert not inbox.messages


@pytest.mark.parametrize("body", [{"email": "no"}, {"email": 0}, {"email": None}, {"email": True, "sms": True}, {}])
def test_a_choice_of_mails_is_true_or_false_and_nothing_else(body: dict[str, Any], acme: Acme) -> None:
    api = program(acme.ravi)
    answer = api.put("/api/v1/notifications/preferences/", body, content_type="application/json")
    assert answer.status_code == 422
    assert api.get("/api/v1/notifications/preferences/").json() == {"email": True}


def test_the_choice_of_mails_is_in_the_audit_once(acme: Acme) -> None:
    client = signed_in(acme.ravi)
    for chosen in ({}, {}, {"email": "on"}, {"email": "on"}):
        client.post("/notifications/preferences/", chosen)
    with acme.scope():
        told = AuditEntry.objects.filter(kind="mail.chosen", actor_id=acme.ravi.id).order_by("at")
        assert [entry.payload["email"] for entry in told] == [False, True]


def test_a_page_that_cannot_be_is_nobodys(acme: Acme) -> None:
    notices(acme, acme.ravi)
    client = signed_in(acme.ravi)
    assert client.post("/notifications/seen/", {"path": "/requests/\0"}).status_code == 200
    assert client.get("/notifications/").context["unread"] == 1


def test_who_watches_can_stop_from_the_mail_without_a_login(acme: Acme, globex: Globex, settings: Any) -> None:
    with acme.scope():
        run = facts.make_run(acme.asha)
        facts.follow(run, acme.fiona, "watcher")
        facts.tell(run, acme.hema, facts.commented(run, acme.hema))
    outbox.relay()
    with mail_server(settings) as inbox:
        sending.send_due()
    (mail,) = [mail for mail in inbox.messages if mail["To"] == acme.fiona.email]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/notifications/unsubscribe/" + mail["List-Unsubscribe"].split("/unsubscribe/")[1].rstrip(">")
    client = browser("acme")
    assert client.get(path).status_code == 200
    assert client.get(path[:-4] + "abc/").status_code == 404
    assert signed_in(globex.gus).post(path).status_code == 404
    with acme.scope():
        assert Participant.objects.filter(member=acme.fiona).exists()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path).status_code == 200
    with acme.scope():
        assert not Participant.objects.filter(member=acme.fiona).exists()


def test_a_watcher_who_stopped_gets_no_mail_that_was_planned_before(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run = facts.make_run(acme.asha)
        facts.follow(run, acme.fiona, "watcher")
        row = facts.delivery(acme.fiona, run, watching=True)
        link = unsubscribe_path(row)
    browser("acme").post(link)
    with mail_server(settings) as inbox:
        sending.send_due()
    assert not inbox.messages
