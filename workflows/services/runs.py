"""Start a request, withdraw it, comment on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.batch import WriteBatch, values_of
from accounts.tenancy.errors import Conflict, Denied
from accounts.tenancy.models import new_id
from accounts.tenancy.statements import execute_prepared
from forms_builder.schema.prefill import prefilled
from forms_builder.services.attachments import files_of
from forms_builder.sources import OrganisationSources, requester_facts
from workflows import policies
from workflows.assignment import Person, Situation
from workflows.engine import moves
from workflows.engine.definition import RunningDefinition
from workflows.engine.state import By, Clock, Opened, RunState
from workflows.events import RunCommented
from workflows.graph.document import StakeholderKind
from workflows.models import FINAL_RUN, Comment, CommentKind, RunStatus
from workflows.selectors.calendars import calendars_at
from workflows.selectors.definitions import DefinitionNotFound, definition_of
from workflows.selectors.desk import Desk
from workflows.selectors.locks import lock_run
from workflows.selectors.people import active_members
from workflows.selectors.runs import RunNotFound, access_run, may_see
from workflows.selectors.starting import Starting, read_start
from workflows.services.deciding import CommentInvalid, Standing, Submission, Wish, claim_files, clean_text, decision_of
from workflows.substitution import subjects_of

NEXT_NUMBER = """
INSERT INTO workflows_runcounter (id, organisation_id, last) VALUES (%s, %s, 1)
ON CONFLICT (organisation_id) DO UPDATE SET last = workflows_runcounter.last + 1
RETURNING last
"""


class VersionMoved(Conflict):
    """Another version was published since the caller was shown the form."""

    code = "run.version_moved"
    message = "This workflow has a new version since you opened its form."


class RunFinished(Conflict):
    """The request has ended, so this is no longer possible."""

    code = "run.finished"
    message = "This request has ended."


@dataclass(frozen=True, slots=True)
class RunResult:
    """The new request and the tasks it opened."""

    run_id: UUID
    number: int
    status: str
    outcome: str
    opened: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """The row that a request is about. ``values`` are set in its form whatever the first step may write; ``context`` is
    kept for whoever hears of its end."""

    kind: str
    subject_id: UUID
    title: str
    values: Mapping[str, Any]
    context: Mapping[str, Any]


def run_start(
    *,
    definition_id: UUID,
    actor: Membership,
    data: Mapping[str, Any] | None,
    transition: str | None = None,
    assignee: UUID | None = None,
    assignees: Mapping[str, UUID] | None = None,
    comment: str = "",
    at: datetime | None = None,
    uploaded: Mapping[str, Sequence[str]] | None = None,
    upload_problems: Mapping[str, Sequence[str]] | None = None,
    about: About | None = None,
    chooses: bool = True,
    version_id: UUID | None = None,
) -> RunResult:
    """Start a request on the published version: its first step is done with ``data``, the next one is opened.

    ``version_id`` is the version whose form the caller saw, where that has to be the published one still.
    ``about`` is for requests that the product itself makes about one of its rows. With ``chooses`` off nobody is there to
    choose among several people of a step for one: they share a queue.

    Three statements: one that reads, the number, and one that writes; more only where somebody has to be looked for. No
    savepoint: nothing is written before everything is checked. Raises DefinitionNotFound when the actor may not start
    this workflow, VersionMoved, Invalid as ``task_complete`` does.
    """
    answers = Submission(data, uploaded, upload_problems)
    wish = Wish(answers, transition, assignee, comment, assignees=assignees or {}, chooses=chooses)
    found = read_start(actor, definition_id, wish.named, about=about is not None)
    if found is None:
        raise DefinitionNotFound
    if version_id not in (None, found.version_id):
        raise VersionMoved
    definition = definition_of(actor.organisation_id, found.version_id)
    clock = Clock(at or timezone.now(), calendars_at(actor.organisation_id, found.stamp))
    requester = found.people[actor.id]
    run_id = new_id()
    sources = OrganisationSources(actor, at=clock.at)
    initial = _initial(actor, definition, sources, about)
    situation = Situation(requester, requester, definition.form, initial, sources.environment)
    desk = Desk(
        definition,
        definition.graph.start,
        situation,
        found.owner_id,
        actor.organisation_id,
        clock.at,
        found.people,
        subjects_of(found.definition_id, found.group_id),
        about=(about.kind, about.subject_id) if about else ("", None),
    )
    decision = decision_of(desk, wish, Standing((), found.people, {}, None, found.definition_id), sources)
    claim_files(actor, run_id, files_of(definition.form, decision.answers.values), clock.at)
    stakeholders = _stakeholders(actor.organisation_id, definition, requester, found.owner_id)
    run = _run_state(run_id, actor.organisation_id, found, requester, initial, clock.at, about)
    plan, row = moves.start(run, decision, definition, clock, stakeholders)
    if about is not None:
        row.context = dict(about.context)
    plan.write(actor, new_run=row)
    return RunResult(run_id, run.number, str(row.status), row.outcome, tuple(plan.opened))


def start_values(actor: Membership, definition: RunningDefinition, at: datetime | None = None) -> dict[str, Any]:
    """The values that the form of the first step starts with; the contract of the step says which are shown."""
    return _initial(actor, definition, OrganisationSources(actor, at=at), None)


def _initial(
    actor: Membership, definition: RunningDefinition, sources: OrganisationSources, about: About | None
) -> dict[str, Any]:
    initial = prefilled(definition.form, requester_facts(actor), sources.now, sources)
    given = about.values if about is not None else {}
    return initial | {name: value for name, value in given.items() if name in definition.form.by_name}


@transaction.atomic
def run_withdraw(*, run_id: UUID, actor: Membership, comment: str = "", at: datetime | None = None) -> RunResult:
    """Take one's own open request back: it is killed with the outcome "Withdrawn".

    Raises RunNotFound, Denied (``run.withdraw.denied``), RunFinished, CommentInvalid.
    """
    locked = lock_run(actor.organisation_id, run_id)
    if locked is None or not (locked[0].requester.id == actor.id or may_see(actor, run_id)):
        raise RunNotFound
    run, tasks = locked
    if run.requester.id != actor.id:
        raise Denied("Only the requester may withdraw a request.", code="run.withdraw.denied")
    if run.status in FINAL_RUN:
        raise RunFinished(status=run.status, outcome=run.outcome)
    clock = Clock(at or timezone.now())
    open_tasks = [task for task in tasks if task.is_live]
    plan = moves.withdraw(run, open_tasks, clock, By(actor.id, actor.name), clean_text(comment))
    plan.write(actor)
    return RunResult(run.id, run.number, str(plan.run_changes["status"]), str(plan.run_changes["outcome"]))


@transaction.atomic
def run_comment(*, run_id: UUID, actor: Membership, text: str, at: datetime | None = None) -> Comment:
    """Write something about a request, open or ended; everybody who may see it may.

    Raises RunNotFound, CommentInvalid at ``text``.
    """
    view = access_run(actor, run_id)
    policies.runs.require(actor, "comment", view.run)
    words = clean_text(text, "text")
    if not words:
        raise CommentInvalid({"text": ["Write something."]})
    moment = at or timezone.now()
    comment = Comment(
        organisation_id=actor.organisation_id,
        run_id=run_id,
        author=actor,
        text=words,
        kind=CommentKind.COMMENT,
        created_at=moment,
        created_by_id=actor.id,
    )
    comment.touch(actor.id, moment)
    run = view.run
    event = RunCommented(
        subject_id=run.id,
        run_id=run.id,
        run_number=run.number,
        run_title=run.title,
        definition_id=run.definition_id,
        definition_name=run.definition.name,
        requester_id=run.requester_id,
        requester_name=run.requester.name,
        comment_id=comment.id,
        author_id=actor.id,
        author_name=actor.name,
        text=words,
        decider_ids=tuple(holder for task in view.open_tasks for holder in task.holders),
    )
    batch = WriteBatch()
    batch.insert(Comment, [values_of(comment)])
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment, batch=batch)
    batch.execute()
    return comment


def next_number(organisation_id: UUID) -> int:
    """The organisation's next request number, without gaps: the counter is locked until the commit.

    Only starting a request takes it, and takes it last, so starts of one organisation wait for each other for the length of
    one statement and a commit, and decisions never do.
    """
    rows = execute_prepared(NEXT_NUMBER, [new_id(), organisation_id])
    return int(rows[0][0])


def _run_state(
    run_id: UUID,
    organisation_id: UUID,
    found: Starting,
    requester: Person,
    initial: Mapping[str, Any],
    at: datetime,
    about: About | None,
) -> RunState:
    return RunState(
        id=run_id,
        organisation_id=organisation_id,
        number=next_number(organisation_id),
        title=about.title if about else f"{found.name}: {requester.name}",
        subject_kind=about.kind if about else "",
        subject_id=about.subject_id if about else None,
        status=RunStatus.QUEUED,
        outcome="",
        requester=requester,
        definition_id=found.definition_id,
        definition_name=found.name,
        group_id=found.group_id,
        owner_id=found.owner_id,
        version_id=found.version_id,
        version_no=0,
        data=dict(initial),
        labels={},
        started_at=at,
    )


def _stakeholders(
    organisation_id: UUID, definition: RunningDefinition, requester: Person, owner_id: UUID
) -> list[UUID]:
    """The people whom the definition names, as far as they are there."""
    named = {
        StakeholderKind.MANAGER: requester.manager_id,
        StakeholderKind.DEPARTMENT_HEAD: requester.department_head_id,
        StakeholderKind.WORKFLOW_OWNER: owner_id,
    }
    wanted = [
        one.id if one.kind is StakeholderKind.MEMBER else named[one.kind] for one in definition.graph.stakeholders
    ]
    ids = list(dict.fromkeys(one for one in wanted if one is not None))
    if not ids:
        return []
    there = set(active_members(organisation_id).filter(id__in=ids).values_list("id", flat=True))
    return [one for one in ids if one in there]
