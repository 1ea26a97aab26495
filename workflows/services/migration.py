"""Move open runs to the published version: rehearse on all of them, then move those that somebody confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.policies import carries
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.errors import Conflict, Invalid
from workflows import policies
from workflows.engine import migrate
from workflows.engine.definition import RunningDefinition
from workflows.engine.migrate import Holders, Judgement
from workflows.engine.plan import Plan, write_all
from workflows.engine.state import By, Clock, RunState, TaskState
from workflows.models import WorkflowDefinition, WorkflowRun, WorkflowVersion
from workflows.policies import PUBLISH
from workflows.selectors.calendars import calendars_now
from workflows.selectors.definitions import access_definition, definition_of
from workflows.selectors.locks import lock_open_runs, open_runs
from workflows.selectors.new_holders import NewHolders
from workflows.services.deciding import clean_text
from workflows.services.definitions import held

MOST_AT_ONCE: Final = 500


class NothingToMoveTo(Conflict):
    code = "definition.not_published"
    message = "No version of this workflow is published, so there is none to move requests to."


class StepMapInvalid(Invalid):
    """A step of the map does not exist; ``fields`` names it."""

    code = "migration.step_map"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One open run as it would be. ``from_version`` is the number of the version it is on."""

    judgement: Judgement
    from_version: int

    @property
    def run(self) -> RunState:
        return self.judgement.run

    @property
    def moves(self) -> bool:
        return not self.judgement.blocked


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Open runs of other versions, oldest first; nothing has been changed. ``total`` counts those of all pages."""

    definition: WorkflowDefinition
    version: int
    rows: tuple[Rehearsed, ...]
    total: int
    after: UUID | None
    """Where the next page begins; None on the last one."""
    steps: Mapping[str, str]
    """The steps at which they are, by key."""
    targets: Mapping[str, str]
    """The steps of the published version to which they may go, by key."""

    @property
    def blocked(self) -> int:
        return sum(not row.moves for row in self.rows)


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """What came of one confirmed run: moved, or why not."""

    run_id: UUID
    number: int
    moved: bool
    why: str = ""


def migration_rehearse(
    *, definition_id: UUID, actor: Membership, steps: Mapping[str, str] | None = None, after: UUID | None = None
) -> Rehearsal:
    """What moving the open runs to the published version would mean, ``MOST_AT_ONCE`` of them from ``after`` on.

    ``steps`` maps steps of now to steps of then; one that is not named keeps its key. Raises DefinitionNotFound, Denied,
    NothingToMoveTo, StepMapInvalid.
    """
    definition, new = _target(actor, definition_id)
    wanted = _step_map(steps or {}, new)
    organisation_id, version_id = actor.organisation_id, new.version_id
    found = open_runs(organisation_id, definition_id, version_id, after=after, limit=MOST_AT_ONCE)
    numbers = _numbers(definition)
    holders = NewHolders(actor, new, found, timezone.now()).of
    others = WorkflowRun.objects.filter(organisation_id=organisation_id, definition_id=definition_id, finished_at=None)
    return Rehearsal(
        definition=definition,
        version=numbers[version_id],
        rows=tuple(
            Rehearsed(_judged(run, tasks, new, wanted, holders), numbers[run.version_id]) for run, tasks in found
        ),
        total=others.exclude(version_id=version_id).count(),
        after=found[-1][0].id if len(found) == MOST_AT_ONCE else None,
        steps={task.step: task.step_name for _, tasks in found for task in tasks},
        targets={step.key: step.name for step in new.graph.steps.values() if not step.is_end},
    )


@transaction.atomic
def migration_apply(
    *,
    definition_id: UUID,
    actor: Membership,
    run_ids: Sequence[UUID],
    steps: Mapping[str, str] | None = None,
    comment: str = "",
    at: datetime | None = None,
) -> list[MigrationResult]:
    """Move these runs, at most ``MOST_AT_ONCE``; each is judged again under lock, and one that cannot be moved is told.

    A run that has ended or moved meanwhile is told too and left alone. Raises as ``migration_rehearse``, and Invalid at
    ``runs`` or ``comment``.
    """
    moment = at or timezone.now()
    wanted_ids = list(dict.fromkeys(run_ids))
    if not 1 <= len(wanted_ids) <= MOST_AT_ONCE:
        raise Invalid({"runs": [f"Choose 1 to {MOST_AT_ONCE} requests."]}, code="migration.runs")
    reason = clean_text(comment)
    definition, new = _target(actor, definition_id, lock=True)
    wanted = _step_map(steps or {}, new)
    found = lock_open_runs(actor.organisation_id, definition_id, new.version_id, wanted_ids)
    numbers = _numbers(definition)
    holders = NewHolders(actor, new, found, moment).of
    clock, by = Clock(moment, calendars_now(actor.organisation_id)), By(actor.id, actor.name)
    results: dict[UUID, MigrationResult] = {}
    plans: list[Plan] = []
    for run, tasks in found:
        judgement = _judged(run, tasks, new, wanted, holders)
        if not judgement.blocked:
            editions = (definition_of(run.organisation_id, run.version_id), new)
            versions = (numbers[run.version_id], numbers[new.version_id])
            plans.append(migrate.plan(judgement, editions, versions, clock, by, reason))
        results[run.id] = MigrationResult(run.id, run.number, not judgement.blocked, " ".join(judgement.blocked))
    _write(plans, actor, moment)
    gone = "It has ended, or it is on this version already."
    return [results.get(one) or MigrationResult(one, 0, False, gone) for one in wanted_ids]


def may_migrate(actor: Membership, definition_id: UUID) -> None:
    """The door, for what must be judged before the rest. Raises DefinitionNotFound, Denied."""
    policies.definitions.require(actor, "publish", access_definition(actor, definition_id))


def may_move(actor: Membership, definition: WorkflowDefinition) -> bool:
    """Whether to show the way there: the person may, and there is a version to move to."""
    return definition.deleted_at is None and definition.published_version_id is not None and carries(actor, PUBLISH)


def _write(plans: Sequence[Plan], actor: Membership, at: datetime) -> None:
    if not plans:
        return
    batch = WriteBatch()
    facts = write_all(plans, batch)
    record(facts, actor=actor, organisation_id=actor.organisation_id, at=at, batch=batch)
    batch.execute()


def _target(
    actor: Membership, definition_id: UUID, *, lock: bool = False
) -> tuple[WorkflowDefinition, RunningDefinition]:
    """With ``lock`` nobody publishes another version meanwhile."""
    definition = access_definition(actor, definition_id)
    policies.definitions.require(actor, "publish", definition)
    if lock:
        definition = held(actor.organisation_id, definition_id)
    if definition.published_version_id is None:
        raise NothingToMoveTo
    return definition, definition_of(actor.organisation_id, definition.published_version_id)


def _numbers(definition: WorkflowDefinition) -> Mapping[UUID, int]:
    rows = WorkflowVersion.objects.filter(organisation_id=definition.organisation_id, definition_id=definition.id)
    return dict(rows.values_list("id", "number"))


def _step_map(steps: Mapping[str, str], new: RunningDefinition) -> Mapping[str, str]:
    """Raises StepMapInvalid. A step at which nothing is open may be named too: it may have been left meanwhile."""
    wrong = {
        f"steps.{old}": ["The published version has no such step."]
        for old, target in steps.items()
        if target not in new.graph.steps
    }
    if wrong:
        raise StepMapInvalid(wrong)
    return steps


def _judged(
    run: RunState, tasks: Sequence[TaskState], new: RunningDefinition, steps: Mapping[str, str], holders: Holders
) -> Judgement:
    old = definition_of(run.organisation_id, run.version_id)
    return migrate.judge(run, tasks, old, new, steps, holders)
