"""What will be late soon: who is told of it, and how much."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.accounts.clients import program, signed_in
from tests.cast import Acme
from tests.factories.workflows import open_task, start_leave
from workflows.models import WorkflowDefinition
from workflows.services.pauses import task_hold

WEDNESDAY = datetime(2025, 10, 1, 11, 30, tzinfo=UTC)  # 17:00 in Acme; the holiday and the weekend follow
DUE = datetime(2025, 10, 6, 11, 30, tzinfo=UTC)
FRIDAY = DUE - timedelta(days=3)
"""At the same hour of the working day before."""


@pytest.mark.parametrize(
    ("who", "known"),
    [("ravi", True), ("meera", False), ("omar", True), ("tess", True), ("farid", None), ("asha", None)],
)
def test_holders_their_managers_owners_and_admins(
    leave: WorkflowDefinition, acme: Acme, who: str, known: bool | None
) -> None:
    """Meera leads Ravi and may not open the request; she hears what waits, not what it is called."""
    run_id = start_leave(leave, acme.asha, at=WEDNESDAY).run_id
    person = getattr(acme, who)
    with time_machine.travel(FRIDAY, tick=True):
        page = signed_in(person).get("/forecast/").content.decode()
        assert program(person).get("/api/v1/forecast/?hours=8").json()["results"] == []
        found = program(person).get("/api/v1/forecast/?hours=9").json()["results"]
    assert ("Manager review" in page) is (known is not None)
    assert (str(run_id) in page) is bool(known)
    assert len(found) == (0 if known is None else 1)
    if found:
        assert (found[0]["assignee"]["name"], found[0]["run"] is not None) == ("Ravi", known)


def test_clocks_that_stand_still_and_other_workflows_are_left_out(
    leave: WorkflowDefinition, expense: WorkflowDefinition, acme: Acme
) -> None:
    first, second = (start_leave(leave, acme.asha, at=WEDNESDAY).run_id for _ in range(2))
    task_hold(task_id=open_task(first).id, actor=acme.ravi, reason="Waiting for a document", at=WEDNESDAY)
    with time_machine.travel(FRIDAY, tick=True):
        ravi, tess = program(acme.ravi), program(acme.tess)
        assert [one["run"]["id"] for one in ravi.get("/api/v1/forecast/").json()["results"]] == [str(second)]
        assert tess.get(f"/api/v1/forecast/?workflow={expense.id}").json()["results"] == []
        browser = signed_in(acme.tess)
        assert browser.get(f"/forecast/?hours=9&workflow={leave.id}").status_code == 200
        refused = browser.get("/forecast/?hours=7")
        assert (refused.status_code, "Nothing will be late" in refused.content.decode()) == (422, False)
        assert "1 due within a day" in browser.get("/forecast/chip/").content.decode()
        chip = re.search(r'<a [^>]*id="forecast-chip"[^>]*>', browser.get("/inbox/").content.decode())
        assert chip is not None
        assert "/forecast/chip/" in chip[0]
        assert 'hx-push-url="false"' in chip[0]  # or the address of the inbox would become its own
        assert tess.get("/api/v1/forecast/?hours=x").status_code == 422


def test_pages_go_on_where_the_last_one_ended(leave: WorkflowDefinition, acme: Acme) -> None:
    for minute in range(30):
        start_leave(leave, acme.asha, at=WEDNESDAY + timedelta(minutes=minute))
    with time_machine.travel(FRIDAY, tick=True):
        browser = signed_in(acme.ravi)
        first = browser.get("/forecast/?hours=18").context["page"]
        rest = browser.get(f"/forecast/?hours=18&cursor={first.next}").context["page"]
        again = browser.get(f"/forecast/?hours=18&cursor={rest.previous}").context["page"]
    due = [row.due_at for row in (*first.rows, *rest.rows)]
    assert (len(first.rows), len(rest.rows)) == (25, 5)
    assert due == sorted(due)
    assert [row.id for row in again.rows] == [row.id for row in first.rows]
