"""Proposals as CSV, sent while they are read. A cell that a spreadsheet would take for a formula is kept from being one."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from flows.models import ApprovalStatus
from flows.proposals.selectors import board
from flows.proposals.selectors.asker import Proposals
from flows.proposals.selectors.board import ListedProposal, Place, Sort
from workflows.selectors.tracking import Life

BATCH: Final = 500
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS: Final = (
    *("Number", "Change", "Status", "Source", "Source id", "Target", "Target id", "Flow", "Data types"),
    *("Reason", "Proposed by", "Proposed at", "Last action at"),
)


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def export_response(
    actor: Membership, rows: Proposals, life: Life, sort: Sort, sides: Sequence[tuple[str, str]]
) -> StreamingHttpResponse:
    """All rows in this order. Each batch is read in a scope of its own: no transaction stays open while a client is slow."""
    name = f"proposals-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        _lines(actor, rows, life, sort, sides),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"},
    )


def safe(value: Any) -> str:
    """The value as a cell; an apostrophe in front makes text of what would be calculated."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _lines(
    actor: Membership, rows: Proposals, life: Life, sort: Sort, sides: Sequence[tuple[str, str]]
) -> Iterator[str]:
    writer = csv.writer(Echo())
    zone = ZoneInfo(actor.organisation.time_zone)
    heads = [head for _, name in sides for head in (f"{name}: decided by", f"{name}: decided at")]
    # The mark that tells spreadsheets the encoding.
    yield "\ufeff" + str(writer.writerow([safe(head) for head in (*COLUMNS, *heads)]))
    place: Place | None = None
    while True:
        with organisation_scope(actor.organisation_id):
            found = list(board.window(rows, sort, place, BATCH))
            batch = board.listed(actor, found[:BATCH], life)
        yield "".join(str(writer.writerow([safe(cell) for cell in _cells(row, sides, zone)])) for row in batch)
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
        yield ", ".join(dict.fromkeys(vote.member_name for found in decided for vote in found.votes))
        yield _at(max((found.decided_at for found in decided if found.decided_at), default=None), zone)


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
