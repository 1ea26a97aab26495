"""The organisation scope: no tenant row is read or written outside of one.

The scope is two things that begin and end together: a context variable that Python code asks, and a
transaction whose local setting ``app.organisation`` the row-level security policies ask.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connections, transaction

_organisation: ContextVar[UUID | None] = ContextVar("organisation", default=None)


class MissingScope(RuntimeError):
    """Tenant data was asked for outside of ``organisation_scope``."""


class ScopeSwitch(RuntimeError):
    """A scope of one organisation was opened inside the scope of another."""


def declared_organisation_id() -> UUID | None:
    """The organisation of the open scope, or None; for plumbing that must not raise."""
    return _organisation.get()


def current_organisation_id(using: str = "default") -> UUID:
    """The organisation of the open scope.

    Raises MissingScope outside of a scope, and in a commit hook: there the scope's transaction is over, and with it
    the setting that row-level security reads.
    """
    organisation_id = _organisation.get()
    if organisation_id is None or not connections[using].in_atomic_block:
        raise MissingScope("Open organisation_scope(organisation_id) before touching tenant data.")
    return organisation_id


@contextmanager
def organisation_scope(organisation_id: UUID, *, using: str = "default") -> Iterator[None]:
    """Run the block for one organisation, in one transaction.

    Entering the organisation's own scope again is free and opens no savepoint. Raises ScopeSwitch when another
    organisation's scope is open.
    """
    connection = connections[using]
    outer = _organisation.get()
    if outer is not None and connection.in_atomic_block:
        if outer != organisation_id:
            raise ScopeSwitch("One transaction serves one organisation; leave the other scope first.")
        yield
        return
    token = _organisation.set(organisation_id)
    try:
        joins_transaction = connection.in_atomic_block
        with transaction.atomic(using=using):
            if joins_transaction:
                # The backend declares the organisation when a transaction begins; this one had begun already.
                _declare(using, str(organisation_id))
            yield
            if joins_transaction and not connection.needs_rollback:
                # A rollback to the savepoint takes the declaration back by itself.
                _declare(using, "")
    finally:
        _organisation.reset(token)


def _declare(using: str, value: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(DECLARE, [value])


DECLARE = "SELECT set_config('app.organisation', %s, true)"
