"""A body that comes in pieces, without its length, is read as any other one: programs that make it while sending send it so."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from django.test.client import ClientHandler

from accounts.models import WorkingCalendar
from config.unmeasured import MeasuredBodies
from tests.accounts.clients import DOMAIN, token_of
from tests.cast import Acme


def sent(environ: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What the product answers, as its server would hand it this request."""
    handler: Any = ClientHandler()
    answer: Any = MeasuredBodies(lambda found, start: handler(found))(environ, None)
    return answer.status_code, json.loads(answer.content)


def in_pieces(path: str, content: bytes, content_type: str = "application/json", **more: Any) -> dict[str, Any]:
    request = RequestFactory().generic("POST", path, content, content_type, headers={"host": DOMAIN})
    environ: dict[str, Any] = request.environ | {"wsgi.input": BytesIO(content), "wsgi.input_terminated": True} | more
    del environ["CONTENT_LENGTH"]
    return environ | {"HTTP_TRANSFER_ENCODING": "chunked"}


def test_it_is_read(acme: Acme) -> None:
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token_of(acme.tess)['access']}"}
    made = json.dumps({"name": "Harbour", "time_zone": "Europe/Berlin"}).encode()
    status, answer = sent(in_pieces("/api/v1/calendars/", made, **bearer))
    assert (status, answer["name"]) == (201, "Harbour")
    status, answer = sent(in_pieces("/api/v1/calendars/", b'{"nonsense": 1}', **bearer))
    assert (status, "nonsense" in answer["errors"]) == (422, True)
    with acme.scope():
        assert WorkingCalendar.objects.filter(name="Harbour").count() == 1


def test_a_key_tells_two_of_them_apart(acme: Acme) -> None:
    more = {"HTTP_AUTHORIZATION": f"Bearer {token_of(acme.tess)['access']}", "HTTP_IDEMPOTENCY_KEY": "k"}
    bodies = [json.dumps({"name": name, "time_zone": "UTC"}).encode() for name in ("One", "One", "Two")]
    answers = [sent(in_pieces("/api/v1/calendars/", body, **more)) for body in bodies]
    assert [status for status, _ in answers] == [201, 201, 422]
    assert answers[0] == answers[1]
    assert answers[2][1]["code"] == "idempotency.mismatch"


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
@override_settings(ATTACHMENT_MAX_BYTES=1_000, DATA_UPLOAD_MAX_MEMORY_SIZE=500)
def test_one_without_end_is_refused(content_type: str, acme: Acme) -> None:
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token_of(acme.tess)['access']}"}
    endless = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + b"a" * 2_000
    environ = in_pieces("/api/v1/attachments/", endless, content_type, **bearer)
    if content_type == "application/json":
        environ |= {"PATH_INFO": "/api/v1/calendars/"}
    status, answer = sent(environ)
    assert (status, answer["code"]) == (413, "too_large")
    assert environ["wsgi.input"].tell() <= 1_501


def test_what_has_a_length_or_no_end_is_left_alone() -> None:
    """A server that does not say where the body ends would wait for more of it for ever."""
    for environ in (
        {"CONTENT_LENGTH": "2", "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"wsgi.input_terminated": True},
    ):
        given: dict[str, Any] = {"wsgi.input": BytesIO(b"{}"), **environ}
        seen: Any = MeasuredBodies(lambda found, start: [found])(dict(given), None)  # type: ignore[list-item]  # what it got
        assert seen == [given]
