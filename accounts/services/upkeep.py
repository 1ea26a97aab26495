"""What runs on a clock for every organisation."""

from collections.abc import Callable
from uuid import UUID

from accounts import throttle
from accounts.audit.seal import seal
from accounts.selectors.organisations import organisation_ids
from accounts.services.tokens import families_sweep
from accounts.session_store import SessionStore
from accounts.tenancy.idempotency import sweep
from accounts.tenancy.scope import organisation_scope


def seal_all() -> int:
    """Chain the new audit entries; returns how many."""
    return _for_all(seal)


def sweep_all() -> int:
    """Drop what has expired: answers and token families, returning how many; sessions and counts of guesses, too."""
    SessionStore.clear_expired()
    throttle.forget_old_failures()
    return _for_all(sweep) + _for_all(families_sweep)


def _for_all(job: Callable[[UUID], int]) -> int:
    """Closed organisations too: platform admins still enter them, and what expires there is to go as well."""
    done = 0
    for organisation_id in organisation_ids():
        with organisation_scope(organisation_id):
            done += job(organisation_id)
    return done
