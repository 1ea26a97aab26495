"""Addresses without their last slash: who reads is led on, who writes to the API is told."""

import pytest

from accounts.models import Absence
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.workflows import install, start_leave
from tests.scenarios.rest import Rest

DAYS = {"starts_on": "2030-05-06", "ends_on": "2030-05-07"}


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_who_writes_is_told_the_address(acme: Acme, settings: object, debug: bool, method: str) -> None:
    settings.DEBUG = debug  # type: ignore[attr-defined]  # pytest-django's
    answer = getattr(Rest(acme.asha).client, method)("/api/v1/absences", DAYS, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert (answer.json()["code"], "/api/v1/absences/" in answer.json()["detail"]) == ("slash_missing", True)
    with acme.scope():
        assert not Absence.objects.exists()


@pytest.mark.django_db
def test_who_reads_is_led_there_and_nothing_is_said_of_what_is_not_there(acme: Acme) -> None:
    asha = Rest(acme.asha)
    assert asha.get("absences").headers["Location"] == "/api/v1/absences/"
    assert asha.client.get("/inbox").headers["Location"] == "/inbox/"
    missing = asha.post("nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
def test_ids_may_be_written_in_capitals(acme: Acme) -> None:
    """As some languages write them. It is the same address: what is sent again under its key is not done again."""
    with acme.scope():
        run = str(start_leave(install("leave_application", acme.omar), acme.asha).run_id)
    assert signed_in(acme.asha).get(f"/requests/{run.upper()}/").status_code == 200
    asha = Rest(acme.asha)
    sent = [asha.post(f"runs/{one}/comments/", {"text": "Hello"}, key="one-comment") for one in (run, run.upper())]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
