"""A change of a flow that somebody else has changed meanwhile: what is sent leaves that alone, and the maker is told."""

from typing import Any

import pytest

from flows.models import PhysicalFlow
from tests.flows.pages.story import BOARD, DELIVERY, REASON, Person, Town, said

pytestmark = pytest.mark.django_db
TOLD = "The flow has changed since you began. Criticality was Medium and is High now."


def update_address(flow: PhysicalFlow) -> str:
    return f"/flows/physical/{flow.id}/propose-update/"


def draft_of_change(person: Person, town: Town, flow: PhysicalFlow) -> str:
    """A finished draft that makes the flow weekly and leaves the rest; the address of its summary."""
    answer = person.send(update_address(flow), **{**DELIVERY, "frequency": "WEEKLY"})
    answer = person.send(answer.headers["Location"], ids=[str(town.types["TRADE"].id)])
    return str(person.send(answer.headers["Location"], **REASON).headers["Location"])


def somebody_else_changes(town: Town, flow: PhysicalFlow, **values: Any) -> None:
    with town.acme.scope():
        row = PhysicalFlow.objects.get(id=flow.id)
        PhysicalFlow.objects.filter(id=flow.id).update(**values | {"modified_at": row.modified_at.replace(year=2030)})


def changed_fields(page: Any) -> list[tuple[str, str]]:
    return [(field.label, field.after) for field in page.context["diff"].fields]


def test_a_draft_puts_nothing_back(town: Town, asha: Person) -> None:
    flow = town.physical()
    summary = draft_of_change(asha, town, flow)
    somebody_else_changes(town, flow, criticality="HIGH")
    page = asha.load(summary)
    assert TOLD in said(page)
    assert changed_fields(page) == [("Frequency", "Weekly")]
    assert TOLD not in said(asha.load(summary))


def test_what_was_not_seen_is_not_proposed(town: Town, asha: Person) -> None:
    flow = town.physical()
    summary = draft_of_change(asha, town, flow)
    asha.load(summary)
    somebody_else_changes(town, flow, criticality="HIGH")
    assert asha.send(summary.replace("summary", "propose")).headers["Location"] == summary
    assert TOLD in said(asha.load(summary))
    made = asha.propose_draft(summary)
    assert changed_fields(asha.load(f"{BOARD}{made}/")) == [("Frequency", "Weekly")]


def test_the_first_page_of_a_change_is_not_sent_over_another_one(town: Town, asha: Person) -> None:
    flow = town.physical()
    seen = asha.load(update_address(flow)).context["seen"]
    somebody_else_changes(town, flow, criticality="HIGH")
    refused = asha.send(update_address(flow), 409, **{**DELIVERY, "frequency": "WEEKLY"}, seen=seen)
    assert "Somebody has changed this flow" in said(refused)
    again = asha.send(update_address(flow), 409, **DELIVERY, seen=refused.context["seen"])
    assert "Somebody has changed this flow" in said(again)


def test_what_was_sent_back_is_revised_upon_the_flow_as_it_is(
    town: Town, asha: Person, ravi: Person, hema: Person
) -> None:
    flow = town.physical()
    made = asha.propose_draft(draft_of_change(asha, town, flow))
    ravi.act(made, "approve")
    somebody_else_changes(town, flow, criticality="HIGH")
    hema.act(made, "approve")
    page = asha.follow(asha.act(made, "revise"))
    assert TOLD in said(page)
    assert changed_fields(page) == [("Frequency", "Weekly")]


def test_the_line_breaks_of_a_browser_change_nothing(town: Town, asha: Person) -> None:
    flow = town.physical()
    with town.acme.scope():
        PhysicalFlow.objects.filter(id=flow.id).update(description="Orders\nof the day")
    typed = {**DELIVERY, "frequency": "WEEKLY", "description": "Orders\r\nof the day"}
    answer = asha.send(update_address(flow), **typed)
    answer = asha.send(answer.headers["Location"], ids=[str(town.types["TRADE"].id)])
    page = asha.follow(asha.send(answer.headers["Location"], **REASON))
    assert changed_fields(page) == [("Frequency", "Weekly")]
