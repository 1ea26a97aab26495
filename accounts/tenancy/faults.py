"""Whose fault an error is: that of the row that was worked on, which is set aside so that the others go on, or nobody's."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django_fsm import TransitionNotAllowed

from accounts.tenancy.errors import DomainError

logger = structlog.get_logger(__name__)

FAULTS: Final = (
    ArithmeticError,
    AttributeError,
    DatabaseError,
    DomainError,
    LookupError,
    ObjectDoesNotExist,
    RuntimeError,
    TransitionNotAllowed,
    TypeError,
    ValueError,
)
"""What work on one row may raise because of that row."""
OUTAGES: Final = (OperationalError, InterfaceError)
"""A database that is away is not the row's fault. Some of these are ``FAULTS`` too: ask for these first."""


def fault_text(error: Exception) -> str:
    """For people: the sentence of a refusal, else the name of the fault, whose own text may quote values of a form."""
    return error.message if isinstance(error, DomainError) else f"It broke off: {type(error).__name__}."


def _leave(ident: UUID) -> None:
    """It is tried again by the next sweep."""


def each_alone(work: Callable[[UUID], int], ids: Iterable[UUID], log: str) -> int:
    """Do the work for each id, of a row or an organisation; returns the sum. What breaks off for one is logged under this name
    and keeps the others from nothing. Raises OUTAGES. The work begins and ends its transaction itself."""
    return sum(_unless_broken(work, one, log, _leave) for one in ids)


def together_or_alone(
    work: Callable[[Sequence[UUID]], int],
    ids: Sequence[UUID],
    log: str,
    put_off: Callable[[UUID], object] = _leave,
) -> int:
    """Do the work for all rows at once, in one transaction; where that breaks off, for each in one of its own. Those that break
    off alone are put off."""
    try:
        with transaction.atomic():
            return work(ids)
    except OUTAGES:
        raise
    except FAULTS as error:
        logger.warning(log, rows=len(ids), exc_info=error)
    return sum(_unless_broken(transaction.atomic(lambda one: work([one])), one, log, put_off) for one in ids)


def _unless_broken(work: Callable[[UUID], int], ident: UUID, log: str, put_off: Callable[[UUID], object]) -> int:
    try:
        return work(ident)
    except OUTAGES:
        raise
    except FAULTS:
        logger.exception(log, id=str(ident))
    put_off(ident)
    return 0
