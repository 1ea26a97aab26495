"""S29: who follows a request hears of it, and nobody hears more than they may read."""

from tests.cast import Acme
from tests.factories.workflows import LEAVE
from tests.scenarios.notices import told, written_to
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from workflows.models import WorkflowDefinition

NOTE = "canary of HR"


def test_followers_hear_of_it_and_of_no_hidden_value(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, hema, farid = (Rest(one) for one in (acme.asha, acme.ravi, acme.hema, acme.farid))
    run = asha.start("Leave Application", LEAVE)
    address = f"runs/{run['id']}/"
    assert Rest(acme.fiona).post(f"{address}watch/").status_code in (403, 404)
    asha.done(f"{address}stakeholders/", {"member": str(acme.farid.id)})
    before = len(told(acme.farid))
    run = ravi.complete(ravi.task(run), "HR review", data={"criticality": "high"}, assignee=acme.hema)
    hema.done(f"{address}comments/", {"text": "Looked at it."}, 201)
    hema.complete(hema.task(run), "Approved", data={"hr_note": NOTE})
    later = told(acme.farid)[before:]
    assert "run.commented" in later
    assert "run.completed" in later
    for person in (acme.asha, acme.farid):
        assert NOTE not in written_to(person)
        assert NOTE not in Pages(person).read(f"/requests/{run['id']}/")
    assert NOTE not in str(farid.read(address))
    assert "run.completed" not in told(acme.fiona)
