"""S23: Gita of Globex tries the ids of Acme in every place that takes one, on both hosts, by session and by token."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.accounts.clients import program, signed_in
from tests.cast import Acme, Globex
from tests.factories.workflows import install
from tests.scenarios.rest import ROOT, Rest
from tests.scenarios.world import ASKED, snapshot
from workflows.library import library_item
from workflows.models import WorkflowDefinition

CANARY = "canary-7f3a"


@dataclass(frozen=True)
class Two:
    """Acme's ids, and a request of Gita's own in which she may name them."""

    ids: dict[str, str]
    own_workflow: str
    own_run: str
    own_task: str


@pytest.fixture
def two(acme: Acme, globex: Globex, leave: WorkflowDefinition) -> Two:
    run = Rest(acme.asha).start("Leave Application", ASKED | {"reason": CANARY})
    comment = Rest(acme.ravi).done(f"runs/{run['id']}/comments/", {"text": CANARY}, 201)
    with globex.scope():
        mine = install("leave_application", globex.gus)
    gita, gus = Rest(globex.gita), Rest(globex.gus)
    own = gita.start("Leave Application", ASKED, assignee=globex.gus)
    ids = {
        "run": run["id"],
        "task": run["steps"][-1]["id"],
        "workflow": str(leave.id),
        "comment": comment["id"],
        "user": str(acme.ravi.id),
        "department": str(acme.departments["HR"].id),
    }
    return Two(ids, str(mine.id), own["id"], gus.task(own)["id"])


PATHS = [
    ("get", "runs/{run}/", None),
    ("get", "runs/{run}/comments/", None),
    ("get", "runs/{run}/timeline/", None),
    ("post", "runs/{run}/comments/", {"text": "x"}),
    ("post", "runs/{run}/withdraw/", {}),
    ("post", "runs/{run}/watch/", {}),
    ("delete", "runs/{run}/watch/", None),
    ("post", "runs/{run}/stakeholders/", {"member": "{user}"}),
    ("get", "tasks/{task}/", None),
    ("post", "tasks/{task}/complete/", {"transition": "HR review", "version": 1}),
    ("post", "tasks/{task}/reassign/", {"assignee": "{user}"}),
    ("post", "tasks/{task}/take-over/", {}),
    ("post", "tasks/{task}/claim/", {}),
    ("post", "tasks/{task}/assign/", {"assignee": "{user}"}),
    ("get", "workflows/{workflow}/", None),
    ("get", "workflows/{workflow}/runs/", None),
    ("post", "workflows/{workflow}/runs/", {"data": ASKED}),
    ("get", "definitions/{workflow}/", None),
    ("put", "definitions/{workflow}/", {"name": "Mine"}),
    ("post", "definitions/{workflow}/publish/", {}),
    ("post", "definitions/{workflow}/retire/", {}),
    ("get", "runs/{comment}/", None),
    ("get", "tasks/{run}/", None),
]
PAGES = [
    ("get", "/requests/{run}/"),
    ("post", "/requests/{run}/comments/"),
    ("post", "/requests/{run}/withdraw/"),
    ("post", "/requests/{run}/watch/"),
    ("post", "/requests/{run}/stakeholders/"),
    ("post", "/tasks/{task}/complete/"),
    ("post", "/tasks/{task}/reassign/"),
    ("post", "/tasks/{task}/take-over/"),
    ("get", "/workflows/{workflow}/"),
    ("get", "/workflows/{workflow}/runs/"),
    ("post", "/workflows/{workflow}/clone/"),
    ("post", "/workflows/{workflow}/publish/"),
    ("get", "/workflows/{workflow}/export/"),
]


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The ids in their places."""
    if isinstance(value, dict):
        return {key: filled(inner, ids) for key, inner in value.items()}
    return value.format(**ids) if isinstance(value, str) and "{" in value else value


def clients(globex: Globex) -> Iterator[Client]:
    """Gita and her tenant admin: by token on both hosts and on the bare one, by session on both hosts."""
    for member in (globex.gita, globex.gus):
        for host in ("localhost", "globex.localhost", "acme.localhost"):
            yield program(member, host)
        for host in ("globex.localhost", "acme.localhost"):
            client = signed_in(member)
            client.defaults["HTTP_HOST"] = host
            yield client


def sent(client: Client, method: str, path: str, body: Any) -> Any:
    if body is None:
        return getattr(client, method)(path)
    return getattr(client, method)(path, body, content_type="application/json")


@pytest.mark.parametrize("body", [{}, {"nonsense": 1}, {"version": "one"}, {"data": 1, "text": 2, "member": 3}])
def test_a_wrong_body_does_not_make_a_foreign_id_known(
    two: Two, acme: Acme, globex: Globex, body: dict[str, Any]
) -> None:
    before = snapshot(acme)
    for member in (globex.gita, globex.gus):
        client = program(member, "globex.localhost")
        for method, path, given in PATHS:
            if given is not None:
                answer = sent(client, method, filled(ROOT + path, two.ids), body)
                assert answer.status_code == 404, (path, answer.content)
    assert snapshot(acme) == before
    assert set(Rest(acme.ravi).post(f"tasks/{two.ids['task']}/complete/").json()["errors"]) == {"transition"}
    document = f"{ROOT}definitions/{two.ids['workflow']}/"
    assert sent(Rest(acme.asha).client, "put", document, {"nonsense": 1}).status_code == 403


def test_in_addresses_of_rest(two: Two, acme: Acme, globex: Globex) -> None:
    missing = {name: str(uuid4()) for name in two.ids}
    before = snapshot(acme), snapshot(globex)
    for client in clients(globex):
        for method, path, body in PATHS:
            foreign, nothing = (
                sent(client, method, filled(ROOT + path, ids), filled(body, ids)) for ids in (two.ids, missing)
            )
            assert foreign.status_code in (401, 404), (method, path, foreign.status_code, foreign.content)
            assert (foreign.status_code, foreign.content) == (nothing.status_code, nothing.content), (method, path)
            assert CANARY.encode() not in foreign.content
    assert (snapshot(acme), snapshot(globex)) == before


def test_in_addresses_of_pages(two: Two, acme: Acme, globex: Globex) -> None:
    missing = {name: str(uuid4()) for name in two.ids}
    before = snapshot(acme), snapshot(globex)
    for member in (globex.gita, globex.gus):
        for host in ("globex.localhost", "acme.localhost"):
            client = signed_in(member)
            client.defaults["HTTP_HOST"] = host
            for method, path in PAGES:
                body = {
                    "text": "x",
                    "transition": "HR review",
                    "version": 1,
                    "member": two.ids["user"],
                    "action": "watch",
                }
                answers = [getattr(client, method)(filled(path, ids), body) for ids in (two.ids, missing)]
                codes = {answer.status_code for answer in answers}
                assert codes <= {404} if host == "globex.localhost" else codes <= {302, 404}, (path, codes)
                if codes == {404}:
                    assert answers[0].content == answers[1].content
    assert (snapshot(acme), snapshot(globex)) == before


def test_in_bodies_filters_and_lists(two: Two, acme: Acme, globex: Globex) -> None:
    before = snapshot(acme), snapshot(globex)
    gita, gus = Rest(globex.gita), Rest(globex.gus)
    nobody = str(uuid4())

    def alike(make: Any, status: int) -> None:
        foreign, nothing = make(two.ids), make(dict.fromkeys(two.ids, nobody))
        assert (foreign.status_code, foreign.content) == (nothing.status_code, nothing.content)
        assert foreign.status_code == status, foreign.content

    start = f"workflows/{two.own_workflow}/runs/"
    alike(lambda ids: gita.post(start, {"data": ASKED, "assignee": ids["user"]}), 422)
    decide = f"tasks/{two.own_task}/complete/"
    body = {"transition": "HR review", "version": 1, "data": {"criticality": "low"}}
    alike(lambda ids: gus.post(decide, body | {"assignee": ids["user"]}), 422)
    alike(lambda ids: gus.post(f"tasks/{two.own_task}/reassign/", {"assignee": ids["user"]}), 422)
    alike(lambda ids: gita.post(f"runs/{two.own_run}/stakeholders/", {"member": ids["user"]}), 422)
    for query in (
        "runs/?workflow={workflow}",
        "runs/?requester={user}",
        "tasks/?run={run}",
        "users/?department={department}",
    ):
        alike(lambda ids, query=query: gus.get(filled(query, ids)), 200)
        assert gus.read(filled(query, two.ids))["results"] == []
    for path in (
        "runs/",
        "tasks/",
        "workflows/",
        "definitions/",
        "users/",
        "tasks/?assigned=nobody",
        f"runs/?search={CANARY}",
    ):
        text = gus.get(path).content.decode()
        assert CANARY not in text
        assert not any(foreign in text for foreign in two.ids.values())
    assert (snapshot(acme), snapshot(globex)) == before


def test_in_a_workflow_document(two: Two, acme: Acme, globex: Globex) -> None:
    gus, found = Rest(globex.gus), []
    before = snapshot(acme)
    for person in (two.ids["user"], str(uuid4())):
        document = library_item("leave_application").to_json()
        document["graph"]["stakeholders"] = [{"kind": "member", "id": person}]
        draft = gus.done("definitions/", document, 201)
        refused = gus.post(f"definitions/{draft['id']}/publish/")
        assert refused.status_code == 422
        found.append((draft["problems"], refused.content))
    assert found[0] == found[1]
    assert snapshot(acme) == before


def test_a_token_of_acme_opens_nothing_at_globex(two: Two, acme: Acme) -> None:
    client = program(acme.ravi, "globex.localhost")
    for path in ("me/", "runs/", "tasks/", f"tasks/{two.ids['task']}/"):
        answer = client.get(ROOT + path)
        assert answer.status_code == 401
        assert CANARY.encode() not in answer.content


def test_numbers_tell_nothing_about_the_neighbours(two: Two, acme: Acme, globex: Globex) -> None:
    assert Rest(globex.gita).start("Leave Application", ASKED)["number"] == 2
    assert Rest(acme.asha).start("Leave Application", ASKED)["number"] == 2
