"""Work without a database: a kind is given values and tools that answer as the test says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from workflows.nodes.base import Chained, Work
from workflows.nodes.egress import Answer, Call
from workflows.nodes.registry import KINDS

MONDAY = datetime(2025, 9, 29, 5, 0, tzinfo=UTC)
VALUES: Mapping[str, Any] = {
    "run": {"id": "r", "number": 7, "title": "Leave: Asha"},
    "record": {"total": {"amount": "12.50", "currency": "INR"}, "days": 3, "from": "2025-10-06", "note": None},
    "requester": {"name": "Asha", "email": "asha@acme.example"},
    "context": {"rates": {"body": {"eur": 0.5, "rows": [{"n": "a"}, {"n": "b"}]}}},
    "previous": {"body": {"eur": 0.5}},
}


@dataclass
class FakeTools:
    answers: Callable[[Call], Answer] = lambda call: Answer(200, {}, b"")
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    came: Any = None
    calls: list[Call] = field(default_factory=list)
    seal: str = ""

    def call(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answers(call)

    def file(self, name: str) -> tuple[str, bytes]:
        return self.files[name]

    def business_time(self, start: datetime, period: str) -> datetime:
        return start + timedelta(days=int(period[:-1]))

    def zone(self) -> str:
        return "Asia/Kolkata"

    def incoming(self) -> Any:
        return self.came

    def chained(self, key: UUID, workflow: str, data: Mapping[str, Any]) -> Chained:
        return Chained(UUID(int=4), 7, "running", "", data, is_over=False)

    def rows(self, connection: str, sql: str, values: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
        return [{"sql": sql, **values}][:most]


def work(tools: FakeTools | None = None, **more: Any) -> Work:
    given: dict[str, Any] = {
        "run_id": UUID(int=1),
        "workflow_id": UUID(int=2),
        "step": "here",
        "attempt": 1,
        "key": UUID(int=3),
        "at": MONDAY,
        "timeout": 20,
        "values": VALUES,
        "tools": tools or FakeTools(),
    } | more
    # Answers that point to nothing are shown as they are stored.
    given["values"] = {"shown": given["values"].get("record", {}), **given["values"]}
    return Work(**given)


def run(kind: str, params: Mapping[str, Any], at_work: Work | None = None) -> Any:
    """What the kind answers."""
    found = KINDS[kind]
    return found.run(found.params.model_validate(params), at_work or work())
