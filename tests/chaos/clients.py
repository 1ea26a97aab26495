"""People who keep asking and deciding over REST while the product falls to pieces, and remember what was promised to them."""

from __future__ import annotations

import http.client
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.product import Api, Run

AT_ONCE = 2
BREATH = 0.25
"""Seconds between two calls of a client: the fault is looked for, not the load."""
INSISTENCE = 90.0
IN_FLIGHT = "idempotency.in_flight"


@dataclass
class Promise:
    """A request as far as the product has acknowledged what was done to it."""

    reason: str
    run_id: str = ""
    number: int = 0
    comments: list[str] = field(default_factory=list)
    status: str = ""
    keys: list[str] = field(default_factory=list)


class Refused(AssertionError):
    """An answer that a client who repeats itself correctly must never get."""


@dataclass
class Clients:
    """Some clients, each living one leave application after the other."""

    run: Run
    promises: list[Promise] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    no_answer: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def finished(self) -> int:
        return sum(promise.status == "completed" for promise in self.promises)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """They work; at the end everybody finishes the request at hand."""
        threads = [threading.Thread(target=self._live, args=(number,)) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def story(self, people: dict[str, Api], reason: str) -> None:
        """From the application to the approval; raises Refused."""
        promise = Promise(reason)
        self.promises.append(promise)
        asha, ravi, hema = (people[name] for name in ("asha", "ravi", "hema"))
        workflow = next(row for row in self._get(asha, "workflows/")["results"] if row["name"] == "Leave Application")
        data = {"from": "2031-03-10", "to": "2031-03-12", "reason": reason}
        run = self._do(promise, asha, f"workflows/{workflow['id']}/runs/", {"data": data})
        promise.run_id, promise.number = run["id"], run["number"]
        words = f"Please, {reason}"
        self._do(promise, asha, f"runs/{promise.run_id}/comments/", {"text": words})
        promise.comments.append(words)
        colleague = {person["name"]: person["id"] for person in self._ways(ravi, promise)["HR review"]}["Hema"]
        self._decide(promise, ravi, "HR review", {"criticality": "low"}, assignee=colleague)
        run = self._decide(promise, hema, "Approved", {"hr_note": "enough"})
        promise.status = run["status"]

    def people(self) -> dict[str, Api]:
        people = {name: Api(self.run, name) for name in ("asha", "ravi", "hema")}
        for api in people.values():
            api.log_in()
        return people

    def _live(self, number: int) -> None:
        try:
            people = self.people()
            for turn in range(10_000):
                if self._stop.is_set():
                    return
                self.story(people, f"client {number}, request {turn}")
        except (AssertionError, OSError, LookupError) as error:
            self.faults.append(repr(error))

    def _task(self, who: Api, promise: Promise) -> dict[str, Any]:
        rows = self._get(who, f"tasks/?assigned=me&run={promise.run_id}")["results"]
        if len(rows) != 1:
            raise Refused(f"{who.name} finds {len(rows)} tasks of {promise}")
        task: dict[str, Any] = self._get(who, f"tasks/{rows[0]['id']}/")
        return task

    def _ways(self, who: Api, promise: Promise) -> dict[str, list[dict[str, str]]]:
        return {way["name"]: way["assignees"] for way in self._task(who, promise)["transitions"]}

    def _decide(self, promise: Promise, who: Api, way: str, data: dict[str, str], **more: str) -> Any:
        task = self._task(who, promise)
        body = {"transition": way, "data": data, "version": task["version"], **more}
        return self._do(promise, who, f"tasks/{task['id']}/complete/", body)

    def _do(self, promise: Promise, who: Api, path: str, body: dict[str, Any]) -> Any:
        """A POST under one key, again and again until it is acknowledged."""
        key = uuid.uuid4().hex
        promise.keys.append(key)
        time.sleep(BREATH)
        return self._insist(who, path, body, key)

    def _get(self, who: Api, path: str) -> Any:
        return self._insist(who, path)

    def _insist(self, who: Api, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        deadline = time.monotonic() + INSISTENCE
        while time.monotonic() < deadline:
            begin = time.monotonic()
            try:
                status, answer = who.call(path, body, key)
            except (OSError, http.client.HTTPException, ValueError):
                status, answer = 0, ""
            self._count(status, time.monotonic() - begin)
            if 200 <= status < 300:
                return answer
            if status and status != 503 and not (status == 409 and IN_FLIGHT in str(answer)):
                raise Refused(f"{status} for {path}: {answer}")
            time.sleep(0.2)
        raise Refused(f"no answer to {path} for {INSISTENCE:.0f} seconds")

    def _count(self, status: int, seconds: float) -> None:
        with self._lock:
            if status:
                self.statuses[status] += 1
            else:
                self.no_answer += 1
            self.slowest = max(self.slowest, seconds)
