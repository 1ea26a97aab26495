"""The open work of people who are no longer active: alone, as the last of a team queue, or on a panel."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from accounts.tenancy.faults import together_or_alone
from workflows.approval import Member, Outcome, Panel, shortfall
from workflows.assignment import Person, fallback_note, first_fallback, nobody_note
from workflows.engine import stays, votes
from workflows.engine.plan import Plan
from workflows.engine.state import Clock, RunState, TaskState
from workflows.graph.document import Fallback
from workflows.models import LogKind
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import claim_orphaned, orphaned_ids
from workflows.selectors.people import fallback_targets, tenant_admin_ids
from workflows.services.sla import BATCH, THE_CLOCK, write_swept
from workflows.services.sla_targets import kept_away
from workflows.substitution import is_reachable


class _Left(NamedTuple):
    """A task under lock, when, and everybody who has left."""

    run: RunState
    task: TaskState
    clock: Clock
    admins: tuple[UUID, ...]
    gone: frozenset[UUID]


def tasks_of_leavers(organisation_id: UUID, *, at: datetime, limit: int = BATCH) -> int:
    """Give open tasks of people who are no longer active, alone or as the last of a team queue, and their seats on panels, to
    the fallback of their step, or to the tenant admins.

    One seat of a panel at a time. Returns how many. Safe to run at once, as ``sla_sweep``. A task that cannot be given keeps no
    other from it. Needs the scope.
    """
    found = orphaned_ids(organisation_id, limit)
    if not found:
        return 0
    return together_or_alone(lambda ids: _release(organisation_id, ids, at), found, "leavers.sweep_failed")


def _release(organisation_id: UUID, ids: Sequence[UUID], at: datetime) -> int:
    claimed = claim_orphaned(organisation_id, ids)
    if not claimed.tasks:
        return 0
    admins = tenant_admin_ids(organisation_id)
    plans = [_released(_Left(run, task, Clock(at), admins, claimed.gone)) for run, task in claimed.tasks]
    write_swept(organisation_id, plans, at)
    return len(plans)


def _released(left: _Left) -> Plan:
    run, task, panel = left.run, left.task, left.task.panel
    if panel is not None and task.decided_together:
        return _seat_released(left, panel)
    why = f"{task.assignee.name} has left" if task.assignee else "everybody of the team queue has left"
    found = _fallback(left, frozenset())
    if found is None:
        return stays.orphan(run, task, left.clock, THE_CLOCK, left.admins, nobody_note(why))
    fallback, person = found
    note = fallback_note(why, fallback, person.ref)
    return stays.hand_over(run, task, person.ref, LogKind.ASSIGNED, left.clock, THE_CLOCK, note=note)


def _seat_released(left: _Left, panel: Panel) -> Plan:
    """The first asked member who has left: replaced by the fallback; else the others decide without the seat where their word
    still comes to the same, and where it does not a tenant admin finds somebody."""
    run, task, clock = left.run, left.task, left.clock
    gone = next(one for one in panel.asked if one.id in left.gone)
    why = f"{gone.name} has left the panel"
    found = _fallback(left, panel.taken)
    if found is not None:
        fallback, person = found
        note = fallback_note(why, fallback, person.ref)
        return votes.hand_seat(run, task, panel, gone, person.ref, clock, THE_CLOCK, reason="", note=note)
    rest = panel.without(gone.id)
    if _still_decides(left, rest, gone):
        return votes.drop_seat(run, task, rest, gone, clock, THE_CLOCK, note=why)
    return votes.deserted(run, task, clock, THE_CLOCK, left.admins, rest, nobody_note(why))


def _still_decides(left: _Left, rest: Panel, gone: Member) -> bool:
    """Whether the rule asks for so many and not for everybody, and those who are left can still meet it, but have not."""
    rule = definition_of(left.run.organisation_id, left.run.version_id).panels[left.task.step].quorum
    if gone.veto or rule.asks_everybody or shortfall(rule, rest.members):
        return False
    return rest.tally(rule).outcome is Outcome.PENDING and any(one.id not in left.gone for one in rest.asked)


def _fallback(left: _Left, besides: frozenset[UUID]) -> tuple[Fallback, Person] | None:
    """The first of the step's fallback chain who is there. Two queries at most."""
    run, task = left.run, left.task
    step = definition_of(run.organisation_id, run.version_id).graph.step(task.step)
    chain = step.assignee.fallback if step.assignee else ()
    targets = fallback_targets(run.organisation_id, run.requester, run.owner_id) if chain else {}
    never = kept_away(run, task, left.clock.at) | besides
    return first_fallback(chain, targets, never, lambda one: is_reachable(one, left.clock.at, run.subjects))
