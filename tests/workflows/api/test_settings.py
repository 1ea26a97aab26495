"""What an organisation chooses about its requests, over REST."""

from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from tests.cast import Acme, Globex
from tests.factories.workflows import install
from tests.scenarios.rest import Rest
from workflows.models import HoldReason, WorkflowSettings

PATH = "request-settings/"
DEFAULTS = {
    "undo_seconds": 10, "cases_gate": False, "figures_from": 5, "publish_approval": None, "forbid_outside": False,
}  # fmt: skip


def test_defaults_are_read_and_some_is_changed(acme: Acme) -> None:
    tess = Rest(acme.tess)
    assert tess.read(PATH) == DEFAULTS
    changed = tess.patch(PATH, {"undo_seconds": 30, "forbid_outside": True})
    assert (changed.status_code, changed.json()) == (200, {**DEFAULTS, "undo_seconds": 30, "forbid_outside": True})
    assert tess.patch(PATH, {"forbid_outside": False}).json() == {**DEFAULTS, "undo_seconds": 30} == tess.read(PATH)
    with acme.scope():
        assert WorkflowSettings.objects.count() == 1
        told = AuditEntry.objects.filter(payload__entry="workflows.workflowsettings").order_by("at")
        assert list(told.values_list("actor_id", flat=True)) == [acme.tess.id] * 2


def test_a_workflow_approves_publishing(acme: Acme, globex: Globex) -> None:
    tess = Rest(acme.tess)
    with globex.scope():
        foreign = install("publish_approval", globex.gus).id
    with acme.scope():
        leave, approval = install("claim_expense", acme.omar), install("publish_approval", acme.omar)
        leave.published_version = None
        leave.save(update_fields=["published_version"])
    for wrong in (foreign, uuid4(), leave.id):
        refused = tess.patch(PATH, {"publish_approval": str(wrong)})
        assert (refused.status_code, set(refused.json()["errors"])) == (422, {"publish_approval"})
    done = tess.patch(PATH, {"publish_approval": str(approval.id)})
    assert (done.status_code, done.json()["publish_approval"]) == (200, str(approval.id))
    assert tess.patch(PATH, {"publish_approval": None}).json()["publish_approval"] is None


@pytest.mark.parametrize(
    "body",
    [{"undo_seconds": -1}, {"undo_seconds": 10**6}, {"figures_from": 0}, {"cases_gate": "perhaps"}, {"other": 1}],
)
def test_what_does_not_fit_is_named(acme: Acme, body: dict[str, object]) -> None:
    refused = Rest(acme.tess).patch(PATH, body)
    assert (refused.status_code, set(refused.json()["errors"])) == (422, set(body))
    assert Rest(acme.tess).read(PATH) == DEFAULTS


def test_it_is_for_tenant_admins(acme: Acme) -> None:
    for person in (acme.omar, acme.asha):
        rest = Rest(person)
        assert (rest.get(PATH).status_code, rest.patch(PATH, {"undo_seconds": 1}).status_code) == (403, 403)


REASONS = "hold-reasons/own/"


def test_reasons_for_a_hold_are_the_organisations_own(acme: Acme) -> None:
    tess, asha = Rest(acme.tess), Rest(acme.asha)
    product = asha.read("hold-reasons/")["results"]
    first, second = (tess.post(REASONS, {"name": "Visa", "position": 2}, key="k") for _ in range(2))
    assert (first.status_code, second.content) == (201, first.content)
    audit = tess.done(REASONS, {"name": "Audit", "position": 1}, 201)
    assert asha.read("hold-reasons/")["results"] == ["Audit", "Visa"]
    assert [row["name"] for row in tess.read(REASONS)["results"]] == ["Audit", "Visa"]
    path = f"{REASONS}{audit['id']}/"
    seen = tess.get(path)["ETag"]
    assert tess.patch(path, {"position": 3}, **{"If-Match": seen}).json()["position"] == 3
    assert tess.patch(path, {"position": 4}, **{"If-Match": seen}).status_code == 409
    assert asha.read("hold-reasons/")["results"] == ["Visa", "Audit"]
    for row in (audit, first.json()):
        assert tess.delete(f"{REASONS}{row['id']}/").status_code == 204
    assert asha.read("hold-reasons/")["results"] == product
    with acme.scope():
        told = AuditEntry.objects.filter(subject_id=audit["id"], actor_id=acme.tess.id).order_by("at", "id")
        assert list(told.values_list("kind", flat=True)) == [
            "directory.added", "directory.changed", "directory.removed"
        ]  # fmt: skip


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": "Visa"}, {"name": "Y", "position": -1}, {"name": "Y", "at": 1}]
)
def test_a_reason_that_does_not_fit_is_named(acme: Acme, body: dict[str, object]) -> None:
    tess = Rest(acme.tess)
    tess.done(REASONS, {"name": "Visa"}, 201)
    refused = tess.post(REASONS, body)
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {next(reversed(body))})


def test_reasons_of_others_are_not_there(acme: Acme, globex: Globex) -> None:
    with globex.scope():
        foreign = HoldReason.objects.create(organisation=globex.organisation, name="Theirs").id
    tess = Rest(acme.tess)
    for missing in (foreign, uuid4()):
        path = f"{REASONS}{missing}/"
        assert [tess.get(path).status_code, tess.patch(path, {}).status_code, tess.delete(path).status_code] == [
            404
        ] * 3
    assert Rest(acme.omar).get(REASONS).status_code == 403


def test_another_value_of_a_secret_keeps_its_note(acme: Acme) -> None:
    tess = Rest(acme.tess)
    first = tess.done("secrets/", {"name": "bank", "value": "one", "note": "Ask Farid"}, 201)
    again = tess.done("secrets/", {"name": "bank", "value": "two"}, 201)
    assert (again["id"], again["note"]) == (first["id"], "Ask Farid")
    assert tess.done("secrets/", {"name": "bank", "value": "two", "note": ""}, 201)["note"] == ""


TASK = {"name": "Rates", "nodes": [{"kind": "delay", "params": {"for": "1h"}}]}
CONDITION = {
    "name": "Of Finance",
    "kind": "assignee",
    "rule": {"field": "candidate.department", "op": "eq", "value": "FIN"},
}


@pytest.mark.parametrize(("address", "body"), [("configured-tasks/", TASK), ("saved-conditions/", CONDITION)])
def test_what_designers_save_is_changed_as_it_was_seen(acme: Acme, address: str, body: dict[str, object]) -> None:
    tess = Rest(acme.tess)
    made = tess.post(address, body)
    assert made.status_code == 201, made.content
    path, seen = f"{address}{made.json()['id']}/", made["ETag"]
    assert (tess.get(path)["ETag"], tess.get(path).json()) == (seen, made.json())
    changed = tess.put(path, {**body, "name": "Other"}, **{"If-Match": seen})
    assert (changed.status_code, changed["ETag"] == seen) == (200, False)
    for late in (
        tess.put(path, {**body, "name": "Late"}, **{"If-Match": seen}),
        tess.delete(path, **{"If-Match": seen}),
    ):
        assert (late.status_code, late.json()["code"]) == (409, "directory.stale")
    assert tess.get(path).json() == changed.json()
    assert tess.delete(path, **{"If-Match": changed["ETag"]}).status_code == 204
    assert tess.get(path).status_code == 404
