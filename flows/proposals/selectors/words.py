"""Proposals by words: a number, an end, or the person who proposed.

They are gathered from the ends and the people that have the words, no further than counts go. Where there are more, each
proposal is asked as a list is walked in its order: it finds enough of them soon.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from flows.catalogue.selectors.finding import has_words as end_has_words
from flows.models import CatalogueEntity
from flows.proposals.selectors.gathering import COUNT_CAP, Gathered
from flows.proposals.selectors.grounds import OF_TAB

MOST: Final = 5_000
"""So many ends, and so many people, are looked at."""
FEW_FOUND: Final = 2 * COUNT_CAP
"""So many rows are read of a tab; a proposal may be found by its source, its target, its maker and its number."""

BY_NUMBER: Final = "SELECT p.id FROM flows_proposedflow p WHERE p.organisation_id = %s AND p.number = %s {tab}"
BY_ONE: Final = """
    SELECT p.id FROM {ones} o CROSS JOIN LATERAL (
           SELECT p.id FROM flows_proposedflow p WHERE p.organisation_id = %s AND p.{column} = o.id {tab} OFFSET 0) p
"""
ONES: Final = (("people", "maker_id"), ("ends", "source_id"), ("ends", "target_id"))
OF_ALL: Final = """
    WITH ends(id) AS MATERIALIZED ({ends}), people(id) AS MATERIALIZED ({people}), {tabs}
    SELECT {found}, (SELECT count(*) FROM ends) < %s AND (SELECT count(*) FROM people) < %s FROM {counts}
"""
OF_ONE_TAB: Final = """
    g{tab}(id) AS MATERIALIZED (SELECT f.id FROM ({rows}) f(id) LIMIT %s),
    n{tab} AS (SELECT count(*) AS rows, count(DISTINCT id) AS number FROM g{tab})
"""
FOUND: Final = """
    n{tab}.rows < %s, n{tab}.number, CASE WHEN n{tab}.rows < %s THEN (SELECT array_agg(DISTINCT id)::text FROM g{tab}) END
"""


class EachExists(Exists):
    """Asked of each row by its key. The planner would rather read all that have the words, for the few rows of a page."""

    template = "EXISTS(%(subquery)s OFFSET 0)"


class Words:
    """The proposals that words find, among the active and the completed ones each, or among all (None). One query."""

    def __init__(self, organisation_id: UUID, text: str, tabs: Sequence[bool | None]) -> None:
        self.organisation_id = organisation_id
        self.tabs = tabs
        text = text.strip()
        number = text.lstrip("#")
        self.number = int(number) if number.isdecimal() and len(text) < 18 else None
        self.ends = CatalogueEntity.objects.filter(end_has_words(text), organisation_id=organisation_id)
        self.people = Membership.objects.filter(organisation_id=organisation_id, name__icontains=text)

    @cached_property
    def found(self) -> dict[bool | None, Gathered]:
        """As far as they are read."""
        sql, params = self._statement()
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            [[*found, has_all]] = cursor.fetchall()
        triples = zip(self.tabs, found[::3], found[1::3], found[2::3], strict=True)
        return {tab: Gathered(number, few and has_all, ids or "{}") for tab, few, number, ids in triples}

    def condition(self, tab: bool | None) -> Q:
        return self.found[tab].condition(self.by_row)

    @property
    def by_row(self) -> Q:
        """The same, asked of each row."""
        found = Q(number=self.number) if self.number is not None else Q()
        found |= Q(maker_id__in=self.people.values("id"))
        for column in ("source_id", "target_id"):
            found |= Q(EachExists(self.ends.filter(id=OuterRef(column))))
        return found

    def _statement(self) -> tuple[str, list[Any]]:
        (ends, of_ends), (people, of_people) = _limited(self.ends), _limited(self.people)
        params, parts = [*of_ends, *of_people], []
        for place, tab in enumerate(self.tabs):
            rows, of_rows = self._rows(OF_TAB[tab].format(row="p"))
            parts.append(OF_ONE_TAB.format(tab=place, rows=rows))
            params += [*of_rows, FEW_FOUND]
        places = range(len(self.tabs))
        found, counts = (
            ", ".join(FOUND.format(tab=place) for place in places),
            ", ".join(f"n{place}" for place in places),
        )
        sql = OF_ALL.format(ends=ends, people=people, tabs=", ".join(parts), found=found, counts=counts)
        return sql, [*params, *[FEW_FOUND] * 2 * len(self.tabs), MOST, MOST]

    def _rows(self, tab: str) -> tuple[str, list[Any]]:
        parts = [BY_ONE.format(ones=ones, column=column, tab=tab) for ones, column in ONES]
        params: list[Any] = [self.organisation_id] * len(parts)
        if self.number is not None:
            parts.insert(0, BY_NUMBER.format(tab=tab))
            params = [self.organisation_id, self.number, *params]
        return " UNION ALL ".join(parts), params


def _limited(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    sql, params = rows.order_by().values("id")[:MOST].query.sql_with_params()
    return sql, params
