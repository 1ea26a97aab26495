"""Raw values (JSON as stored, or Python objects) read by the field's type. None means empty; nothing is coerced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from forms_builder.rules.ast import Money
from forms_builder.rules.catalogue import FieldType
from forms_builder.rules.errors import WrongValue

_T = TypeVar("_T")

NUMBER_LIMIT = 10**38
_NUMBER = re.compile(r"-?[0-9]{1,38}(\.[0-9]{1,38})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")
_DATETIME = re.compile(_DATE.pattern + "[T ]" + _TIME.pattern + r"(Z|[+-][0-9]{2}:[0-9]{2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def is_empty(raw: object) -> bool:
    """The one definition of empty: None, the empty text, the empty list. Zero and False are values."""
    return raw is None or raw == "" or (isinstance(raw, list | tuple | set | frozenset) and not raw)


def read_text(raw: Any) -> str | None:
    """Text; raises WrongValue for anything else."""
    if isinstance(raw, str):
        return raw or None
    if is_empty(raw):
        return None
    raise WrongValue("a text")


def read_id(raw: Any) -> str | None:
    """The id of a user, group or record, a text or a UUID; raises WrongValue for anything else."""
    if isinstance(raw, str):
        return raw or None
    if isinstance(raw, UUID):
        return str(raw)
    if is_empty(raw):
        return None
    raise WrongValue("an id")


def read_set(raw: Any) -> frozenset[str] | None:
    """A list of choices or file ids as a set; raises WrongValue for anything else."""
    if is_empty(raw):
        return None
    if isinstance(raw, list | tuple | set | frozenset):
        return frozenset(_member(item) for item in raw)
    raise WrongValue("a list of texts")


def _member(item: object) -> str:
    if isinstance(item, UUID):
        return str(item)
    if isinstance(item, str) and item:
        return item
    raise WrongValue("a list of texts")


def read_number(raw: Any) -> int | Decimal | None:
    """An exact number below 10^38 with at most 38 decimals; raises WrongValue for anything else, also for true."""
    if type(raw) is int:
        if -NUMBER_LIMIT < raw < NUMBER_LIMIT:
            return raw
    elif isinstance(raw, str):
        if not raw:
            return None
        if _NUMBER.fullmatch(raw):
            return Decimal(raw)
    elif isinstance(raw, float | Decimal):
        exact = Decimal(repr(raw)) if isinstance(raw, float) else raw
        if exact.is_finite() and abs(exact) < NUMBER_LIMIT:
            return exact
    elif is_empty(raw):
        return None
    raise WrongValue("a number of at most 38 digits")


def read_money(raw: Any) -> Money | None:
    """`{"amount": "12.50", "currency": "INR"}`; without an amount it is empty. Raises WrongValue otherwise."""
    if isinstance(raw, Mapping):
        amount = read_number(raw.get("amount"))
        if amount is None:
            return None
        currency = raw.get("currency")
        if isinstance(currency, str) and _CURRENCY.fullmatch(currency):
            return Money(Decimal(amount), currency)
    elif is_empty(raw):
        return None
    raise WrongValue('an amount with a currency, such as {"amount": "12.50", "currency": "INR"}')


def read_date(raw: Any) -> date | None:
    """A date as `2025-10-06`; raises WrongValue for anything else, also for a date with a time."""
    if isinstance(raw, str):
        if not raw:
            return None
        if _DATE.fullmatch(raw):
            return _checked(date.fromisoformat, raw, "a date")
    elif isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    elif is_empty(raw):
        return None
    raise WrongValue("a date such as 2025-10-06")


def read_datetime(raw: Any) -> datetime | None:
    """A date and time, with offset or in the tenant's time zone; raises WrongValue for anything else."""
    if isinstance(raw, str):
        if not raw:
            return None
        if _DATETIME.fullmatch(raw):
            return _checked(datetime.fromisoformat, raw, "a date and time")
    elif isinstance(raw, datetime):
        return raw
    elif is_empty(raw):
        return None
    raise WrongValue("a date and time such as 2025-10-06T09:30:00+05:30")


def read_time(raw: Any) -> time | None:
    """A time of day as `09:30` or `09:30:15`; raises WrongValue for anything else."""
    if isinstance(raw, str):
        if not raw:
            return None
        if _TIME.fullmatch(raw):
            return _checked(time.fromisoformat, raw, "a time")
    elif isinstance(raw, time) and raw.tzinfo is None:
        return raw
    elif is_empty(raw):
        return None
    raise WrongValue("a time such as 09:30")


def read_bool(raw: Any) -> bool | None:
    """True or false; raises WrongValue for anything else, also for 0 and 1."""
    if isinstance(raw, bool):
        return raw
    if is_empty(raw):
        return None
    raise WrongValue("yes or no")


READERS: Mapping[FieldType, Callable[[Any], Any]] = {
    FieldType.TEXT: read_text,
    FieldType.CHOICE: read_text,
    FieldType.MULTI_CHOICE: read_set,
    FieldType.NUMBER: read_number,
    FieldType.MONEY: read_money,
    FieldType.DATE: read_date,
    FieldType.DATETIME: read_datetime,
    FieldType.TIME: read_time,
    FieldType.BOOL: read_bool,
    FieldType.USER: read_id,
    FieldType.GROUP: read_id,
    FieldType.REFERENCE: read_id,
    FieldType.FILE: read_set,
}


def fold(text: str) -> str:
    """Text as `contains`, `starts` and `ends` compare it: Unicode lower case, one sigma, one i, no normalisation.

    Chosen because Python, JavaScript (`toLowerCase`) and PostgreSQL (`lower`) agree on it: lower casing depends on
    its surroundings only for the Greek sigma, and gives two characters only for the Turkish capital I with a dot.
    """
    return text.lower().replace("ς", "σ").replace("i\u0307", "i")


def _checked(read: Callable[[str], _T], raw: str, what: str) -> _T:
    try:
        return read(raw)
    except ValueError:
        raise WrongValue(f"{what} that exists") from None
