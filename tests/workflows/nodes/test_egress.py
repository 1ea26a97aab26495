"""Which machines may be called: none that a tenant has no business with, however its address is spelled."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workflows.nodes.egress import Call, EgressFailed, EgressRefused, Gate, send

CLOSED, HERE = Gate(), Gate.of(["127.0.0.0/8"])
PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "100::1",
]
SPELLINGS = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://user@127.0.0.1/",
    "https://example.com:22/",
    "https://example.com:5432/",
    "http://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "dict://127.0.0.1/",
    "ftp://127.0.0.1/",
    "https:///x",
    "https://127.0.0.1\\@example.com/",
    "https://127.0.0.1%00.example.com/",
    "javascript:alert(1)",
    "//127.0.0.1/",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_closed(address: str) -> None:
    assert not CLOSED.admits(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700:4700::1111", "8.8.8.8"])
def test_addresses_that_are_open(address: str) -> None:
    assert CLOSED.admits(address)


@pytest.mark.parametrize("url", SPELLINGS)
def test_spellings_that_lead_nowhere(url: str) -> None:
    with pytest.raises((EgressRefused, EgressFailed)) as refusal:
        send(Call("GET", url), CLOSED, 2)
    assert not getattr(refusal.value, "sent", False)


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, dict[str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, dict(self.headers)))
        port = self.headers["Host"].rpartition(":")[2]
        inside = {"/inside": "http://169.254.169.254/latest", "/other": f"http://localhost:{port}/ok", "/loop": "/loop"}
        inside |= {"/open": "http://[::1", "/far": "http://localhost:99999/"}
        if target := inside.get(self.path):
            self.send_response(302)
            self.send_header("Location", target)
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        try:
            self.wfile.write(b"x" * (3_000_000 if self.path == "/large" else 5))
            if self.path == "/drip":
                for _ in range(100):
                    self.wfile.flush()
                    threading.Event().wait(0.1)
                    self.wfile.write(b".")
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def server() -> Iterator[str]:
    Handler.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


def test_what_a_server_may_do_to_us() -> None:
    with server() as url:
        assert send(Call("GET", f"{url}/ok"), HERE, 5).body == b"xxxxx"
        with pytest.raises(EgressFailed, match="larger") as large:
            send(Call("GET", f"{url}/large"), HERE, 5)
        assert large.value.sent
        with pytest.raises(EgressFailed, match="in time") as drip:
            send(Call("GET", f"{url}/drip"), HERE, 1)
        assert drip.value.late
        with pytest.raises(EgressRefused):
            send(Call("GET", f"{url}/inside", follow=True), HERE, 5)
        with pytest.raises(EgressRefused, match="more than"):
            send(Call("GET", f"{url}/loop", follow=True), HERE, 5)
        for nowhere in ("open", "far"):
            with pytest.raises(EgressRefused, match="no address"):
                send(Call("GET", f"{url}/{nowhere}", follow=True), HERE, 5)
        assert send(Call("GET", f"{url}/inside"), HERE, 5).status == 302
        with pytest.raises(EgressRefused, match="line break"):
            send(Call("GET", url, {"X": "a\r\nHost: b"}), HERE, 5)


def test_secret_headers_stay_with_their_host() -> None:
    with server() as url:
        both = Gate.of(["127.0.0.0/8", "::1/128"])
        assert send(Call("GET", f"{url}/other", {"X-Key": "s3cret"}, follow=True), both, 5).status == 200
        (_, first), (_, second) = Handler.seen
    assert first["X-Key"] == "s3cret"
    assert "X-Key" not in second
