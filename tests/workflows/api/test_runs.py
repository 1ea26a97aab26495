"""Starting, reading and following requests over REST."""

from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.serializers import Serializer

from accounts.audit.models import AuditEntry
from tests.cast import Acme
from tests.scenarios.rest import Rest, one
from workflows.api.outputs import RunRowSerializer, RunSerializer, TaskRowSerializer
from workflows.models import WorkflowDefinition, WorkflowRun
from workflows.selectors.listing import runs_listed, tasks_listed
from workflows.selectors.runs import any_run

ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}
SOMEBODY = "01890000-0000-7000-8000-000000000000"


def runs(acme: Acme) -> int:
    with acme.scope():
        return WorkflowRun.objects.count()


def test_a_started_request_says_all_about_itself(acme: Acme, leave: WorkflowDefinition) -> None:
    asha = Rest(acme.asha)
    answer = asha.post(f"workflows/{leave.id}/runs/", {"data": ASKED, "comment": "Please"})
    run = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/runs/{run['id']}/"
    assert answer.headers["ETag"] == '"2"'
    assert run["workflow"] == {"id": str(leave.id), "name": "Leave Application", "slug": "leave-application"}
    assert run["requester"] == {"id": str(acme.asha.id), "name": "Asha", "email": "asha@acme.example"}
    assert (run["number"], run["version"], run["data"]) == (1, 1, ASKED)
    assert run["steps"][1]["assignee"]["name"] == "Ravi"
    assert run["steps"][1]["due_at"] is not None
    assert asha.read(f"runs/{run['id']}/") == run


def test_the_only_candidate_and_the_only_way_need_not_be_named(acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED, transition=None, assignee=None, comment=None)
    assert run["steps"][-1]["assignee"]["name"] == "Ravi"


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"data": ASKED | {"criticality": "low", "hr_note": "x"}}, {"data.criticality", "data.hr_note"}),
        ({"data": {"from": "2025-10-06"}}, {"data.to", "data.reason"}),
        ({"data": ASKED | {"to": "2025-10-01"}}, {"data.to"}),
        ({"data": ASKED, "transition": "Approved"}, {"transition"}),
        ({"data": ASKED, "assignee": SOMEBODY}, {"assignee"}),
        ({"data": ASKED, "assignee": "nobody"}, {"assignee"}),
        ({"data": ASKED, "assignee": 7}, {"assignee"}),
        ({"data": ASKED, "transition": 7}, {"transition"}),
        ({"data": [ASKED]}, {"data"}),
        ({"data": ASKED, "comment": "x" * 5001}, {"comment"}),
        ({"data": ASKED, "status": "completed", "requester": SOMEBODY}, {"status", "requester"}),
        ({"dat": ASKED}, {"dat"}),
    ],
)
def test_what_is_wrong_is_named_by_its_place(
    body: dict[str, object], places: set[str], acme: Acme, leave: WorkflowDefinition
) -> None:
    answer = Rest(acme.asha).post(f"workflows/{leave.id}/runs/", body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert set(answer.json()["errors"]) == places
    assert runs(acme) == 0


def test_a_workflow_that_cannot_be_started_is_not_there(acme: Acme, leave: WorkflowDefinition) -> None:
    with acme.scope():
        WorkflowDefinition.objects.filter(id=leave.id).update(is_active=False)
    inactive = Rest(acme.asha).post(f"workflows/{leave.id}/runs/", {"data": ASKED})
    missing = Rest(acme.asha).post(f"workflows/{uuid4()}/runs/", {"data": ASKED})
    assert (inactive.status_code, inactive.content) == (404, missing.content)


def test_requests_are_narrowed_by_state_person_period_and_words(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, tess = Rest(acme.asha), Rest(acme.ravi), Rest(acme.tess)
    first, second = asha.start("Leave Application", ASKED), asha.start("Leave Application", ASKED)
    ravi.complete(ravi.task(first), "Rejected")

    def listed(**query: str) -> list[int]:
        return [run["number"] for run in tess.read("runs/", **query)["results"]]

    assert listed() == [2, 1]
    assert listed(status="completed") == [1]
    assert listed(requester="me") == []
    assert listed(requester=str(acme.asha.id)) == [2, 1]
    assert listed(workflow=str(leave.id), search="asha leave") == [2, 1]
    assert listed(search=f"#{second['number']}") == [2]
    assert listed(workflow=str(uuid4())) == []
    assert listed(step="Manager review") == listed(step="manager_review") == [2]
    today = timezone.now().date()
    assert listed(since=str(today - timedelta(days=2)), until=str(today + timedelta(days=1))) == [2, 1]
    assert listed(until=str(today - timedelta(days=2))) == []
    assert [run["number"] for run in asha.read("runs/", requester="me")["results"]] == [2, 1]
    assert Rest(acme.farid).read("runs/")["results"] == []


@pytest.mark.parametrize(
    ("path", "query", "place"),
    [
        ("runs/", {"status": "gone"}, "status"),
        ("runs/", {"requester": "them"}, "requester"),
        ("runs/", {"workflow": "1"}, "workflow"),
        ("runs/", {"since": "soon"}, "since"),
        ("runs/", {"search": "x" * 201}, "search"),
        ("runs/", {"since": "2025-10-06", "until": "2025-10-05"}, "until"),
        ("runs/", {"since": "2024-01-01", "until": "2025-10-05"}, "until"),
        ("runs/", {"following": "maybe"}, "following"),
        ("absences/", {"open": "1"}, "open"),
        ("notifications/", {"unread": "yes"}, "unread"),
        ("machine-steps/", {"state": "gone"}, "state"),
        ("tasks/", {"assigned": "team", "state": "done"}, "state"),
        ("tasks/", {"assigned": "behalf", "state": "all"}, "state"),
        ("tasks/", {"assigned": "nobody", "state": "done"}, "state"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(path: str, query: dict[str, str], place: str, acme: Acme) -> None:
    answer = Rest(acme.tess).get(path, **query)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {place})


@pytest.mark.parametrize("query", [{"following": "True"}, {"following": "FALSE"}, {"following": ""}])
def test_true_and_false_in_any_case(query: dict[str, str], acme: Acme) -> None:
    """Python's clients write them with a capital letter."""
    assert Rest(acme.tess).get("runs/", **query).status_code == 200


def test_lists_page_by_cursor(acme: Acme, leave: WorkflowDefinition) -> None:
    asha = Rest(acme.asha)
    for _ in range(5):
        asha.start("Leave Application", ASKED)
    seen, path = [], "runs/?page_size=2"
    while path:
        page = asha.read(path)
        assert set(page) == {"results", "next", "previous"}
        seen += [run["number"] for run in page["results"]]
        path = (page["next"] or "").partition("/api/v1/")[2]
    assert seen == [5, 4, 3, 2, 1]
    of_workflow = asha.read(f"workflows/{leave.id}/runs/")["results"]
    assert [run["number"] for run in of_workflow] == seen


def test_comments_are_text_and_reach_the_timeline(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    run = asha.start("Leave Application", ASKED)
    said = ravi.done(f"runs/{run['id']}/comments/", {"text": "Is Meera informed?"}, 201)
    assert (said["author"]["name"], said["kind"]) == ("Ravi", "comment")
    assert one(asha.read(f"runs/{run['id']}/comments/")["results"])["text"] == "Is Meera informed?"
    entry = asha.read(f"runs/{run['id']}/timeline/")["results"][-1]
    assert (entry["kind"], entry["actor"], entry["comment"]) == ("comment", "Ravi", "Is Meera informed?")
    for body in ({"text": " "}, {"text": 7}, {"text": "x" * 5001}, {}, {"text": "x", "author": SOMEBODY}):
        assert ravi.post(f"runs/{run['id']}/comments/", body).status_code == 422
    with acme.scope():
        assert AuditEntry.objects.filter(kind="run.commented").count() == 1


def test_only_the_requester_withdraws_and_only_once(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi = Rest(acme.asha), Rest(acme.ravi)
    run = asha.start("Leave Application", ASKED)
    path = f"runs/{run['id']}/withdraw/"
    refused = ravi.post(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "run.withdraw.denied")
    assert Rest(acme.farid).post(path).status_code == 404
    gone = asha.done(path, {"comment": "Plans changed"})
    assert (gone["status"], gone["outcome"]) == ("killed", "Withdrawn")
    assert [step["state"] for step in gone["steps"]] == ["success", "skipped"]
    assert (asha.post(path).status_code, ravi.read("tasks/")["results"]) == (409, [])


def test_people_follow_and_name_others(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, ravi, farid = Rest(acme.asha), Rest(acme.ravi), Rest(acme.farid)
    run = asha.start("Leave Application", ASKED)
    path = f"runs/{run['id']}/"
    assert farid.post(f"{path}watch/").status_code == 404
    watched = ravi.done(f"{path}watch/")
    assert ("Ravi", "watcher") in [(one["member"]["name"], one["kind"]) for one in watched["followers"]]
    assert ravi.delete(f"{path}watch/").status_code == 204
    denied = ravi.post(f"{path}stakeholders/", {"member": str(acme.farid.id)})
    assert (denied.status_code, denied.json()["code"]) == (403, "run.add_stakeholder.denied")
    asha.done(f"{path}stakeholders/", {"member": str(acme.farid.id)})
    assert farid.read(path)["data"] == ASKED
    assert [one["id"] for one in farid.read("runs/", following="true")["results"]] == [run["id"]]
    assert asha.read("runs/", following="true")["results"] == ravi.read("runs/", following="true")["results"] == []
    assert [one["id"] for one in asha.read("runs/", following="false")["results"]] == [run["id"]]
    missing = asha.post(f"{path}stakeholders/", {"member": SOMEBODY})
    assert (missing.status_code, set(missing.json()["errors"])) == (422, {"member"})


def test_an_answer_put_together_by_hand_is_what_its_fields_say(acme: Acme, leave: WorkflowDefinition) -> None:
    run = Rest(acme.asha).start("Leave Application", ASKED)
    assert Rest(acme.asha).post(f"runs/{run['id']}/watch/", {}).status_code == 200
    with acme.scope(), timezone.override(UTC):
        view = any_run(acme.asha, run["id"])
        fields = Serializer.to_representation(RunSerializer(), view)
        assert RunSerializer().to_representation(view) == dict(fields)


def test_rows_put_together_by_hand_are_what_their_fields_say(acme: Acme, leave: WorkflowDefinition) -> None:
    Rest(acme.ravi).complete(
        Rest(acme.ravi).task(Rest(acme.asha).start("Leave Application", ASKED)), "HR review", assignee=acme.hema
    )
    Rest(acme.asha).start("Leave Application", ASKED)
    with acme.scope(), timezone.override(UTC):
        lists: list[tuple[Any, Serializer[Any]]] = [
            (runs_listed(acme.asha), RunRowSerializer()),
            (tasks_listed(acme.asha), TaskRowSerializer()),
        ]
        for rows, serializer in lists:
            assert len(rows) >= 2
            for row in rows:
                assert serializer.to_representation(row) == Serializer.to_representation(serializer, row)
