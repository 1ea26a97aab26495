"""What else can be done with a request, by the forms of its page."""

import pytest

from tests.cast import Acme
from tests.workflows.views.story import at_hr, install, load, send, signed_in, started, task_of, text
from workflows.models import Participant, WorkflowRun


@pytest.mark.django_db
def test_a_task_is_handed_over_within_its_step_only(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    at_hr(acme, run_id, acme.hema)
    hema, task = signed_in(acme.hema), task_of(acme, run_id)
    address = f"/tasks/{task.id}/reassign/"
    assert [one.name for one in load(hema, f"/requests/{run_id}/").context["reassign"]] == ["Hari"]
    refused = send(hema, address, assignee=str(acme.farid.id), version=task.version)
    assert refused.status_code == 422
    assert refused.context["secondary"] == "reassign"
    assert "cannot be asked" in refused.context["secondary_errors"][0]
    assert task_of(acme, run_id).assignee_id == acme.hema.id
    assert send(hema, address, assignee="").status_code == 422
    assert send(hema, address, assignee=str(acme.hari.id), version=task.version, comment="Please").status_code == 302
    assert task_of(acme, run_id).assignee_id == acme.hari.id
    page = text(load(hema, f"/requests/{run_id}/"))
    assert "handed over HR review from Hema to Hari" in page
    assert send(hema, address, assignee=str(acme.hari.id)).status_code == 403


@pytest.mark.django_db
def test_a_colleague_with_the_right_takes_over(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    at_hr(acme, run_id, acme.hema)
    address = f"/tasks/{task_of(acme, run_id).id}/take-over/"
    assert send(signed_in(acme.farid), address).status_code == 404
    hari = signed_in(acme.hari)
    assert "Take over" in text(load(hari, f"/requests/{run_id}/"))
    assert send(hari, address, comment="Hema is ill").status_code == 302
    assert task_of(acme, run_id).assignee_id == acme.hari.id


@pytest.mark.django_db
def test_a_task_of_the_queue_is_claimed_once(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    at_hr(acme, run_id)
    hema, hari, task = signed_in(acme.hema), signed_in(acme.hari), task_of(acme, run_id)
    for client in (hema, hari):
        assert f"/requests/{run_id}/" in text(load(client, "/inbox/?tab=team"))
        assert "Claim" in text(load(client, f"/requests/{run_id}/"))
    data = {"version": task.version}
    assert send(hema, f"/tasks/{task.id}/take-over/", **data).status_code == 302
    late = send(hari, f"/tasks/{task.id}/take-over/", **data)
    assert late.status_code == 409
    assert "now with Hema" in late.context["conflict"]
    assert f"/requests/{run_id}/" not in text(load(hari, "/inbox/?tab=team"))


@pytest.mark.django_db
def test_the_requester_withdraws_and_nobody_else(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    address = f"/requests/{run_id}/withdraw/"
    assert send(signed_in(acme.ravi), address).status_code == 403
    asha = signed_in(acme.asha)
    assert send(asha, address, comment="Plans changed").status_code == 302
    page = text(load(asha, f"/requests/{run_id}/"))
    assert "Withdrawn" in page
    assert "Plans changed" in page
    again = send(asha, address)
    assert again.status_code == 409
    with acme.scope():
        assert WorkflowRun.objects.get(id=run_id).status == "killed"


@pytest.mark.django_db
def test_comments_are_plain_text_and_refused_ones_stay_in_the_box(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    asha, address = signed_in(acme.asha), f"/requests/{run_id}/comments/"
    assert send(asha, address, text="<b>Hello</b>").status_code == 302
    page = text(load(signed_in(acme.ravi), f"/requests/{run_id}/"))
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert send(asha, address, text="  ").status_code == 422
    refused = send(asha, address, text="x" * 5_001)
    assert refused.status_code == 422
    assert refused.context["comment_form"]["text"] == "x" * 5_001


@pytest.mark.django_db
def test_who_may_see_it_watches_and_stops(acme: Acme) -> None:
    run_id = started(acme, install(acme))
    ravi, address = signed_in(acme.ravi), f"/requests/{run_id}/watch/"
    assert send(signed_in(acme.fiona), address, action="watch").status_code == 404
    assert send(ravi, address, action="watch").status_code == 302
    assert f"/requests/{run_id}/" in text(load(ravi, "/inbox/?tab=following"))
    assert send(ravi, address, action="unwatch").status_code == 302
    assert f"/requests/{run_id}/" not in text(load(ravi, "/inbox/?tab=following"))
    assert send(ravi, address, action="dance").status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["id", "Farid", "FARID@acme.example"])
def test_a_stakeholder_names_another_one(acme: Acme, typed: str) -> None:
    run_id = started(acme, install(acme))
    asha, address = signed_in(acme.asha), f"/requests/{run_id}/stakeholders/"
    for wrong in ("", "Nobody", str(run_id)):
        refused = send(asha, address, member=wrong)
        assert refused.status_code == 422
        assert refused.context["secondary"] == "stakeholder"
    assert send(asha, address, member=str(acme.farid.id) if typed == "id" else typed).status_code == 302
    with acme.scope():
        assert Participant.objects.filter(run_id=run_id, member_id=acme.farid.id, kind="stakeholder").count() == 1
    assert load(signed_in(acme.farid), f"/requests/{run_id}/").status_code == 200
    assert send(signed_in(acme.ravi), address, member="Fiona").status_code == 403
