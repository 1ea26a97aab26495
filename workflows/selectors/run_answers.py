"""A request right after what somebody did to it, for the answer of REST: one statement whose plan the server keeps."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from accounts.models import Membership
from workflows.models import WorkflowDefinition, WorkflowRun, WorkflowVersion
from workflows.selectors.people import as_json
from workflows.selectors.prepared import Prepared
from workflows.selectors.runs import RunNotFound, RunView, view_of, with_around

_HERE: Final = UUID(int=1)
_ME: Final = UUID(int=2)
_RUN: Final = UUID(int=3)
_OWN: Final = (
    "id", "organisation_id", "number", "title", "status", "outcome", "version_no", "started_at", "finished_at",
)  # fmt: skip
_OTHERS: Final = (
    "data", "superseded", "definition_id", "definition__name", "definition__slug", "definition__owner_id", "version_id",
    "version__number", "requester_id", "requester__name", "requester__email",
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


def _run(row: dict[str, Any]) -> WorkflowRun:
    owned = {"organisation_id": row["organisation_id"]}
    return WorkflowRun(
        **{name: row[name] for name in _OWN},
        data=as_json(row["data"]),
        superseded=as_json(row["superseded"]),
        definition=WorkflowDefinition(
            id=row["definition_id"],
            name=row["definition__name"],
            slug=row["definition__slug"],
            owner_id=row["definition__owner_id"],
            **owned,
        ),
        version=WorkflowVersion(id=row["version_id"], number=row["version__number"], **owned),
        requester=Membership(
            id=row["requester_id"], name=row["requester__name"], email=row["requester__email"], **owned
        ),
    )
