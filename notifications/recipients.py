"""Who is told of a fact, and in which words: one small function per kind of event.

A function sees the event and the people around its request, nothing else, and names people in the order of what matters
most to them; ``told`` keeps the first mention of each. Nobody is told of their own act.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.audit.events import Event
from notifications import absences, proposals
from workflows import clock_events, events, link_events, machine_events


@dataclass(frozen=True, slots=True)
class Told:
    """One person to tell. ``notice`` names the wording; ``watching``: only because they chose to follow."""

    member_id: UUID
    notice: str
    watching: bool = False
    behalf: str = ""
    """Names of those who are away and for whom the person would decide, where that is not the same for everybody told."""


@dataclass(frozen=True, slots=True)
class Around:
    """The people around one request at planning time.

    ``deciders`` hold its open tasks; ``stakeholders`` and ``watchers`` follow it. ``covered`` names events of the same
    act that tell the followers more than this one does.
    """

    deciders: Sequence[UUID] = ()
    stakeholders: Sequence[UUID] = ()
    watchers: Sequence[UUID] = ()
    covered: frozenset[str] = field(default_factory=frozenset)
    stand_ins: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    """Of people who must decide and are away then: who stands in for them."""


Rule = Callable[[Any, Around], Iterable[Told]]


def told(event: Event, actor_id: UUID | None, around: Around) -> list[Told]:
    """The people to tell of the event, each once, without the person who did it."""
    found: dict[UUID, Told] = {}
    for one in RULES[event.kind](event, around):
        if one.member_id != actor_id:
            found.setdefault(one.member_id, one)
    return list(found.values())


def _followers(notice: str, around: Around) -> Iterator[Told]:
    yield from (Told(member, notice) for member in around.stakeholders)
    yield from (Told(member, notice, watching=True) for member in around.watchers)


def _deciders(event: events.TaskOpened | clock_events.TaskReminded, around: Around) -> Iterator[Told]:
    notice = returned(event.kind) if isinstance(event, events.TaskOpened) and event.is_return else event.kind
    yield from _and_stand_ins(event, _one_or_many(event.assignee_id, event.candidate_ids), around, notice)


def _and_stand_ins(
    event: events.TaskEvent, members: Iterable[UUID], around: Around, notice: str = ""
) -> Iterator[Told]:
    """Who must decide, then those who stand in for them, without the requester."""
    asked = tuple(members)
    yield from (Told(member, notice or event.kind) for member in asked)
    instead = (one for member in asked for one in around.stand_ins.get(member, ()))
    yield from (Told(one, on_behalf(event.kind)) for one in instead if one != event.requester_id)


def _one_or_many(assignee_id: UUID | None, candidate_ids: Iterable[UUID]) -> Iterable[UUID]:
    return candidate_ids if assignee_id is None else (assignee_id,)


def _moved(event: events.TaskMoved, around: Around) -> Iterator[Told]:
    """Who must decide next hears so from the opened task; followers of a first or last move from the run's own event."""
    if around.covered & {events.RunStarted.kind, events.RunCompleted.kind}:
        return
    everybody = [Told(event.requester_id, event.kind), *_followers(event.kind, around)]
    yield from (one for one in everybody if one.member_id != event.assignee_id)


def _handed_over(event: events.TaskHandedOver, around: Around) -> Iterator[Told]:
    yield from _and_stand_ins(event, (event.assignee_id,), around)
    if event.previous_assignee_id is not None:
        yield Told(event.previous_assignee_id, left(event.kind))


def _overdue(event: clock_events.TaskOverdue, around: Around) -> Iterator[Told]:
    if event.assignee_id is not None:
        yield from _and_stand_ins(event, (event.assignee_id,), around)
    yield from (Told(member, event.kind) for member in event.admin_ids)


def _commented(event: events.RunCommented, around: Around) -> Iterator[Told]:
    yield Told(event.requester_id, event.kind)
    # Those of then: a relay that comes late must not tell the next ones instead.
    deciders = around.deciders if event.decider_ids is None else event.decider_ids
    yield from (Told(member, event.kind) for member in deciders)
    yield from _followers(event.kind, around)


def _to_requester_and_followers(event: events.RunEvent, around: Around) -> Iterator[Told]:
    yield Told(event.requester_id, event.kind)
    yield from _followers(event.kind, around)


def _closed(event: events.TaskClosed, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in event.member_ids)


def _withdrawn(event: events.RunWithdrawn, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in event.assignee_ids)
    yield from _to_requester_and_followers(event, around)


def _migrated(event: events.RunMigrated, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in event.gained_ids)
    yield from (Told(member, left(event.kind)) for member in event.lost_ids)


def _manager_told(event: clock_events.TaskManagerTold, around: Around) -> Iterator[Told]:
    yield Told(event.manager_id, event.kind)
    if event.assignee_id is not None:
        yield Told(event.assignee_id, left(event.kind))


def _owner(event: clock_events.TaskTimeoutNear | clock_events.RunTimeoutNear, around: Around) -> Iterator[Told]:
    yield Told(event.owner_id, event.kind)


def _timed_out(event: clock_events.RunTimedOut, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in (event.owner_id, *event.assignee_ids))
    yield from _to_requester_and_followers(event, around)


def _asked(event: clock_events.TaskAsked, around: Around) -> Iterator[Told]:
    yield Told(event.asked_id, event.kind)


def _answered(event: clock_events.TaskAnswered, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in event.holder_ids)


def _admins(event: events.TaskUnassigned | clock_events.TaskClockFailed, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in event.admin_ids)


def _failed(event: machine_events.TaskFailed, around: Around) -> Iterator[Told]:
    """The owner; and the admins, where one of them has to do something."""
    if not event.transition:
        yield from (Told(member, event.kind) for member in (*event.admin_ids, event.owner_id))


def _noticed(event: machine_events.TaskNoticed, around: Around) -> Iterator[Told]:
    yield from (Told(member, event.kind) for member in event.recipient_ids)
    if event.stakeholders:
        yield from (Told(member, event.kind) for member in around.stakeholders)


def _holders(event: link_events.LinkEnded | link_events.LinkRefused, around: Around) -> Iterator[Told]:
    """Who looks after a step that somebody outside was to decide."""
    yield from (Told(member, event.kind) for member in event.holder_ids)


def _added(event: events.ParticipantAdded, around: Around) -> Iterator[Told]:
    yield Told(event.member_id, event.kind)


def _of_proposal(kind: str, people: Callable[[Any], proposals.People]) -> Rule:
    """The fact itself knows whom it concerns, and who of them stands in for whom."""

    def rule(event: Any, around: Around) -> Iterator[Told]:
        for member, watching in people(event):
            away = proposals.behalf(event, member)
            yield Told(member, on_behalf(kind) if away else kind, watching, away)

    return rule


def _of_absence(people: Callable[[Any], absences.People]) -> Rule:
    return lambda event, around: (Told(member, event.kind) for member in people(event))


def on_behalf(kind: str) -> str:
    """The wording for who stands in, beside the one for who is away."""
    return f"{kind}.on_behalf"


def left(kind: str) -> str:
    """The wording for who loses a task, beside the one for who gets it."""
    return f"{kind}.left"


_RETURNED = ".returned"


def returned(kind: str) -> str:
    """The wording for a task that came back, beside the one for a task that is new."""
    return f"{kind}{_RETURNED}"


def plain(kind: str) -> str:
    """The kind without what ``returned`` adds: an organisation's own text for it holds for both."""
    return kind.removesuffix(_RETURNED)


HANDED = tuple(
    one.kind
    for one in (
        events.TaskReassigned,
        events.TaskTakenOver,
        events.TaskClaimed,
        events.TaskAssigned,
        events.TaskEscalated,
    )
)
"""The ways in which a task gets another holder."""

RULES: Mapping[str, Rule] = {
    events.RunStarted.kind: lambda event, around: _followers(event.kind, around),
    events.TaskOpened.kind: _deciders,
    clock_events.TaskReminded.kind: _deciders,
    events.TaskMoved.kind: _moved,
    **dict.fromkeys(HANDED, _handed_over),
    clock_events.TaskOverdue.kind: _overdue,
    clock_events.TaskManagerTold.kind: _manager_told,
    clock_events.TaskTimeoutNear.kind: _owner,
    clock_events.RunTimeoutNear.kind: _owner,
    clock_events.RunTimedOut.kind: _timed_out,
    clock_events.TaskHeld.kind: _to_requester_and_followers,
    clock_events.TaskAsked.kind: _asked,
    clock_events.TaskAnswered.kind: _answered,
    clock_events.TaskResumed.kind: _to_requester_and_followers,
    clock_events.TaskClockFailed.kind: _admins,
    events.TaskUnassigned.kind: _admins,
    events.TaskCancelled.kind: lambda event, around: (Told(member, event.kind) for member in event.holder_ids),
    machine_events.TaskFailed.kind: _failed,
    machine_events.TaskQuarantined.kind: _failed,
    machine_events.TaskNoticed.kind: _noticed,
    # The mail to the mailbox of the link itself is written by ``letters``.
    link_events.LinkSent.kind: lambda event, around: (),
    link_events.LinkCodeAsked.kind: lambda event, around: (),
    link_events.LinkEnded.kind: _holders,
    link_events.LinkRefused.kind: _holders,
    events.TaskClosed.kind: _closed,
    events.RunCommented.kind: _commented,
    events.RunCompleted.kind: _to_requester_and_followers,
    events.RunMigrated.kind: _migrated,
    events.RunWithdrawn.kind: _withdrawn,
    events.ParticipantAdded.kind: _added,
    # The mails about the requests are joined, see ``planning``; nobody is told of the act as such.
    events.BulkDone.kind: lambda event, around: (),
    events.BulkFailed.kind: lambda event, around: (Told(event.by_id, event.kind),),
    **{kind: _of_absence(people) for kind, people in absences.PEOPLE.items()},
    **{kind: _of_proposal(kind, people) for kind, people in proposals.PEOPLE.items()},
}
"""The kinds that somebody is told of. Facts of other kinds get no outbox row: nobody would read it."""
