"""Who speaks for which approval, asked for a proposal, for a person, or for both; the statements are in ``grounds``."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q, UUIDField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.absence import Away
from accounts.models import Membership
from accounts.selectors.absences import away_of_row, stand_ins_of
from accounts.tenancy.statements import execute_prepared
from flows.proposals.selectors.gathering import COUNT_CAP, Asked, Gathered, Tally, gather, tally
from flows.proposals.selectors.grounds import (
    ALL,
    CONCERNED,
    CONCERNS,
    HAS_VOTED,
    MINE,
    PENDING,
    PENDING_AMONG,
    PENDING_FOR_OTHERS,
    UNATTENDED,
    VOTED,
    WAITS,
)
from flows.proposals.substitution import SUBJECT, stood_in_for
from workflows.assignment import PersonRef

FEW: Final = COUNT_CAP + COUNT_CAP // 4
"""Up to so many rows, as far as a count reads, a person's proposals are gathered by their ids. For whom there are more, each
proposal is asked as the list is walked: it finds enough of them soon."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody active who speaks for an approval. ``because``: names of the involvements, roles or data types."""

    member_id: UUID
    name: str
    email: str
    may_approve: bool
    may_reject: bool
    because: tuple[str, ...] = ()
    away: Away | None = None
    """How they are out now for approvals, and who stands in."""


@dataclass(frozen=True, slots=True)
class Behalf:
    """What somebody who is away may do with one approval, which the one who stands in may do on their behalf."""

    person: PersonRef
    may_approve: bool
    may_reject: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person may do with one approval by their own involvements and roles, four eyes not yet asked, and by those of
    the people whom they stand in for."""

    may_approve: bool
    may_reject: bool
    behalf: tuple[Behalf, ...] = ()


class Waits(Asked):
    template = WAITS


class Concerns(Asked):
    template = CONCERNS


class HasVoted(Asked):
    template = HAS_VOTED


def concerns(actor: Membership, is_open: bool | None = None) -> Q:
    """Proposals for an approval of which the person speaks, decided or not; ``is_open`` where only these are asked for. One
    query, made here."""
    return concerned(actor, is_open).condition(concerns_by_row(actor))


def has_voted(actor: Membership, is_open: bool | None = None) -> Q:
    """Proposals on which the person has voted; ``is_open`` where only these are asked for. One query, made here."""
    return voted(actor, is_open).condition(voted_by_row(actor))


def waits_by_row(actor: Membership) -> Waits:
    """Whether a proposal waits for the person, asked of each row."""
    return _waits(actor, members_of(actor))


def waits_for_others_by_row(actor: Membership) -> Q:
    """Whether it waits for them on behalf of somebody only."""
    others = [one.id for one in behind(actor)]
    return Q(_waits(actor, others)) & ~Q(_waits(actor, [actor.id])) if others else Q(pk__in=())


def _waits(actor: Membership, members: Sequence[UUID]) -> Waits:
    return Waits(*_person(actor), _array(members), F("id"), F("revision"), F("maker_id"), F("is_open"))


def concerns_by_row(actor: Membership) -> Concerns:
    return Concerns(*_person(actor), _array(members_of(actor)), F("id"))


def voted_by_row(actor: Membership) -> HasVoted:
    return HasVoted(*_person(actor), F("id"))


def _person(actor: Membership) -> tuple[Cast, Cast]:
    """Constants, so that what depends on them alone is asked once."""
    return Cast(Value(actor.organisation_id), UUIDField()), Cast(Value(actor.id), UUIDField())


def _array(members: Sequence[UUID]) -> Cast:
    return Cast(Value(list(members)), ArrayField(UUIDField()))


def behind(actor: Membership, at: datetime | None = None) -> tuple[PersonRef, ...]:
    """The people who are away and on whose behalf the person may decide. No query where the person came by the door of a
    request, else one."""
    return stood_in_for(stand_ins_of(actor), at or timezone.now())


def members_of(actor: Membership) -> list[UUID]:
    """The person, and those behind them."""
    return [actor.id, *(one.id for one in behind(actor))]


def voices_of(actor: Membership, proposal_ids: Iterable[UUID], at: datetime | None = None) -> dict[UUID, Voice]:
    """The approvals of these proposals, of any revision, for which the person speaks, or somebody behind them."""
    people = behind(actor, at)
    own = actor.organisation_id
    members = [actor.id, *(one.id for one in people)]
    found: dict[UUID, dict[UUID, tuple[bool, bool]]] = defaultdict(dict)
    for approval_id, speaker_id, *may in execute_prepared(MINE, [own, list(proposal_ids), members, own, actor.id]):
        if any(may):
            found[approval_id][speaker_id] = (may[0], may[1])
    return {
        approval_id: Voice(
            *rights.get(actor.id, (False, False)),
            tuple(Behalf(one, *rights[one.id]) for one in people if one.id in rights),
        )
        for approval_id, rights in found.items()
    }


def speakers_of(
    organisation_id: UUID, proposal_ids: Iterable[UUID], at: datetime | None = None
) -> dict[UUID, tuple[Speaker, ...]]:
    """Everybody active who speaks for each approval of these proposals, by name, with how they are away at the moment."""
    found: dict[UUID, list[Speaker]] = defaultdict(list)
    params = [organisation_id, list(proposal_ids), organisation_id, at or timezone.now(), SUBJECT]
    for approval_id, ident, name, email, approve, reject, because, *out in execute_prepared(ALL, params):
        if approve or reject:
            speaker = Speaker(ident, name, email, approve, reject, tuple(because), away_of_row(out))
            found[approval_id].append(speaker)
    return {approval_id: tuple(people) for approval_id, people in found.items()}


def _mine(actor: Membership) -> list[object]:
    return [actor.organisation_id, actor.id, members_of(actor)]


def waiting(actor: Membership, *, most: int = FEW) -> Gathered:
    """The proposals that wait for the person."""
    return gather(PENDING, [*_mine(actor), most], most)


def waiting_for_others(actor: Membership, *, most: int = FEW) -> Gathered:
    """Of these, the ones that wait on behalf of somebody only. No query for who stands in for nobody."""
    others = [one.id for one in behind(actor)]
    if not others:
        return Gathered(0, True, "{}")
    return gather(PENDING_FOR_OTHERS, [actor.organisation_id, actor.id, others, most], most)


def count_waiting(actor: Membership, cap: int = COUNT_CAP) -> Tally:
    return tally(PENDING, _mine(actor), cap)


def count_waiting_for_others(actor: Membership) -> Tally | None:
    others = [one.id for one in behind(actor)]
    return tally(PENDING_FOR_OTHERS, [actor.organisation_id, actor.id, others]) if others else None


def waiting_among(actor: Membership, proposal_ids: Iterable[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Those of these proposals that wait for the person, with whose voices it would be: their own, or of people behind them."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for proposal_id, speaker_id in execute_prepared(PENDING_AMONG, [*_mine(actor), list(proposal_ids)]):
        found[proposal_id].add(speaker_id)
    return {proposal_id: frozenset(speakers) for proposal_id, speakers in found.items()}


def concerned(actor: Membership, is_open: bool | None = None, *, most: int = FEW) -> Gathered:
    """The proposals for an approval of which the person speaks, decided or not."""
    return gather(CONCERNED[is_open], [*_mine(actor), most], most)


def count_concerned(actor: Membership, is_open: bool) -> Tally:
    return tally(CONCERNED[is_open], _mine(actor))


def voted(actor: Membership, is_open: bool | None = None, *, most: int = FEW) -> Gathered:
    """The proposals on which the person has voted."""
    return gather(VOTED[is_open], [actor.organisation_id, actor.id, most], most)


def count_voted(actor: Membership, is_open: bool) -> Tally:
    return tally(VOTED[is_open], [actor.organisation_id, actor.id])


def unattended_ids(organisation_id: UUID, *, limit: int) -> list[UUID]:
    """Open proposals of which an approval has lost its people, or has them again after the loss was told."""
    return [ident for (ident,) in execute_prepared(UNATTENDED, [organisation_id, limit])]
