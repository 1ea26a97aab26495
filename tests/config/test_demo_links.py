"""Whatever a page of the demo leads to is there: pages, downloads, and what pages fetch afterwards."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts.clients import browser

LINK = re.compile(r'<[^>]*?\b(?:href|hx-get)="([^"]+)"')
VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
OF_A_KIND = 2
"""So many addresses that differ by their ids alone are looked at."""


def leads_to(client: Client, host: str, path: str) -> tuple[int, set[str]]:
    """The answer's status, and the addresses of this host on the page."""
    answer = client.get(path)
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return answer.status_code, set()
    there = (
        urlsplit(urljoin(f"http://{host}{path}", unescape(link))) for link in LINK.findall(answer.content.decode())
    )
    mine = (one for one in there if one.hostname == host and not one.path.startswith("/static/"))
    return 200, {f"{one.path}?{one.query}" if one.query else one.path for one in mine}


@pytest.mark.parametrize(("name", "slug"), [("tess", "acme"), ("asha", "acme"), ("ravi", "acme"), ("gita", "globex")])
def test_no_link_is_dead(name: str, slug: str, loaded: None) -> None:
    client, host = browser(slug), f"{slug}.localhost"
    client.post("/login/", {"email": f"{name}@{slug}.example", "password": settings.DEMO_PASSWORD})
    waiting, seen, kinds, dead = [("/", "")], {"/"}, Counter[str](), []
    while waiting:
        path, where = waiting.pop(0)
        kind = VARYING.sub("*", path.partition("?")[0])
        kinds[kind] += 1
        if kinds[kind] > OF_A_KIND:
            continue
        status, links = leads_to(client, host, path)
        if status >= 400:
            dead.append(f"{status} {path} on {where}")
        waiting += [(link, path) for link in sorted(links - seen)]
        seen |= links
    assert dead == []
    assert len(kinds) > 20
