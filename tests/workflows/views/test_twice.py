"""Two clicks on a button that makes something: one thing is made, and both lead to it."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.cast import Acme
from tests.factories.outside import offered
from tests.workflows.views.story import hidden, install, load, send, signed_in, started, text
from workflows.library import library_item
from workflows.models import Comment, DecisionLink, WorkflowDefinition


def click(client: Client, page: str, address: str, times: int = 2, **data: Any) -> list[str]:
    """The form of the page sent so often, as a hand sends it that clicks twice; where the answers lead."""
    fields = data | {"idempotency_key": hidden(load(client, page))["idempotency_key"]}
    answers = [send(client, address, **fields) for _ in range(times)]
    assert {answer.status_code for answer in answers} == {302}
    return [answer["Location"] for answer in answers]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "address", "data"),
    [
        ("/workflows/new/", "/workflows/new/", {"name": "Laptop"}),
        ("/workflows/import/", "/workflows/import/", {"text": json.dumps(library_item("it_access").to_json())}),
        ("/workflows/library/", "/workflows/library/it_access/install/", {}),
        ("/workflows/library/it_access/", "/workflows/library/it_access/install/", {}),
    ],
    ids=["new", "import", "library", "item"],
)
def test_one_workflow_is_made(acme: Acme, page: str, address: str, data: dict[str, Any]) -> None:
    omar = signed_in(acme.omar)
    first = click(omar, page, address, **data)
    assert len(set(first)) == 1
    assert "already" in text(load(omar, first[0]))
    with acme.scope():
        assert WorkflowDefinition.objects.count() == 1
    assert set(click(omar, page, address, **data)).isdisjoint(first), "the page loaded again makes another one"


@pytest.mark.django_db
def test_one_copy_is_made(acme: Acme) -> None:
    definition, omar = install(acme), signed_in(acme.omar)
    assert len(set(click(omar, "/", f"/workflows/{definition.id}/clone/"))) == 1
    with acme.scope():
        assert WorkflowDefinition.objects.count() == 2


@pytest.mark.django_db
def test_new_links_go_out_once(acme: Acme) -> None:
    with acme.scope():
        run_id = offered(acme)
        task = DecisionLink.objects.get(run_id=run_id).task_id
    ravi, page = signed_in(acme.ravi), f"/requests/{run_id}/"
    assert click(ravi, page, f"/tasks/{task}/links/") == [page, page]
    with acme.scope():
        assert DecisionLink.objects.filter(run_id=run_id).count() == 2


@pytest.mark.django_db
def test_a_comment_is_written_once(acme: Acme) -> None:
    run_id, asha = started(acme, install(acme)), signed_in(acme.asha)
    click(asha, f"/requests/{run_id}/", f"/requests/{run_id}/comments/", text="Until Friday, please.")
    with acme.scope():
        assert Comment.objects.filter(run_id=run_id, text="Until Friday, please.").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/workflows/new/", "/workflows/import/"])
def test_a_refused_form_keeps_its_key_and_a_key_that_is_none_is_refused(acme: Acme, address: str) -> None:
    omar = signed_in(acme.omar)
    keys = hidden(load(omar, address))
    refused = send(omar, address, **keys)
    assert (refused.status_code, hidden(refused)) == (422, keys)
    document = json.dumps(library_item("it_access").to_json())
    assert send(omar, address, name="Laptop", text=document, idempotency_key="ä").status_code == 422
    with acme.scope():
        assert not WorkflowDefinition.objects.exists()
