"""Pages are compressed for who takes it; data keeps its bytes and its ETag."""

import gzip

from django.test import Client

from tests.accounts.clients import browser, program
from tests.cast import Acme

GZIP = {"accept-encoding": "gzip, br"}


def test_a_page_is_small_on_its_way(acme: Acme) -> None:
    plain, small = browser("acme").get("/login/"), browser("acme").get("/login/", headers=GZIP)
    assert (plain.headers.get("Content-Encoding"), small.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(small.content)


def test_data_stays_as_it_is(acme: Acme) -> None:
    client: Client = program(acme.asha)
    answer = client.get("/api/v1/users/", headers=GZIP)
    assert len(answer.content) > 500
    assert "Content-Encoding" not in answer.headers
