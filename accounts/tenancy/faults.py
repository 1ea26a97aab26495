"""Whose fault an error is: that of the row that was worked on, which is set aside so that the others go on, or nobody's."""

from typing import Final

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, OperationalError
from django_fsm import TransitionNotAllowed

from accounts.tenancy.errors import DomainError

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
