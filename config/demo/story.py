"""The language in which the demo's requests are told: who did what, how many working days after the start, at what time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Membership
from workflows.models import OPEN_TASK, Task
from workflows.services.participants import run_watch, stakeholder_add
from workflows.services.runs import run_comment, run_withdraw
from workflows.services.tasks import task_claim, task_complete, task_reassign, task_take_over


@dataclass(frozen=True, slots=True)
class Days:
    """The working days of an organisation around today, counted from the last full one: 0 is it, -1 the one before."""

    zone: ZoneInfo
    working: tuple[date, ...]
    today: int
    """The place of day 0 in ``working``."""

    @classmethod
    def around(cls, now: datetime, zone: str, weekdays: frozenset[int], off: frozenset[date]) -> "Days":
        """``weekdays`` are those with working hours, Monday 0; ``off`` the holidays. Reaches 20 weeks both ways."""
        local = now.astimezone(ZoneInfo(zone)).date()
        days = [local + timedelta(days=n) for n in range(-140, 141)]
        working = tuple(day for day in days if day.weekday() in weekdays and day not in off)
        return cls(ZoneInfo(zone), working, sum(day < local for day in working) - 1)

    def on(self, number: int) -> date:
        return self.working[self.today + number]

    def at(self, number: int, clock: str) -> datetime:
        """The moment of a working day; ``clock`` is local, such as 14:05."""
        return datetime.combine(self.on(number), time.fromisoformat(clock), self.zone)


@dataclass(frozen=True, slots=True)
class Scene:
    """What an act finds: the people by name, the request, the working day and the moment."""

    people: Mapping[str, Membership]
    run_id: UUID
    days: Days
    day: int
    at: datetime

    @property
    def task_id(self) -> UUID:
        """The open task of the request."""
        task: Task = Task.objects.get(run_id=self.run_id, state__in=OPEN_TASK)
        return task.id


Data = Callable[[Days, int], dict[str, Any]]
"""The form's values of a step that is done on this working day."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens ``day`` working days after the start, at a local time."""

    day: int
    clock: str
    deed: Callable[[Scene], object]


@dataclass(frozen=True, slots=True)
class Story:
    """One request. ``day`` is the working day of its start: 0 the last full one, -20 four weeks before it."""

    workflow: str
    requester: str
    day: int
    clock: str
    data: Data
    acts: tuple[Act, ...] = ()
    assignee: str = ""
    receipts: tuple[str, ...] = ()
    """Of what files are attached."""


def values(**given: Any) -> Data:
    return lambda days, day: given


def leave(after: int, length: int, reason: str) -> Data:
    """``length`` working days off, the first one ``after`` working days from the day it is asked."""

    def data(days: Days, day: int) -> dict[str, Any]:
        first, last = days.on(day + after), days.on(day + after + length - 1)
        return {"from": first.isoformat(), "to": last.isoformat(), "reason": reason}

    return data


def claim(purpose: str, *lines: tuple[int, str, str, str], client: str = "", currency: str = "INR") -> Data:
    """Lines are: how many working days ago, what for, category, amount."""

    def data(days: Days, day: int) -> dict[str, Any]:
        rows = [
            {
                "day": days.on(day - ago).isoformat(),
                "description": what,
                "category": category,
                "amount": {"amount": amount, "currency": currency},
            }
            for ago, what, category, amount in lines
        ]
        billed = {"billable": "yes", "client_name": client} if client else {"billable": "no"}
        return {"purpose": purpose, "lines": rows, **billed}

    return data


def decides(
    day: int, clock: str, who: str, way: str, *, to: str = "", comment: str = "", data: Data | None = None
) -> Act:
    return Act(
        day,
        clock,
        lambda scene: task_complete(
            task_id=scene.task_id,
            actor=scene.people[who],
            transition=way,
            assignee=scene.people[to].id if to else None,
            data=data(scene.days, scene.day) if data else None,
            comment=comment,
            at=scene.at,
        ),
    )


def hands(day: int, clock: str, who: str, to: str, comment: str = "") -> Act:
    return Act(
        day,
        clock,
        lambda scene: task_reassign(
            task_id=scene.task_id, actor=scene.people[who], assignee=scene.people[to].id, comment=comment, at=scene.at
        ),
    )


def takes_over(day: int, clock: str, who: str, comment: str = "") -> Act:
    return Act(
        day,
        clock,
        lambda scene: task_take_over(task_id=scene.task_id, actor=scene.people[who], comment=comment, at=scene.at),
    )


def claims(day: int, clock: str, who: str) -> Act:
    """Somebody takes the task out of the team queue."""
    return Act(day, clock, lambda scene: task_claim(task_id=scene.task_id, actor=scene.people[who], at=scene.at))


def says(day: int, clock: str, who: str, text: str) -> Act:
    return Act(
        day, clock, lambda scene: run_comment(run_id=scene.run_id, actor=scene.people[who], text=text, at=scene.at)
    )


def watches(day: int, clock: str, who: str) -> Act:
    return Act(day, clock, lambda scene: run_watch(run_id=scene.run_id, actor=scene.people[who], at=scene.at))


def involves(day: int, clock: str, who: str, member: str) -> Act:
    """Somebody names a further stakeholder."""
    return Act(
        day,
        clock,
        lambda scene: stakeholder_add(
            run_id=scene.run_id, actor=scene.people[who], member=scene.people[member].id, at=scene.at
        ),
    )


def withdraws(day: int, clock: str, who: str, comment: str = "") -> Act:
    return Act(
        day,
        clock,
        lambda scene: run_withdraw(run_id=scene.run_id, actor=scene.people[who], comment=comment, at=scene.at),
    )
