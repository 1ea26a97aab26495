"""Sets of ids that a page asks for again and again: read once, and given back to the database as they came.

A set that is too large to read is asked row by row instead; a list of proposals that is walked in its order finds enough of a
large set soon. So a page costs about the same for somebody with ten proposals and for somebody with all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

# The ids are put together only when they are all there.
GATHERED: Final = """
    WITH g(id) AS MATERIALIZED ({rows}), n AS (SELECT count(*) AS rows, count(DISTINCT id) AS number FROM g)
    SELECT n.rows < %s, n.number, CASE WHEN n.rows < %s THEN (SELECT array_agg(DISTINCT id)::text FROM g) END FROM n
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
    with connection.cursor() as cursor:
        cursor.execute(GATHERED.format(rows=sql), [*params, most, most])
        is_all, number, ids = cursor.fetchone() or (True, 0, None)
    return Gathered(number, is_all, ids or "{}")


def gather_rows(rows: QuerySet[Any], most: int) -> Gathered:
    """The same for the ids of a queryset."""
    try:
        sql, params = rows.order_by().values("id")[:most].query.sql_with_params()
    except EmptyResultSet:
        return Gathered(0, is_all=True, ids="{}")
    return gather(sql, params, most)
