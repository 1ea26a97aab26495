"""What happened to a flow and what is proposed for it, with the way to each proposal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts.audit.models import AuditEntry
from flows.models import ProposalState, ProposalType, ProposedFlow
from flows.setup import PROPOSAL_WORKFLOW
from workflows.models import EntityResult, EntityStateKind

ENTRIES: Final = 50
PROPOSALS: Final = 10
KINDS: Final = ("flow.created", "flow.updated", "flow.removed", "flow.break_glass")
WORDS: Final = {"flow.created": "Added", "flow.updated": "Changed", "flow.removed": "Removed"}
ACTION_WORDS: Final = {"create": "Added directly", "update": "Changed directly", "remove": "Removed directly"}


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as a line: ``tone`` colours its state."""

    id: UUID
    number: int
    type_label: str
    state_name: str
    tone: str
    is_open: bool
    source: str
    target: str
    maker: str
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """``by`` did it; ``changes`` are lines of an attribute, what was and what is."""

    words: str
    what: str
    at: datetime
    by: str
    reason: str
    is_break_glass: bool
    proposal_id: str
    proposal_number: int | None
    changes: tuple[tuple[str, str, str], ...]


def open_proposals(organisation_id: UUID, which: Q) -> tuple[tuple[ProposalRow, ...], bool]:
    """Open proposals, the latest action first, and whether there are more. Two queries."""
    rows = ProposedFlow.objects.filter(which, organisation_id=organisation_id, is_open=True)
    return _proposal_rows(organisation_id, rows)


def proposals_about(organisation_id: UUID, flow_id: UUID, also: Q) -> tuple[tuple[ProposalRow, ...], bool]:
    """Open and closed proposals that name the flow or of which it is a result, the latest first."""
    results = EntityResult.objects.filter(organisation_id=organisation_id, result_id=flow_id).values("entity_id")
    rows = ProposedFlow.objects.filter(Q(id__in=results) | also, organisation_id=organisation_id)
    return _proposal_rows(organisation_id, rows)


def about_entity(entity_id: UUID) -> Q:
    return Q(source_id=entity_id) | Q(target_id=entity_id)


def history_of(organisation_id: UUID, ids: Iterable[UUID]) -> tuple[HistoryEntry, ...]:
    """What was recorded about the flows with these ids, the latest first. One query."""
    rows = AuditEntry.objects.filter(organisation_id=organisation_id, subject_id__in=list(ids), kind__in=KINDS)
    found = list(rows.order_by("-at", "-id")[:ENTRIES])
    # What was done by breaking the glass is recorded beside the change itself, and says more.
    glass = {(row.subject_id, row.at) for row in found if row.kind == "flow.break_glass"}
    shown = (row for row in found if row.kind == "flow.break_glass" or (row.subject_id, row.at) not in glass)
    return tuple(_entry(row) for row in shown)


def _proposal_rows(organisation_id: UUID, rows: Any) -> tuple[tuple[ProposalRow, ...], bool]:
    states = _states(organisation_id)
    columns = ("id", "number", "proposal_type", "state", "is_open", "source__name", "target__name", "maker_name")
    found = list(rows.order_by("-acted_at", "-id").values_list(*columns, "acted_at")[: PROPOSALS + 1])
    shown = tuple(
        ProposalRow(ident, number, _type(kind), *_state(states, state), is_open, source, target, maker, at)
        for ident, number, kind, state, is_open, source, target, maker, at in found[:PROPOSALS]
    )
    return shown, len(found) > PROPOSALS


def _states(organisation_id: UUID) -> dict[str, tuple[str, str]]:
    rows = EntityStateKind.objects.filter(organisation_id=organisation_id, workflow__code=PROPOSAL_WORKFLOW)
    return {code: (name, tone) for code, name, tone in rows.values_list("code", "name", "tone")}


def _state(states: Mapping[str, tuple[str, str]], code: str) -> tuple[str, str]:
    if code in states:
        return states[code]
    return (str(ProposalState(code).label) if code in ProposalState.values else code), ""


def _type(kind: str) -> str:
    return str(ProposalType(kind).label) if kind in ProposalType.values else kind


def _entry(row: AuditEntry) -> HistoryEntry:
    payload: Mapping[str, Any] = row.payload
    is_glass = row.kind == "flow.break_glass"
    words = ACTION_WORDS.get(payload.get("action", ""), "Changed directly") if is_glass else WORDS[row.kind]
    if payload.get("revived"):
        words = "Brought back"
    return HistoryEntry(
        words=words,
        what=str(payload.get("flow_kind", "")),
        at=row.at,
        by=str(payload.get("by_name") or payload.get("author_name") or row.actor_label),
        reason=str(payload.get("reason", "")),
        is_break_glass=is_glass,
        proposal_id=str(payload.get("proposal_id") or ""),
        proposal_number=payload.get("proposal_number"),
        changes=tuple((label, before, after) for label, (before, after) in payload.get("changes", {}).items()),
    )
