"""Decisions that wait for one manager, ready to be sent over HTTP. Import only after ``world.prepare``."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tenancy.scope import organisation_scope
from benchmarks import world
from benchmarks.load import Call
from config.demo import scale
from workflows.models import Task

PASSWORD = "countersign-demo"
CSRF = "c" * 32
AROUND = ("BEGIN", "COMMIT")  # beside the one that begins and declares the organisation, which counts


class Desk:
    """An organisation whose manager has ``number`` requests to decide; each call decides another one."""

    def __init__(self, number: int) -> None:
        self.acme = acme = world.build("acme")
        place = scale.Filled(acme.organisation_id, acme.slug, acme.definition_id, acme.version_id, 0)
        # Every second request waits for the manager; a few of them are the manager's or the officer's own.
        scale.fill_requests(place, int(number * 2.2) + 50, open_percent=100, heavy=acme.manager.id)
        scale.analyse()
        self._waiting = iter(self._tasks())
        self.token = self._token()
        self.browser = Client(headers={"host": f"{acme.slug}.localhost"})
        self.browser.post("/login/", {"email": acme.manager.email, "password": PASSWORD})

    def _tasks(self) -> list[UUID]:
        acme = self.acme
        with organisation_scope(acme.organisation_id):
            waiting = Task.objects.filter(assignee_id=acme.manager.id, state="waiting", step="manager_review")
            others = waiting.exclude(requester_id__in=[acme.manager.id, acme.officer.id])
            return list(others.order_by("id").values_list("id", flat=True))

    def _token(self) -> str:
        login = {"organisation": self.acme.slug, "email": self.acme.manager.email, "password": PASSWORD}
        answer = Client(headers={"host": "localhost"}).post(
            "/api/v1/auth/token/", login, content_type="application/json"
        )
        return str(answer.json()["access"])

    def rest(self, number: int) -> list[Call]:
        """Decisions over REST."""
        headers = {"Host": "localhost", "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps(
            {
                "transition": "HR review",
                "assignee": str(self.acme.officer.id),
                "data": {"criticality": "low"},
                "version": 1,
            }
        )
        return [Call("POST", f"/api/v1/tasks/{task}/complete/", headers, body) for task in self._next(number)]

    def html(self, number: int) -> list[Call]:
        """Decisions by the form of the page, as a browser sends it."""
        cookies = "; ".join(
            f"{name}={morsel.value}" for name, morsel in self.browser.cookies.items() if name != "csrftoken"
        )
        headers = {
            "Host": f"{self.acme.slug}.localhost",
            "Cookie": f"{cookies}; csrftoken={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return [Call("POST", f"/tasks/{task}/complete/", headers, self._form(), 302) for task in self._next(number)]

    def _form(self) -> str:
        return urlencode(
            {
                "csrfmiddlewaretoken": CSRF,
                "idempotency_key": str(uuid4()),
                "transition": "HR review",
                "assignee": str(self.acme.officer.id),
                "criticality": "low",
                "version": "1",
            }
        )

    def _next(self, number: int) -> Iterator[UUID]:
        for _ in range(number):
            yield next(self._waiting)

    def statements(self, call: Call) -> list[str]:
        """What one call asks of the database, authentication included, without BEGIN and COMMIT; answered in process."""
        client = Client(headers=dict(call.headers))
        with CaptureQueriesContext(connection) as captured:
            kind = call.headers["Content-Type"]
            answer = client.post(call.path, call.body, content_type=kind)
        if answer.status_code != call.status:
            raise RuntimeError(f"{call.path}: {answer.status_code} {answer.content[:300]!r}")
        return [query["sql"] for query in captured if query["sql"] not in AROUND]
