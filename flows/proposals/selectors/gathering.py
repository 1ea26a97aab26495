"""Sets of ids that a page asks for again and again: read once, and given back to the database as they came.

A set that is too large to read is asked row by row instead; a list of proposals that is walked in its order finds enough of a
large set soon. So a page costs about the same for somebody with ten proposals and for somebody with all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from accounts.tenancy.statements import execute_prepared

# The ids are put together only when they are all there.
GATHERED: Final = """
    WITH g(id) AS MATERIALIZED ({rows}), n AS (SELECT count(*) AS rows, count(DISTINCT id) AS number FROM g)
    SELECT n.rows < %s, n.number, CASE WHEN n.rows < %s THEN (SELECT array_agg(DISTINCT id)::text FROM g) END FROM n
"""

Key = TypeVar("Key")
COUNT_CAP: Final = 500
"""Counts go up to here; a list says "499+" then."""
ASKED_CAP: Final = 100
"""And up to here where each proposal would have to be asked."""
# A query may find an id more than once. It is read a little further than the cap, and to its end only where that did not tell.
TALLIED: Final = """
    (WITH g(id) AS MATERIALIZED ({rows}), n AS (SELECT count(*) AS rows, count(DISTINCT id) AS number FROM g)
     SELECT CASE WHEN n.rows < %s OR n.number >= %s THEN least(n.number, %s)
                 ELSE (SELECT count(*) FROM (SELECT DISTINCT f.id FROM ({rows}) f(id) LIMIT %s) d) END FROM n)
"""


class Asked(Func):
    """A yes or no about a row; a template takes its arguments as the columns of one row."""

    output_field = BooleanField()


class Among(Asked):
    """Whether a column is one of an array."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("


@dataclass(frozen=True, slots=True)
class Gathered:
    """Ids, each once, as far as they were read; ``ids`` is an array as the database writes it."""

    number: int
    is_all: bool
    ids: str

    def condition(self, otherwise: Asked | Q, column: str = "id") -> Q:
        """Holds for these ids; ``otherwise`` says the same of each row, where there were too many to read."""
        if not self.is_all:
            return Q(otherwise)
        return Q(Among(F(column), Cast(Value(self.ids), ArrayField(UUIDField())))) if self.number else Q(pk__in=())


def gather(sql: str, params: Sequence[Any], most: int) -> Gathered:
    """Read what a query of one column of ids finds, if that is less than ``most`` rows; it is to read no more than that."""
    [(is_all, number, ids)] = execute_prepared(GATHERED.format(rows=sql), [*params, most, most])
    return Gathered(number, is_all, ids or "{}")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many different ids a query finds, up to a cap: a number in a statement that asks for several."""

    sql: str
    params: Sequence[Any]


def tally(sql: str, params: Sequence[Any], cap: int = COUNT_CAP) -> Tally:
    """Of a query of one column that ends with a LIMIT, whose parameter is left out here."""
    most = cap + cap // 4
    return Tally(TALLIED.format(rows=sql), [*params, most, most, cap, cap, *params, None, cap])


def counted(wanted: Mapping[Key, QuerySet[Any] | Tally], cap: int = COUNT_CAP, *, keep: bool = False) -> dict[Key, int]:
    """How many each has, up to a cap; a tally has its own. One statement; ``keep`` its plan where its text is always the same."""
    counts = dict.fromkeys(wanted, 0)
    parts: dict[Key, Tally] = {}
    for key, rows in wanted.items():
        try:
            parts[key] = rows if isinstance(rows, Tally) else _counted(rows, cap)
        except EmptyResultSet:
            continue
    if parts:
        sql = f"SELECT {', '.join(part.sql for part in parts.values())}"
        params = [value for part in parts.values() for value in part.params]
        [numbers] = execute_prepared(sql, params) if keep else _executed(sql, params)
        counts.update(zip(parts, numbers, strict=True))
    return counts


def _executed(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _counted(rows: QuerySet[Any], cap: int) -> Tally:
    sql, params = rows.order_by().values("id")[:cap].query.sql_with_params()
    return Tally(f"(SELECT count(*) FROM ({sql}) c)", params)  # noqa: S608 - made by Django, values apart
