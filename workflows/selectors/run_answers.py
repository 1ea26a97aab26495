"""A request right after what somebody did to it, for the answer of REST: one statement whose plan the server keeps."""

from functools import cache
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Model

from accounts.models import Membership
from workflows.models import WorkflowDefinition, WorkflowRun, WorkflowVersion
from workflows.selectors.people import as_json
from workflows.selectors.prepared import Prepared, Row
from workflows.selectors.runs import RunNotFound, RunView, view_of, with_around

M = TypeVar("M", bound=Model)

_HERE: Final = UUID(int=1)
_ME: Final = UUID(int=2)
_RUN: Final = UUID(int=3)
_OWN: Final = (
    "id", "organisation_id", "number", "title", "status", "outcome", "version_no", "started_at", "finished_at",
    "subject_kind", "subject_id",
)  # fmt: skip
_OTHERS: Final = (
    "data", "superseded", "definition_id", "definition__name", "definition__slug", "definition__owner_id",
    "definition__group_id", "version_id", "version__number", "requester_id", "requester__name", "requester__email",
)  # fmt: skip


def answered_run(actor: Membership, run_id: UUID) -> RunView:
    """The request as the person sees it now; a service has let them in. Raises RunNotFound.

    Of the workflow, its version and the requester only what answers say is read.
    """
    found = _statement().rows({"organisation": actor.organisation_id, "me": actor.id, "run": run_id})
    if not found:
        raise RunNotFound
    [row] = found
    tasks, followers = (map(as_json, row[name]) for name in ("task_rows", "follower_rows"))
    return view_of(actor, _run(row), tasks, followers, row["left_rows"])


@cache
def _statement() -> Prepared:
    runs = with_around(WorkflowRun.objects.filter(organisation_id=_HERE, id=_RUN), _HERE, _ME)
    columns = runs.values(*_OWN, *_OTHERS, "task_rows", "follower_rows", "left_rows")
    return Prepared(columns, {_HERE: "organisation", _ME: "me", _RUN: "run"})


def _run(row: Row) -> WorkflowRun:
    """What was not read is deferred: who asks for it all the same asks the database."""
    owned = {name: row[name] for name in (*_OWN, "definition_id", "version_id", "requester_id")}
    run = _read(WorkflowRun, {**owned, "data": as_json(row["data"]), "superseded": as_json(row["superseded"])})
    run.definition = _read(WorkflowDefinition, _part(row, "definition"))
    run.version = _read(WorkflowVersion, _part(row, "version"))
    run.requester = _read(Membership, _part(row, "requester"))
    return run


def _part(row: Row, name: str) -> Row:
    """The columns of what the run points to."""
    columns = {key.removeprefix(f"{name}__"): value for key, value in row.items() if key.startswith(f"{name}__")}
    return {**columns, "id": row[f"{name}_id"], "organisation_id": row["organisation_id"]}


def _read(model: type[M], columns: Row) -> M:
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db("default", names, [columns[name] for name in names])
