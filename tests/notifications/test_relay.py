"""The outbox: what is recorded is planned, once, in order, and a bad event harms nobody else."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import AuditEntry, Membership
from notifications import outbox
from notifications.models import Delivery, InboxItem, OutboxEvent
from tests.cast import Acme, Globex
from tests.factories import notifications as facts
from workflows import definition_events
from workflows.models import WorkflowRun

State = OutboxEvent.State


def titles(acme: Acme, name: str) -> list[str]:
    member = getattr(acme, name)
    return list(InboxItem.objects.filter(recipient=member).order_by("at", "id").values_list("title", flat=True))


@pytest.fixture
def run(acme: Acme) -> WorkflowRun:
    with acme.scope():
        return facts.make_run(acme.asha, number=12)


def test_a_fact_becomes_a_notice_and_a_mail(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi, reason="Two days in the hills"))
    assert outbox.relay() == 1
    assert outbox.relay() == 0
    with acme.scope():
        item = InboxItem.objects.get()
        mail = Delivery.objects.get()
        event = OutboxEvent.objects.get()
    assert (item.recipient_id, item.title) == (acme.ravi.id, "To decide: Leave Application #12, Manager review")
    assert item.body == "Requested by Asha.\nDue Mon 6 Oct 2025, 17:00 (Asia/Kolkata).\nAsha: Two days in the hills"
    assert (item.path, item.actor, item.event_id) == (f"/requests/{run.id}/", "Asha", event.id)
    assert mail.subject == item.title
    assert "Please decide by Mon 6 Oct 2025, 17:00 (Asia/Kolkata)." in mail.body
    assert "Reason given by Asha: Two days in the hills" in mail.body
    assert (event.state, event.attempts) == (State.PLANNED, 1)


def test_facts_of_which_nobody_is_told_are_not_kept_here(acme: Acme, run: WorkflowRun) -> None:
    fact = definition_events.DefinitionRestored(
        subject_id=run.definition_id, definition_name="Leave", by_id=acme.tess.id, by_name="Tess"
    )
    with acme.scope():
        facts.tell(run, acme.tess, fact)
        assert not OutboxEvent.objects.exists()


def test_planning_again_adds_nothing(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
    outbox.relay()
    with acme.scope():
        OutboxEvent.objects.update(state=State.NEW, lease_until=None)
    outbox.relay()
    with acme.scope():
        assert (InboxItem.objects.count(), Delivery.objects.count()) == (1, 1)


def test_no_value_of_the_form_is_in_a_notice(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.follow(run, acme.farid, "stakeholder")
        facts.tell(run, acme.ravi, facts.moved(run, acme.ravi, acme.hema), facts.opened(run, acme.hema))
        facts.tell(run, acme.hema, facts.commented(run, acme.hema), facts.completed(run, acme.hema))
    outbox.relay()
    with acme.scope():
        texts = [f"{d.subject}\n{d.body}" for d in Delivery.objects.all()]
        texts += [f"{i.title}\n{i.body}" for i in InboxItem.objects.all()]
    assert len(texts) == 2 * (2 + 1 + 2 + 2)
    assert not [text for text in texts if "canary" in text]


def test_the_last_move_is_told_by_the_end_of_the_request_only(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.tell(run, acme.hema, facts.moved(run, acme.hema, None, "Approved"), facts.completed(run, acme.hema))
    outbox.relay(limit=1)
    with acme.scope():
        assert titles(acme, "asha") == ["Leave Application #12: Approved"]


def test_the_inactive_are_told_nothing(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        acme.ravi.is_active = False
        acme.ravi.save(update_fields=["is_active"])
        acme.hema.user.is_active = False
        acme.hema.user.save(update_fields=["is_active"])
        facts.tell(run, acme.asha, facts.opened(run, None, acme.ravi, acme.hema, acme.hari))
    outbox.relay()
    with acme.scope():
        assert list(InboxItem.objects.values_list("recipient_id", flat=True)) == [acme.hari.id]


def test_each_organisation_is_planned_in_its_own_scope(acme: Acme, globex: Globex, run: WorkflowRun) -> None:
    with globex.scope():
        other = facts.make_run(globex.gita)
        facts.tell(other, globex.gita, facts.opened(other, globex.gus))
    with acme.scope():
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
    assert set(outbox.pending_organisations()) == {acme.organisation.id, globex.organisation.id}
    assert outbox.relay() == 2
    with globex.scope():
        assert InboxItem.objects.get().recipient_id == globex.gus.id


def skip_the_pauses(acme: Acme) -> None:
    with acme.scope():
        OutboxEvent.objects.filter(state=State.NEW).update(lease_until=Now() - timedelta(seconds=1))


def tell_unreadably(run: WorkflowRun, by: Membership) -> None:
    """A fact as no version of the product has written it."""
    about = {"organisation": run.organisation, "kind": "run.commented", "subject_id": run.id}
    entry = AuditEntry.objects.create(
        **about, subject_kind="workflows.run", actor_kind="person", actor_id=by.id, payload={"colour": "red"}
    )
    OutboxEvent.objects.create(id=entry.id, at=entry.at, **about)


def test_a_poisonous_event_is_set_aside_and_harms_nobody(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
        tell_unreadably(run, acme.hema)
        facts.tell(run, acme.hema, facts.completed(run, acme.hema))
    outbox.relay()
    with acme.scope():
        bad = OutboxEvent.objects.get(kind="run.commented")
        behind = OutboxEvent.objects.get(kind="run.completed")
        assert OutboxEvent.objects.get(kind="task.opened").state == State.PLANNED
    assert (bad.state, bad.attempts) == (State.NEW, 1)
    assert "extra_forbidden" in bad.error
    assert "red" not in bad.error
    assert (behind.state, behind.attempts) == (State.NEW, 0)
    for _ in range(outbox.MAX_ATTEMPTS - 1):
        skip_the_pauses(acme)
        outbox.relay()
    skip_the_pauses(acme)
    outbox.relay()
    with acme.scope():
        bad.refresh_from_db()
        assert (bad.state, bad.attempts) == (State.POISON, outbox.MAX_ATTEMPTS)
        assert OutboxEvent.objects.get(kind="run.completed").state == State.PLANNED
        assert InboxItem.objects.count() == 2


def test_a_crash_counts_as_an_attempt_and_the_lease_keeps_others_away(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        assert outbox.claim_events(acme.organisation.id, 10) is not None  # and the process dies here
        assert outbox.claim_events(acme.organisation.id, 10) is None
        with acme.scope():
            assert OutboxEvent.objects.get().attempts == attempt
        skip_the_pauses(acme)
    outbox.relay()
    with acme.scope():
        assert OutboxEvent.objects.get().state == State.POISON
        assert not InboxItem.objects.exists()


def test_a_relay_that_lost_its_lease_writes_nothing(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        facts.tell(run, acme.asha, facts.opened(run, acme.ravi))
    slow = outbox.claim_events(acme.organisation.id, 10)
    assert slow is not None
    skip_the_pauses(acme)
    fast = outbox.claim_events(acme.organisation.id, 10)
    assert fast is not None
    outbox._plan(slow)
    with acme.scope():
        assert not InboxItem.objects.exists()
    outbox._plan(fast)
    with acme.scope():
        assert InboxItem.objects.count() == 1


def test_who_acts_on_a_request_has_read_what_it_told_them(acme: Acme, run: WorkflowRun) -> None:
    with acme.scope():
        other = facts.make_run(acme.asha, number=13)
        facts.tell(run, acme.asha, facts.opened(run, None, acme.ravi, acme.hema))
        facts.tell(other, acme.asha, facts.opened(other, acme.ravi))
        facts.tell(run, acme.ravi, facts.moved(run, acme.ravi, acme.hema))
    outbox.relay()
    with acme.scope():
        unread = InboxItem.objects.filter(read_at=None).values_list("recipient__name", "run_id")
        assert set(unread) == {("Hema", run.id), ("Ravi", other.id), ("Asha", run.id)}
