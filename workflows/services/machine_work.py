"""A worker's turn: claim a due step, work without a transaction, write down what came of it.

The attempt is counted before it is made, so a crash counts. Whoever works holds a lease and renews it; what a dead worker
held comes due again by itself. The row is the truth: wake-ups may be lost, doubled or late.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection, connections
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from pydantic import ValidationError

from accounts.models import Organisation
from accounts.tenancy.errors import DomainError
from accounts.tenancy.faults import FAULTS as ROW_FAULTS
from accounts.tenancy.faults import OUTAGES, fault_text
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from workflows.graph.automation import Job
from workflows.models import AttemptOutcome, MachineStep, Task, TaskAttempt, TaskState, next_state
from workflows.nodes.base import Done, NodeFailure, Pause, Work
from workflows.nodes.lint import params_of
from workflows.selectors.definitions import definition_of
from workflows.selectors.machines import values_for, visits, work_at
from workflows.selectors.people import persons
from workflows.services.machine_finish import MOST_CRASHES, close, finish, quarantine
from workflows.services.machine_tools import RunTools

LEASE: Final = timedelta(seconds=10)
BEAT: Final = 3.0
"""Seconds after which a worker says again that it lives; shorter steps never do."""
A_DAY: Final = timedelta(days=1)
GRACE: Final = 15.0
"""Seconds beyond a step's own time limit after which its worker is taken for lost."""
FAIR_SHARE: Final = 5
"""Quick steps of one organisation before it is the next one's turn."""
TURN: Final = 1.0
"""Seconds after which it is the next one's turn however many they were: slow steps go one of each in turn."""
AT_ONCE: Final = 4
"""Steps of one organisation that are worked on at the same time, so that its slow ones do not take every worker."""
ORGANISATIONS: Final = 100
SECONDS: Final = 40.0

# What running a kind may raise because of that step: our own mistakes. Each counts as a crash.
FAULTS: Final = (
    ArithmeticError, AttributeError, DomainError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
Answered = Done | Pause | NodeFailure

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A step leased for one attempt, with everything that the attempt needs."""

    organisation_id: UUID
    machine_id: UUID
    task_id: UUID
    requester_id: UUID
    token: UUID
    job: Job
    params: Mapping[str, Any]
    work: Work


def due_organisations(most: int = ORGANISATIONS) -> list[UUID]:
    """Organisations with steps to do now, in no particular order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM workflows_machines_due(%s)", [most])
        return [organisation_id for (organisation_id,) in cursor.fetchall()]


def work_due(*, seconds: float = SECONDS) -> int:
    """Do what is due until nothing is or the time is up; returns how many steps were taken up. Call outside of a scope."""
    until = time.monotonic() + seconds
    total = 0
    while organisations := due_organisations():
        before = total
        for organisation_id in organisations:
            turn_ends = time.monotonic() + TURN
            for number in range(FAIR_SHARE):
                if time.monotonic() > until:
                    return total
                if number and time.monotonic() > turn_ends:
                    break
                if not work_once(organisation_id):
                    break
                total += 1
        if total == before:
            break
    return total


def work_once(organisation_id: UUID) -> bool:
    """Take up one due step of the organisation, if there is one that nobody holds.

    One that cannot be taken up is put off, and one of which the answer cannot be written down breaks off when its lease is
    over: neither keeps the others from their turn.
    """
    row: MachineStep | None = None
    try:
        with organisation_scope(organisation_id):
            row = _next(organisation_id)
            claimed = _claim(row) if row is not None else None
    except OUTAGES:
        raise
    except ROW_FAULTS as error:
        if row is None:
            raise
        logger.exception("machine.claim_failed", machine=str(row.id))
        _put_off(row, error)
        return True
    if claimed is not None:
        answer = attempt(claimed)
        try:
            finish(claimed.organisation_id, claimed.machine_id, claimed.token, answer)
        except OUTAGES:
            raise
        except ROW_FAULTS:
            logger.exception("machine.finish_failed", machine=str(claimed.machine_id))
    return row is not None


def _next(organisation_id: UUID) -> MachineStep | None:
    steps = MachineStep.objects.filter(organisation_id=organisation_id)
    if steps.filter(lease_token__isnull=False, next_at__gt=Now()).count() >= AT_ONCE:
        return None
    # The run is locked before its task, here as everywhere; who is held by somebody else has its turn later.
    due = steps.filter(next_at__lte=Now()).select_related("run__definition", "task", "organisation")
    found: MachineStep | None = (
        due.select_for_update(skip_locked=True, of=("run", "task", "self")).order_by("next_at", "id").first()
    )
    return found


def _claim(row: MachineStep) -> Claimed | None:
    """Lease the step and count the attempt; None where there is nothing to attempt any more."""
    at = timezone.now()
    if row.task.state not in (TaskState.RUNNING, TaskState.FAILURE_RETRY):
        close(row, at)
        return None
    crashed = row.lease_token is not None
    if crashed:
        _note_crash(row)
    if row.crashes + crashed >= MOST_CRASHES:
        quarantine(row, "Every attempt broke off without an answer.", at=at, crashes=row.crashes + crashed)
        return None
    definition = definition_of(row.organisation_id, row.run.version_id)
    found = work_at(definition, row)
    if found is None:
        quarantine(row, "The workflow says nothing to do here.", at=at, crashes=row.crashes)
        return None
    token, job = uuid4(), found[1].job
    row.attempts += 1
    MachineStep.objects.filter(id=row.id).update(
        attempts=row.attempts,
        crashes=F("crashes") + int(crashed),
        lease_token=token,
        next_at=Now() + LEASE,
        woken=False,
    )
    if row.task.state == TaskState.FAILURE_RETRY:
        Task.objects.filter(id=row.task_id).update(
            state=next_state(Task.resume, row.task.state), version=F("version") + 1, modified_at=at
        )
    TaskAttempt.objects.create(
        id=new_id(), organisation_id=row.organisation_id, machine_step_id=row.id, number=row.attempts, key=row.key,
        link=row.link, started_at=at,
    )  # fmt: skip
    requester = persons(row.organisation_id, [row.run.requester_id])[row.run.requester_id]
    values = values_for(row, definition, requester, row.organisation, at)
    raw = row.params if row.params is not None else job.params
    work = _work(row, job, values, row.organisation, at)
    return Claimed(row.organisation_id, row.id, row.task_id, row.run.requester_id, token, job, raw, work)


def _put_off(row: MachineStep, error: Exception) -> None:
    """It counts as a crash, unless somebody else has taken the step up meanwhile. Where it cannot even be quarantined it is
    looked at once a day."""
    pause = A_DAY if row.crashes >= MOST_CRASHES else LEASE * 2**row.crashes
    with organisation_scope(row.organisation_id):
        mine = MachineStep.objects.filter(id=row.id, next_at=row.next_at)
        mine.update(next_at=Now() + pause, lease_token=None, crashes=F("crashes") + 1, error=fault_text(error))


def _note_crash(row: MachineStep) -> None:
    open_ones = TaskAttempt.objects.filter(
        organisation_id=row.organisation_id, machine_step_id=row.id, outcome=AttemptOutcome.STARTED
    )
    open_ones.update(outcome=AttemptOutcome.CRASHED, finished_at=Now(), error="The worker never came back.")


def _work(row: MachineStep, job: Job, values: Mapping[str, Any], organisation: Organisation, at: datetime) -> Work:
    tools = RunTools(
        organisation_id=row.organisation_id,
        organisation_slug=organisation.slug,
        time_zone=organisation.time_zone,
        run_id=row.run_id,
        task_id=row.task_id,
        step=row.step,
        round=visits(row.run).get(row.step, 0),
        timeout=job.timeout,
        data=row.run.data,
    )
    return Work(
        run_id=row.run_id,
        workflow_id=row.run.definition_id,
        step=row.step,
        attempt=row.attempts,
        key=row.key,
        at=at,
        timeout=job.timeout,
        values=values,
        tools=tools,
        paused_until=row.paused_until,
        resumed=row.waits,
    )


def attempt(claimed: Claimed) -> Answered:
    """What the kind answers. No transaction is open; the lease is kept alive for as long as the step may take."""
    try:
        kind, params = params_of(claimed.job, dict(claimed.params))
    except LookupError:
        return NodeFailure(f"There is no kind of step called {claimed.job.kind}.", again=False)
    except ValidationError as error:
        return NodeFailure(f"The settings of the step are wrong: {error.errors()[0]['msg']}", again=False)
    if kind.setting and not getattr(settings, kind.setting):
        text = f"Steps of the kind “{kind.label}” are switched off in this installation ({kind.setting})."
        return NodeFailure(text, again=False)
    try:
        with _lease_kept(claimed):
            return kind.run(params, claimed.work)
    except NodeFailure as failure:
        return failure
    except FAULTS as error:
        logger.exception("machine.fault", kind=kind.kind, machine=str(claimed.machine_id))
        return _fault(error)


def _fault(error: BaseException) -> NodeFailure:
    failure = NodeFailure(f"The step broke off: {type(error).__name__}.", unknown=True)
    failure.fault = True
    return failure


def _renewed(claimed: Claimed) -> bool:
    """Whether this worker still holds the lease, which lasts anew. It may outlast a database that is away for a moment."""
    try:
        with organisation_scope(claimed.organisation_id):
            mine = MachineStep.objects.filter(id=claimed.machine_id, lease_token=claimed.token)
            return bool(mine.update(next_at=Now() + LEASE))
    except OUTAGES:
        logger.warning("machine.lease_not_renewed", machine=str(claimed.machine_id))
        connections.close_all()
        return True


@contextmanager
def _lease_kept(claimed: Claimed) -> Iterator[None]:
    """Renew the lease from a thread of its own until the block is done, or the step's time is long over."""
    done = threading.Event()
    until = time.monotonic() + claimed.job.timeout + GRACE

    def beat() -> None:
        try:
            while not done.wait(BEAT) and time.monotonic() < until and _renewed(claimed):
                pass
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, name="lease of an automatic step", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
