"""Absences on the profile, over REST and in the administration."""

from typing import Any

import pytest
import time_machine

from accounts.models import Absence
from tests.accounts.clients import signed_in
from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.pages import said
from tests.scenarios.rest import Rest
from workflows.services.definitions import definition_delete

DAYS = {"starts_on": "2025-10-01", "ends_on": "2025-10-05"}
TODAY = "2025-09-29T05:00:00Z"


def posted(**more: Any) -> dict[str, Any]:
    return {f"absence-{name}": value for name, value in {**DAYS, **more}.items()}


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with time_machine.travel(TODAY):
        yield


def test_ravi_asks_farid_on_his_profile_and_farid_accepts(acme: Acme) -> None:
    ravi, farid = signed_in(acme.ravi), signed_in(acme.farid)
    answer = ravi.post("/profile/absences/", posted(substitute=str(acme.farid.id)))
    assert answer.headers["Location"] == "/profile/#absences"
    assert "Waits for the substitute" in said(ravi.get("/profile/"))
    page = said(farid.get("/profile/"))
    assert "Ravi , 1 Oct 2025 to 5 Oct 2025" in page
    assert "Asks you" in page
    with acme.scope():
        absence = Absence.objects.get()
    farid.post(f"/profile/absences/{absence.id}/", {"action": "accept"})
    assert "Covered" in said(ravi.get("/profile/"))
    ravi.post(f"/profile/absences/{absence.id}/", {"action": "end"})
    assert "You are away" not in said(ravi.get("/profile/"))


def test_what_is_refused_is_said_where_it_is(acme: Acme) -> None:
    ravi = signed_in(acme.ravi)
    for wrong, text in (
        ({"ends_on": "2025-09-30"}, "The last day is before the first one."),
        ({"substitute": "Nobody at all"}, "There is no one active person of that name or address."),
        ({"substitute": str(acme.ravi.id)}, "Nobody stands in for themselves."),
        ({"starts_on": ""}, "This field is required."),
    ):
        answer = ravi.post("/profile/absences/", posted(**wrong))
        assert (answer.status_code, text in said(answer)) == (422, True), said(answer)
    assert ravi.post("/profile/absences/", posted(substitute="farid@acme.example")).status_code == 302
    answer = ravi.post("/profile/absences/", posted())
    assert "There is an absence in this time already." in said(answer)
    assert signed_in(acme.fiona).post(f"/profile/absences/{acme.ravi.id}/", {"action": "end"}).status_code == 404


def test_the_same_over_rest(acme: Acme) -> None:
    ravi, farid = Rest(acme.ravi), Rest(acme.farid)
    made = ravi.done("absences/", {**DAYS, "substitute": str(acme.farid.id)}, 201)
    assert (made["answer"], made["time_zone"], made["scope"]) == ("asked", "Asia/Kolkata", [])
    path = f"absences/{made['id']}/"
    assert [one["id"] for one in farid.read("absences/")["results"]] == [made["id"]]
    assert Rest(acme.fiona).read("absences/")["results"] == []
    assert Rest(acme.fiona).post(f"{path}accept/").status_code == 404
    assert ravi.post(f"{path}accept/").status_code == 403
    assert farid.done(f"{path}accept/")["answer"] == "accepted"
    assert farid.post(f"{path}accept/").status_code == 409
    assert ravi.done(f"{path}substitute/", {"substitute": None})["answer"] == "none"
    assert ravi.done(f"{path}end/")["ended_at"] is not None
    assert ravi.post("absences/", {**DAYS, "scope": ["workflow:none"]}).status_code == 422
    assert ravi.post("absences/", {**DAYS, "member": str(acme.fiona.id)}).status_code == 403
    assert Rest(acme.tess).read("absences/", open="false")["results"][0]["id"] == made["id"]


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"scopes": ["flows:approvals"]}, "scopes"),
        ({"substitut": None}, "substitut"),
        ({"substitute": 12345}, "substitute"),
        ({"starts_on": "20251006"}, "starts_on"),
        ({"ends_on": "2025-W50-1"}, "ends_on"),
    ],
)
def test_what_rest_does_not_know_is_refused(more: dict[str, object], place: str, acme: Acme) -> None:
    """A name with a typing error made an absence for all work, or one without a substitute."""
    answer = Rest(acme.ravi).post("absences/", {**DAYS, **more})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [place])


def test_an_absence_for_work_that_is_gone_is_not_for_everything(acme: Acme) -> None:
    with acme.scope():
        leave = install("leave_application", acme.omar)
    ravi = signed_in(acme.ravi)
    ravi.post("/profile/absences/", posted(substitute=str(acme.farid.id), scope=f"workflow:{leave.id}"))
    assert "For Leave Application" in said(ravi.get("/profile/"))
    with acme.scope():
        address = f"/admin/accounts/absence/{Absence.objects.get().id}/change/"
        assert "Leave Application" in said(signed_in(acme.tess).get(address))
        definition_delete(definition_id=leave.id, actor=acme.omar)
    for member in (acme.ravi, acme.farid):
        page = said(signed_in(member).get("/profile/"))
        assert "For work that is not here any more" in page
        assert "For everything" not in page


def test_tess_sets_one_for_hema_in_the_administration(acme: Acme) -> None:
    tess = signed_in(acme.tess)
    given = {**DAYS, "member": str(acme.hema.id), "substitute": str(acme.hari.id)}
    assert tess.post("/admin/accounts/absence/add/", given).status_code == 302
    with acme.scope():
        absence = Absence.objects.get()
        assert (absence.member_id, absence.answer, absence.created_by_id) == (acme.hema.id, "asked", acme.tess.id)
    tess.post("/admin/accounts/absence/", {"action": "end", "_selected_action": [str(absence.id)]})
    with acme.scope():
        assert Absence.objects.get().ended_at is not None
