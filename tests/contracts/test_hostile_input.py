"""What no client should send: always refused with a message, quickly, and nothing has changed."""

import json
import time
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from tests.cast import Acme
from tests.factories.workflows import install
from tests.scenarios.pages import Pages
from tests.scenarios.rest import ROOT, Rest
from tests.scenarios.world import ASKED, snapshot
from workflows.models import WorkflowDefinition

SECONDS = 2.0
HOSTILE: dict[str, bytes] = {
    "NUL": b'{"%s": "a\\u0000b"}',
    "NUL in a name": b'{"%s": {"a\\u0000": 1}}',
    "lone surrogate": b'{"%s": "\\ud800"}',
    "half a pair": b'{"%s": "\\udc00 tail"}',
    "surrogate in a name": b'{"%s": {"\\udfff": 1}}',
    "deep lists": b'{"%s": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"%s": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    "unclosed lists": b'{"%s": ' + b"[" * 100_000,
    "a number of 5,000 digits": b'{"%s": ' + b"7" * 5_000 + b"}",
    "a number beyond floats": b'{"%s": 1e400}',
    "minus that": b'{"%s": -1e400}',
    "NaN": b'{"%s": NaN}',
    "Infinity": b'{"%s": Infinity}',
    "a key twice": b'{"%s": "a", "%s": "b"}',
    "a key twice inside": b'{"%s": {"a": 1, "a": 2}}',
    "bad UTF-8": b'{"%s": "\xff\xfe"}',
    "overlong UTF-8": b'{"%s": "\xc0\xaf"}',
    "UTF-16": '{"x": 1}'.encode("utf-16"),
    "nothing": b"",
    "not JSON": b"{'%s': 1}",
    "cut short": b'{"%s": "abc',
    "two documents": b"{} {}",
    "null": b"null",
    "a list": b'[{"%s": 1}]',
    "a text": b'"%s"',
    "a number": b"7",
    "unknown names": json.dumps({f"n{i}": i for i in range(20_000)}).encode(),
    "a prototype": b'{"__proto__": {"is_tenant_admin": true}, "constructor": 1}',
    "own state": b'{"state": "success", "status": "completed", "organisation_id": "x", "id": 1}',
    "five megabytes": b'{"%s": "' + b"x" * (5 * 1024 * 1024) + b'"}',
}


@pytest.fixture
def leave(acme: Acme) -> WorkflowDefinition:
    with acme.scope():
        return install("leave_application", acme.omar)


@pytest.fixture
def places(acme: Acme, leave: WorkflowDefinition) -> list[tuple[Rest, str, bytes]]:
    """Every kind of body: who may send it, where to, and a name it has."""
    run = Rest(acme.asha).start("Leave Application", ASKED)
    asha, ravi, hari, omar, tess = (Rest(p) for p in (acme.asha, acme.ravi, acme.hari, acme.omar, acme.tess))
    task, here = f"tasks/{run['steps'][-1]['id']}/", f"runs/{run['id']}/"
    return [
        (asha, f"workflows/{leave.id}/runs/", b"data"),
        (ravi, f"{task}complete/", b"transition"),
        (ravi, f"{task}complete/", b"data"),
        (ravi, f"{task}reassign/", b"assignee"),
        (hari, f"{task}take-over/", b"comment"),
        (ravi, f"{task}claim/", b"version"),
        (tess, f"{task}assign/", b"assignee"),
        (asha, f"{here}comments/", b"text"),
        (asha, f"{here}withdraw/", b"comment"),
        (asha, f"{here}stakeholders/", b"member"),
        (omar, "definitions/", b"graph"),
        (omar, f"definitions/{leave.id}/publish/", b"x"),
        (asha, "auth/token/", b"password"),
        (asha, "auth/token/refresh/", b"refresh"),
    ]


def refused(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, answer.content[:300]
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content[:300]
    problem = answer.json()
    assert problem["detail"]
    assert problem["status"] == answer.status_code
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body(name: str, acme: Acme, places: list[tuple[Rest, str, bytes]]) -> None:
    before = snapshot(acme)
    for rest, path, key in places:
        if path.endswith("publish/") or (
            name == "nothing" and path.split("/")[-2] in ("withdraw", "take-over", "claim")
        ):
            continue  # these need no body
        begin = time.process_time()
        answer = rest.client.post(ROOT + path, HOSTILE[name].replace(b"%s", key), content_type="application/json")
        assert time.process_time() - begin < SECONDS, path
        refused(answer)
    assert snapshot(acme) == before


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "x",
        "a/b/c",
    ],
)
def test_a_body_of_another_type(content_type: str, acme: Acme, places: list[tuple[Rest, str, bytes]]) -> None:
    before = snapshot(acme)
    for rest, path, key in places:
        if not path.endswith("publish/"):
            answer = rest.client.post(ROOT + path, b'{"%s": "x"}' % key, content_type=content_type)
            refused(answer)
    assert snapshot(acme) == before


CURSORS = ["x", "!", "cD0x", "%ff", "a" * 5_000] + [
    b64encode(text.encode()).decode()
    for text in (
        "p=soon",
        "p=2025-13-45",
        "p=",
        "o=-1",
        "o=999999999999999999999",
        "r=2&p=0000-00-00",
        "p=a\0b",
        "p=9" * 300,
    )
]
LISTS = ("runs/", "tasks/", "workflows/", "definitions/", "users/", "notifications/")


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_was_made_up(path: str, acme: Acme, leave: WorkflowDefinition) -> None:
    ravi = Rest(acme.ravi)
    Rest(acme.asha).start("Leave Application", ASKED)
    for cursor in CURSORS:
        answer = ravi.client.get(f"{ROOT}{path}?cursor={cursor if '%' in cursor else quote(cursor)}")
        assert answer.status_code < 500, (cursor, answer.content[:300])
        if answer.status_code != 200:
            refused(answer)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("size", ["0", "-1", "1000000000", "9" * 5_000, "x", "1e9", "%00", "٣"])
def test_a_page_size_that_nobody_needs(size: str, path: str, acme: Acme) -> None:
    answer = Rest(acme.tess).client.get(f"{ROOT}{path}?page_size={size}")
    assert answer.status_code in (200, 400, 422), answer.content[:300]
    if answer.status_code == 200:
        assert len(answer.json()["results"]) <= 100


@pytest.mark.parametrize(
    "query",
    [
        "search=%00", "search=%ff", "search=" + "x" * 5_000, "status=%ed%a0%80", "since=99999-01-01",
        "until=0000-00-00", "since=0001-01-01", "until=9999-12-31", "workflow=1", "requester=%27--", "search=%25_%5C",
        "status[]=x", "run=x", "assigned=all", "state=1",
        "search=" + "9" * 400, "requester=me&requester=you",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["runs/", "tasks/", "users/"])
def test_a_filter_full_of_surprises(query: str, path: str, acme: Acme) -> None:
    answer = Rest(acme.tess).client.get(f"{ROOT}{path}?{query}")
    assert answer.status_code < 500
    if answer.status_code != 200:
        refused(answer)


@pytest.mark.parametrize(
    "ident", ["x", "1", "%00", "..%2f..", "00000000-0000-0000-0000-00000000000g", "9" * 300, "%F0%9F%92%A9"]
)
def test_an_address_with_something_else_than_an_id(ident: str, acme: Acme) -> None:
    tess = Rest(acme.tess)
    for path in (
        f"runs/{ident}/",
        f"tasks/{ident}/",
        f"workflows/{ident}/",
        f"definitions/{ident}/",
        f"attachments/{ident}/",
    ):
        refused(tess.client.get(ROOT + path))


VALUES: list[Any] = [
    "x" * 100_000, "\u202e\u2066", -1, 0.1, True, [], {}, [[]], {"from": 1}, "2025-02-30", "99999-01-01",
    "0000-00-00", "1e5", None,
    "=cmd|'/c calc'!A0", "<script>alert(1)</script>", "{{ 7 * 7 }}", {"$ne": 1}, ["a"] * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_a_value_that_no_field_expects(number: int, acme: Acme, leave: WorkflowDefinition) -> None:
    asha, before = Rest(acme.asha), snapshot(acme)
    for field in ASKED:
        data = ASKED | {field: VALUES[number]}
        answer = asha.post(f"workflows/{leave.id}/runs/", {"data": data})
        if answer.status_code == 201:
            assert field == "reason", "a text may say anything"
            assert answer.json()["data"]["reason"] == VALUES[number]
            before = snapshot(acme)
        else:
            refused(answer)
            assert all(path.startswith("data.") for path in answer.json()["errors"])
            assert snapshot(acme) == before


def test_methods_that_nobody_answers(acme: Acme, places: list[tuple[Rest, str, bytes]]) -> None:
    before = snapshot(acme)
    for rest, path, _ in places:
        for method in ("PATCH", "TRACE", "PROPFIND", "BREW", "OPTIONS", "HEAD"):
            answer = rest.client.generic(method, ROOT + path, b"{}", content_type="application/json")
            assert answer.status_code < 500, (method, path)
            assert answer.status_code in (200, 405), (method, path)
    assert snapshot(acme) == before


def test_pages_refuse_what_cannot_be_stored(acme: Acme, leave: WorkflowDefinition) -> None:
    asha, before = Pages(acme.asha), snapshot(acme)
    for text in ("a\0b", "\ud800"):
        body = "&".join(f"{name}={quote(value)}" for name, value in (ASKED | {"transition": "Manager review"}).items())
        raw = body.replace("Family", quote(text.encode("utf-8", "surrogatepass")))
        answer = asha.client.post("/start/leave-application/", raw, content_type="application/x-www-form-urlencoded")
        if answer.status_code == 302:  # decoded to a replacement character, which can be stored
            before = snapshot(acme)
            continue
        assert answer.status_code in (400, 422)
        assert snapshot(acme) == before
