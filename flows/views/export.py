"""Proposals as CSV, sent while they are read."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from accounts.views.sheets import MARK, csv_response, lines
from flows.models import ApprovalStatus
from flows.proposals.selectors import board
from flows.proposals.selectors.asker import Proposals
from flows.proposals.selectors.board import ListedProposal, Place, Sort
from workflows.selectors.tracking import Life

BATCH: Final = 500
COLUMNS: Final = (
    *("Number", "Change", "Status", "Source", "Source id", "Target", "Target id", "Flow", "Data types"),
    *("Reason", "Proposed by", "Proposed at", "Last action at"),
)


def export_response(
    actor: Membership, rows: Proposals, life: Life, sort: Sort, sides: Sequence[tuple[str, str]]
) -> StreamingHttpResponse:
    """All rows in this order. Each batch is read in a scope of its own: no transaction stays open while a client is slow."""
    return csv_response("proposals", _lines(actor, rows, life, sort, sides))


def _lines(
    actor: Membership, rows: Proposals, life: Life, sort: Sort, sides: Sequence[tuple[str, str]]
) -> Iterator[str]:
    zone = ZoneInfo(actor.organisation.time_zone)
    heads = [head for _, name in sides for head in (f"{name}: decided by", f"{name}: decided at")]
    yield MARK
    yield from lines([(*COLUMNS, *heads)])
    place: Place | None = None
    while True:
        with organisation_scope(actor.organisation_id):
            found = list(board.window(rows, sort, place, BATCH))
            batch = board.listed(actor, found[:BATCH], life)
        yield "".join(lines(_cells(row, sides, zone) for row in batch))
        if len(found) <= BATCH:
            return
        place = board.place_after(sort, found[BATCH - 1])


def _cells(row: ListedProposal, sides: Sequence[tuple[str, str]], zone: ZoneInfo) -> Iterator[Any]:
    one = row.proposal
    yield from (one.number, one.get_proposal_type_display(), row.state_name)
    yield from (one.source.name, one.source.external_id, one.target.name, one.target.external_id)
    yield from (row.flow_name, ", ".join(row.data_types), one.reason, one.maker_name)
    yield from (_at(one.created_at, zone), _at(one.acted_at, zone))
    for code, _ in sides:
        decided = [
            found for found in row.approvals if found.side_code == code and found.status != ApprovalStatus.PENDING
        ]
        yield ", ".join(dict.fromkeys(vote.by for found in decided for vote in found.votes))
        yield _at(max((found.decided_at for found in decided if found.decided_at), default=None), zone)


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
