"""Who may see a request, and what of it. The only way from an id to a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership
from accounts.selectors.absences import stand_ins_of
from accounts.tenancy.errors import NotFound
from workflows.approval import Panel, Rule
from workflows.assignment import PersonRef
from workflows.engine.definition import RunningDefinition
from workflows.engine.superseded import offered
from workflows.models import (
    OPEN_TASK,
    Participant,
    RunStatus,
    Task,
    TaskCandidate,
    TaskState,
    TransitionLog,
    WorkflowDefinition,
    WorkflowRun,
)
from workflows.policies import sees_all_runs
from workflows.selectors.definitions import definition_of
from workflows.selectors.run_rows import RunRow, near_to, run_row, with_around
from workflows.standing import Approval, VoteRow, standing
from workflows.substitution import acting_for, subjects_of


class RunNotFound(NotFound):
    code = "run.not_found"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One stay of the run at a step."""

    id: UUID
    step: str
    step_name: str
    state: str
    version: int
    assignee: PersonRef | None
    unassigned: bool
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    escalations: int
    completed_at: datetime | None
    completed_by: PersonRef | None
    transition: str
    candidate_ids: tuple[UUID, ...]
    """Who is or was in its team queue."""
    queue_ids: tuple[UUID, ...]
    """Who of them is in it now."""
    superseded: bool = False
    """Decided, but a way back has gone over it since."""
    on_behalf_of: PersonRef | None = None
    """In whose place it was decided."""
    paused_at: datetime | None = None
    pause: str = ""
    panel: Panel | None = None
    """Members and votes of an approval step."""
    quorum: Rule | None = None
    """How many of them must agree."""

    @property
    def approval(self) -> Approval | None:
        """How its panel stands; None where one person decides."""
        if self.panel is None or self.quorum is None:
            return None
        is_asking = self.is_open and not self.unassigned and self.assignee is None
        return standing(self.step_name, self.panel, self.quorum, is_asking=is_asking)

    @property
    def votes(self) -> tuple[VoteRow, ...]:
        """What the members of its panel said."""
        return self.approval.votes if self.approval else ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASK

    @property
    def is_stuck(self) -> bool:
        """Whether a machine has failed here and an admin must say how to go on."""
        return self.state == TaskState.FAILURE and self.completed_at is None

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Who is to decide now."""
        if not self.is_open:
            return ()
        if self.assignee is not None:
            return (self.assignee.id,)
        if self.unassigned:
            return ()
        return tuple(one.id for one in self.panel.asked) if self.panel is not None else self.queue_ids

    def is_held_by(self, member_id: UUID) -> bool:
        """Whether the person is to decide now."""
        return member_id in self.holders


@dataclass(frozen=True, slots=True)
class Follower:
    member: PersonRef
    kind: str


@dataclass(frozen=True)
class RunView:
    """A request as one person sees it. Nothing but ``readable`` fields of ``run.data`` may be shown to that person."""

    run: WorkflowRun
    viewer: Membership
    tasks: tuple[TaskRow, ...]
    followers: tuple[Follower, ...]
    left_steps: frozenset[str]
    definition: RunningDefinition

    @property
    def open_tasks(self) -> tuple[TaskRow, ...]:
        return tuple(task for task in self.tasks if task.is_open)

    @property
    def peoples_tasks(self) -> tuple[TaskRow, ...]:
        """The open tasks that people do; the others are a machine's."""
        return tuple(task for task in self.open_tasks if not self.definition.graph.step(task.step).is_machine)

    @property
    def is_requester(self) -> bool:
        return self.run.requester_id == self.viewer.id

    def task(self, task_id: UUID) -> TaskRow:
        """Raises RunNotFound for a task of another run."""
        found = next((task for task in self.tasks if task.id == task_id), None)
        if found is None:
            raise RunNotFound
        return found

    def acts_for(self, task: TaskRow) -> PersonRef | None:
        """Of those who hold an open task the one in whose place the person may act, being no holder."""
        if task.is_held_by(self.viewer.id):
            return None
        return acting_for(stand_ins_of(self.viewer), task.holders, timezone.now(), self.subjects)

    @property
    def subjects(self) -> frozenset[str]:
        """What the request is about, as absences are limited to it."""
        return subjects_of(self.run.definition_id, self.run.definition.group_id)

    def is_follower(self, kind: str) -> bool:
        return any(one.kind == kind and one.member.id == self.viewer.id for one in self.followers)

    @property
    def held_steps(self) -> frozenset[str]:
        """Steps at which the person acts, acted, or may act."""
        me = self.viewer.id
        return self.left_steps | {
            task.step
            for task in self.tasks
            if (task.assignee is not None and task.assignee.id == me)
            or (task.completed_by is not None and task.completed_by.id == me)
            or me in task.candidate_ids
            or (task.is_open and self.acts_for(task) is not None)
        }

    @property
    def readable(self) -> frozenset[str]:
        """The names of the form fields that the person may read in this request."""
        return readable_fields(
            self.definition,
            held=self.held_steps,
            reached_end=self.end_step,
            sees_all=not self.is_requester and (sees_all_runs(self.viewer) or self._owns()),
        )

    def offered_at(self, step: str) -> dict[str, Any]:
        """The values that the form of a step starts with."""
        return offered(self.run.data, self.run.superseded, step, self.definition)

    @property
    def last_answers(self) -> Mapping[str, Any]:
        """The values that hold; of a request that was broken off also those that nobody will give again."""
        broken_off = self.run.status in (RunStatus.KILLED, RunStatus.FAILED)
        return {**self.run.superseded, **self.run.data} if broken_off else self.run.data

    @property
    def end_step(self) -> str:
        """The key of the end step that the run has reached, or nothing."""
        if self.run.status != RunStatus.COMPLETED or not self.tasks:
            return ""
        graph = self.definition.graph
        decided = [task for task in self.tasks if task.transition]
        last = max(decided, key=lambda task: task.completed_at or task.opened_at, default=None)
        ways = graph.transitions_from(last.step) if last is not None else ()
        target = next((way.target for way in ways if way.name == (last.transition if last else "")), None)
        if target is not None and target.is_end:
            return target.key
        # Behind gateways: the outcome tells which of the ends it was.
        return next((end.key for end in graph.ends if end.outcome == self.run.outcome), "")

    def _owns(self) -> bool:
        return self.run.definition.owner_id == self.viewer.id


def readable_fields(
    definition: RunningDefinition, *, held: Iterable[str], reached_end: str = "", sees_all: bool = False
) -> frozenset[str]:
    """What somebody may read of a request by the contract of field and step.

    Everybody who may see the request reads what its start shows, and its end once reached; the steps that somebody holds
    or held add theirs. Only those who see all requests, and the workflow's owner, read everything, and never of a request
    of their own.
    """
    if sees_all:
        return frozenset(definition.form.by_name)
    steps = {definition.graph.start.key, *held}
    return definition.form.visible_at(steps | {reached_end} if reached_end else steps)


def waiting_joins(view: RunView) -> dict[str, int]:
    """The joins at which branches of the request wait for others, with how many have arrived."""
    graph = view.definition.graph
    here = [token["step"] for token in view.run.tokens]
    return {key: here.count(key) for key in here if key in graph.steps and graph.step(key).join is not None}


def visible_to(actor: Membership, at: datetime | None = None) -> QuerySet[WorkflowRun]:
    """The requests that the person may see.

    Their own, those of workflows they own, those they decide, decided, may decide or had to decide, those they follow, and
    while they stand in for somebody those that wait for that person. Tenant admins and people with ``run.view_all`` see all.
    """
    runs: QuerySet[WorkflowRun] = WorkflowRun.objects.filter(organisation_id=actor.organisation_id)
    if sees_all_runs(actor):
        return runs
    near = near_to(actor.organisation_id, actor.id)
    if behalf := on_behalf(actor, at):
        tasks = Task.objects.filter(behalf, organisation_id=actor.organisation_id, run_id=OuterRef("pk"))
        near |= Q(Exists(tasks))
    return runs.filter(near)


def on_behalf(actor: Membership, at: datetime | None = None) -> Q | None:
    """The open tasks on which the person may act in somebody's place, as a filter over tasks; None who stands in for nobody."""
    moment = at or timezone.now()
    found = None
    for one in stand_ins_of(actor):
        if one.period.holds(moment):
            waiting = tasks_held_by(one.member_id) & limited_to(one.scope)
            found = waiting if found is None else found | waiting
    return found


def tasks_held_by(member_id: UUID) -> Q:
    """Open tasks that wait for the person, alone or in a queue."""
    queue = TaskCandidate.objects.filter(
        organisation_id=OuterRef("organisation_id"), task_id=OuterRef("pk"), member_id=member_id, is_open=True
    )
    return Q(state__in=OPEN_TASK) & (Q(assignee_id=member_id) | Q(Exists(queue)))


def limited_to(scope: Iterable[str], task: str = "") -> Q:
    """Tasks of the workflows and groups that an absence is limited to; all without any. ``task`` is the path to them."""
    keys = [key.partition(":") for key in scope]
    if not keys:
        return Q()
    workflows = [ident for kind, _, ident in keys if kind == "workflow"]
    groups = [ident for kind, _, ident in keys if kind == "group"]
    return Q(**{f"{task}definition_id__in": workflows}) | Q(**{f"{task}definition__group_id__in": groups})


def visible_list(actor: Membership) -> QuerySet[WorkflowRun]:
    """The requests of ``visible_to`` by another road, for lists and searches.

    ``visible_to`` asks about one request after the other, which is right for a door. Here the ids of what the person has
    to do with come from one short index scan per reason, so that nobody waits for the requests of everybody else. The
    workflows that the person owns are read first: nearly nobody owns one, and the planner would expect all requests.
    """
    if sees_all_runs(actor):
        return visible_to(actor)
    me, here = actor.id, {"organisation_id": actor.organisation_id}
    runs: QuerySet[WorkflowRun] = WorkflowRun.objects.filter(**here)
    # Whose task was closed without a decision has left it, and the history says so.
    tasks = Task.objects.filter(**here)
    near = (
        runs.filter(requester_id=me)
        .values("id")
        .union(
            tasks.filter(assignee_id=me, state__in=OPEN_TASK).values("run_id"),
            tasks.filter(completed_by_id=me).values("run_id"),
            TaskCandidate.objects.filter(**here, member_id=me).values("task__run_id"),
            TransitionLog.objects.filter(**here, from_member_id=me).values("run_id"),
            Participant.objects.filter(**here, member_id=me).values("run_id"),
        )
    )
    if behalf := on_behalf(actor):
        near = near.union(tasks.filter(behalf).values("run_id"))
    owned = list(WorkflowDefinition.objects.filter(**here, owner_id=me).values_list("id", flat=True))
    return runs.filter(Q(id__in=near) | Q(definition_id__in=owned)) if owned else runs.filter(id__in=near)


def may_see(actor: Membership, run_id: UUID, at: datetime | None = None) -> bool:
    """Whether the person may know of the request. One query."""
    return visible_to(actor, at).filter(id=run_id).exists()


def visible_among(actor: Membership, run_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the requests that the person may know of. One query."""
    return set(visible_to(actor).filter(id__in=list(run_ids)).values_list("id", flat=True))


def access_run(actor: Membership, run_id: UUID) -> RunView:
    """The door to a request. Raises RunNotFound alike for a missing, a foreign and an invisible one. One query."""
    return _visible(actor, run_id, by="id")


def access_run_of_task(actor: Membership, task_id: UUID) -> RunView:
    """The request of a task, by the same rule. Raises RunNotFound."""
    return _visible(actor, task_id, by="tasks__id")


def any_run_of_task(actor: Membership, task_id: UUID) -> RunView:
    """The request of a task of the organisation, whoever asks: for callers that decide access by other means."""
    return _view(actor, run_row(actor, task_id, by="tasks__id"))


def any_run(actor: Membership, run_id: UUID) -> RunView:
    """As ``any_run_of_task``, by the id of the run."""
    return _view(actor, run_row(actor, run_id))


def _visible(actor: Membership, wanted: UUID, *, by: str) -> RunView:
    if sees_all_runs(actor) or on_behalf(actor) is None:
        return _view(actor, run_row(actor, wanted, by=by, is_near=not sees_all_runs(actor)))
    # Who stands in for others asks for what those hold as well: another statement for each.
    runs = with_around(visible_to(actor).filter(**{by: wanted}), actor.organisation_id, actor.id)
    found = runs.select_related("definition", "version", "requester").defer("version__graph", "version__cases").first()
    return _view(actor, RunRow.of(found) if found else None)


def _view(actor: Membership, row: RunRow | None) -> RunView:
    if row is None:
        raise RunNotFound
    return view_of(actor, row)


def view_of(actor: Membership, row: RunRow) -> RunView:
    """The request of the row as the person sees it."""
    definition = definition_of(actor.organisation_id, row.run.version_id)
    return RunView(
        run=row.run,
        viewer=actor,
        tasks=tuple(_task(one, definition) for one in row.tasks),
        followers=tuple(
            Follower(PersonRef(UUID(one["id"]), one["name"], one["email"]), one["kind"]) for one in row.followers
        ),
        left_steps=frozenset(row.left),
        definition=definition,
    )


def _task(row: Mapping[str, Any], definition: RunningDefinition) -> TaskRow:
    seating = definition.panels.get(row["step"])
    return TaskRow(
        id=UUID(row["id"]),
        step=row["step"],
        step_name=row["step_name"],
        state=row["state"],
        version=row["version"],
        assignee=_ref(row["assignee"]),
        unassigned=row["unassigned"],
        opened_at=datetime.fromisoformat(row["opened_at"]),
        due_at=_moment(row["due_at"]),
        overdue=row["overdue"],
        escalations=row["escalations"],
        completed_at=_moment(row["completed_at"]),
        completed_by=_ref(row["completed_by"]),
        transition=row["transition"],
        candidate_ids=tuple(UUID(one["id"]) for one in row["candidates"]),
        queue_ids=tuple(UUID(one["id"]) for one in row["candidates"] if one["is_open"]),
        superseded=row["superseded"],
        on_behalf_of=_ref(row["on_behalf_of"]),
        paused_at=_moment(row["paused_at"]),
        pause=row["pause"],
        panel=Panel.of_json(row["panel"]) if row["panel"] else None,
        quorum=seating.quorum if seating else None,
    )


def _ref(row: Mapping[str, Any]) -> PersonRef | None:
    return PersonRef(UUID(row["id"]), row["name"], row["email"]) if row["id"] else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
