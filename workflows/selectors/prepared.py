"""A query of the ORM whose text is made once per process and whose plan the server keeps: for what every page asks."""

from collections.abc import Hashable, Mapping
from typing import Any

from django.db.models import QuerySet
from psycopg import sql

from accounts.tenancy.statements import execute_prepared

Row = dict[str, Any]


class Prepared:
    """Made from a queryset of named ``values`` that was built with placeholders; ``slots`` names each placeholder value.

    Everything else in it is written into the text: a plan that is kept can use a partial index only where it reads the
    condition itself.
    """

    def __init__(self, rows: QuerySet[Any, Row], slots: Mapping[Hashable, str]) -> None:
        text, params = rows.query.sql_with_params()
        self._order = [slots[one] for one in params if one in slots]
        self._text = text % tuple("%s" if one in slots else sql.Literal(one).as_string(None) for one in params)
        self._names = _names(rows)

    def rows(self, values: Mapping[str, Any]) -> list[Row]:
        """The rows with ``values`` in the places of the placeholders."""
        params = [values[name] for name in self._order]
        found = execute_prepared(self._text, params)
        return [dict(zip(self._names, row, strict=True)) for row in found]


def _names(rows: QuerySet[Any, Row]) -> list[str]:
    query = rows.query.combined_queries[0] if rows.query.combined_queries else rows.query
    return list(query.selected or ())
