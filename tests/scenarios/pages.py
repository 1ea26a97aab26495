"""A person in a browser on the organisation's host: pages are read and forms are posted, without script."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import Membership
from tests.accounts.clients import signed_in
from tests.scenarios.rest import text

ACTION = re.compile(r'action="(/tasks/([0-9a-f-]{36})/(complete|reassign|take-over)/)"')
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Pages:
    """Paths are addresses of pages."""

    def __init__(self, member: Membership) -> None:
        self.member = member
        self.client: Client = signed_in(member)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def read(self, path: str) -> str:
        """The source of a page that is shown."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        found: str = answer.content.decode()
        return found

    def request(self, run_id: Any) -> str:
        return self.read(f"/requests/{run_id}/")

    def start(self, slug: str, data: Mapping[str, Any], transition: str, assignee: Any = "") -> Any:
        """Fill in and send the form of a workflow; the answer of the server."""
        page = self.read(f"/start/{slug}/")
        body = {**data, "transition": transition, "assignee": text(assignee), "idempotency_key": hidden(page)}
        return self.client.post(f"/start/{slug}/", body)

    def started(self, slug: str, data: Mapping[str, Any], transition: str, assignee: Any = "") -> str:
        """The id of the request that was started."""
        return request_in(self.start(slug, data, transition, assignee))

    def decide(self, run_id: Any, transition: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Send the action bar of the request's page; the answer of the server."""
        page = self.request(run_id)
        action = one_of("complete", page)
        sent = {"transition": transition, "version": hidden(page, "version"), "idempotency_key": hidden(page)}
        return self.client.post(action, {**(data or {}), **sent, **{name: text(value) for name, value in more.items()}})

    def decided(self, run_id: Any, transition: str, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        answer = self.decide(run_id, transition, data, **more)
        assert answer.status_code == 302, said(answer)


def one_of(kind: str, page: str) -> str:
    """The address that a form of the page posts to."""
    found = {address for address, _, name in ACTION.findall(page) if name == kind}
    assert len(found) == 1, found
    address: str = found.pop()
    return address


def hidden(page: str, name: str = "idempotency_key") -> str:
    """The value of a hidden input."""
    for tag in HIDDEN.findall(page):
        if f'name="{name}"' in tag:
            value = re.search(r'value="([^"]*)"', tag)
            return unescape(value[1]) if value else ""
    return ""


def request_in(answer: Any) -> str:
    """The id of the request that the answer leads to."""
    assert answer.status_code == 302, said(answer)
    match = re.search(r"/requests/([0-9a-f-]{36})/", answer.headers["Location"])
    assert match is not None, answer.headers["Location"]
    return match[1]


def said(answer: Any) -> str:
    """The words of a page, for reading and for failures."""
    source = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", source)).split())
