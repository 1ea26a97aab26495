"""The leave application through the pages, without any script (S1, S3)."""

import pytest

from tests.cast import Acme
from tests.workflows.views.story import apply, decide, install, load, signed_in, text
from workflows.models import WorkflowRun

SECRETS = ("canary-note", "criticality", "Note of HR", "hr_note", "12 days", "High")


@pytest.mark.django_db
def test_from_application_to_approval(acme: Acme) -> None:
    install(acme)
    asha, ravi, hema = signed_in(acme.asha), signed_in(acme.ravi), signed_in(acme.hema)
    run_id = apply(asha)
    mine = text(load(asha, "/inbox/?tab=mine"))
    assert f"/requests/{run_id}/" in mine
    assert "with Ravi" in mine
    assert f"/requests/{run_id}/" in text(load(ravi, "/inbox/"))
    assert 'name="criticality"' in text(load(ravi, f"/requests/{run_id}/"))
    answer = decide(ravi, run_id, "HR review", criticality="high", assignee=str(acme.hema.id))
    assert answer.status_code == 302, text(answer)
    hr = text(load(hema, f"/requests/{run_id}/"))
    assert "12 days" in hr
    assert "High" in hr
    assert decide(hema, run_id, "Approved", hr_note="canary-note").status_code == 302
    with acme.scope():
        run = WorkflowRun.objects.get(id=run_id)
        assert (run.status, run.outcome, run.data["hr_note"]) == ("completed", "Approved", "canary-note")
    done = text(load(asha, f"/requests/{run_id}/"))
    assert "Approved" in done
    assert [secret for secret in SECRETS if secret.lower() in done.lower()] == []


@pytest.mark.django_db
def test_hidden_fields_are_neither_shown_nor_taken(acme: Acme) -> None:
    definition = install(acme)
    asha = signed_in(acme.asha)
    pages = ["/start/leave-application/", f"/workflows/{definition.id}/", f"/workflows/{definition.id}/?tab=form"]
    run_id = apply(asha, criticality="low", hr_note="canary-note", balance="99")
    for address in [*pages, f"/requests/{run_id}/", "/inbox/?tab=mine", "/search/?q=canary", "/search/?q=leave"]:
        page = load(asha, address)
        assert page.status_code == 200
        shown = text(page).lower().replace("?q=canary", "").replace('value="canary"', "")
        assert [secret for secret in SECRETS if secret.lower() in shown] == [], address
    with acme.scope():
        data = WorkflowRun.objects.get(id=run_id).data
    assert data.get("criticality") is None
    assert data.get("hr_note") is None
    assert data["balance"] == 12


@pytest.mark.django_db
def test_a_colleague_of_hr_sees_what_hr_may_see_and_the_manager_what_he_may(acme: Acme) -> None:
    install(acme)
    run_id = apply(signed_in(acme.asha))
    ravi, hari = signed_in(acme.ravi), signed_in(acme.hari)
    assert decide(ravi, run_id, "HR review", criticality="high").status_code == 302
    assert "12 days" in text(load(hari, f"/requests/{run_id}/"))
    assert decide(hari, run_id, "Rejected", hr_note="canary-note", comment="Too many away").status_code == 302
    seen = text(load(ravi, f"/requests/{run_id}/"))
    assert "High" in seen
    assert "Too many away" in seen
    assert "canary-note" not in seen
    assert "12 days" not in seen
