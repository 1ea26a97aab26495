"""The hash chain over an organisation's audit entries.

Writers never touch the chain, so no write waits for another one's. The sealer links, once they are settled, the
entries of all transactions older than the oldest one still running (``pg_snapshot_xmin``), ordered by transaction and
id: what is sealed can have no late neighbour. Each link is SHA-256 over the link before and the entry's canonical JSON.

A dump keeps the transaction ids of the server that it was taken from, and the server that it is restored on counts anew. An
entry that can be seen and lies at or above ``pg_snapshot_xmax``, ahead of all that this server has completed, came with a
dump: its writer committed elsewhere, so nothing is waited for. (Only the sealer's own transaction could look the same, and
it has written nothing when it looks.)
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from accounts.audit.models import AuditEntry, AuditSeal
from accounts.tenancy.models import new_id

GENESIS = bytes(32)
# An entry carries the writer's clock; one older than the newest seal by more than this is not looked for. Whoever writes
# about the past seals it then; another entry so old stands outside of the chain, and `verify` names it.
LATE = timedelta(days=2)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first place where the chain does not hold."""

    seq: int
    entry_id: UUID
    problem: str


def link(previous: bytes, entry: AuditEntry) -> bytes:
    """The hash of the entry in the chain, as 32 bytes."""
    facts: dict[str, Any] = {
        "id": str(entry.id),
        "organisation": str(entry.organisation_id),
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "subject": [entry.subject_kind, str(entry.subject_id)],
        "actor": [entry.actor_kind, str(entry.actor_id), entry.actor_label],
        "payload": entry.payload,
        "request": entry.request_id,
    }
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


def seal(organisation_id: UUID, *, limit: int = 1000, late: timedelta = LATE) -> int:
    """Seal the settled entries that have no link yet, at most ``limit``; returns how many. Needs the scope."""
    with connection.cursor() as cursor:
        # One sealer per organisation; a second one has nothing to do.
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit-seal:{organisation_id}"])
        if not cursor.fetchone()[0]:
            return 0
    head = AuditSeal.objects.filter(organisation_id=organisation_id).order_by("-seq").first()
    seq, previous = (head.seq, bytes(head.hash)) if head else (0, GENESIS)
    links = []
    for entry in _settled(organisation_id, head.entry_at - late if head else None, limit):
        seq, previous = seq + 1, link(previous, entry)
        links.append(
            AuditSeal(
                id=new_id(),
                organisation_id=organisation_id,
                seq=seq,
                entry_id=entry.id,
                entry_at=entry.at,
                hash=previous,
            )
        )
    AuditSeal.objects.bulk_create(links)
    if links:
        # The log leaves the database: a chain rewritten from its start no longer agrees with it.
        logger.info("audit.sealed", organisation=str(organisation_id), seq=seq, head=previous.hex())
    return len(links)


def _settled(organisation_id: UUID, since: datetime | None, limit: int) -> list[AuditEntry]:
    entries = AuditEntry.objects.filter(organisation_id=organisation_id)
    if since is not None:
        entries = entries.filter(at__gte=since)
    oldest_running = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])  # a constant
    next_completed = RawSQL("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", [])  # another one
    settled = Q(xid__lt=oldest_running) | Q(xid__gte=next_completed)
    return list(entries.filter(settled, ~_linked(organisation_id)).order_by("xid", "id")[:limit])


def _linked(organisation_id: UUID) -> Exists:
    return Exists(AuditSeal.objects.filter(organisation_id=organisation_id, entry_id=OuterRef("id")))


def verify(organisation_id: UUID) -> tuple[int, Flaw | None]:
    """Recompute the chain. Returns how many links hold and the first flaw, if any. Needs the scope."""
    previous, expected, head = GENESIS, 1, None
    for sealed, entry in _chain(organisation_id):
        if sealed.seq != expected:
            return expected - 1, Flaw(expected, sealed.entry_id, "a link of the chain is missing before this one")
        if entry is None:
            return expected - 1, Flaw(sealed.seq, sealed.entry_id, "the entry was removed")
        previous = link(previous, entry)
        if previous != bytes(sealed.hash):
            return expected - 1, Flaw(sealed.seq, sealed.entry_id, "the entry or its link was changed")
        expected, head = expected + 1, sealed
    return expected - 1, _outside(head) if head else None


def _outside(head: AuditSeal) -> Flaw | None:
    """An entry that the sealer should long have come to: it was put in later, with a time of then."""
    entries = AuditEntry.objects.filter(organisation_id=head.organisation_id, at__lt=head.entry_at - LATE)
    first = entries.filter(~_linked(head.organisation_id)).order_by("at", "id").first()
    return Flaw(head.seq, first.id, "the entry stands outside of the chain") if first else None


def _chain(organisation_id: UUID, step: int = 2000) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    after = -1
    while True:
        seals = list(AuditSeal.objects.filter(organisation_id=organisation_id, seq__gt=after).order_by("seq")[:step])
        if not seals:
            return
        entries = AuditEntry.objects.filter(organisation_id=organisation_id).in_bulk([s.entry_id for s in seals])
        yield from ((sealed, entries.get(sealed.entry_id)) for sealed in seals)
        after = seals[-1].seq
