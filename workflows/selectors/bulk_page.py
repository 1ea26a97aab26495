"""Many tasks side by side before something is done with them: which they are, how they differ, and the ways they share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from accounts.models import Membership
from forms_builder.sources import OrganisationSources
from workflows.assignment import PersonRef, Situation
from workflows.models import OPEN_TASK, Task, TaskCandidate
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import Desk, Way, colleagues_at, ways_from
from workflows.selectors.inbox import InboxTab, on_behalf_among, task_ids_of
from workflows.selectors.people import persons
from workflows.selectors.summaries import summary_of, told_by
from workflows.substitution import subjects_of

MAX_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """One task that somebody ticked, as it is now. ``changed``: not as it was when it was ticked."""

    task: Task
    in_queue: bool
    changed: bool
    behalf: PersonRef | None = None
    """In whose place the person would act."""
    summary: str = ""
    """What the request is about, see ``selectors.summaries``."""

    @property
    def value(self) -> str:
        """How a form names it: the task at the version that is shown."""
        return f"{self.task.id}.{self.task.version}"


@dataclass(frozen=True, slots=True)
class Kind:
    """The chosen tasks of one step of one edition of a workflow, with the ways out of it."""

    key: str
    definition: str
    step: str
    count: int
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class SharedWay:
    """A way that every chosen task has under this name. ``people`` may be asked after all of them."""

    name: str
    targets: str
    reason_required: bool
    people: tuple[PersonRef, ...] = ()
    needs_choice: bool = False
    is_good: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything that the page shows before it is decided. ``gone`` of the ticked ones wait for the person no more."""

    rows: tuple[Chosen, ...]
    kinds: tuple[Kind, ...] = ()
    ways: tuple[SharedWay, ...] = ()
    colleagues: tuple[PersonRef, ...] = ()
    claims: int = 0
    gone: int = 0
    own: int = 0
    alone: int = 0
    """How many stand at steps that are decided only by who has seen what they show, which this page does not."""


@dataclass
class _Group:
    behalf: PersonRef | None
    """In whose place the person acts on the first task."""
    tasks: list[Task] = field(default_factory=list)


def choice_of(actor: Membership, wanted: Sequence[tuple[UUID, int | None]], *, only: str = "") -> Choice:
    """What the person ticked, as far as it still waits for them; ``only`` keeps the tasks of one ``Kind``.

    Two queries for the tasks, one for the people, and a few for each kind.
    """
    versions = dict(wanted[:MAX_ROWS])
    rows = [row for row in _held(actor, versions) if not only or _key(row.task) == only]
    groups: dict[str, _Group] = {}
    for row in rows:
        groups.setdefault(_key(row.task), _Group(row.behalf)).tasks.append(row.task)
    desks = _desks(actor, groups)
    kinds = [_kind(key, group.tasks, desks[key]) for key, group in groups.items()]
    return Choice(
        rows=tuple(rows),
        kinds=tuple(kinds),
        ways=tuple(_shared(kinds)),
        colleagues=_common([colleagues_at(desks[key], None) for key in groups], without={actor.id}),
        claims=sum(row.in_queue for row in rows),
        gone=0 if only else len(versions) - len(rows),
        own=sum(row.task.requester_id == actor.id for row in rows),
        alone=sum(len(group.tasks) for key, group in groups.items() if desks[key].step.shown_required),
    )


def all_of(actor: Membership, tab: InboxTab, q: str) -> list[tuple[UUID, int | None]]:
    """The first tasks of a whole list of the inbox, as many as go at once."""
    return [(task_id, None) for task_id in task_ids_of(actor, tab, q, MAX_ROWS)]


def _held(actor: Membership, versions: dict[UUID, int | None]) -> Iterable[Chosen]:
    """Those that wait for the person, in the order in which they were ticked."""
    here = {"organisation_id": actor.organisation_id}
    tasks = Task.objects.filter(id__in=versions, state__in=OPEN_TASK, **here).select_related(
        "run", "definition", "requester", "assignee"
    )
    found = {task.id: task for task in tasks}
    queued = set(
        TaskCandidate.objects.filter(task_id__in=versions, member_id=actor.id, is_open=True, **here).values_list(
            "task_id", flat=True
        )
    )
    far = [task.id for task in found.values() if task.assignee_id != actor.id and task.id not in queued]
    behalf = on_behalf_among(actor, far) if far else {}
    told = told_by(actor.organisation_id, (task.run.version_id for task in found.values()))
    for task_id, version in versions.items():
        task = found.get(task_id)
        if task is not None and (task.assignee_id == actor.id or task_id in queued or task_id in behalf):
            changed = version is not None and version != task.version
            summary = summary_of(told[task.run.version_id], task.run.data, task.run.labels)
            in_queue = task_id in queued and task.assignee_id is None
            yield Chosen(task, in_queue, changed, behalf.get(task_id), summary)


def _key(task: Task) -> str:
    return f"{task.run.version_id}:{task.step}"


def _desks(actor: Membership, groups: dict[str, _Group]) -> dict[str, Desk]:
    """Where the first task of each kind is decided: its ways stand for those of all."""
    people = persons(actor.organisation_id, {actor.id} | {group.tasks[0].requester_id for group in groups.values()})
    sources, desks = OrganisationSources(actor), {}
    for key, group in groups.items():
        task = group.tasks[0]
        definition = definition_of(actor.organisation_id, task.run.version_id)
        situation = Situation(
            people[task.requester_id], people[actor.id], definition.form, task.run.data, sources.environment
        )
        step = definition.graph.step(task.step)
        desks[key] = Desk(
            definition,
            step,
            situation,
            task.definition.owner_id,
            actor.organisation_id,
            sources.at,
            subjects=subjects_of(task.definition_id, task.definition.group_id),
            run_id=task.run_id,
            about=task.run.about,
            behalf=group.behalf,
        )
    return desks


def _kind(key: str, tasks: Sequence[Task], desk: Desk) -> Kind:
    return Kind(key, tasks[0].definition.name, tasks[0].step_name, len(tasks), tuple(ways_from(desk)))


def _shared(kinds: Sequence[Kind]) -> Iterable[SharedWay]:
    """The ways whose name all kinds have, in the order of the first."""
    if not kinds:
        return
    for way in kinds[0].ways:
        same = [next((one for one in kind.ways if one.name == way.name), None) for kind in kinds]
        ways = [one for one in same if one is not None]
        if len(ways) == len(kinds):
            yield SharedWay(
                name=way.name,
                targets=", ".join(dict.fromkeys(one.target_name for one in ways)),
                reason_required=any(one.reason_required for one in ways),
                people=_common([one.assignees for one in ways if one.needs_choice or one.to_team]),
                needs_choice=any(one.needs_choice for one in ways),
                is_good=all(one.is_end for one in ways),
            )


def _common(lists: Iterable[Iterable[PersonRef]], *, without: Iterable[UUID] = ()) -> tuple[PersonRef, ...]:
    """The people who are in all of the lists."""
    every = [{one.id: one for one in people} for people in lists]
    if not every:
        return ()
    shared = set.intersection(*(set(some) for some in every)) - set(without)
    return tuple(sorted((every[0][one] for one in shared), key=lambda person: (person.name, str(person.id))))
