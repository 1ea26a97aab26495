"""Facets: by what a list can be narrowed, and how many rows each value has.

Counts are taken within a window, so that they cost the same on a list of a million rows; what is counted in a full window is
shown as "at least".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

WINDOW: Final = 2_000
MOST: Final = 50
"""Of one facet, no more values are looked at."""
SHOWN: Final = 12
"""How many values of an open-ended facet are listed."""

Rows = QuerySet[Any, Any]
Labels = Callable[[Iterable[Any]], Mapping[Any, str]]


@dataclass(frozen=True, slots=True)
class FacetKind:
    """One facet: the name in the address, the column that is counted, and the words of values, in their order.

    ``column`` may go over a join. ``labels`` is given the values found; ``fixed`` ones are listed even without a row.
    """

    name: str
    label: str
    column: str
    labels: Labels
    fixed: tuple[Any, ...] = ()
    of_ids: bool = False
    matching: Callable[[Sequence[Any]], Q] | None = None
    """Rows with any of the values, where the column is behind a join that could repeat rows."""

    def condition(self, values: Sequence[str]) -> Q:
        """Rows with any of the values; those that cannot be read are ignored."""
        wanted = self.read(values)
        if not wanted:
            return Q()
        return self.matching(wanted) if self.matching else Q(**{f"{self.column}__in": wanted})

    def read(self, values: Sequence[str]) -> list[Any]:
        return [one for one in map(self._read, values[:MOST]) if one is not None]

    def _read(self, value: str) -> Any:
        if self.fixed:
            return {str(one): one for one in self.fixed}.get(value)
        if not self.of_ids:
            return value
        try:
            return UUID(value)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    label: str
    count: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    values: tuple[FacetValue, ...]


def narrowed(rows: Rows, kinds: Sequence[FacetKind], chosen: Mapping[str, Sequence[str]], *, but: str = "") -> Rows:
    """The rows that have the chosen values of all facets, ``but`` one."""
    for kind in kinds:
        if kind.name != but and chosen.get(kind.name):
            rows = rows.filter(kind.condition(chosen[kind.name]))
    return rows


def facets_of(rows: Rows, kinds: Sequence[FacetKind], chosen: Mapping[str, Sequence[str]]) -> tuple[Facet, ...]:
    """The facets of a list. Each counts what the other facets leave, so that values of one add up. One query each."""
    return tuple(
        _facet(kind, narrowed(rows, kinds, chosen, but=kind.name), chosen.get(kind.name, ())) for kind in kinds
    )


def capped_count(rows: Rows, cap: int = WINDOW, *, along: str = "") -> str:
    """How many rows there are: "240", or "2,000+". ``along`` names the column after which the index goes on that finds them:
    where very many rows are alike, the planner believes to meet some soon without it, and reads the whole table."""
    sql, params = rows.order_by(*([along] if along else [])).values("id")[: cap + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) found", params)  # noqa: S608 - the text of a queryset
        found: int = cursor.fetchone()[0]
    return f"{cap:,}+" if found > cap else f"{found:,}"


def _facet(kind: FacetKind, rows: Rows, chosen: Sequence[str]) -> Facet:
    sql, params = rows.order_by().values_list(kind.column)[: WINDOW + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v, count(*) FROM ({sql}) found(v) GROUP BY v", params)  # noqa: S608 - as above
        counts: dict[Any, int] = {value: count for value, count in cursor.fetchall() if value is not None}
    more = "+" if sum(counts.values()) > WINDOW else ""
    found = sorted(counts, key=lambda value: -counts[value])
    picked = kind.read(chosen)
    offered = list(dict.fromkeys([*kind.fixed, *picked, *found]))[: max(SHOWN, len(kind.fixed) + len(picked))]
    labels = kind.labels(offered)
    values = [
        FacetValue(
            str(value),
            labels[value],
            f"{counts[value]:,}{more}" if value in counts else "" if more else "0",
            str(value) in chosen,
        )
        for value in offered
        if value in labels
    ]
    if not kind.fixed:
        values.sort(key=lambda value: value.label.lower())
    return Facet(kind.name, kind.label, tuple(values))
