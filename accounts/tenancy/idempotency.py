"""Retries that are safe: the same key gives the same answer and one effect.

The answer is stored in the transaction of the effect, so there is never one without the other. Scoped to the
organisation, the person and the route; kept for seven days.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.tenancy.errors import Conflict, Invalid
from accounts.tenancy.idempotency_models import IdempotencyKey
from accounts.tenancy.models import new_id

KEPT = timedelta(days=7)
MAX_KEY = 200


class KeyInFlight(Conflict):
    code = "idempotency.in_flight"
    message = "A request with this Idempotency-Key is still running. Try again in a moment."


class KeyReused(Invalid):
    code = "idempotency.mismatch"
    message = "This Idempotency-Key was used for a different request. Use a new key."


class KeyMalformed(Invalid):
    code = "idempotency.malformed"
    message = f"Idempotency-Key is 1 to {MAX_KEY} printable ASCII characters."


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it was first sent."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that carries a key."""

    organisation_id: UUID
    member_id: UUID
    route: str
    key: str
    body_hash: str

    @classmethod
    def of(cls, organisation_id: UUID, member_id: UUID, route: str, key: str, body: bytes) -> "Attempt":
        """Raises KeyMalformed for a key that is no plain token."""
        if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
            raise KeyMalformed({"Idempotency-Key": [KeyMalformed.message]})
        return cls(organisation_id, member_id, route[:200], key, hashlib.sha256(body).hexdigest())

    def replay(self) -> Answer | None:
        """The stored answer, or None for the first attempt, which then holds the key until its transaction ends.

        Raises KeyInFlight while another transaction holds the key, KeyReused when the body differs.
        """
        name = f"idempotency:{self.organisation_id}:{self.member_id}:{self.route}:{self.key}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 1))", [name])
            if not cursor.fetchone()[0]:
                raise KeyInFlight
        stored = IdempotencyKey.objects.filter(
            organisation_id=self.organisation_id, member_id=self.member_id, route=self.route, key=self.key
        ).first()
        if stored is None:
            return None
        if stored.body_hash != self.body_hash:
            raise KeyReused({"Idempotency-Key": [KeyReused.message]})
        return Answer(stored.status, stored.body, stored.headers)

    def keep(self, answer: Answer) -> None:
        """Store the answer beside the effect."""
        IdempotencyKey.objects.create(
            id=new_id(),
            organisation_id=self.organisation_id,
            member_id=self.member_id,
            route=self.route,
            key=self.key,
            body_hash=self.body_hash,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
        )


def sweep(organisation_id: UUID) -> int:
    """Drop the organisation's answers older than seven days; returns how many."""
    old = IdempotencyKey.objects.filter(organisation_id=organisation_id, created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
