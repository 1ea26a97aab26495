"""S27: Ravi decides 40 requests at once. What can be is; the rest is left with a reason each; a digest each, not 37 mails."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Membership
from notifications.models import Delivery, InboxItem
from notifications.outbox import relay
from tests.cast import Acme
from tests.factories.accounts import be_away
from tests.factories.workflows import LEAVE, open_task, publish, start_leave
from tests.scenarios.rest import Rest
from workflows.library import library_item
from workflows.models import Task, WorkflowDefinition

DAY, TODAY = timedelta(days=1), timezone.now().date()
pytestmark = pytest.mark.django_db


def asks_for_more(acme: Acme) -> WorkflowDefinition:
    """Leave, where the manager must say how critical the project is."""
    document = library_item("leave_application").to_json() | {"name": "Leave in a critical project"}
    field = next(field for field in document["form"]["fields"] if field["name"] == "criticality")
    field["access"]["manager_review"] = "required"
    return publish(document, acme.omar)


def ticked(runs: list[UUID]) -> list[dict[str, Any]]:
    return [{"id": str(task.id), "version": task.version} for task in map(open_task, runs)]


def mails_to(member: Membership) -> list[str]:
    return list(Delivery.objects.filter(recipient=member, kind="bulk.done").values_list("subject", flat=True))


def test_s27_forty_at_once(acme: Acme, leave: WorkflowDefinition) -> None:
    with acme.scope():
        be_away(acme.meera, TODAY - DAY, TODAY + 9 * DAY, acme.ravi)
        fine = [start_leave(leave, acme.asha).run_id for _ in range(37)]
        moved = start_leave(leave, acme.asha).run_id
        own = start_leave(leave, acme.ravi).run_id
        more = start_leave(asks_for_more(acme), acme.asha).run_id
        tasks = ticked([*fine, moved, own, more])
        change(moved)
        relay_and_forget()
    ravi = Rest(acme.ravi)
    body = {"action": "decide", "transition": "HR review", "assignee": str(acme.hema.id), "tasks": tasks}
    answer = ravi.done("tasks/bulk/", body)
    states = [(row["state"], row["code"]) for row in answer["results"]]
    assert states[:37] == [("done", "")] * 37
    assert states[37:] == [("left", "task.stale"), ("left", "task.complete.denied"), ("left", "data.invalid")]
    assert all(row["message"] for row in answer["results"])
    assert (answer["asked"], answer["done"], answer["state"]) == (40, 37, "done")
    assert ravi.read(f"tasks/bulk/{answer['id']}/")["results"] == answer["results"]
    relay()
    with acme.scope():
        assert mails_to(acme.asha) == ["37 requests that concern you, by Ravi"]
        assert mails_to(acme.hema) == ["37 requests that concern you, by Ravi"]
        assert Delivery.objects.count() == 2
        assert InboxItem.objects.filter(recipient=acme.hema, kind="task.opened").count() == 37
        body_sent = Delivery.objects.get(recipient=acme.hema).body
        assert body_sent.count("To decide: Leave Application #") == 37
        assert LEAVE["reason"] not in body_sent
    again = ravi.done("tasks/bulk/", body)
    assert [row["state"] for row in again["results"]] == ["unchanged"] * 37 + ["left"] * 3
    relay()
    with acme.scope():
        assert Delivery.objects.count() == 2
        assert Task.objects.filter(step="hr_review").count() == 37


def change(run_id: UUID) -> None:
    """The task has been somebody else's meanwhile, and is Ravi's again."""
    Task.objects.filter(run_id=run_id, state="waiting").update(version=3)


def relay_and_forget() -> None:
    """What the applications themselves told is not counted."""
    relay()
    Delivery.objects.all().delete()
    InboxItem.objects.all().delete()
