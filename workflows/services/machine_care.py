"""What people and other systems do about automatic steps: try again, skip, edit, and send what a step waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import ValidationError

from accounts.audit.record import SYSTEM, record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Denied, Invalid
from accounts.tenancy.models import new_id
from accounts.tenancy.scope import organisation_scope
from forms_builder.schema.parts import refuse_deep, storable
from workflows import policies, wakeup
from workflows.engine.machines import pass_by, try_again
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By
from workflows.graph.automation import Job, Node
from workflows.graph.document import problem_message, problem_path
from workflows.machine_events import EventReceived
from workflows.models import FINAL_RUN, CommentKind, IncomingEvent, MachineStep, Task, TaskState, WorkflowRun
from workflows.nodes.changes import changes_of
from workflows.nodes.lint import params_of
from workflows.selectors.definitions import definition_of
from workflows.selectors.locks import LockedTask, lock_task
from workflows.selectors.machines import Callback, MachineStepNotFound, visits, work_at
from workflows.services.deciding import clean_text
from workflows.services.machine_way import onward
from workflows.services.waking import wake

PAYLOAD_BYTES: Final = 32 * 1024


class StepNotStuck(Conflict):
    """The step does not wait for an admin: it is being tried, or somebody was first."""

    code = "machine_step.not_stuck"
    message = "This step does not wait for anybody any more. Look at the request again."


class OwnRequest(Denied):
    """Whoever asks does not wave their own request through what a machine was to do, or make it do something else."""

    code = "machine_step.own_request"
    message = (
        "This is your own request. Try the step again as it is, or have somebody else who looks after automatic steps"
        " skip it or edit its settings."
    )


class CallbackUsed(Conflict):
    """A one-time address that was used, or whose request has ended."""

    code = "callback.used"
    message = "This address has been used, or its request has ended."


@dataclass(frozen=True, slots=True)
class _Stuck:
    row: MachineStep
    locked: LockedTask
    node: Node
    job: Job


@transaction.atomic
def step_retry(
    *,
    task_id: UUID,
    actor: Membership,
    reason: str,
    params: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> UUID:
    """Have a failed step tried again, with other settings if ``params`` are given; returns the run's id. Settings as they are
    change nothing: it is tried again as the same effect where nobody knows what became of the last one.

    Raises MachineStepNotFound, Denied (``machine_step.resolve.denied``), StepNotStuck, OwnRequest for settings of one's own
    request, Invalid at ``reason`` or ``params``.
    """
    stuck, why, moment = *_stuck(task_id, actor, reason), at or timezone.now()
    changes: dict[str, Any] = {}
    before = stuck.row.params if stuck.row.params is not None else stuck.job.params
    if params is not None and not _same(params, before):
        _not_own(stuck, actor)
        # Another request is another effect.
        changes = {"params": _checked(stuck.job, params), "key": new_id()}
    told = changes_of(before, changes.get("params", before))
    plan = Plan(stuck.locked.run, By(actor.id, actor.name), moment)
    try_again(plan, stuck.locked.task, stuck.job.kind, why, edited=bool(changes), changes=told)
    MachineStep.objects.filter(id=stuck.row.id).update(
        next_at=moment, failures=0, crashes=0, quarantined=False, paused_until=None, waits=False, finished_at=None,
        **changes,
    )  # fmt: skip
    wakeup.machines()
    plan.write(actor)
    return stuck.row.run_id


@transaction.atomic
def step_skip(
    *, task_id: UUID, actor: Membership, reason: str, transition: str = "", at: datetime | None = None
) -> UUID:
    """Let the request go on without the machine's work, by ``transition`` or as it would after success; returns the run's id.

    Raises MachineStepNotFound, Denied (``machine_step.resolve.denied``), StepNotStuck, OwnRequest, Invalid at ``reason`` or
    ``transition``.
    """
    stuck, why, moment = *_stuck(task_id, actor, reason), at or timezone.now()
    _not_own(stuck, actor)
    by = By(actor.id, actor.name)
    plan = onward(
        stuck.locked, Answers(), stuck.node.on_failure, by=by, at=moment, closing=Task.skip, wanted=transition
    )
    pass_by(plan, stuck.locked.task, stuck.job.kind, why, transition)
    plan.comment(why, task_id=task_id, kind=CommentKind.REASON)
    MachineStep.objects.filter(id=stuck.row.id).update(next_at=None, finished_at=moment)
    plan.write(actor)
    return stuck.row.run_id


def event_receive(*, callback: Callback, payload: Any, at: datetime | None = None) -> None:
    """Keep what another system has sent for a step, and wake the step if it waits already. Call outside of a scope.

    Raises CallbackUsed, Invalid.
    """
    kept = _payload(payload)
    moment = at or timezone.now()
    with organisation_scope(callback.organisation_id):
        run = WorkflowRun.objects.filter(organisation_id=callback.organisation_id, id=callback.run_id)
        # The run alone: whoever edits the workflow or the person holds nobody up, and is not held up.
        found = run.select_for_update(of=("self",)).select_related("definition", "requester").first()
        spent = found is None or found.status in FINAL_RUN or visits(found).get(callback.step, 0) != callback.round
        if found is None or spent:
            raise CallbackUsed
        row = IncomingEvent(
            organisation_id=callback.organisation_id,
            run_id=found.id,
            step=callback.step,
            round=callback.round,
            payload=kept,
            received_at=moment,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise CallbackUsed from None
        steps = MachineStep.objects.filter(organisation_id=callback.organisation_id, run_id=found.id)
        wake(steps.filter(step=callback.step), moment)
        record(_received(found, callback, row), actor=SYSTEM, organisation_id=found.organisation_id, at=moment)


def _received(run: WorkflowRun, callback: Callback, row: IncomingEvent) -> EventReceived:
    step = definition_of(run.organisation_id, run.version_id).graph.step(callback.step)
    return EventReceived(
        subject_id=row.id,
        run_id=run.id,
        run_number=run.number,
        run_title=run.title,
        definition_id=run.definition_id,
        definition_name=run.definition.name,
        requester_id=run.requester_id,
        requester_name=run.requester.name,
        step=step.key,
        step_name=step.name,
        node=step.node.kind if step.node else "",
    )


def _stuck(task_id: UUID, actor: Membership, reason: str) -> tuple[_Stuck, str]:
    """The step under lock, and the reason as it will be kept."""
    rows = MachineStep.objects.filter(organisation_id=actor.organisation_id, task_id=task_id)
    seen = rows.select_related("run").first()
    if seen is None:
        raise MachineStepNotFound
    policies.machines.require(actor, "resolve", seen)
    why = clean_text(reason, "reason")
    if not why:
        raise Invalid({"reason": ["Say why."]})
    locked = lock_task(actor.organisation_id, task_id, actor.id)
    row = rows.select_for_update().first()
    found = work_at(definition_of(actor.organisation_id, seen.run.version_id), row) if row else None
    if locked is None or row is None or found is None:
        raise MachineStepNotFound
    task = locked.task
    if locked.run.status in FINAL_RUN or task.state != TaskState.FAILURE or task.completed_at is not None:
        raise StepNotStuck
    return _Stuck(row, locked, found[0], found[1].job), why


def _not_own(stuck: _Stuck, actor: Membership) -> None:
    if stuck.locked.run.requester.id == actor.id:
        raise OwnRequest


def _checked(job: Job, params: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as the kind takes them. Raises Invalid at ``params.<path>``."""
    try:
        kind, parsed = params_of(job, dict(params))
    except ValidationError as error:
        wrong: dict[str, list[str]] = {}
        for item in error.errors():
            path = f"params.{problem_path(item['loc'])}".rstrip(".")
            wrong.setdefault(path, []).append(problem_message(item["msg"]))
        raise Invalid(wrong) from error
    if found := list(kind.problems(parsed)):
        raise Invalid({f"params.{path}": [text] for path, text in found})
    return dict(params)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the settings are the same as JSON: a page sends back what it has shown."""
    return bool(orjson.loads(orjson.dumps(one, default=str)) == orjson.loads(orjson.dumps(other, default=str)))


def _payload(payload: Any) -> Any:
    try:
        refuse_deep(payload)
        if len(orjson.dumps(payload)) > PAYLOAD_BYTES:
            raise ValueError(f"is larger than {PAYLOAD_BYTES // 1024} kB")
        return storable(payload)
    except (TypeError, ValueError) as error:
        raise Invalid({"": [f"The body {error}."]}) from error
