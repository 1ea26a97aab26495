"""Who is told of what, kind by kind."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts import events as accounts
from accounts.audit.events import Event
from accounts.models import Membership
from notifications.recipients import RULES, Around, told
from notifications.wording import WORDINGS
from tests.cast import Acme
from tests.factories import notifications as facts
from workflows import clock_events, events, machine_events
from workflows.models import WorkflowRun

Make = Callable[[Acme, WorkflowRun], tuple[Event, Membership | None]]


def handed(kind: type[events.TaskHandedOver], by: str = "hema") -> Make:
    return lambda a, run: (
        facts.handed_over(kind, run, a.hema, a.hari, getattr(a, by, None)),
        getattr(a, by, None),
    )


def in_step(kind: type[events.TaskEvent], **more: Any) -> Make:
    def make(acme: Acme, run: WorkflowRun) -> tuple[Event, None]:
        fields = {name: value(acme) if callable(value) else value for name, value in more.items()}
        return kind(**facts.in_step(run, **fields)), None

    return make


def in_run(kind: type[events.RunEvent], by: str, **more: Any) -> Make:
    def make(acme: Acme, run: WorkflowRun) -> tuple[Event, Membership]:
        actor = getattr(acme, by)
        fields = {name: value(acme) if callable(value) else value for name, value in more.items()}
        return kind(**facts.about(run, subject_id=run.id, **fields)), actor

    return make


def by(name: str) -> dict[str, Any]:
    return {"by_id": lambda a: getattr(a, name).id, "by_name": name.title()}


def absent(kind: type[accounts.AbsenceEvent], by: str, **more: Any) -> Make:
    """Ravi is away, and Farid is his substitute."""

    def make(acme: Acme, run: WorkflowRun) -> tuple[Event, Membership | None]:
        days = {"starts_on": date(2025, 10, 1), "ends_on": date(2025, 10, 5)}
        people = {"member_id": acme.ravi.id, "member_name": "Ravi"}
        people |= {"substitute_id": acme.farid.id, "substitute_name": "Farid"}
        return kind(subject_id=run.id, **people, **days, **more), getattr(acme, by, None)

    return make


RAVI = {"assignee_id": lambda a: a.ravi.id, "assignee_name": "Ravi"}
NOBODY = {"assignee_id": None, "assignee_name": ""}
FOLLOWERS = {"farid": "", "fiona": "watching"}
FAILED = {
    "node": "call",
    "attempt": 1,
    "why": "The answer was 503.",
    "owner_id": lambda a: a.omar.id,
    "admin_ids": lambda a: (a.tess.id,),
}
WORDS = {"subject": "Paid", "text": "It is paid."}
CASES: dict[str, tuple[Make, dict[str, str]]] = {
    "absence set by oneself": (absent(accounts.AbsenceSet, "ravi", scope=()), {}),
    "absence set by an admin": (absent(accounts.AbsenceSet, "tess", scope=()), {"ravi": ""}),
    "substitute asked": (absent(accounts.SubstituteAsked, "ravi", work="all work"), {"farid": ""}),
    "substitute accepted": (absent(accounts.SubstituteAccepted, "farid"), {"ravi": ""}),
    "substitute declined": (absent(accounts.SubstituteDeclined, "farid"), {"ravi": ""}),
    "substitute released": (absent(accounts.SubstituteReleased, "ravi"), {"farid": ""}),
    "absence began": (absent(accounts.AbsenceBegan, "nobody", accepted=True), {"ravi": "", "farid": ""}),
    "absence began, not accepted": (absent(accounts.AbsenceBegan, "nobody", accepted=False), {"ravi": ""}),
    "absence ended, released": (
        absent(accounts.AbsenceEnded, "tess", accepted=True, early=True, released=True),
        {"ravi": ""},
    ),
    "absence ended": (absent(accounts.AbsenceEnded, "ravi", accepted=True, early=True), {"farid": ""}),
    "started": (in_run(events.RunStarted, "asha", step="apply", step_name="Apply"), FOLLOWERS),
    "opened for one": (lambda a, r: (facts.opened(r, a.ravi), a.asha), {"ravi": ""}),
    "opened for a team": (lambda a, r: (facts.opened(r, None, a.hema, a.hari), a.ravi), {"hema": "", "hari": ""}),
    "opened again": (
        lambda a, r: (facts.opened(r, a.asha).model_copy(update={"is_return": True}), a.ravi),
        {"asha": "returned"},
    ),
    "opened for oneself": (lambda a, r: (facts.opened(r, a.asha), a.asha), {}),
    "moved": (lambda a, r: (facts.moved(r, a.ravi, a.hema), a.ravi), {"asha": "", **FOLLOWERS}),
    "moved back to the requester": (lambda a, r: (facts.moved(r, a.ravi, a.asha), a.ravi), FOLLOWERS),
    "moved by a follower": (lambda a, r: (facts.moved(r, a.farid, a.hema), a.farid), {"asha": "", "fiona": "watching"}),
    "reassigned": (handed(events.TaskReassigned), {"hari": ""}),
    "reassigned by another": (handed(events.TaskReassigned, "tess"), {"hari": "", "hema": "left"}),
    "taken over": (handed(events.TaskTakenOver, "hari"), {"hema": "left"}),
    "claimed": (handed(events.TaskClaimed, "hari"), {"hema": "left"}),
    "assigned": (handed(events.TaskAssigned, "tess"), {"hari": "", "hema": "left"}),
    "escalated": (handed(events.TaskEscalated, "nobody"), {"hari": "", "hema": "left"}),
    "reminded": (in_step(clock_events.TaskReminded, **RAVI, due_at=facts.DUE), {"ravi": ""}),
    "reminded team": (
        in_step(clock_events.TaskReminded, **NOBODY, candidate_ids=lambda a: (a.hema.id, a.hari.id), due_at=facts.DUE),
        {"hema": "", "hari": ""},
    ),
    "overdue": (
        in_step(clock_events.TaskOverdue, **RAVI, due_at=facts.DUE, admin_ids=lambda a: (a.tess.id,)),
        {"ravi": "", "tess": ""},
    ),
    "the clock failed": (
        in_step(
            clock_events.TaskClockFailed, attempt=5, again_at=facts.DUE, why="No", admin_ids=lambda a: (a.tess.id,)
        ),
        {"tess": ""},
    ),
    "unassigned": (in_step(events.TaskUnassigned, admin_ids=lambda a: (a.tess.id,), why="Nobody"), {"tess": ""}),
    "failed": (in_step(machine_events.TaskFailed, **FAILED, transition=""), {"tess": "", "omar": ""}),
    "failed, and went its own way": (in_step(machine_events.TaskFailed, **FAILED, transition="f"), {}),
    "quarantined": (in_step(machine_events.TaskQuarantined, **FAILED, transition=""), {"tess": "", "omar": ""}),
    "noticed": (
        in_step(
            machine_events.TaskNoticed, node="notify", recipient_ids=lambda a: (a.ravi.id,), stakeholders=True, **WORDS
        ),
        {"ravi": "", "farid": ""},
    ),
    "cancelled": (
        in_step(events.TaskCancelled, holder_ids=lambda a: (a.hema.id, a.hari.id), why="it ended", **by("hema")),
        {"hema": "", "hari": ""},
    ),
    "closed by a panel": (
        in_step(
            events.TaskClosed, transition="Pay", member_ids=lambda a: (a.fritz.id,), why="2–0, approved", **by("farid")
        ),
        {"fritz": ""},
    ),
    "commented": (
        lambda a, r: (facts.commented(r, a.hema), a.hema),
        {"asha": "", "ravi": "", **FOLLOWERS},
    ),
    "commented by the requester": (lambda a, r: (facts.commented(r, a.asha), a.asha), {"ravi": "", **FOLLOWERS}),
    "completed": (lambda a, r: (facts.completed(r, a.hema), a.hema), {"asha": "", **FOLLOWERS}),
    "withdrawn": (
        in_run(events.RunWithdrawn, "asha", reason="", assignee_ids=lambda a: (a.ravi.id,), **by("asha")),
        {"ravi": "", **FOLLOWERS},
    ),
    "many at once failed": (
        lambda a, r: (
            events.BulkFailed(
                subject_id=r.id,
                action="claim",
                transition="",
                asked=2,
                by_id=a.ravi.id,
                by_name="Ravi",
                attempts=5,
                why="",
            ),
            None,
        ),
        {"ravi": ""},
    ),
    "participant added": (
        in_run(
            events.ParticipantAdded, "asha", member_id=lambda a: a.omar.id, member_name="Omar", role="x", **by("asha")
        ),
        {"omar": ""},
    ),
    "watching on one's own": (
        in_run(
            events.ParticipantAdded, "omar", member_id=lambda a: a.omar.id, member_name="Omar", role="x", **by("omar")
        ),
        {},
    ),
}


def around(acme: Acme, **more: Any) -> Around:
    return Around(
        deciders=[acme.ravi.id], stakeholders=[acme.farid.id], watchers=[acme.fiona.id, acme.farid.id], **more
    )


@pytest.mark.parametrize("case", CASES)
def test_who_is_told(acme: Acme, case: str) -> None:
    make, expected = CASES[case]
    with acme.scope():
        event, actor = make(acme, facts.make_run(acme.asha))
    found = {}
    for one in told(event, actor.id if actor else None, around(acme)):
        name = next(n for n in vars(acme) if getattr(getattr(acme, n), "id", None) == one.member_id)
        found[name] = "watching" if one.watching else one.notice.removeprefix(event.kind)[1:]
        assert one.notice in WORDINGS
    assert found == expected


@pytest.mark.parametrize("kind", [events.RunStarted.kind, events.RunCompleted.kind])
def test_a_move_that_starts_or_ends_the_request_is_told_once(acme: Acme, kind: str) -> None:
    with acme.scope():
        event = facts.moved(facts.make_run(acme.asha), acme.ravi, None)
    assert told(event, acme.ravi.id, around(acme, covered=frozenset({kind}))) == []


def test_every_kind_has_a_case_and_a_wording() -> None:
    assert set(RULES) <= set(WORDINGS)
    assert {re.sub(r"\.(left|on_behalf|returned)$", "", kind) for kind in WORDINGS} == set(RULES)
