"""From facts to notices: a batch of events of one organisation becomes inbox items and deliveries in one transaction.

Which people, in which words and on which channel is computed in memory from a handful of queries per batch. The unique
keys of the rows make planning repeatable: what is there already is left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.db import connection, models
from pydantic import ValidationError

from accounts.audit.events import Event
from accounts.models import AuditEntry, Organisation
from notifications import absences, letters, proposals
from notifications.channels.base import Channel, Notice, Texts
from notifications.channels.registry import CHANNELS
from notifications.inserts import insert_new
from notifications.links import absences_path, bulk_path, inbox_path, proposal_path, request_path
from notifications.models import OutboxEvent
from notifications.recipients import RULES, Around, Told, plain, told
from notifications.selectors.planning import Reader, own_texts, readers, same_acts, stand_ins
from notifications.values import values_of
from workflows.events import BulkDone, BulkFailed, Via
from workflows.selectors.audience import Audience, audiences

MAIL = "email"
MOST_LINES = 100
"""Of a mail about many requests."""


class BadFact(ValueError):
    """What is recorded is not what its event has, or is not there."""


@dataclass(frozen=True)
class Heard:
    """An audit entry that is to be told, with its event read."""

    entry: AuditEntry
    event: Event

    @property
    def run_id(self) -> UUID | None:
        return getattr(self.event, "run_id", None)

    @property
    def in_bulk(self) -> bool:
        """Whether it was done together with others: mails then tell of all of them at once."""
        return getattr(self.event, "via", "") == Via.BULK

    @cached_property
    def path(self) -> str:
        """The page that a notice of this leads to; it also says which notices are about the same thing."""
        if self.run_id is not None:
            return request_path(self.run_id)
        if self.event.subject_kind == absences.SUBJECT:
            return absences_path()
        if isinstance(self.event, BulkFailed):
            return bulk_path(self.event.subject_id)
        return proposal_path(self.event.subject_id) if self.event.subject_kind == proposals.SUBJECT else ""


def plan(organisation: Organisation, rows: Sequence[OutboxEvent]) -> int:
    """Insert what the events call for; returns how many rows. Needs the organisation's scope.

    Raises BadFact for a payload that its event refuses, and KeyError for a kind without a rule.
    """
    heard = _heard(organisation.id, rows)
    around = _around(organisation.id, heard)
    tellings = [(item, told(item.event, item.entry.actor_id, around[item.entry.id])) for item in heard]
    people = readers(organisation.id, {one.member_id for _, some in tellings for one in some})
    written: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    texts = _Wordings(organisation.id)
    notices = [
        *_notices(organisation, tellings, people),
        *_digests(organisation, heard, texts),
        *_letters(organisation, heard),
    ]
    for notice, channel in notices:
        row = channel.row(notice, texts.of(channel, notice.kind))
        written[type(row)].append(row)
    for new in written.values():
        insert_new(new)
    _read_by_acting(organisation.id, heard)
    return sum(map(len, written.values()))


READ_BY_ACTING = """
UPDATE notifications_inboxitem i SET read_at = acts.at
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS acts (member_id, path, at)
WHERE i.organisation_id = %s AND i.recipient_id = acts.member_id AND i.path = acts.path
  AND i.read_at IS NULL AND i.at <= acts.at
"""


def _read_by_acting(organisation_id: UUID, heard: Iterable[Heard]) -> None:
    """Who acts on a request or a proposal has seen what it told them until then."""
    acts = [(item.entry.actor_id, item.path, item.entry.at) for item in heard if item.entry.actor_id and item.path]
    if acts:
        members, paths, moments = map(list, zip(*acts, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(READ_BY_ACTING, [members, paths, moments, organisation_id])


def _heard(organisation_id: UUID, rows: Sequence[OutboxEvent]) -> list[Heard]:
    """The entries of the rows, in their order."""
    entries = {
        entry.id: entry
        for entry in AuditEntry.objects.filter(organisation_id=organisation_id, id__in=[row.id for row in rows])
    }
    if len(entries) < len(rows):
        raise BadFact(f"The audit has no entry of {next(row.id for row in rows if row.id not in entries)}.")
    return [Heard(entries[row.id], event_of(entries[row.id])) for row in rows]


def event_of(entry: AuditEntry) -> Event:
    """The typed event. Raises KeyError for an unknown kind, BadFact for a payload that does not fit."""
    try:
        return Event.kinds()[entry.kind].model_validate({**entry.payload, "subject_id": entry.subject_id})
    except ValidationError as error:
        places = {".".join(map(str, one["loc"])): one["type"] for one in error.errors(include_input=False)}
        # Not from the error itself: its text shows the payload, which is not for the log.
        raise BadFact(f"{entry.kind} cannot be read: {places}") from None


def _around(organisation_id: UUID, heard: Iterable[Heard]) -> dict[UUID, Around]:
    """What each event's rule may know, by event id."""
    items = list(heard)
    circles = audiences(organisation_id, {item.run_id for item in items if item.run_id is not None})
    acts = same_acts(organisation_id, [item.entry for item in items])
    standing = stand_ins(organisation_id, [(item.entry, item.event) for item in items])
    found = {}
    for item in items:
        circle = circles.get(item.run_id, Audience()) if item.run_id else Audience()
        found[item.entry.id] = Around(
            deciders=circle.deciders,
            stakeholders=circle.stakeholders,
            watchers=circle.watchers,
            covered=acts[item.entry.at, item.entry.actor_id, item.run_id],
            stand_ins=standing.get(item.entry.id, {}),
        )
    return found


def _notices(
    organisation: Organisation, tellings: Iterable[tuple[Heard, list[Told]]], people: dict[UUID, Reader]
) -> Iterator[tuple[Notice, Channel]]:
    for item, some in tellings:
        values = values_of(
            item.event, person=_person(item), organisation=organisation.name, zone=organisation.time_zone
        )
        for one in some:
            reader = people.get(one.member_id)
            if reader is None:
                continue
            notice = _notice(item, one, values, reader)
            channels = (channel for channel in CHANNELS if channel.name in reader.channels)
            yield from ((notice, channel) for channel in channels if not (channel.name == MAIL and item.in_bulk))


def _notice(item: Heard, one: Told, values: Mapping[str, str], reader: Reader) -> Notice:
    return Notice(
        organisation_id=item.entry.organisation_id,
        event_id=item.entry.id,
        kind=one.notice,
        at=item.entry.at,
        actor=item.entry.actor_label if item.entry.actor_id else "",
        recipient_id=one.member_id,
        run_id=item.run_id,
        path=item.path,
        watching=one.watching,
        values={**values, "recipient": reader.name, **({"assignee": one.behalf} if one.behalf else {})},
    )


def _letters(organisation: Organisation, heard: Iterable[Heard]) -> Iterator[tuple[Notice, Channel]]:
    """What goes to people without an account, by the medium that the link names."""
    items = {item.entry.id: item for item in heard}
    events = {key: event for key, item in items.items() if (event := letters.letter_of(item.event)) is not None}
    for entry_id, values in letters.values_for(organisation, events):
        item, event = items[entry_id], events[entry_id]
        channel = next(one for one in CHANNELS if one.name == event.medium)
        notice = Notice(
            organisation_id=organisation.id,
            event_id=entry_id,
            kind=item.entry.kind,
            at=item.entry.at,
            actor="",
            recipient_id=None,
            run_id=item.run_id,
            path="",
            watching=False,
            values=values,
            link_id=event.link_id,
        )
        yield notice, channel


def _person(item: Heard) -> str:
    """Who did it, in words for everybody: of people without an account less than the audit knows."""
    if item.entry.actor_kind == "external":
        return str(getattr(item.event, "by_name", "")) or "Somebody outside"
    return item.entry.actor_label


def _digests(
    organisation: Organisation, heard: Iterable[Heard], texts: "_Wordings"
) -> Iterator[tuple[Notice, Channel]]:
    """One mail for each person about all that was done to many requests at once, in place of a mail for each of them."""
    mail = next(channel for channel in CHANNELS if channel.name == MAIL)
    for done in (item for item in heard if item.entry.kind == BulkDone.kind):
        parts: dict[UUID, list[Notice]] = defaultdict(list)
        acts = [item for item in _heard_with(done.entry) if item.in_bulk]
        around = _around(organisation.id, acts)
        tellings = [(item, told(item.event, item.entry.actor_id, around[item.entry.id])) for item in acts]
        people = readers(organisation.id, {one.member_id for _, some in tellings for one in some})
        for item, some in tellings:
            values = values_of(
                item.event, person=_person(item), organisation=organisation.name, zone=organisation.time_zone
            )
            for one in some:
                reader = people.get(one.member_id)
                if reader is not None and MAIL in reader.channels:
                    parts[one.member_id].append(_notice(item, one, values, reader))
        yield from ((_joined(done, some, texts), mail) for some in parts.values())


def _joined(done: Heard, parts: Sequence[Notice], texts: "_Wordings") -> Notice:
    """The parts as one notice; a single one is told in its own words."""
    first = replace(parts[0], event_id=done.entry.id)
    if len(parts) == 1:
        return first
    titles = [texts.of(CHANNELS[0], part.kind).subject_for(part) for part in parts[:MOST_LINES]]
    if len(parts) > MOST_LINES:
        titles.append(f"and {len(parts) - MOST_LINES} more")
    runs = {part.run_id for part in parts}
    values = {**first.values, "count": str(len(runs)), "list": "\n".join(titles)}
    return replace(first, kind=BulkDone.kind, run_id=None, path=inbox_path(), watching=False, values=values)


def _heard_with(done: AuditEntry) -> list[Heard]:
    """What else was recorded in the same act, as far as somebody is told of it."""
    rows = AuditEntry.objects.filter(
        organisation_id=done.organisation_id, at=done.at, actor_id=done.actor_id, kind__in=RULES
    )
    return [Heard(entry, event_of(entry)) for entry in rows.exclude(id=done.id).order_by("id")]


class _Wordings:
    """The texts by channel and notice: the organisation's own where it has one."""

    def __init__(self, organisation_id: UUID) -> None:
        self._own = own_texts(organisation_id)

    def of(self, channel: Channel, kind: str) -> Texts:
        own = self._own.get((channel.name, kind)) or self._own.get((channel.name, plain(kind)))
        default = channel.default(kind)
        return Texts(*own, otherwise=default.subject) if own else default
