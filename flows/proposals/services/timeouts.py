"""What the clock does to proposals: a reminder, the time-out, and noticing that nobody is left to approve.

A sweep is a handful of reads and one writing statement, whatever the number of proposals; each still stands by itself: when the
one statement fails they are done one by one, and whatever cannot be done is left and logged.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q

from accounts.audit.events import Event
from accounts.audit.record import SYSTEM, record
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.faults import FAULTS, each_alone
from flows.events import ProposalReminded, ProposalTimedOut
from flows.models import FlowSettings, ProposalWatcher, ProposedFlow
from flows.proposals.selectors.rights import speakers_of, unattended_ids
from flows.proposals.selectors.standing import situations
from flows.proposals.services.acting import Held, facts_about, hold
from flows.proposals.services.asking import tell_unattended
from flows.proposals.states import Action, Rights, decide
from flows.setup import PROPOSAL_KIND, PROPOSAL_WORKFLOW, settings_of
from workflows.services import tracking

MOST: Final = 1_000
BATCH: Final = 200
"""So many the background holds at once: somebody who decides one of them meanwhile waits for a fraction of a second."""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, as numbers of proposals; ``left`` could not be done and will be tried again. ``up_to`` is the latest
    due time among them, where some were left."""

    reminded: int = 0
    timed_out: int = 0
    left: int = 0
    up_to: datetime | None = field(default=None, compare=False)

    @property
    def total(self) -> int:
        return self.reminded + self.timed_out + self.left

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.reminded + other.reminded, self.timed_out + other.timed_out, self.left + other.left)


@transaction.atomic
def proposals_sweep(*, organisation_id: UUID, at: datetime, limit: int = MOST, beyond: datetime | None = None) -> Swept:
    """Time out and remind what is due at ``at``, for at most ``limit`` open proposals of the organisation; of those due later
    than ``beyond``, so that what cannot be done keeps nothing else.

    Proposals that somebody holds under lock are left for the next sweep, so any number of sweeps may run at once and nobody
    who decides waits for one. Needs the scope.
    """
    settings = settings_of(organisation_id)
    claimed = _claim(organisation_id, at, settings, limit, beyond)
    if not claimed:
        return Swept()
    try:
        with transaction.atomic():
            return _write(claimed, settings, at)
    except FAULTS as error:
        logger.warning("proposals.sweep_failed", organisation=str(organisation_id), exc_info=error)
    done = sum((_alone(row, settings, at) for row in claimed), Swept())
    return replace(done, up_to=claimed[-1].due_at) if done.left else done


def organisations_due(at: datetime) -> list[UUID]:
    """The organisations with something to do, asked across all of them: a function of the owner tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT flows_proposals_due(%s)", [at])
        return [row[0] for row in cursor.fetchall()]


def _claim(
    organisation_id: UUID, at: datetime, settings: FlowSettings, limit: int, beyond: datetime | None
) -> list[ProposedFlow]:
    rows = ProposedFlow.objects.filter(
        Q(due_at__lte=at) | Q(reminded_at=None),
        organisation_id=organisation_id,
        is_open=True,
        due_at__lte=at + timedelta(days=settings.remind_days),
    )
    if beyond is not None:
        rows = rows.filter(due_at__gt=beyond)
    held = rows.select_related("source", "target").select_for_update(skip_locked=True, of=("self",))
    return list(held.order_by("due_at")[:limit])


def _alone(row: ProposedFlow, settings: FlowSettings, at: datetime) -> Swept:
    try:
        with transaction.atomic():
            return _write([row], settings, at)
    except FAULTS as error:
        logger.warning("proposal.sweep_failed", id=str(row.id), number=row.number, exc_info=error)
        return Swept(left=1)


def _write(claimed: Sequence[ProposedFlow], settings: FlowSettings, at: datetime) -> Swept:
    organisation_id = claimed[0].organisation_id
    batch = WriteBatch()
    facts = _facts(claimed, settings, at)
    over = [row for row in claimed if row.due_at <= at]
    soon = [row for row in claimed if row.due_at > at]
    events: list[Event] = [ProposalReminded(**facts[row.id], due_at=row.due_at) for row in soon]
    batch.update_each(ProposedFlow, [{"id": row.id, "reminded_at": at} for row in soon])
    if over:
        states = _close(over, settings, at, batch)
        days = settings.timeout_days
        events += [ProposalTimedOut(**{**facts[row.id], "state": states[row.id]}, days=days) for row in over]
    record(events, actor=SYSTEM, organisation_id=organisation_id, at=at, batch=batch)
    batch.execute()
    return Swept(len(soon), len(over))


def _close(over: Sequence[ProposedFlow], settings: FlowSettings, at: datetime, batch: WriteBatch) -> dict[UUID, str]:
    """Add the time-outs to the batch; returns the new state of each."""
    found = situations(over[0].organisation_id, over)
    clock = Rights(is_clock=True)
    states = {row.id: decide(found[row.id].standing, Action.TIME_OUT, clock).states[-1] for row in over}
    tracking.track_many(
        workflow_code=PROPOSAL_WORKFLOW,
        entity_kind=PROPOSAL_KIND,
        entity_ids=[row.id for row in over],
        steps=[tracking.Step(next(iter(states.values())), f"Timed out: no action for {settings.timeout_days} days")],
        by=SYSTEM,
        at=at,
        batch=batch,
    )
    batch.update_each(ProposedFlow, [_closed(row, states[row.id], at) for row in over])
    return states


def _closed(row: ProposedFlow, state: str, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": state,
        "is_open": False,
        "version": row.version + 1,
        "acted_at": at,
        "completed_at": at,
        "modified_at": at,
        "modified_by_id": None,
    }


def _facts(claimed: Sequence[ProposedFlow], settings: FlowSettings, at: datetime) -> dict[UUID, dict[str, Any]]:
    """What the events say of each proposal, in four queries for all of them."""
    organisation_id, ids = claimed[0].organisation_id, [row.id for row in claimed]
    found = situations(organisation_id, claimed)
    speakers = speakers_of(organisation_id, ids, at)
    watchers: dict[UUID, list[UUID]] = defaultdict(list)
    rows = ProposalWatcher.objects.filter(organisation_id=organisation_id, proposal_id__in=ids)
    for proposal_id, member_id in rows.order_by("created_at", "id").values_list("proposal_id", "member_id"):
        watchers[proposal_id].append(member_id)
    return {row.id: facts_about(Held(found[row.id], settings), speakers, watchers[row.id]) for row in claimed}


@transaction.atomic
def unattended_sweep(*, organisation_id: UUID, at: datetime, limit: int = BATCH) -> int:
    """Tell the tenant admins of open approvals whose people have left; once each. Returns how many. Needs the scope."""
    ids = unattended_ids(organisation_id, limit=limit)
    rows = ProposedFlow.objects.filter(organisation_id=organisation_id, id__in=ids, is_open=True)
    free = rows.select_for_update(skip_locked=True).order_by("id").values_list("id", flat=True)
    tell = transaction.atomic(lambda ident: tell_unattended(hold(organisation_id, ident), at=at))
    return each_alone(tell, list(free), "proposals.unattended_failed")
