"""A program that speaks to the API as one person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.test import Client

from accounts.models import Membership
from tests.accounts.clients import DOMAIN, program

ROOT = "/api/v1/"


class Rest:
    """Paths are relative to ``/api/v1/``; bodies are JSON."""

    def __init__(self, member: Membership, host: str = DOMAIN) -> None:
        self.member = member
        self.client: Client = program(member, host)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(ROOT + path, query)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        if key:
            headers["idempotency-key"] = key
        return self.client.post(ROOT + path, body or {}, content_type="application/json", headers=headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.patch(ROOT + path, body, content_type="application/json", headers=headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.put(ROOT + path, body, content_type="application/json", headers=headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(ROOT + path, headers=headers)

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that is answered."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def done(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """The JSON of a POST that is accepted."""
        answer = self.post(path, body, **headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    # --- the moves of the stories ---

    def workflow(self, name: str) -> dict[str, Any]:
        """The workflow of that name as the person sees it."""
        found: dict[str, Any] = one(w for w in self.read("workflows/")["results"] if w["name"] == name)
        return found

    def start(self, name: str, data: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Start a request; the answer of REST."""
        body = {"data": dict(data), **{key: text(value) for key, value in more.items()}}
        found: dict[str, Any] = self.done(f"workflows/{self.workflow(name)['id']}/runs/", body, 201)
        return found

    def task(self, run: Mapping[str, Any]) -> dict[str, Any]:
        """The task of the request that waits for the person."""
        row = one(self.read("tasks/", assigned="me", run=run["id"])["results"])
        found: dict[str, Any] = self.read(f"tasks/{row['id']}/")
        return found

    def try_complete(self, task: Mapping[str, Any], transition: str, **more: Any) -> Any:
        body = {"transition": transition, "version": task["version"], **{key: text(v) for key, v in more.items()}}
        return self.post(f"tasks/{task['id']}/complete/", body)

    def complete(self, task: Mapping[str, Any], transition: str, **more: Any) -> dict[str, Any]:
        answer = self.try_complete(task, transition, **more)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found


def one(found: Any) -> Any:
    """The only element."""
    rows = list(found)
    assert len(rows) == 1, rows
    return rows[0]


def text(value: Any) -> Any:
    """Ids and people as bodies carry them."""
    if isinstance(value, Membership):
        return str(value.id)
    return str(value) if isinstance(value, UUID) else value


def ways(task: Mapping[str, Any]) -> dict[str, list[str]]:
    """The transitions of a task with the names of those who may be asked."""
    return {way["name"]: [person["name"] for person in way["assignees"]] for way in task["transitions"]}
