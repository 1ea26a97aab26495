"""What planning reads, a few queries for a whole batch."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.absence import covers
from accounts.audit.events import Event
from accounts.models import AuditEntry, Membership
from accounts.selectors.absences import substitutions_of_many
from notifications.models import Preference, Template
from workflows import events
from workflows.selectors.definitions import subjects_of_many

# Acts that may tell the followers the same as another fact recorded with them.
TELLING = (events.RunStarted.kind, events.RunCompleted.kind)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who can be told: active, with the channels that they want."""

    name: str
    channels: frozenset[str]


def readers(organisation_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, Reader]:
    """The active people among these ids."""
    people = Membership.objects.filter(
        organisation_id=organisation_id, id__in=member_ids, is_active=True, user__is_active=True
    ).values_list("id", "name")
    silent = set(
        Preference.objects.filter(organisation_id=organisation_id, email=False, member_id__in=member_ids).values_list(
            "member_id", flat=True
        )
    )
    everything = frozenset({"in_app", "email"})
    return {member: Reader(name, everything - {"email"} if member in silent else everything) for member, name in people}


def own_texts(organisation_id: UUID) -> dict[tuple[str, str], tuple[str, str]]:
    """The organisation's own subject and body by channel and kind of notice."""
    rows = Template.objects.filter(organisation_id=organisation_id, is_active=True)
    return {
        (channel, kind): (subject, body)
        for channel, kind, subject, body in rows.values_list("channel", "kind", "subject", "body")
    }


def stand_ins(
    organisation_id: UUID, heard: Iterable[tuple[AuditEntry, Event]]
) -> Mapping[UUID, Mapping[UUID, Sequence[UUID]]]:
    """By entry, who stood in for whom of those who must decide, when it was recorded and for this work.

    One query where somebody must decide, and one more where one of them is away.
    """
    asked = {entry: _asked(event) for entry, event in heard if isinstance(event, events.TaskEvent) and _asked(event)}
    if not asked:
        return {}
    moments = [entry.at for entry in asked]
    members = {one for some in asked.values() for one in some}
    away = substitutions_of_many(organisation_id, members, min(moments), max(moments))
    if not away:
        return {}
    definitions = {entry.payload["definition_id"] for entry in asked}
    subjects = subjects_of_many(organisation_id, [UUID(one) for one in definitions])
    found: dict[UUID, dict[UUID, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for entry, some in asked.items():
        about = subjects.get(UUID(entry.payload["definition_id"]), frozenset())
        for one in away:
            if one.member_id in some and one.period.holds(entry.at) and covers(one.scope, about):
                found[entry.id][one.member_id].append(one.substitute_id)
    return found


def _asked(event: Event) -> set[UUID]:
    return {one for one in (getattr(event, "assignee_id", None), *getattr(event, "candidate_ids", ())) if one}


Act = tuple[datetime, UUID | None, UUID | None]
"""Moment, person and request."""


def same_acts(organisation_id: UUID, entries: Iterable[AuditEntry]) -> Mapping[Act, frozenset[str]]:
    """For each act the telling facts recorded with it, whether in this batch or not.

    The facts of one act carry one moment and become visible together, so the answer is the same at every planning.
    """
    moments = {entry.at for entry in entries if entry.kind == events.TaskMoved.kind}
    found: dict[Act, set[str]] = defaultdict(set)
    if moments:
        acts = AuditEntry.objects.filter(organisation_id=organisation_id, at__in=moments, kind__in=TELLING)
        for at, actor_id, run_id, kind in acts.values_list("at", "actor_id", "subject_id", "kind"):
            found[at, actor_id, run_id].add(kind)
    return defaultdict(frozenset, {key: frozenset(kinds) for key, kinds in found.items()})
