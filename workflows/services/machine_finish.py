"""What came of an attempt, written down in one transaction if the lease still holds: and the request goes on.

Files are stored before the transaction, so that no lock waits for a storage. The run is locked before its tasks.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from django.utils import timezone

from accounts.audit.record import SYSTEM
from accounts.models import Membership
from accounts.tenancy.errors import DomainError
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from forms_builder.schema.clean import clean
from forms_builder.schema.document import FormDocument
from forms_builder.schema.fields import FileField
from forms_builder.schema.intake import completed
from forms_builder.schema.parts import storable
from forms_builder.schema.world import Refused, World
from forms_builder.services.attachments import AttachmentRefused, MadeFile, file_keep, file_store
from forms_builder.sources import OrganisationSources
from workflows import wakeup
from workflows.engine.machines import Failure, LinkDone, falter, give_up, pass_on
from workflows.engine.plan import Plan, finish_subject_first
from workflows.engine.state import Answers, By
from workflows.graph.automation import Job, Node, Occasion
from workflows.graph.saved import Piece
from workflows.models import AttemptOutcome, MachineStep, TaskAttempt, WorkflowRun
from workflows.nodes.base import Done, NodeFailure, Pause
from workflows.nodes.templating import MissingValue, walk
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import LockedTask, lock_task
from workflows.selectors.machines import work_at
from workflows.selectors.people import tenant_admin_ids
from workflows.services.machine_notices import tell_all, tell_occasion
from workflows.services.machine_way import onward
from workflows.services.refusals import refusal_text

CONTEXT_BYTES: Final = 64 * 1024
"""What a run may carry from step to step."""
MOST_CRASHES: Final = 5
"""After so many attempts that broke off a step is set aside."""
UNKNOWN: Final = Node(kind="unknown")
"""Stands for the work of a step about which the workflow says nothing."""
THE_MACHINE: Final = By(None, SYSTEM.actor_label)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A step that this worker may write about: its row and its task under lock, and the piece of work that was tried."""

    row: MachineStep
    locked: LockedTask
    node: Node
    piece: Piece
    at: datetime

    @property
    def job(self) -> Job:
        return self.piece.job


def finish(organisation_id: UUID, machine_id: UUID, token: UUID, answer: Done | Pause | NodeFailure) -> bool:
    """Write down what came of the attempt; False where the lease was lost meanwhile. Call outside of a scope."""
    made: list[MadeFile] = []
    if isinstance(answer, Done):
        made, answer = _stored(organisation_id, machine_id, answer)
    with organisation_scope(organisation_id):
        held = _held(organisation_id, machine_id, token)
        if held is None:
            logger.warning("machine.lease_lost", machine=str(machine_id))
            return False
        if not held.locked.task.is_open:
            _attempted(held, AttemptOutcome.DONE)
            close(held.row, held.at)
            return True
        match answer:
            case Done() if held.piece.is_last:
                _succeed(held, answer, made)
            case Done():
                _next_link(held, answer, made)
            case Pause():
                _pause(held, answer)
            case NodeFailure():
                _fail(held, answer)
    return True


def close(row: MachineStep, at: datetime) -> None:
    """Nothing is to be done for the step any more."""
    MachineStep.objects.filter(id=row.id).update(next_at=None, lease_token=None, finished_at=at)


def quarantine(row: MachineStep, why: str, *, at: datetime, crashes: int) -> None:
    """The step is not tried any more, and the tenant admins are told. For who has the row, its run and task under lock."""
    MachineStep.objects.filter(id=row.id).update(crashes=crashes)
    locked = _locked(row)
    found = work_at(definition_of(row.organisation_id, row.run.version_id), row)
    node, piece = found or (UNKNOWN, Piece(UNKNOWN))
    held = Held(row, locked, node, piece, at)
    # Nobody knows what became of the attempts that broke off: whoever has it tried again asks for the same effect.
    _give_up(held, _named(held, NodeFailure(why, again=False, unknown=True)), quarantined=True)


def _held(organisation_id: UUID, machine_id: UUID, token: UUID) -> Held | None:
    mine = MachineStep.objects.filter(organisation_id=organisation_id, id=machine_id, lease_token=token)
    seen = mine.select_related("run").first()
    if seen is None:
        return None
    locked = _locked(seen)
    row = mine.select_for_update().first()
    found = work_at(definition_of(organisation_id, seen.run.version_id), row) if row else None
    if row is None or found is None:
        return None
    return Held(row, locked, *found, timezone.now())


def _locked(row: MachineStep) -> LockedTask:
    found = lock_task(row.organisation_id, row.task_id, row.run.requester_id)
    if found is None:
        raise MachineStep.DoesNotExist
    return found


def _stored(organisation_id: UUID, machine_id: UUID, answer: Done) -> tuple[list[MadeFile], Done | NodeFailure]:
    """The files of the answer in the storage."""
    if not answer.artifacts:
        return [], answer
    with organisation_scope(organisation_id):
        row = MachineStep.objects.select_related("run__definition__group").get(
            organisation_id=organisation_id, id=machine_id
        )
    group = row.run.definition.group.name if row.run.definition.group else ""
    made: list[MadeFile] = []
    try:
        for one in answer.artifacts:
            made.append(  # noqa: PERF401 - what is stored before a refusal is known
                file_store(
                    organisation_id=organisation_id,
                    run_id=row.run_id,
                    name=one.name,
                    content=one.content,
                    field=one.field,
                    group=group,
                )
            )
    except AttachmentRefused as error:
        text = " ".join(one for some in error.fields.values() for one in some)
        return [], NodeFailure(f"The file that the step made is not accepted: {text}", again=False)
    except OSError:
        return [], NodeFailure("The storage does not take the file now.")
    return made, answer


# --- success ---


def _succeed(held: Held, answer: Done, made: Sequence[MadeFile]) -> None:
    """Keep what was found and go on; an answer that cannot be kept, or that leads nowhere, is a failure."""
    try:
        output = _storable(answer.output)
        context = _context(held, output)
        answers = _answers(held, answer, output, made)
        plan = onward(held.locked, answers, held.node.on_failure, by=THE_MACHINE, at=held.at, wanted=_way(held, answer))
        finish_subject_first(plan)
    except NodeFailure as failure:
        _fail(held, failure)
        return
    except DomainError as refusal:
        _fail(held, NodeFailure(refusal_text(refusal, held.locked.run), again=False))
        return
    plan.run_changes["context"] = context
    for one in made:
        file_keep(one, at=held.at)
    artifacts = [str(one.row.id) for one in made]
    _attempted(held, AttemptOutcome.DONE, result=output, artifacts=artifacts)
    _released(held, next_at=None, finished_at=held.at, error="", note="", waits=False)
    tell_all(plan, held.locked, held.job.kind, answer.messages)
    tell_occasion(plan, held.locked, held.job, Occasion.COMPLETION)
    plan.write(SYSTEM)


def _next_link(held: Held, answer: Done, made: Sequence[MadeFile]) -> None:
    """Keep what one of several pieces of work has found; the next one is due at once."""
    try:
        output = _storable(answer.output)
        if len(orjson.dumps(output)) > CONTEXT_BYTES:
            raise NodeFailure(f"An answer may be {CONTEXT_BYTES // 1024} kB long.", again=False)
        answers = _answers(held, answer, output, made)
    except NodeFailure as failure:
        _fail(held, failure)
        return
    plan = Plan(held.locked.run, THE_MACHINE, held.at)
    done = LinkDone(held.piece.name, held.piece.number, held.piece.of)
    pass_on(plan, held.locked.task, held.job.kind, done, answers)
    for one in made:
        file_keep(one, at=held.at)
    _attempted(held, AttemptOutcome.DONE, result=output, artifacts=[str(one.row.id) for one in made])
    fresh = {"failures": 0, "crashes": 0, "paused_until": None, "waits": False, "params": None, "note": "", "error": ""}
    _released(held, link=held.row.link + 1, key=new_id(), next_at=held.at, **fresh)
    tell_all(plan, held.locked, held.job.kind, answer.messages)
    tell_occasion(plan, held.locked, held.job, Occasion.COMPLETION)
    plan.write(SYSTEM)
    wakeup.machines()


def _way(held: Held, answer: Done) -> str:
    """The name of the way that the answer asks for, if the step has it."""
    graph = definition_of(held.row.organisation_id, held.locked.run.version_id).graph
    return answer.way if graph.ways_called(held.row.step, answer.way) else ""


def _storable(output: Any) -> Any:
    """The answer as JSON that the database can keep. Raises NodeFailure."""
    try:
        kept = orjson.loads(orjson.dumps(output, default=str))
        return storable(kept)
    except (TypeError, ValueError) as error:
        raise NodeFailure(f"The answer cannot be kept: it {error}.", again=False) from error


def _context(held: Held, output: Any) -> dict[str, Any]:
    """The run's context with the answer in it. Raises NodeFailure where it grows too large."""
    rows = WorkflowRun.objects.filter(organisation_id=held.row.organisation_id, id=held.row.run_id)
    context: dict[str, Any] = dict(rows.values_list("context", flat=True).get())
    context[held.node.save_as or held.row.step] = output
    if len(orjson.dumps(context)) > CONTEXT_BYTES:
        raise NodeFailure(f"A request carries at most {CONTEXT_BYTES // 1024} kB from step to step.", again=False)
    return context


def _answers(held: Held, answer: Done, output: Any, made: Sequence[MadeFile]) -> Answers:
    """What the step writes into the form, each value as its field takes it. Raises NodeFailure."""
    raws: dict[str, Any] = {}
    for name, path in held.job.save.items():
        try:
            raws[name] = walk(output, [part for part in path.split(".") if part], path)
        except MissingValue as missing:
            raise NodeFailure(f"The answer has no “{path}” for the field {name}.", again=False) from missing
    raws |= answer.fields
    if not raws and not made:
        return Answers()
    run, world = held.locked.run, _world(held)
    form = definition_of(held.row.organisation_id, run.version_id).form
    values = {name: _cleaned(form, name, raw, world) for name, raw in raws.items()}
    for one in made:
        if isinstance(form.by_name.get(one.row.field), FileField):
            before = values.get(one.row.field, run.data.get(one.row.field)) or []
            values[one.row.field] = [*before, str(one.row.id)]
            world.labels.setdefault(one.row.field, {})[str(one.row.id)] = one.row.name
    return Answers(completed(form.logic, run.data, values, world.sources.environment), world.labels)


def _world(held: Held) -> World:
    run = held.locked.run
    members = Membership.objects.select_related("user", "organisation")
    requester = members.get(organisation_id=run.organisation_id, id=run.requester.id)
    return World(OrganisationSources(requester, at=held.at, run_id=run.id), stored=run.data)


def _cleaned(form: FormDocument, name: str, raw: Any, world: World) -> Any:
    field = form.by_name.get(name)
    if field is None:
        raise NodeFailure(f"The form has no field {name}.", again=False)
    try:
        return clean(field, raw, world)
    except Refused as refusal:
        raise NodeFailure(f"The field {name} does not take this value: {refusal}", again=False) from refusal


# --- not yet, or not at all ---


def _pause(held: Held, answer: Pause) -> None:
    """Until its time, or at once where what it waits for may have come after it had looked."""
    _attempted(held, AttemptOutcome.PAUSED)
    next_at = held.at if held.row.woken else answer.until
    _released(held, next_at=next_at, paused_until=answer.until, waits=True, note=answer.note[:200])
    if held.row.woken:
        wakeup.machines()


def _fail(held: Held, failure: NodeFailure) -> None:
    failure = _named(held, failure)
    failures = held.row.failures + (not failure.fault)
    outcome = AttemptOutcome.TIMED_OUT if failure.late else AttemptOutcome.FAILED
    if failure.fault:
        # Like a crash: it is repeated whatever the document says, a few times.
        _attempted(held, AttemptOutcome.CRASHED, error=failure.text)
        _released(held, next_at=held.at + timedelta(seconds=1), crashes=held.row.crashes + 1, error=failure.text)
        if held.row.crashes + 1 < MOST_CRASHES:
            return
        _give_up(held, failure, quarantined=True)
        return
    _attempted(held, outcome, error=failure.text)
    pause = held.job.retry.pause(failures, random.random()) if failure.again else None
    if pause is None:
        _give_up(held, failure, failures=failures)
        return
    next_at = held.at + timedelta(seconds=pause)
    key = held.row.key if failure.unknown else new_id()
    _released(held, next_at=next_at, failures=failures, key=key, error=failure.text)
    plan = Plan(held.locked.run, THE_MACHINE, held.at)
    falter(plan, held.locked.task, held.job.kind, Failure(failure.text, held.row.attempts), next_at)
    tell_occasion(plan, held.locked, held.job, Occasion.RETRY)
    if failure.late:
        tell_occasion(plan, held.locked, held.job, Occasion.TIMEOUT)
    plan.write(SYSTEM)


def _named(held: Held, failure: NodeFailure) -> NodeFailure:
    """The failure with the piece of work that failed, where there are several."""
    if not held.piece.title:
        return failure
    told = NodeFailure(
        f"{held.piece.title}: {failure.text}", again=failure.again, unknown=failure.unknown, late=failure.late
    )
    told.fault = failure.fault
    return told


def _give_up(held: Held, failure: NodeFailure, *, quarantined: bool = False, failures: int | None = None) -> None:
    """No attempt is left: on by the way for failures, or wait for an admin."""
    told = Failure(failure.text, held.row.attempts, quarantined)
    changes: dict[str, Any] = {"failures": failures} if failures is not None else {}
    # What an admin has tried again is a new effect, unless nobody knows whether the old one happened.
    key = held.row.key if failure.unknown else new_id()
    _released(held, next_at=None, quarantined=quarantined, error=failure.text, key=key, **changes)
    plan = _on_failure(held, told)
    if plan is None:
        plan = Plan(held.locked.run, THE_MACHINE, held.at)
        admins = tenant_admin_ids(held.row.organisation_id)
        give_up(plan, held.locked.task, held.job.kind, told, admin_ids=admins)
    else:
        MachineStep.objects.filter(id=held.row.id).update(finished_at=held.at)
    tell_occasion(plan, held.locked, held.job, Occasion.FAILURE)
    if failure.late:
        tell_occasion(plan, held.locked, held.job, Occasion.TIMEOUT)
    plan.write(SYSTEM)


def _on_failure(held: Held, told: Failure) -> Plan | None:
    """The plan that goes the way for failures; None without one, and where it leads nowhere now."""
    if not held.node.on_failure:
        return None
    try:
        plan = onward(held.locked, Answers(), held.node.on_failure, by=THE_MACHINE, at=held.at, failed=True)
        finish_subject_first(plan)
    except DomainError:
        return None
    give_up(plan, held.locked.task, held.job.kind, told, way=held.node.on_failure)
    return plan


def _attempted(
    held: Held, outcome: AttemptOutcome, *, error: str = "", result: Any = None, artifacts: Sequence[str] = ()
) -> None:
    rows = TaskAttempt.objects.filter(
        organisation_id=held.row.organisation_id, machine_step_id=held.row.id, number=held.row.attempts
    )
    rows.update(outcome=outcome, error=error[:4_000], result=result, artifacts=list(artifacts), finished_at=held.at)


def _released(held: Held, **changes: Any) -> None:
    """The step is nobody's any more."""
    if "error" in changes:
        changes["error"] = changes["error"][:4_000]
    MachineStep.objects.filter(id=held.row.id).update(lease_token=None, **changes)
