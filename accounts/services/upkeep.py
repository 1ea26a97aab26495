"""What runs on a clock for every organisation."""

from collections.abc import Callable
from uuid import UUID

from accounts import throttle
from accounts.audit.seal import seal
from accounts.selectors.organisations import organisation_ids
from accounts.services.tokens import families_sweep
from accounts.session_store import SessionStore
from accounts.tenancy.faults import each_alone
from accounts.tenancy.idempotency import sweep
from accounts.tenancy.scope import organisation_scope


def seal_all() -> int:
    """Chain the new audit entries; returns how many."""
    return for_all(seal, "audit.seal_failed")


def sweep_all() -> int:
    """Drop what has expired: answers and token families, returning how many; sessions and counts of guesses, too."""
    SessionStore.clear_expired()
    throttle.forget_old_failures()
    return for_all(sweep, "answers.sweep_failed") + for_all(families_sweep, "tokens.sweep_failed")


def for_all(job: Callable[[UUID], int], log: str) -> int:
    """Do the job for every organisation in a scope of its own; returns the sum. Where it breaks off, the others go on.

    Closed organisations too: platform admins still enter them, and what expires there is to go as well.
    """

    def scoped(organisation_id: UUID) -> int:
        with organisation_scope(organisation_id):
            return job(organisation_id)

    return each_alone(scoped, organisation_ids(), log)
