"""One request as a page: what one person sees of it, in plain values. What the person may not read is not in here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F

from accounts.models import Membership
from accounts.policies import carries
from forms_builder.rendering import StepForm, reading_form
from forms_builder.schema.clean import uuid_of
from forms_builder.schema.fields import UploadField
from forms_builder.selectors import attachments_of_run
from forms_builder.sources import OrganisationSources
from workflows.approval import Panel
from workflows.approval import names as names_of
from workflows.models import FINAL_RUN, ParticipantKind, PauseKind, RunStatus, TaskState
from workflows.policies import REASSIGN_ANY
from workflows.selectors.asked import WITH_OTHERS
from workflows.selectors.desk import why_apart, with_others
from workflows.selectors.drawings import trimmed
from workflows.selectors.people import active_members
from workflows.selectors.runs import RunView, TaskRow, waiting_joins
from workflows.selectors.takeover import may_take_over
from workflows.subjects import subject_of

TEAM: Final = "the team queue"
MOST_NAMES: Final = 20
"""People of a team queue that are listed."""


@dataclass(frozen=True, slots=True)
class NamedRef:
    """Something with an address of its own; ``known`` says whether the person may open it."""

    id: UUID
    name: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The head of the page; ``requester`` and names are words."""

    id: UUID
    number: int
    title: str
    status: str
    outcome: str
    definition: NamedRef
    version: int
    requester: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """The open task that the page is about. ``assignee`` is empty in a team queue."""

    id: UUID
    step: str
    step_name: str
    assignee: str
    due_at: datetime | None
    overdue: bool
    version: int
    unassigned: bool
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """A step as the sidebar lists it; ``state`` is done, current, waiting (a join), ahead or skipped."""

    name: str
    state: str
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Names around the request."""

    requester: str
    assignee: str
    candidates: tuple[str, ...]
    stakeholders: tuple[str, ...]
    watchers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a field that the person may read; ``size`` in bytes."""

    id: UUID
    name: str
    size: int
    by: str


@dataclass(frozen=True, slots=True)
class May:
    """What the person may do besides deciding. ``claim``: take the task out of the team queue; ``assign``: give a task
    that nobody holds to somebody."""

    reassign: bool = False
    take_over: bool = False
    claim: bool = False
    assign: bool = False
    hold: bool = False
    ask: bool = False
    resume: bool = False
    answer: bool = False
    withdraw: bool = False
    comment: bool = False
    watch: bool = False
    unwatch: bool = False
    add_stakeholder: bool = False


def open_task(view: RunView) -> TaskRow | None:
    """The task that the page is about: one of the person's own if there is one, else one on which they act in somebody's
    place, else one that waits for their answer, else the first open one."""
    tasks = view.peoples_tasks
    own = next((task for task in tasks if task.is_held_by(view.viewer.id)), None)
    if own is not None:
        return own
    asks = [task for task in tasks if view.is_requester and task.pause == PauseKind.QUESTION]
    return next((task for task in tasks if view.acts_for(task)), next(iter((*asks, *tasks)), None))


def run_facts(view: RunView, *, definition_known: bool) -> RunFacts:
    run = view.run
    return RunFacts(
        id=run.id,
        number=run.number,
        title=run.title,
        status=run.status,
        outcome=run.outcome,
        definition=NamedRef(run.definition_id, run.definition.name, definition_known),
        version=run.version.number,
        requester=run.requester.name,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def task_facts(task: TaskRow | None) -> TaskFacts | None:
    if task is None:
        return None
    return TaskFacts(
        id=task.id,
        step=task.step,
        step_name=task.step_name,
        assignee=task.assignee.name if task.assignee else "",
        due_at=task.due_at,
        overdue=task.overdue,
        version=task.version,
        unassigned=task.unassigned,
        paused_at=task.paused_at,
    )


def role_of(view: RunView, task: TaskRow | None) -> str:
    """What the person is here, in words."""
    me = view.viewer.id
    if task is not None and task.is_held_by(me):
        if view.is_requester:
            return "Your request waits for you"
        if task.panel is not None and task.assignee is None:
            return "You vote on this step"
        return _part_of_holder(view, task)
    if task is not None and (away := view.acts_for(task)):
        return f"You act on behalf of {away.name}"
    if view.is_requester:
        return "You asked for this"
    if any(one.panel is not None and one.panel.vote_by(me) for one in view.tasks):
        return "You voted on a step of this"
    if any(one.completed_by is not None and one.completed_by.id == me for one in view.tasks):
        return "You decided a step of this"
    if view.is_follower(ParticipantKind.STAKEHOLDER):
        return "You are a stakeholder"
    if view.is_follower(ParticipantKind.WATCHER):
        return "You follow this"
    return "You may look at this"


def _part_of_holder(view: RunView, task: TaskRow) -> str:
    if with_others(view, task):
        return "You look after this step" if task.assignee else "Your team looks after this step"
    return "You decide this step" if task.assignee else "Your team decides this step"


def why_not(view: RunView, task: TaskRow | None) -> str:
    """Why the person has nothing to decide here."""
    if task is None:
        return ""
    if with_others(view, task):
        held = task.is_held_by(view.viewer.id) or view.acts_for(task) is not None
        return WITH_OTHERS if held else "Somebody outside has been asked to decide this step."
    if task.unassigned:
        return "Nobody is left to decide this step. Your administrators have been told."
    if task.panel is not None and task.assignee is None:
        return _why_no_vote(task.panel, view.viewer.id)
    holder = task.assignee.name if task.assignee else TEAM
    return f"This step is with {holder}."


def _why_no_vote(panel: Panel, member_id: UUID) -> str:
    said = panel.vote_by(member_id) or panel.vote_for(member_id)
    if said is not None:
        who = "You have" if said.by == member_id else f"{said.by_name} has"
        return f"{who} voted on this step already: {'approved' if said.approve else 'rejected'}."
    if panel.member(member_id) is not None:
        return f"It is the turn of {names_of(panel.asked)}; you are asked after that."
    return f"A panel decides this step; {names_of(panel.pending)} still have to vote."


def may(view: RunView, task: TaskRow | None, actor: Membership) -> May:
    """The rights of the person around this request; the services ask again."""
    holder = task is not None and (task.is_held_by(actor.id) or view.acts_for(task) is not None)
    panel = task is not None and task.panel is not None and task.assignee is None
    in_queue = task is not None and task.assignee is None and not task.unassigned and not panel
    stakeholder = view.is_requester or view.is_follower(ParticipantKind.STAKEHOLDER)
    watcher = view.is_follower(ParticipantKind.WATCHER)
    claim = holder and in_queue
    own_step = task is not None and view.definition.graph.step(task.step).asks_requester
    return May(
        reassign=task is not None
        and not own_step
        and not task.unassigned
        and (holder or (carries(actor, REASSIGN_ANY) and not panel)),
        take_over=claim
        or (task is not None and not (holder or panel) and not _is_own(view, task) and _takes_over(view, actor)),
        claim=claim,
        assign=task is not None and task.unassigned and actor.is_tenant_admin,
        hold=holder and not _stands(task),
        ask=holder and not _stands(task) and not view.is_requester,
        resume=holder and _stands(task),
        answer=view.is_requester and task is not None and task.pause == PauseKind.QUESTION,
        withdraw=view.is_requester and view.run.status not in FINAL_RUN,
        comment=True,
        watch=not watcher and not stakeholder,
        unwatch=watcher,
        add_stakeholder=stakeholder and view.run.status not in FINAL_RUN,
    )


def _stands(task: TaskRow | None) -> bool:
    return task is not None and task.paused_at is not None


def _takes_over(view: RunView, actor: Membership) -> bool:
    return may_take_over(actor, view.run.definition_id)


def _is_own(view: RunView, task: TaskRow) -> bool:
    """Whether the person asked for this, or decided another step, and may therefore not decide here."""
    return bool(why_apart(view, task))


def people_of(view: RunView, task: TaskRow | None) -> People:
    """The names of the sidebar. One query while the task is in a team queue."""
    by_kind: dict[str, list[str]] = {}
    for one in view.followers:
        if not (one.kind == ParticipantKind.STAKEHOLDER and one.member.id == view.run.requester_id):
            by_kind.setdefault(one.kind, []).append(one.member.name)
    queue: tuple[str, ...] = ()
    if task is not None and task.assignee is None and task.queue_ids and task.panel is None:
        members = Membership.objects.filter(organisation_id=view.run.organisation_id, id__in=task.queue_ids)
        queue = tuple(members.order_by("name", "id").values_list("name", flat=True)[:MOST_NAMES])
    return People(
        requester=view.run.requester.name,
        assignee=task.assignee.name if task and task.assignee else "",
        candidates=queue,
        stakeholders=tuple(by_kind.get(ParticipantKind.STAKEHOLDER, ())),
        watchers=tuple(by_kind.get(ParticipantKind.WATCHER, ())),
    )


def progress_of(view: RunView, outside: Mapping[UUID, str]) -> list[ProgressStep]:
    """The steps in the order of the graph, and the end that was reached; ``outside`` names who decided by a link, by task.

    What a way back has gone over is ahead again. Joins are listed where branches wait at them.
    """
    latest = {task.step: task for task in view.tasks}
    waiting = waiting_joins(view)
    over = view.run.status in FINAL_RUN
    found: list[ProgressStep] = []
    for step in view.definition.graph.steps.values():
        if step.key in waiting:
            arrived = f"{waiting[step.key]} arrived, waits for others"
            found.append(ProgressStep(step.name, "waiting", arrived))
        elif not (step.is_end or step.kind.is_gateway):
            task = latest.get(step.key)
            done_by_machine = step.is_machine and task is not None and (task.is_open or (task.is_stuck and not over))
            if done_by_machine and task is not None:
                who = "Failed, waits for an administrator" if task.is_stuck else "Done by the product"
                found.append(ProgressStep(step.name, "current", who, task.opened_at))
                continue
            found.append(_progress_step(step.name, task, outside, over=over))
    if view.run.status == RunStatus.COMPLETED:
        found.append(ProgressStep(view.run.outcome, "done", "", view.run.finished_at))
    return found


def _progress_step(name: str, task: TaskRow | None, outside: Mapping[UUID, str], *, over: bool) -> ProgressStep:
    """A step by its latest task."""
    if task is not None and task.is_open:
        who = task.assignee.name if task.assignee else "" if task.unassigned else "Team queue"
        return ProgressStep(name, "current", who, task.opened_at)
    if task is None or task.superseded:
        return ProgressStep(name, "skipped" if over else "ahead")
    if task.state == TaskState.SKIPPED:
        return ProgressStep(name, "skipped")
    who = task.completed_by.name if task.completed_by else outside.get(task.id, "")
    who += f" on behalf of {task.on_behalf_of.name}" if task.on_behalf_of else ""
    return ProgressStep(name, "done", who, task.completed_at)


def superseded_form(view: RunView, task: TaskRow | None, sources: OrganisationSources) -> StepForm | None:
    """The answers that a way back has gone over, as far as the person may read them and is not just asked for them anew;
    None where there are none."""
    names = (view.run.superseded.keys() - view.last_answers.keys()) & view.readable
    if task is not None and task.is_held_by(view.viewer.id):
        names -= view.definition.form.plan(task.step).writable_names
    if not names:
        return None
    form = trimmed(view.definition.form, names)
    steps = view.definition.graph.steps
    return reading_form(form, steps, values=view.run.superseded, labels=view.run.labels, sources=sources)


def files_of(view: RunView) -> list[FileRow]:
    """The files that answers of this request refer to, of fields that the person may read. One query, if there are any."""
    readable = view.readable
    wanted: list[UUID] = []
    for one in view.definition.form.fields:
        if isinstance(one, UploadField) and one.name in readable:
            wanted += [UUID(identifier) for identifier in view.last_answers.get(one.name) or ()]
    if not wanted:
        return []
    rows = attachments_of_run(view.run.organisation_id, view.run.id, wanted)
    columns = rows.values_list("id", "name", "size", F("uploaded_by__name"))
    return [FileRow(*row) for row in columns]


def read_form(view: RunView, sources: OrganisationSources) -> StepForm:
    """The answers as the person may read them."""
    return reading_form(
        view.definition.form, _reading_steps(view), values=view.last_answers, labels=view.run.labels, sources=sources
    )


def _reading_steps(view: RunView) -> frozenset[str]:
    """The steps whose contract the person reads by: ``RunView.readable`` says which fields these may show."""
    every = frozenset(view.definition.graph.steps)
    if view.definition.form.visible_at(every) <= view.readable:
        return every
    own = {view.definition.graph.start.key, *view.held_steps, view.end_step} - {""}
    return frozenset(own)


def member_called(organisation_id: UUID, text: str) -> UUID | None:
    """The one active person with this id, address or whole name; None for nobody and for several of one name."""
    people = active_members(organisation_id)
    if ident := uuid_of(text):
        return people.filter(id=ident).values_list("id", flat=True).first()
    words = text.strip()
    named = people.filter(email__iexact=words) if "@" in words else people.filter(name__iexact=words)
    found = list(named.values_list("id", flat=True)[:2])
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class About:
    """The row of the product that a request is about; ``url`` is empty when it is gone."""

    label: str
    url: str


def about(view: RunView) -> About | None:
    """One query for requests that are about something, none for others."""
    run = view.run
    kind = subject_of(run.subject_kind)
    if kind is None or run.subject_id is None:
        return None
    return About(kind.label, kind.url(run.organisation_id, run.subject_id))
