"""S18: the time limit passes at Meera's task, and she has no manager."""

from datetime import timedelta
from typing import Any

import time_machine

from tests.cast import Acme
from tests.scenarios.notices import told
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from tests.scenarios.test_s16_time_limit import MONDAY_17, WEDNESDAY_17, sweep
from tests.scenarios.world import ASKED
from workflows.models import WorkflowDefinition
from workflows.services.sla import Swept


def asked_of_meera(acme: Acme) -> dict[str, Any]:
    with time_machine.travel(WEDNESDAY_17, tick=False):
        run = Rest(acme.ravi).start("Leave Application", ASKED)
    assert run["steps"][-1]["assignee"]["name"] == "Meera"
    return run


def test_the_configured_fallback_gets_it(acme: Acme, leave: WorkflowDefinition) -> None:
    run = asked_of_meera(acme)
    assert sweep(acme, MONDAY_17) == Swept(escalated=1)
    with time_machine.travel(MONDAY_17, tick=False):
        assert Rest(acme.omar).task(run)["overdue"] is True
    assert told(acme.omar) == ["task.escalated"]


def test_without_one_it_stays_is_marked_and_tess_is_told_once(acme: Acme, leave: WorkflowDefinition) -> None:
    run = asked_of_meera(acme)
    with acme.scope():
        acme.omar.is_active = False
        acme.omar.save(update_fields=["is_active"])
    swept = [sweep(acme, MONDAY_17 + timedelta(hours=hours)) for hours in (0, 1, 50)]
    assert swept == [Swept(overdue=1), Swept(), Swept()]
    assert told(acme.tess).count("task.overdue") == 1
    with time_machine.travel(MONDAY_17, tick=False):
        meera = Rest(acme.meera)
        task = meera.task(run)
        assert (task["assignee"]["name"], task["overdue"]) == ("Meera", True)
        assert "overdue" in Pages(acme.meera).request(run["id"]).lower()
        assert meera.complete(task, "Rejected")["outcome"] == "Rejected"
