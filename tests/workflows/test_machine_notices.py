"""Whom an automatic step tells on which occasion: the people that the workflow names, else its owner, in its words, once."""

from typing import Any

import pytest

from accounts.models import Membership
from notifications.models import Delivery, InboxItem
from notifications.outbox import relay
from tests.cast import Acme
from tests.factories.machines import document, let_time_pass, machine_of
from tests.factories.workflows import publish, run_of
from tests.workflows.test_machines import SET, Moody, Shop, moody, shop
from workflows.nodes.base import Done, NodeFailure
from workflows.services.runs import run_start

__all__ = ["moody", "shop"]
pytestmark = pytest.mark.django_db
SAYS = "Step of {{ workflow.name }}, request {{ run.number }}: {word}"


def noticing(shop: Shop, notices: list[dict[str, Any]], **more: Any) -> Any:
    """A request whose automatic step has these notices; Meera is a stakeholder of it, Omar owns the workflow."""
    found = document(SET | {"notices": notices, **more})
    found["graph"]["stakeholders"] = [{"kind": "member", "id": str(shop.acme.meera.id)}]
    definition = publish(found, shop.acme.omar)
    return run_start(definition_id=definition.id, actor=shop.acme.asha, data={"reason": "Desk", "total": 100}).run_id


def notice(on: str, *to: str) -> dict[str, Any]:
    return {"on": on, "to": list(to), "text": SAYS.replace("{word}", on)}


def told(acme: Acme) -> dict[str, list[str]]:
    """What each person reads of the step's notices, in the product; each came with one mail of the same words."""
    with acme.scope():
        found: dict[str, list[str]] = {}
        for item in InboxItem.objects.filter(kind="task.noticed").select_related("recipient").order_by("at", "id"):
            found.setdefault(item.recipient.name, []).append(
                f"{item.title.split(':')[0]} | {item.body.split(': ')[-1]}"
            )
            mails = Delivery.objects.filter(recipient=item.recipient, event_id=item.event_id)
            assert [item.body in mail.body for mail in mails] == [True]
        return found


def twice_relayed(acme: Acme) -> dict[str, list[str]]:
    relay()
    first = told(acme)
    relay()
    assert told(acme) == first
    return first


def test_on_completion_the_requester(acme: Acme, moody: Moody) -> None:
    moody.answers = [Done({"ok": True})]
    with acme.scope():
        shop = Shop(acme)
        run_id = noticing(shop, [notice("completion", "requester")])
        shop.work()
        number = run_of(run_id).number
    assert twice_relayed(acme) == {"Asha": ["Done | completion"]}
    with acme.scope():
        assert InboxItem.objects.get(kind="task.noticed").body == f"Step of Machine work, request {number}: completion"


def test_on_retry_nobody_named_is_the_owner_and_each_attempt_tells(acme: Acme, moody: Moody) -> None:
    moody.answers = [NodeFailure("503"), NodeFailure("503"), Done({"ok": True})]
    with acme.scope():
        shop = Shop(acme)
        run_id = noticing(shop, [notice("retry")], retry={"count": 2, "interval": 1, "jitter": 0})
        shop.work()
        for _ in range(2):
            let_time_pass(run_id)
            shop.work()
    assert twice_relayed(acme) == {"Omar": ["Will be tried again | retry"] * 2}


def test_on_timeout_the_admins_and_on_failure_stakeholders_and_a_person(acme: Acme, moody: Moody) -> None:
    moody.answers = [NodeFailure("too slow", late=True, again=False)]
    with acme.scope():
        shop = Shop(acme)
        notices = [notice("timeout", "admins"), notice("failure", "stakeholders", str(acme.hari.id), "owner")]
        run_id = noticing(shop, [*notices, notice("completion", "requester")])
        shop.work()
        assert machine_of(run_id).task.state == "failure"
    found = twice_relayed(acme)
    failed = ["Failed | failure"]
    assert found == {"Tess": ["Out of time | timeout"], **dict.fromkeys(("Asha", "Meera", "Hari", "Omar"), failed)}


def test_whoever_is_named_twice_or_has_left_is_told_once_or_not(acme: Acme, moody: Moody) -> None:
    moody.answers = [Done({"ok": True})]
    with acme.scope():
        gone: Membership = acme.fritz
        shop = Shop(acme)
        run_id = noticing(shop, [notice("completion", "owner", str(acme.omar.id), str(gone.id), "stakeholders")])
        gone.is_active = False
        gone.save(update_fields=["is_active"])
        shop.work()
        assert run_of(run_id).status == "running"
    # Who asks is a stakeholder of the request from its start.
    assert twice_relayed(acme) == {key: ["Done | completion"] for key in ("Asha", "Meera", "Omar")}
