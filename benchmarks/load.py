"""Clients that send prepared requests over kept connections, each request once, and measure how long the answers take."""

import http.client
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Call:
    """One request and the status that it must be answered with."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""
    status: int = 200


@dataclass(slots=True)
class Load:
    """What the clients saw; times in seconds."""

    took: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def drive(port: int, calls: Sequence[Call], *, clients: int, seconds: float) -> Load:
    """Send the calls with so many clients until they or the time are used up. Raises RuntimeError for a wrong answer."""
    load, waiting, lock = Load(), iter(calls), threading.Lock()
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_client, args=(port, waiting, lock, began + seconds, load)) for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    if load.wrong:
        raise RuntimeError(f"{len(load.wrong)} wrong answers, the first: {load.wrong[0]}")
    return load


def _client(port: int, waiting: Iterator[Call], lock: threading.Lock, until: float, load: Load) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        with lock:
            call = next(waiting, None)
        if call is None:
            break
        began = time.perf_counter()
        connection.request(call.method, call.path, call.body or None, dict(call.headers))
        answer = connection.getresponse()
        text = answer.read()
        load.took.append(time.perf_counter() - began)
        if answer.status != call.status:
            load.wrong.append(f"{call.method} {call.path}: {answer.status} {text[:300]!r}")
    connection.close()
