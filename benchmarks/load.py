"""Clients that send prepared requests over kept connections, each request once, and measure how long the answers take."""

import http.client
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Call:
    """One request and the status that it must be answered with; ``kind`` says of which kind it is where there are several."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""
    status: int = 200
    kind: str = ""


@dataclass(slots=True)
class Load:
    """What the clients saw; times in seconds."""

    took: list[float] = field(default_factory=list)
    kinds: dict[str, "Load"] = field(default_factory=lambda: defaultdict(Load))
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def drive(port: int, calls: Sequence[Call], *, clients: int, seconds: float, per_second: float = 0) -> Load:
    """Send the calls with so many clients until they or the time are used up: as fast as they are answered, or ``per_second``.

    Then each has its moment, from which its answer is timed, also where all clients still wait for other answers: people do not
    come later because others are waiting. Raises RuntimeError for a wrong answer.
    """
    load, lock = Load(), threading.Lock()
    began = time.perf_counter()
    waiting = ((began + number / per_second if per_second else 0.0, call) for number, call in enumerate(calls))
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


def _client(port: int, waiting: Iterator[tuple[float, Call]], lock: threading.Lock, until: float, load: Load) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        with lock:
            moment, call = next(waiting, (0.0, None))
        if call is None or moment > until:
            break
        time.sleep(max(0.0, moment - time.perf_counter()))
        began = moment or time.perf_counter()
        connection.request(call.method, call.path, call.body or None, dict(call.headers))
        answer = connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        with lock:
            load.took.append(took)
            load.kinds[call.kind].took.append(took)
        if answer.status != call.status:
            load.wrong.append(f"{call.method} {call.path}: {answer.status} {text[:300]!r}")
    connection.close()
