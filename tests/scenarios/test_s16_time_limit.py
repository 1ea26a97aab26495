"""S16: the time limit of Manager review runs over a holiday and a weekend; nobody acts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from tests.cast import Acme
from tests.scenarios.notices import told, written_to
from tests.scenarios.pages import Pages, said
from tests.scenarios.rest import Rest
from tests.scenarios.world import ASKED, recorded
from workflows.models import WorkflowDefinition
from workflows.services.sla import Swept, sla_sweep

# Local times of Acme, which is 5:30 ahead of UTC.
WEDNESDAY_17 = datetime(2025, 10, 1, 11, 30, tzinfo=UTC)
FRIDAY_17 = datetime(2025, 10, 3, 11, 30, tzinfo=UTC)
MONDAY_17 = datetime(2025, 10, 6, 11, 30, tzinfo=UTC)


def asked(acme: Acme) -> dict[str, Any]:
    with time_machine.travel(WEDNESDAY_17, tick=False):
        return Rest(acme.asha).start("Leave Application", ASKED)


def sweep(acme: Acme, at: datetime) -> Swept:
    """What beat does at this moment."""
    with time_machine.travel(at, tick=False), acme.scope():
        return sla_sweep(acme.organisation.id, at=timezone.now())


def test_only_working_hours_count_and_each_rung_is_climbed_once(acme: Acme, leave: WorkflowDefinition) -> None:
    run = asked(acme)
    assert datetime.fromisoformat(run["steps"][-1]["due_at"]) == MONDAY_17
    quiet = [WEDNESDAY_17 + timedelta(days=1), FRIDAY_17 - timedelta(seconds=1)]
    assert [sweep(acme, at) for at in quiet] == [Swept(), Swept()]
    assert (sweep(acme, FRIDAY_17), sweep(acme, FRIDAY_17)) == (Swept(reminded=1), Swept())
    assert told(acme.ravi) == ["task.opened", "task.reminded"]
    assert sweep(acme, MONDAY_17 - timedelta(seconds=1)) == Swept()
    late = [sweep(acme, MONDAY_17 + timedelta(hours=hours)) for hours in (0, 1, 100)]
    assert late == [Swept(escalated=1), Swept(), Swept()]
    assert told(acme.ravi) == ["task.opened", "task.reminded", "task.escalated.left"]
    assert told(acme.meera) == ["task.escalated"]
    assert "Mon 6 Oct 2025, 17:00 (Asia/Kolkata)" in written_to(acme.ravi)
    assert len(recorded(acme, "task.escalated")) == 1


def test_meera_holds_it_and_both_faces_tell_the_story(acme: Acme, leave: WorkflowDefinition) -> None:
    run = asked(acme)
    sweep(acme, FRIDAY_17)
    sweep(acme, MONDAY_17)
    with time_machine.travel(MONDAY_17 + timedelta(minutes=1), tick=False):
        ravi, meera = Rest(acme.ravi), Rest(acme.meera)
        assert ravi.read("tasks/")["results"] == []
        task = meera.task(run)
        assert (task["assignee"]["name"], task["overdue"], task["due_at"]) == (
            "Meera", True, run["steps"][-1]["due_at"],
        )  # fmt: skip
        kinds = [entry["kind"] for entry in ravi.read(f"runs/{run['id']}/timeline/")["results"]]
        assert kinds == ["started", "moved", "reminded", "escalated"]
        words = said(Pages(acme.asha).get(f"/requests/{run['id']}/"))
        assert "Manager review from Ravi to Meera" in words
        done = meera.complete(task, "HR review", assignee=acme.hema, data={"criticality": "low"})
        assert done["steps"][-1]["assignee"]["name"] == "Hema"


def test_a_decision_in_time_stops_the_clock(acme: Acme, leave: WorkflowDefinition) -> None:
    run = asked(acme)
    with time_machine.travel(FRIDAY_17 - timedelta(hours=1), tick=False):
        ravi = Rest(acme.ravi)
        ravi.complete(ravi.task(run), "HR review")
    assert sweep(acme, MONDAY_17) == Swept()
    assert told(acme.meera) == []
