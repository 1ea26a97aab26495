"""S26: a way back supersedes the answers that it goes over; they are kept, shown apart, and must be given again."""

from tests.cast import Acme
from tests.factories.workflows import LEAVE, install
from tests.scenarios.rest import Rest
from workflows.models import TransitionLog


def test_answers_that_a_request_is_sent_back_over_must_be_given_again(acme: Acme) -> None:
    with acme.scope():
        install("leave_application", acme.omar)
    asha, ravi, hema = Rest(acme.asha), Rest(acme.ravi), Rest(acme.hema)
    run = asha.start("Leave Application", LEAVE)
    ravi.complete(ravi.task(run), "HR review", data={"criticality": "high"}, assignee=acme.hema)
    hema.complete(hema.task(run), "Apply", data={"hr_note": "Other dates?"}, comment="Other dates?")
    seen = {who.member.name: who.read(f"runs/{run['id']}/") for who in (asha, ravi)}
    assert seen["Asha"]["superseded"] == LEAVE
    assert seen["Ravi"]["superseded"] == {**LEAVE, "criticality": "high"}
    assert seen["Asha"]["data"] == {}
    assert [step["superseded"] for step in seen["Asha"]["steps"]] == [True, True, True, False]
    with acme.scope():
        kept = TransitionLog.objects.get(run_id=run["id"], kind="superseded").detail["values"]
    assert kept == {**LEAVE, "criticality": "high"}

    task = asha.task(run)
    offered = {field["name"]: field["value"] for field in task["fields"]}
    assert offered == LEAVE
    refused = asha.try_complete(task, "Manager review", data={})
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {f"data.{name}" for name in LEAVE})
    asha.complete(task, "Manager review", data={**LEAVE, "reason": "Wedding"})
    again = ravi.task(run)
    assert [field["value"] for field in again["fields"] if field["name"] == "criticality"] == ["high"]
    run = ravi.complete(again, "HR review", data={"criticality": "low"}, assignee=acme.hema)
    assert (run["data"]["reason"], run["data"]["criticality"], run["superseded"]) == ("Wedding", "low", {})
    told = [one["text"] for one in asha.read(f"runs/{run['id']}/timeline/")["results"] if one["superseded"]]
    assert told == ["moved it to Manager review, with Ravi", "moved it to HR review, with Hema"]
