"""S21: a workflow with open requests is deleted: nothing starts, everything finishes, and it can come back."""

from tests.cast import Acme
from tests.factories.workflows import LEAVE, install, start_leave
from tests.scenarios.pages import Pages
from tests.scenarios.rest import Rest
from workflows.models import Task, WorkflowDefinition
from workflows.services.sla import sla_sweep


def test_open_requests_finish_and_the_name_is_free(acme: Acme, leave: WorkflowDefinition) -> None:
    with acme.scope():
        runs = [start_leave(leave, acme.asha).run_id for _ in range(5)]
    asha, ravi, tess = Rest(acme.asha), Rest(acme.ravi), Rest(acme.tess)
    assert tess.delete(f"definitions/{leave.id}/").status_code == 204
    assert asha.read("workflows/")["results"] == []
    assert Pages(acme.asha).get("/start/leave-application/").status_code == 404
    assert asha.post(f"workflows/{leave.id}/runs/", {"data": LEAVE}).status_code == 404
    assert len(ravi.read("tasks/", assigned="me")["results"]) == 5
    ravi.complete(ravi.task({"id": str(runs[0])}), "Rejected")
    with acme.scope():
        due = Task.objects.get(run_id=runs[1], state="waiting").due_at
        assert due is not None
        assert sla_sweep(acme.organisation.id, at=due).total > 0
        assert Task.objects.get(run_id=runs[1], state="waiting").assignee_id == acme.meera.id
    page = Pages(acme.tess).read(f"/workflows/{leave.id}/runs/?since=2025-09-01&until=2025-10-30")
    assert "Deleted" in Pages(acme.tess).read(f"/workflows/{leave.id}/")
    assert str(runs[2]) in page
    with acme.scope():
        other = install("leave_application", acme.omar)
    restored = tess.done(f"definitions/{leave.id}/restore/")
    assert (other.slug, restored["slug"]) == ("leave-application", "leave-application-2")
    assert {one["slug"] for one in asha.read("workflows/")["results"]} == {other.slug, restored["slug"]}
