"""HTTP to other machines, and to none that a tenant has no business with.

What is refused is decided where the socket is opened, on the address that was resolved: neither another answer of the
name server, nor a redirect, nor a spelling of an address gets around it. Redirects are not followed by the library but
one by one here, and what was secret stays with the host it was meant for. Sizes and the whole time are capped.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import pycurl

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
PORTS: Final = frozenset((443, 8443))
MAX_BYTES: Final = 1024 * 1024
MAX_URL: Final = 4_000
MAX_HEADERS: Final = 64 * 1024
MAX_REDIRECTS: Final = 3
CONNECT_SECONDS: Final = 10
AGENT: Final = "Countersign/1"

# Beyond what Python calls global: shared, benchmarking, translated and transitional addresses that lead inwards.
_DENIED: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10",
        "ff00::/8",
    )
)  # fmt: skip


class EgressRefused(Exception):
    """The call may not be made; the text says why."""


class EgressFailed(Exception):
    """No answer came. ``sent`` says that the other side may have had the request; ``late`` that the time was up."""

    def __init__(self, text: str, *, sent: bool, late: bool = False) -> None:
        super().__init__(text)
        self.sent = sent
        self.late = late


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `headers` are not sent to another host after a redirect."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    follow: bool = False
    most: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Gate:
    """Which addresses may be reached. `allowed` are networks of the installation's own that it opens by a setting."""

    allowed: Sequence[Network] = ()

    @classmethod
    def of(cls, networks: Sequence[str]) -> "Gate":
        return cls(tuple(ipaddress.ip_network(text) for text in networks))

    def is_opened(self, address: Address) -> bool:
        return any(address in network for network in self.allowed if network.version == address.version)

    def admits(self, text: str) -> bool:
        """Whether the address may be reached, whatever it stands for."""
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if self.is_opened(address):
            return True
        denied = any(address in network for network in _DENIED if network.version == address.version)
        return address.is_global and not denied and not address.is_multicast and not address.is_reserved


def send(call: Call, gate: Gate, seconds: float) -> Answer:
    """The answer of the last server on the way. Raises EgressRefused, EgressFailed."""
    until = time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        answer = _once(call, gate, max(0.1, until - time.monotonic()))
        target = answer.headers.get("location", "")
        if not (call.follow and target and answer.status in (301, 302, 303, 307, 308)):
            return answer
        call = _onward(call, target)
    raise EgressRefused(f"The address redirects more than {MAX_REDIRECTS} times.")


def _onward(call: Call, target: str) -> Call:
    """The same question at the next address; on another host without any header of ours."""
    if call.method != "GET":
        raise EgressRefused("Only a GET follows redirects.")
    try:
        url = urljoin(call.url, target)
        same = _origin(urlsplit(url)) == _origin(urlsplit(call.url))
    except ValueError as error:
        raise EgressRefused("The address redirects to something that is no address.") from error
    return replace(call, url=url, headers=call.headers if same else {})


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port


def checked_url(url: str, gate: Gate) -> SplitResult:
    """The parts of an address that may be called by its looks. Raises EgressRefused."""
    if len(url) > MAX_URL or any(sign <= " " or sign == "\x7f" or sign == "\\" or ord(sign) > 126 for sign in url):
        raise EgressRefused("The address has signs that an address cannot have, or is too long.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EgressRefused("This is no address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EgressRefused("An address begins with https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise EgressRefused("An address names no user; send the credentials in a header.")
    if (parts.scheme != "https" or (port or 443) not in PORTS) and not _names_opened(parts.hostname, gate):
        raise EgressRefused("Only https is called, on port 443 or 8443.")
    return parts


def _names_opened(host: str, gate: Gate) -> bool:
    """Whether the installation has opened the host's addresses: there any port and plain http will do."""
    if not gate.allowed:
        return False
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(gate.is_opened(ipaddress.ip_address(text.partition("%")[0])) for text in found)


class _Transfer:
    """One exchange: what comes in, and whether anything went out."""

    def __init__(self, gate: Gate, most: int) -> None:
        self.gate = gate
        self.most = most
        self.body = BytesIO()
        self.headers: dict[str, str] = {}
        self.size = 0
        self.refused = ""
        self.opened = False

    def open_socket(self, purpose: int, address: Any) -> Any:
        """Called by the library with the resolved address, for each it tries."""
        family, kind, protocol, (host, *_) = address.family, address.socktype, address.protocol, address.addr
        host = host.decode() if isinstance(host, bytes) else str(host)
        if purpose != pycurl.SOCKTYPE_IPCXN or not self.gate.admits(host):
            self.refused = "The address leads to a machine that may not be called."
            return pycurl.SOCKET_BAD
        self.opened = True
        return socket.socket(family, kind, protocol)

    def take(self, piece: bytes) -> int:
        self.size += len(piece)
        if self.size > self.most:
            self.refused = f"The answer is larger than {self.most // 1024} kB."
            return -1
        return self.body.write(piece)

    def take_header(self, line: bytes) -> None:
        name, colon, value = line.decode("latin-1").partition(":")
        if line.startswith(b"HTTP/"):
            self.headers.clear()
        elif colon:
            self.headers[name.strip().lower()] = value.strip()


def _once(call: Call, gate: Gate, seconds: float) -> Answer:
    checked_url(call.url, gate)
    transfer = _Transfer(gate, call.most)
    curl = pycurl.Curl()
    try:
        _prepare(curl, call, transfer, seconds)
        curl.perform()
        status = int(curl.getinfo(pycurl.RESPONSE_CODE))
    except pycurl.error as error:
        raise _failure(error, transfer) from error
    finally:
        curl.close()
    return Answer(status, dict(transfer.headers), transfer.body.getvalue())


def _prepare(curl: Any, call: Call, transfer: _Transfer, seconds: float) -> None:
    options: dict[int, Any] = {
        pycurl.URL: call.url,
        pycurl.CUSTOMREQUEST: call.method,
        pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
        pycurl.FOLLOWLOCATION: 0,
        pycurl.PROXY: "",  # not even what the environment says
        pycurl.NETRC: pycurl.NETRC_IGNORED,
        pycurl.NOSIGNAL: 1,
        pycurl.TIMEOUT_MS: int(seconds * 1000),
        pycurl.CONNECTTIMEOUT: CONNECT_SECONDS,
        pycurl.MAXFILESIZE: call.most,
        pycurl.SSL_VERIFYPEER: 1,
        pycurl.SSL_VERIFYHOST: 2,
        pycurl.HTTPHEADER: [f"{name}: {value}" for name, value in _headers(call).items()],
        pycurl.OPENSOCKETFUNCTION: transfer.open_socket,
        pycurl.WRITEFUNCTION: transfer.take,
        pycurl.HEADERFUNCTION: transfer.take_header,
    }
    if call.body or call.method in ("POST", "PUT", "PATCH"):
        options |= {pycurl.POST: 1, pycurl.POSTFIELDS: call.body, pycurl.POSTFIELDSIZE: len(call.body)}
    for option, value in options.items():
        curl.setopt(option, value)
    curl.setopt(pycurl.CUSTOMREQUEST, call.method)


def _headers(call: Call) -> dict[str, str]:
    found = {"User-Agent": AGENT, "Accept": "application/json, */*;q=0.5", "Expect": ""}
    for name, value in call.headers.items():
        if any(sign in "\r\n\0" for sign in name + value) or len(value) > MAX_HEADERS:
            raise EgressRefused("A header has a line break, or is too long.")
        found[name] = value
    return found


def _failure(error: Any, transfer: _Transfer) -> Exception:
    code = error.args[0]
    if transfer.refused:
        # A refused answer came from a server that has had the request.
        if transfer.opened and "larger" in transfer.refused:
            return EgressFailed(transfer.refused, sent=True)
        return EgressRefused(transfer.refused)
    late = code == pycurl.E_OPERATION_TIMEDOUT
    before = (
        pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_CONNECT, pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_URL_MALFORMAT, pycurl.E_UNSUPPORTED_PROTOCOL,
    )  # fmt: skip
    if code == pycurl.E_FILESIZE_EXCEEDED:
        return EgressFailed(f"The answer is larger than {transfer.most // 1024} kB.", sent=True)
    words = {
        pycurl.E_COULDNT_RESOLVE_HOST: "The host is not known.",
        pycurl.E_COULDNT_CONNECT: "The host takes no connection.",
        pycurl.E_PEER_FAILED_VERIFICATION: "The host's certificate is not valid.",
        pycurl.E_OPERATION_TIMEDOUT: "The host did not answer in time.",
    }
    return EgressFailed(words.get(code, "The connection broke off."), sent=code not in before, late=late)
