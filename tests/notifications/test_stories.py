"""Scenarios through the engine: who heard what, and what nobody may read in a notice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Absence, Membership
from accounts.services import absences
from accounts.services.absences import absence_accept, absence_end, absence_set
from accounts.services.people import members_deactivate
from notifications import outbox
from notifications.models import Delivery, InboxItem, OutboxEvent
from notifications.services import sending
from notifications.services.templates import template_save
from tests.cast import Acme
from tests.factories.workflows import decide, install, open_task, start_leave
from tests.notifications.smtp import Inbox, free_port, mail_server, point_to
from tests.notifications.test_sending import now_due
from workflows.services.participants import run_watch, stakeholder_add
from workflows.services.runs import run_comment
from workflows.services.tasks import task_reassign, task_take_over


def heard(acme: Acme) -> dict[str, list[str]]:
    """The titles in each person's inbox, oldest first, without the workflow's name."""
    found: dict[str, list[str]] = {}
    with acme.scope():
        for name, title in InboxItem.objects.order_by("at", "id").values_list("recipient__name", "title"):
            found.setdefault(name, []).append(title.replace("Leave Application ", ""))
    return found


def test_the_leave_story_everybody_hears_only_what_is_theirs(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        decide(run_id, acme.ravi, "HR review", data={"criticality": "low"}, assignee=acme.hema.id)
        decide(run_id, acme.hema, "Approved", data={"hr_note": "canary-hr-note"})
    outbox.relay()
    assert heard(acme) == {
        "Ravi": ["To decide: #1, Manager review"],
        "Asha": ["#1 moved to HR review", "#1: Approved"],
        "Hema": ["To decide: #1, HR review"],
    }
    with mail_server(settings) as inbox:
        assert sending.send_due() == 4
    texts = "".join(message.as_string() for message in inbox.messages)
    assert "canary-hr-note" not in texts
    assert "Family" not in texts


def test_hand_over_and_take_over_tell_both(acme: Acme) -> None:
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        decide(run_id, acme.ravi, "HR review", data={"criticality": "low"}, assignee=acme.hema.id)
        outbox.relay()
        InboxItem.objects.all().delete()
        task_reassign(task_id=open_task(run_id).id, actor=acme.hema, assignee=acme.hari.id, comment="Away tomorrow")
        task_reassign(task_id=open_task(run_id).id, actor=acme.hari, assignee=acme.hema.id, comment="Back to you")
        task_take_over(task_id=open_task(run_id).id, actor=acme.hari)
    outbox.relay()
    assert heard(acme) == {
        "Hari": ["Hema handed you #1, HR review"],
        "Hema": ["Hari handed you #1, HR review", "Hari took over #1, HR review"],
    }


def sent_back(acme: Acme) -> tuple[InboxItem, Delivery]:
    """What Asha is told when Ravi chooses the way back."""
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        decide(run_id, acme.ravi, "Apply", comment="Please move it to April")
    outbox.relay()
    with acme.scope():
        return InboxItem.objects.get(recipient=acme.asha), Delivery.objects.get(recipient=acme.asha)


def test_who_gets_a_request_back_hears_from_whom_and_why(acme: Acme) -> None:
    item, mail = sent_back(acme)
    assert (item.title, mail.subject) == ("Sent back: Leave Application #1, Apply", "Sent back: Leave Application #1")
    why = "Ravi has sent {} back to you.\nReason: Please move it to April\n"
    assert item.body.startswith(why.format("it"))
    assert mail.body.startswith(why.format("this request"))
    assert "Please go through the step Apply again, change what is needed and send it on." in mail.body


def test_an_own_text_for_a_task_holds_when_it_comes_back_unless_there_is_one_for_that(acme: Acme) -> None:
    with acme.scope():
        template_save(kind="task.opened", channel="email", subject="Own #{number}", body="", actor=acme.tess)
    item, mail = sent_back(acme)
    assert (item.title, mail.subject) == ("Sent back: Leave Application #1, Apply", "Own #1")
    with acme.scope():
        template_save(kind="task.opened.returned", channel="email", subject="Again #{number}", body="", actor=acme.tess)
        OutboxEvent.objects.update(state=OutboxEvent.State.NEW, lease_until=None)
        Delivery.objects.all().delete()
    outbox.relay()
    with acme.scope():
        assert Delivery.objects.get(recipient=acme.asha).subject == "Again #1"


def test_followers_hear_of_comments_and_no_hidden_value(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        outbox.relay()
        stakeholder_add(run_id=run_id, actor=acme.asha, member=acme.farid.id)
        run_watch(run_id=run_id, actor=acme.omar)
        decide(run_id, acme.ravi, "HR review", data={"criticality": "high"}, assignee=acme.hema.id)
        outbox.relay()
        InboxItem.objects.all().delete()
        run_comment(run_id=run_id, actor=acme.hema, text="Please hand over first.")
    outbox.relay()
    assert {name: len(titles) for name, titles in heard(acme).items()} == {"Asha": 1, "Farid": 1, "Omar": 1}
    with acme.scope():
        assert set(InboxItem.objects.values_list("body", flat=True)) == {"Please hand over first."}
        assert list(Delivery.objects.filter(watching=True).values_list("recipient__name", flat=True)) == [
            "Omar",
            "Omar",
        ]


def test_a_comment_is_told_to_those_who_decided_then(acme: Acme, settings: Any) -> None:
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        run_comment(run_id=run_id, actor=acme.asha, text="Ravi, it is urgent.")
        decide(run_id, acme.ravi, "HR review", data={"criticality": "high"}, assignee=acme.hema.id)
    outbox.relay()
    assert heard(acme)["Ravi"] == ["To decide: #1, Manager review", "Asha commented on #1"]
    assert heard(acme)["Hema"] == ["To decide: #1, HR review"]


def test_decisions_do_not_wait_for_a_mail_server_that_is_away(acme: Acme, settings: Any) -> None:
    port = free_port()
    point_to(settings, port)
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        outbox.relay()
        sending.send_due()
        decide(run_id, acme.ravi, "HR review", data={"criticality": "low"}, assignee=acme.hema.id)
        outbox.relay()
        Membership.objects.filter(id=acme.hema.id).update(is_active=False)
    now_due(acme)
    with mail_server(settings, Inbox(), port) as inbox:
        sending.send_due()
        assert sending.send_due() == 0
    assert sorted(inbox.recipients) == [acme.asha.email, acme.ravi.email]


def test_tenant_admins_hear_when_nobody_can_decide(acme: Acme) -> None:
    with acme.scope():
        definition = install("leave_application", acme.omar, owner=acme.meera)
        start_leave(definition, acme.meera)
    outbox.relay()
    assert heard(acme) == {"Tess": ["Assign somebody: #1, Manager review"]}


@pytest.mark.parametrize("slow_answer", ["250 OK", "451 Later"])
def test_one_mail_per_event_and_person(acme: Acme, settings: Any, slow_answer: str) -> None:
    """Being requester, stakeholder and watcher at once makes one notice."""
    with acme.scope():
        run_id = start_leave(install("leave_application", acme.omar), acme.asha).run_id
        stakeholder_add(run_id=run_id, actor=acme.asha, member=acme.farid.id)
        run_watch(run_id=run_id, actor=acme.farid)
        run_watch(run_id=run_id, actor=acme.asha)
        outbox.relay()
        Delivery.objects.all().delete()
        run_comment(run_id=run_id, actor=acme.ravi, text="Hm.")
    outbox.relay()
    inbox = Inbox(data=slow_answer)
    with mail_server(settings, inbox):
        sending.send_due()
        inbox.data = "250 OK"
        now_due(acme)
        sending.send_due()
    assert sorted(inbox.recipients) == [acme.asha.email, acme.farid.email]


def test_a_substitute_is_told_that_nobody_is_back(acme: Acme) -> None:
    """Farid stands in for Ravi, who leaves, for Hema, who does not go, and was asked by Hari, who needs nobody any more."""
    today, later = (timezone.localdate() + timedelta(days=days) for days in (0, 10))
    with acme.scope():
        for member, day in ((acme.ravi, today), (acme.hema, later), (acme.hari, today)):
            last = day + timedelta(days=5)
            absence = absence_set(actor=member, starts_on=day, ends_on=last, substitute_id=acme.farid.id)
            if member != acme.hari:
                absence_accept(actor=acme.farid, absence_id=absence.id)
        members_deactivate(actor=acme.tess, member_ids=[acme.ravi.id])
        for member in (acme.hema, acme.hari):
            absence_end(actor=member, absence_id=Absence.objects.get(member=member).id)
    outbox.relay()
    titles = [title.partition(" from ")[0] for title in heard(acme)["Farid"]]
    assert titles[:3] == [f"Stand in for {name}" for name in ("Ravi", "Hema", "Hari")]
    assert titles[3:] == [f"You need not stand in for {name}" for name in ("Ravi", "Hema", "Hari")]


def test_who_is_asked_to_stand_in_reads_for_which_work(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ravi for everything, Hema for one workflow, Hari for more than fit a line."""
    monkeypatch.setattr(absences, "MOST_NAMED", 1)
    today, tomorrow = (timezone.localdate() + timedelta(days=days) for days in (0, 1))
    with acme.scope():
        keys = [f"workflow:{install(key, acme.omar).id}" for key in ("leave_application", "claim_expense")]
        for member, scope in ((acme.ravi, ()), (acme.hema, keys[:1]), (acme.hari, keys)):
            absence_set(actor=member, starts_on=today, ends_on=tomorrow, substitute_id=acme.farid.id, scope=scope)
    outbox.relay()
    with acme.scope():
        lines = InboxItem.objects.filter(recipient=acme.farid).order_by("at", "id").values_list("body", flat=True)
        found = [line.partition(". ")[0] for line in lines]
    assert found[:2] == ["For all work", "For Leave Application"]
    assert found[2] in {f"For {name} and 1 more" for name in ("Leave Application", "Claim Expense")}
