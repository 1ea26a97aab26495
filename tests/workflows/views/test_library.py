"""The library by its pages and over REST: look, install, bring to a newer version."""

import pytest

from tests.cast import Acme
from tests.scenarios.rest import Rest
from tests.workflows.test_library_use import LIMIT, older, period_of, rewrite
from tests.workflows.views.story import install, load, send, signed_in, text
from workflows.library import library_item
from workflows.models import WorkflowDefinition


def conflicting(acme: Acme) -> WorkflowDefinition:
    """A copy in which the organisation and the library have both changed the same limit."""
    definition = install(acme)
    with acme.scope():
        older(definition)
        sla = library_item("leave_application").to_json()["graph"]["steps"][1]["sla"]
        rewrite(definition, acme, sla=sla | {"period": "5d"})
    return definition


@pytest.mark.django_db
def test_a_designer_looks_installs_and_updates(acme: Acme) -> None:
    definition, omar = conflicting(acme), signed_in(acme.omar)
    assert 'href="/workflows/library/"' in text(load(omar, "/"))
    shelf = text(load(omar, "/workflows/library/"))
    assert "Contract Review" in shelf
    assert "Update available" in shelf
    assert "<svg" in text(load(omar, "/workflows/library/contract_review/"))
    draft = send(omar, "/workflows/library/contract_review/install/")["Location"]
    assert "Contract Review" in text(load(omar, draft))
    address = f"/workflows/{definition.id}/library-update/"
    assert address in text(load(omar, f"/workflows/{definition.id}/"))
    page = load(omar, address)
    assert "Keep yours: 5 working days" in text(page)
    chosen = {f"choice-{LIMIT}": "theirs", "seen": page.context["update"].seen}
    assert send(omar, address, **chosen)["Location"].endswith("?tab=changes&version=2")
    with acme.scope():
        assert period_of(definition, acme) == "2d"
    assert load(omar, address)["Location"] == f"/workflows/{definition.id}/"
    assert 'href="/workflows/library/"' not in text(load(signed_in(acme.asha), "/"))


@pytest.mark.django_db
def test_the_same_over_rest(acme: Acme) -> None:
    definition, omar = conflicting(acme), Rest(acme.omar)
    listed = {one["key"]: one for one in omar.read("library/")["results"]}
    assert [one["update_available"] for one in listed["leave_application"]["copies"]] == [True]
    assert omar.read("library/it_access/") == library_item("it_access").to_json()
    found = omar.read(f"definitions/{definition.id}/library-update/")
    assert [(one["place"], one["ours"], one["theirs"]) for one in found["conflicts"]] == [
        (LIMIT, "5 working days", "2 working days")
    ]
    body = {"choices": {LIMIT: "theirs"}, "seen": found["seen"]}
    answer = omar.post(f"definitions/{definition.id}/library-update/", body)
    assert (answer.status_code, answer.json()["version"], answer.json()["state"]) == (200, 2, "draft")
    assert omar.post(f"definitions/{definition.id}/library-update/", body).status_code == 409
