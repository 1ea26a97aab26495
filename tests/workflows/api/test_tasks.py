"""Tasks over REST: lists, one task, and what can be done with it."""

from typing import Any
from uuid import UUID

import pytest

from accounts.audit.models import AuditEntry
from tests.cast import Acme
from tests.scenarios.rest import Rest, one, ways
from workflows.models import Task, WorkflowDefinition, WorkflowRun

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}
SOMEBODY = "01890000-0000-7000-8000-000000000000"


def facts(acme: Acme) -> tuple[Any, int]:
    """Everything that a refused request must leave alone."""
    with acme.scope():
        return list(Task.objects.order_by("id").values()), AuditEntry.objects.count()


def at_hr(acme: Acme, **more: Any) -> dict[str, Any]:
    """A request that waits at HR review: in the queue, or with the given assignee."""
    ravi = Rest(acme.ravi)
    run = Rest(acme.asha).start("Leave Application", ASKED)
    return ravi.complete(ravi.task(run), "HR review", data={"criticality": "high"}, **more)


def test_a_task_shows_the_form_of_its_step_and_the_ways_on(acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    ravi = Rest(acme.ravi)
    answer = ravi.get(f"tasks/{ravi.task(run)['id']}/")
    task = answer.json()
    assert answer.headers["ETag"] == f'"{task["version"]}"'
    assert (task["run"], task["step"], task["key"]) == (run["id"], "Manager review", "manager_review")
    fields = {field["name"]: field for field in task["fields"]}
    assert {name: field["access"] for name, field in fields.items()} == {
        "from": "read", "to": "read", "reason": "read", "criticality": "write",
    }  # fmt: skip
    assert [choice["value"] for choice in fields["criticality"]["choices"]] == ["low", "medium", "high"]
    assert ways(task) == {"HR review": ["Hari", "Hema"], "Rejected": [], "Apply": ["Asha"]}
    to_hr = task["transitions"][0]
    assert (to_hr["to"], to_hr["queue"], to_hr["assignee_required"], to_hr["ends"]) == ("HR review", True, False, False)
    hari = {"id": str(acme.hari.id), "name": "Hari", "email": "hari@acme.example"}
    assert to_hr["assignees"][0] == {**hari, "away": None}


def test_whoever_is_not_to_decide_sees_no_ways_and_only_what_they_may_read(
    acme: Acme, leave: WorkflowDefinition
) -> None:
    run = at_hr(acme)
    task_id = run["steps"][-1]["id"]
    seen = Rest(acme.asha).read(f"tasks/{task_id}/")
    assert [field["name"] for field in seen["fields"]] == ["from", "to", "reason"]
    assert (seen["transitions"], seen["colleagues"]) == ([], [])
    assert Rest(acme.asha).read(f"runs/{run['id']}/")["data"] == ASKED
    assert Rest(acme.farid).get(f"tasks/{task_id}/").status_code == 404


def test_the_answer_to_a_decision_is_the_request_as_it_is_read_afterwards(
    acme: Acme, leave: WorkflowDefinition
) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    with acme.scope():
        about = {"subject_kind": "something", "subject_id": UUID(SOMEBODY)}
        WorkflowRun.objects.filter(id=run["id"]).update(**about)
    ravi = Rest(acme.ravi)
    answer = ravi.complete(ravi.task(run), "HR review", data={"criticality": "high"})
    assert answer["subject"] == {"kind": "something", "id": SOMEBODY}
    assert answer == ravi.read(f"runs/{run['id']}/")


def test_the_list_is_the_inbox(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, hema = Rest(acme.asha), Rest(acme.ravi), Rest(acme.hema)
    queued, given = at_hr(acme), at_hr(acme, assignee=acme.hema)
    listed = [task["run"] for task in hema.read("tasks/", assigned="me")["results"]]
    assert listed == [given["id"], queued["id"]]
    assert hema.read("tasks/")["results"] == hema.read("tasks/", assigned="me", state="open")["results"]
    assert [task["run"] for task in hema.read("tasks/", assigned="team")["results"]] == [queued["id"]]
    assert one(hema.read("tasks/", assigned="me", run=given["id"])["results"])["step"] == "HR review"
    assert len(ravi.read("tasks/", assigned="me", state="done")["results"]) == 2
    of_run = asha.read("tasks/", run=given["id"])["results"]
    assert [task["step"] for task in of_run] == ["HR review", "Manager review", "Apply"]
    assert [task["step"] for task in asha.read("tasks/", run=given["id"], state="open")["results"]] == ["HR review"]
    assert asha.read("tasks/", assigned="me")["results"] == []
    assert Rest(acme.farid).read("tasks/", run=given["id"])["results"] == []


def test_a_decision_needs_the_version_it_was_made_on(acme: Acme, leave: WorkflowDefinition) -> None:
    run = at_hr(acme, assignee=acme.hema)
    hema = Rest(acme.hema)
    task = hema.task(run)
    path, before = f"tasks/{task['id']}/complete/", facts(acme)
    for body, headers, place in (
        ({}, {}, "version"),
        ({"version": None}, {}, "version"),
        ({"version": "1"}, {}, "version"),
        ({"version": True}, {}, "version"),
        ({"version": 10**12}, {}, "version"),
        ({"version": 1}, {"if-match": '"2"'}, "version"),
        ({}, {"if-match": "newest"}, "If-Match"),
    ):
        answer = hema.post(path, {"transition": "Approved", **body}, **headers)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [place])
    stale = hema.post(path, {"transition": "Approved", "version": 9})
    assert (stale.status_code, stale.json()["code"]) == (409, "task.stale")
    assert facts(acme) == before
    run = hema.done(path, {"transition": "Approved"}, 200, **{"if-match": '"1"'})
    late = hema.post(path, {"transition": "Rejected", "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "task.not_open")
    assert "Hema chose “Approved”" in late.json()["detail"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"transition": "Nowhere"}, "transition"),
        ({"transition": "hr_approves"}, "transition"),
        ({"transition": None}, "transition"),
        ({}, "transition"),
        ({"transition": "Approved", "data": {"criticality": "low"}}, "data.criticality"),
        ({"transition": "Approved", "data": {"nothing": 1}}, "data.nothing"),
        ({"transition": "Approved", "data": {"hr_note": {"a": 1}}}, "data.hr_note"),
        ({"transition": "Approved", "state": "success"}, "state"),
        ({"transition": "Apply", "assignee": SOMEBODY}, "assignee"),
    ],
)
def test_a_refused_decision_names_the_place_and_changes_nothing(
    body: dict[str, Any], place: str, acme: Acme, leave: WorkflowDefinition
) -> None:
    hema = Rest(acme.hema)
    task = hema.task(at_hr(acme, assignee=acme.hema))
    before = facts(acme)
    answer = hema.post(f"tasks/{task['id']}/complete/", {"version": task["version"], **body})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [place])
    assert facts(acme) == before


def test_one_of_the_queue_claims(acme: Acme, leave: WorkflowDefinition) -> None:
    run = at_hr(acme)
    hema, hari, path = Rest(acme.hema), Rest(acme.hari), f"tasks/{run['steps'][-1]['id']}/"
    assert hema.done(f"{path}claim/", {"version": 1})["steps"][-1]["assignee"]["name"] == "Hema"
    assert hari.read("tasks/")["results"] == []
    late = hari.post(f"{path}claim/", {"version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "task.stale")
    assert hari.post(f"{path}claim/").json()["code"] == "task.claim.denied"


def test_a_tenant_admin_assigns_what_nobody_holds(acme: Acme, leave: WorkflowDefinition) -> None:
    with acme.scope():
        WorkflowDefinition.objects.filter(id=leave.id).update(owner=acme.meera)
    run = Rest(acme.meera).start("Leave Application", ASKED)
    task, tess = run["steps"][-1], Rest(acme.tess)
    assert (task["assignee"], task["unassigned"]) == (None, True)
    assert one(tess.read("tasks/", assigned="nobody")["results"])["id"] == task["id"]
    assert Rest(acme.ravi).read("tasks/", assigned="nobody")["results"] == []
    path = f"tasks/{task['id']}/assign/"
    assert Rest(acme.meera).post(path, {"assignee": str(acme.ravi.id)}).status_code == 403
    own = tess.post(path, {"assignee": str(acme.meera.id)})
    assert (own.status_code, set(own.json()["errors"])) == (422, {"assignee"})
    given = tess.done(path, {"assignee": str(acme.ravi.id)})
    assert given["steps"][-1]["assignee"]["name"] == "Ravi"


def test_the_etag_of_what_was_done_about_a_task_is_good_for_the_next_thing(
    acme: Acme, leave: WorkflowDefinition
) -> None:
    hema, path = Rest(acme.hema), f"tasks/{at_hr(acme)['steps'][-1]['id']}/"
    for action, body in (("claim", {}), ("hold", {"reason": "Waiting for a document"}), ("resume", {})):
        seen = hema.post(f"{path}{action}/", body)["ETag"]
        assert seen == hema.get(path)["ETag"], action
    done = hema.post(f"{path}complete/", {"transition": "Approved"}, **{"If-Match": seen})
    assert done.json()["outcome"] == "Approved"
