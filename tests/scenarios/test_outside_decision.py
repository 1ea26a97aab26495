"""A client without an account decides an offer by a link: sees what the step shows, decides once, on the record."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.outside import CLIENT, CODE, link_in, link_row, mails_to, offered, page_of, press
from tests.factories.workflows import open_task, run_of, view_of
from tests.scenarios.notices import written_to
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from workflows.models import DecisionLink, Task, TransitionLog, WorkflowSettings
from workflows.selectors.links import links_of_run
from workflows.services.link_sweep import links_sweep
from workflows.services.runs import run_withdraw
from workflows.services.sla import organisations_due

pytestmark = pytest.mark.django_db


def test_the_client_reads_decides_and_the_third_visit_tells(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme)
        before = run_of(run_id).version_no
    path = link_in(settings)
    for _ in range(2):
        Client().get(path)
        Client().head(path)
    page = Client().get(path)
    text = page.content.decode()
    with acme.scope():
        assert run_of(run_id).version_no == before
        assert path.split("/")[2] not in str(link_row(run_id).hashes)
    assert "Bridge" in text
    assert not any(word in text for word in ("4711", "Margin", CLIENT, "/inbox/", "/requests/"))
    assert ("Please read Bridge." in text, "Asha" in text, "Acme" in text) == (True, True, True)
    assert not page.cookies.get("sessionid")
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store, private", "noindex, nofollow")
    assert press(path, "Accept", name=" ").status_code == 422
    assert press(path, "Reject").status_code == 422
    done = press(path, "Reject", comment="Too dear")
    assert (done.status_code, "Thank you" in done.content.decode(), "sessionid" in done.cookies) == (200, True, False)
    with acme.scope():
        run, entry = run_of(run_id), TransitionLog.objects.get(run_id=run_id, kind="moved", from_step="client")
        assert (run.outcome, entry.by_id, entry.reason) == ("Rejected", None, "Too dear")
        assert (entry.by_name, entry.detail["via"]) == ("Jane Roe (j•••@client.example)", "link")
        told = AuditEntry.objects.get(kind="task.moved", payload__step="client")
        assert (told.actor_kind, told.actor_id, told.actor_label) == ("external", None, f"Jane Roe <{CLIENT}>")
        assert told.payload["shown"] == link_row(run_id).content
        assert AuditEntry.objects.get(kind="link.decided").payload["address"] == CLIENT
    assert "You decided “Reject” at" in page_of(path)
    assert press(path, "Accept").status_code == 409
    assert "Jane Roe" in written_to(acme.asha)
    assert CLIENT not in written_to(acme.asha)
    assert "Jane Roe (j•••@client.example)" in Pages(acme.asha).request(run_id)


def test_the_holder_looks_after_it_and_decides_once_it_is_withdrawn(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme)
    path, ravi = link_in(settings), Rest(acme.ravi)
    task = ravi.task({"id": str(run_id)})
    assert (task["transitions"], ravi.try_complete(task, "Accept").json()["code"]) == (
        [],
        "task.complete.asked_outside",
    )
    page = Pages(acme.ravi).request(run_id)
    assert ("You look after this step" in page, CLIENT in page, "Send new links" in page) == (True, True, True)
    rows = ravi.read(f"tasks/{task['id']}/links/")["results"]
    assert [(row["address"], row["state"], row["may_revoke"]) for row in rows] == [(CLIENT, "open", True)]
    assert Rest(acme.hema).post(f"decision-links/{rows[0]['id']}/revoke/").status_code == 404
    assert Rest(acme.asha).post(f"tasks/{task['id']}/links/").status_code == 403
    sent = ravi.done(f"tasks/{task['id']}/links/")["results"]
    assert [row["state"] for row in sent] == ["replaced", "open"]
    assert "newer link" in page_of(path)
    newest = link_in(settings)
    withdrawn = Rest(acme.asha).done(f"decision-links/{sent[1]['id']}/revoke/", {"reason": "Not yet"})
    assert (withdrawn["state"], withdrawn["address"]) == ("revoked", "j•••@client.example")
    assert "withdrawn" in page_of(newest)
    assert press(newest, "Accept").status_code == 409
    Pages(acme.ravi).decided(run_id, "Accept")
    with acme.scope():
        assert (run_of(run_id).outcome, run_of(run_id).requester.name) == ("Accepted", "Asha")


def test_whatever_changes_kills_the_link(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme)
    path = link_in(settings)
    with acme.scope():
        run = run_of(run_id)
        Task.objects.filter(run_id=run_id, state="waiting").update(paused_at=timezone.now())
        assert "waits for something else" in page_of(path)
        Task.objects.filter(run_id=run_id, state="waiting").update(paused_at=None, version=7)
        assert ">Accept</button>" in page_of(path)
        run.data = {**run.data, "scope": "Two bridges"}
        run.save(update_fields=["data"])
    assert "has changed since" in page_of(path)
    assert press(path, "Accept").status_code == 409
    Rest(acme.asha).done(f"runs/{run_id}/withdraw/", {})
    assert "no longer open" in page_of(path)
    with acme.scope():
        assert run_of(run_id).outcome == "Withdrawn"


def test_expired_links_are_told_and_leave_the_step_to_its_holder(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme, days=1)
    path = link_in(settings)
    late = timezone.now() + timedelta(days=1, minutes=1)
    assert acme.organisation.id in organisations_due(late)
    with acme.scope():
        assert (links_sweep(acme.organisation.id, at=late), links_sweep(acme.organisation.id, at=late)) == (1, 0)
        assert link_row(run_id).outcome == "expired"
    assert "This link held until" in page_of(path)
    assert "No answer from outside" in written_to(acme.ravi)
    Pages(acme.ravi).decided(run_id, "Accept")


def test_separation_of_duties_holds_for_mailboxes(acme: Acme, settings: Any) -> None:
    asha, ravi = acme.asha.email, acme.ravi.email
    plus = asha.replace("@", "+offer@").upper()
    with acme.scope():
        run_id = offered(acme, {"client_mail": plus}, addresses=[asha, CLIENT])
        assert [link.address for link in DecisionLink.objects.filter(run_id=run_id)] == [CLIENT]
        refused = TransitionLog.objects.get(run_id=run_id, kind="link_refused")
        assert refused.detail["note"] == "this is the requester's own address"
    assert "could not be" in written_to(acme.ravi)
    path = link_in(settings)
    assert "may not decide this" in page_of(path, signed_in(acme.asha))
    with acme.scope():
        link = link_row(run_id)
        link.address = ravi
        link.save(update_fields=["address"])
        Task.objects.filter(run_id=run_id, step="offer").update(completed_by=acme.ravi)
    assert press(path, "Accept").status_code == 403
    with acme.scope():
        assert open_task(run_id).step == "client"


def test_a_one_time_code_comes_first_where_the_step_says_so(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme, code=True)
    path, browser = link_in(settings), Client()
    assert "Bridge" not in page_of(path)
    assert press(path, "Accept").status_code == 422
    assert "was sent" in browser.post(path, {"act": "code"}).content.decode()
    assert browser.post(path, {"act": "code"}).status_code == 429
    code = CODE.findall(mails_to(settings)[-1])[0]
    with acme.scope():
        assert code not in str(list(DecisionLink.objects.values_list("code_hash", "hashes")))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert browser.post(path, {"act": "check", "code": wrong}).status_code == 422
    opened = browser.post(path, {"act": "check", "code": f" {code[:3]} {code[3:]}"}).content.decode()
    assert "Bridge" in opened
    assert browser.post(path, {"act": "check", "code": code}).status_code == 422
    proof = opened.split('name="pass" value="')[1].split('"')[0]
    assert press(path, "Accept", **{"pass": proof}).status_code == 200
    with acme.scope():
        assert AuditEntry.objects.get(kind="link.decided").payload["confirmed"] is True
        assert run_of(run_id).outcome == "Accepted"


def test_guessed_links_are_all_the_same_and_slowed_down(acme: Acme, settings: Any) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 6
    with acme.scope():
        offered(acme)
    path = link_in(settings)
    token = path.strip("/").partition("/")[2]
    other = token[:-1] + ("B" if token[-1] != "B" else "C")
    far = ("B" if token[2] != "B" else "C").join((token[:2], token[3:]))
    answers = [Client().get(f"/decide/{each}/") for each in ("nonsense", other, far, token[:-4])]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    codes = [Client().get(f"/decide/guess{number}/").status_code for number in range(6)]
    assert codes[-1] == 429


def test_an_organisation_may_forbid_it_altogether(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = offered(acme)
    path = link_in(settings)
    with acme.scope():
        WorkflowSettings.objects.create(organisation=acme.organisation, forbid_outside=True)
    assert "no longer open" in page_of(path)
    assert press(path, "Accept").status_code == 409
    Pages(acme.ravi).decided(run_id, "Accept")
    with acme.scope():
        again = run_of(run_id).definition
    run = Rest(acme.asha).start(again.name, {"scope": "Bridge", "client_mail": CLIENT})
    with acme.scope():
        assert not DecisionLink.objects.filter(run_id=run["id"]).exists()


def test_a_link_whose_request_was_withdrawn_has_not_expired(acme: Acme) -> None:
    """What became of it stays so when its time is over, too."""
    with acme.scope():
        run_id = offered(acme)
        run_withdraw(run_id=run_id, actor=acme.asha)
        [link] = links_of_run(view_of(run_id, acme.ravi))
        assert (link.state, links_sweep(acme.organisation.id, at=link.expires_at)) == ("closed", 1)
        [link] = links_of_run(view_of(run_id, acme.ravi))
        assert link.state == "closed"
