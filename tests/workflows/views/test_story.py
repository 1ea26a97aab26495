"""The leave application through the pages, without any script."""

import pytest

from tests.cast import Acme
from tests.workflows.views.story import apply, decide, install, signed_in, text
from workflows.models import WorkflowRun


@pytest.mark.django_db
def test_from_application_to_approval(acme: Acme) -> None:
    install(acme)
    asha, ravi, hema = signed_in(acme.asha), signed_in(acme.ravi), signed_in(acme.hema)
    assert "/start/leave-application/" in text(asha.get("/"))
    run_id = apply(asha)
    mine = text(asha.get("/inbox/?tab=mine"))
    assert f"/requests/{run_id}/" in mine
    assert "with Ravi" in mine
    assert f"/requests/{run_id}/" in text(ravi.get("/inbox/"))
    page = text(ravi.get(f"/requests/{run_id}/"))
    assert "Project criticality" in page
    assert 'name="criticality"' in page
    answer = decide(ravi, run_id, "HR review", criticality="high", assignee=str(acme.hema.id))
    assert answer.status_code == 302, text(answer)
    hr = text(hema.get(f"/requests/{run_id}/"))
    assert "12 days" in hr
    assert "High" in hr
    assert decide(hema, run_id, "Approved", hr_note="canary-note").status_code == 302
    done = text(asha.get(f"/requests/{run_id}/"))
    assert "Approved" in done
    for secret in ("canary-note", "Project criticality", "Note of HR", "12 days"):
        assert secret not in done
    with acme.scope():
        run = WorkflowRun.objects.get(id=run_id)
        assert (run.status, run.outcome) == ("completed", "Approved")
