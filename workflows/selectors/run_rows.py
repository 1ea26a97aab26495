"""A request with what lies around it, read by one statement whose plan the server keeps.

The statement has a hundred columns and a dozen subqueries: putting it together anew took the ORM longer than all the rest of
showing a request.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, JSONField, Model, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import Membership
from workflows.models import (
    Participant,
    Task,
    TaskCandidate,
    TransitionLog,
    WorkflowDefinition,
    WorkflowRun,
    WorkflowVersion,
)
from workflows.selectors.people import as_json
from workflows.selectors.prepared import Prepared, Row

M = TypeVar("M", bound=Model)

_HERE: Final = UUID(int=1)
_ME: Final = UUID(int=2)
_WANTED: Final = UUID(int=3)
_SLOTS: Final[Mapping[Hashable, str]] = {_HERE: "organisation", _ME: "me", _WANTED: "wanted"}
_AROUND: Final = ("task_rows", "follower_rows", "left_rows")
_HEAVY: Final = {"graph", "cases"}
"""Of a version, and read by nobody beside a request: what runs by it comes from the process's cache."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, and as rows its tasks, its followers and the steps that the person has left."""

    run: WorkflowRun
    tasks: Iterable[Mapping[str, Any]]
    followers: Iterable[Mapping[str, Any]]
    left: Iterable[str]

    @classmethod
    def of(cls, found: Any) -> Self:
        """Of a run that was read ``with_around``."""
        return cls(found, found.task_rows, found.follower_rows, found.left_rows)


@dataclass(frozen=True)
class _Part(Generic[M]):
    """Some columns of a model, and the way back from a row. What is not among them is deferred: who asks for it all the same
    asks the database."""

    model: type[M]
    path: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, model: type[M], path: str, wanted: Iterable[str]) -> Self:
        names = {"id", "organisation_id", *wanted}
        return cls(model, path, tuple(one.attname for one in model._meta.concrete_fields if one.attname in names))

    @property
    def columns(self) -> list[str]:
        return [f"{self.path}{name}" for name in self.names]

    def read(self, row: Row) -> M:
        return self.model.from_db("default", self.names, list(self._values(row)))

    def _values(self, row: Row) -> Iterator[Any]:
        for name in self.names:
            value = row[f"{self.path}{name}"]
            yield as_json(value) if isinstance(self.model._meta.get_field(name), JSONField) else value


class Columns(NamedTuple):
    """What is read of a run, its workflow, its version and its requester."""

    run: _Part[WorkflowRun]
    definition: _Part[WorkflowDefinition]
    version: _Part[WorkflowVersion]
    requester: _Part[Membership]

    @classmethod
    def named(
        cls, run: Iterable[str], definition: Iterable[str], version: Iterable[str], requester: Iterable[str]
    ) -> Self:
        return cls(
            _Part.of(WorkflowRun, "", [*run, "definition_id", "version_id", "requester_id"]),
            _Part.of(WorkflowDefinition, "definition__", definition),
            _Part.of(WorkflowVersion, "version__", version),
            _Part.of(Membership, "requester__", requester),
        )

    @classmethod
    def whole(cls) -> Self:
        """Everything but what is heavy."""
        models: tuple[type[Model], ...] = (WorkflowRun, WorkflowDefinition, WorkflowVersion, Membership)
        return cls.named(*({one.attname for one in model._meta.concrete_fields} - _HEAVY for model in models))

    def read(self, row: Row) -> RunRow:
        run = self.run.read(row)
        run.definition = self.definition.read(row)
        run.version = self.version.read(row)
        run.requester = self.requester.read(row)
        tasks, followers = (map(as_json, row[name]) for name in ("task_rows", "follower_rows"))
        return RunRow(run, tasks, followers, row["left_rows"])


def run_row(
    actor: Membership, wanted: UUID, *, by: str = "id", columns: Columns | None = None, is_near: bool = False
) -> RunRow | None:
    """The run whose ``by`` is ``wanted``; ``is_near``: only if the person has to do with it themselves. One query."""
    asked = columns or _whole()
    values = {"organisation": actor.organisation_id, "me": actor.id, "wanted": wanted}
    found = _statement(asked, by, is_near).rows(values)
    return asked.read(found[0]) if found else None


@cache
def _whole() -> Columns:
    return Columns.whole()


@cache
def _statement(columns: Columns, by: str, is_near: bool) -> Prepared:
    runs: QuerySet[WorkflowRun] = WorkflowRun.objects.filter(organisation_id=_HERE, **{by: _WANTED})
    rows = with_around(runs.filter(near_to(_HERE, _ME)) if is_near else runs, _HERE, _ME)
    return Prepared(rows.values(*(name for part in columns for name in part.columns), *_AROUND), _SLOTS)


def near_to(organisation_id: UUID, member_id: UUID) -> Q:
    """The requests that somebody made, whose workflow they own, that they decide, decided, may decide or had to decide, or
    that they follow, as a filter over runs."""
    here = {"organisation_id": organisation_id, "run_id": OuterRef("pk")}
    tasks = Task.objects.filter(Q(assignee_id=member_id) | Q(completed_by_id=member_id), **here)
    queues = TaskCandidate.objects.filter(
        organisation_id=organisation_id, member_id=member_id, task__run_id=OuterRef("pk")
    )
    left = TransitionLog.objects.filter(from_member_id=member_id, **here)
    follows = Participant.objects.filter(member_id=member_id, **here)
    mine = Q(requester_id=member_id) | Q(definition__owner_id=member_id)
    return mine | Q(Exists(tasks)) | Q(Exists(queues)) | Q(Exists(left)) | Q(Exists(follows))


def with_around(runs: QuerySet[WorkflowRun], organisation_id: UUID, member_id: UUID) -> QuerySet[WorkflowRun]:
    """The runs with their tasks, their followers and the steps that the person has left, as lists of JSON objects."""
    here = {"organisation_id": organisation_id, "run_id": OuterRef("pk")}
    return runs.annotate(
        task_rows=ArraySubquery(Task.objects.filter(**here).order_by("opened_at", "id").values(row=_TASK)),
        follower_rows=ArraySubquery(
            Participant.objects.filter(**here).order_by("created_at", "id").values(row=_FOLLOWER)
        ),
        left_rows=ArraySubquery(TransitionLog.objects.filter(from_member_id=member_id, **here).values("from_step")),
    )


def _person(path: str) -> JSONObject:
    return JSONObject(id=F(f"{path}__id"), name=F(f"{path}__name"), email=F(f"{path}__email"))


_TASK = JSONObject(
    **{
        name: F(name)
        for name in (
            "id", "step", "step_name", "state", "version", "unassigned", "opened_at", "due_at", "overdue", "escalations",
            "completed_at", "transition", "superseded", "paused_at", "pause", "panel",
        )
    },
    assignee=_person("assignee"),
    completed_by=_person("completed_by"),
    on_behalf_of=_person("on_behalf_of"),
    candidates=ArraySubquery(
        TaskCandidate._base_manager.filter(organisation_id=OuterRef("organisation_id"), task_id=OuterRef("pk"))
        .order_by("id")
        .values(row=JSONObject(id=F("member_id"), is_open=F("is_open")))
    ),
)  # fmt: skip
_FOLLOWER = JSONObject(id=F("member__id"), name=F("member__name"), email=F("member__email"), kind=F("kind"))
