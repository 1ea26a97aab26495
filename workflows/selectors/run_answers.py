"""A request right after what somebody did to it, for the answer of REST: what answers do not say is not read."""

from functools import cache
from uuid import UUID

from accounts.models import Membership
from workflows.selectors.run_rows import Columns, run_row
from workflows.selectors.runs import RunNotFound, RunView, view_of


def answered_run(actor: Membership, run_id: UUID) -> RunView:
    """The request as the person sees it now; a service has let them in. Raises RunNotFound."""
    row = run_row(actor, run_id, columns=_columns())
    if row is None:
        raise RunNotFound
    return view_of(actor, row)


@cache
def _columns() -> Columns:
    return Columns.named(
        run=(
            "number", "title", "status", "outcome", "version_no", "started_at", "finished_at", "subject_kind", "subject_id",
            "data", "superseded",
        ),
        definition=("name", "slug", "owner_id", "group_id"),
        version=("number",),
        requester=("name", "email"),
    )  # fmt: skip
