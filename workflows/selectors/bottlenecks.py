"""Where requests of a workflow stand and lose time: by step, and by the way that was gone from it.

What is counted are *stays*: one task is one stay of a request at a step. Of the requests that were started in the period
(the same that the runs page lists) every stay counts, whenever it ended, but for branches that were not taken.

**Waiting** is when nobody works on a stay: from its opening until somebody first takes it up (claims it, takes it over,
votes, asks, puts it on hold; a machine: begins its first attempt), and again while its clock stands still. **Working** is
the rest until the decision. Who decides without having taken it up before has done so at that moment: all of it was waiting.
So waiting and working of a stay are together how long it lasted. Both are plain time, nights and weekends included: it is
how long people wait, and people of several calendars can be compared. Whether a *limit* was kept is counted in working time,
and is another question (``RunFilter.sla``).

**Rework** is the share of stays, or of goings, in which the same request had been at the step, or gone the way, before.

**What if any of n decided** takes today's stays for the times of one person, and asks how long the first of n such people, each
for themselves, would have taken: later than t where all n are, so its survival is that of one to the power of n (the least of
independent times; David and Nagaraja, Order Statistics, 2.1). Who shares a queue today is faster than one person, so there
it promises too much; who leaves it to the others is not in it.

Times are told of a group of at least so many stays as the organisation chose (``WorkflowSettings.figures_from``), and where
people decide only if several of them did: a figure never is about one person. Counts are told always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from workflows.models import WorkflowRun

SMALLEST: Final = 5
"""Stays of the smallest group whose times are told, where the organisation has not chosen."""
SHARES: Final = (0.5, 0.9)

Span = tuple[timedelta, timedelta]
"""Within what time half and nine of ten were done."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one step or way. ``key`` as in the graph, ``step`` and ``source`` the key and name of where it begins (of a step:
    itself).

    ``count`` are stays that ended, ``open`` those that have not (a way has none), ``timed`` those for which anybody waited:
    not the starts. The times are None for too small a group. ``fastest`` is how long a stay would last if the first of
    ``Bottlenecks.any_of`` people decided it; None where nobody asked that, and of what people do not decide.
    """

    step: str
    source: str
    key: str
    name: str
    count: int
    open: int
    again: int
    timed: int
    waiting: Span | None
    working: Span | None
    lasting: Span | None
    fastest: Span | None = None

    @property
    def rework(self) -> int:
        """In percent."""
        return round(100 * self.again / (self.count + self.open)) if self.count + self.open else 0

    @property
    def is_hidden(self) -> bool:
        """Whether there are times that are not told."""
        return self.timed > 0 and self.lasting is None


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """``steps`` in the order in which they were first reached, ``ways`` in that of their steps; ``smallest`` group told."""

    steps: tuple[Figures, ...] = ()
    ways: tuple[Figures, ...] = ()
    smallest: int = SMALLEST
    any_of: int = 1

    @property
    def slowest(self) -> float:
        """The longest half-time of a step in seconds; 0 where none is told."""
        return max((one.lasting[0].total_seconds() for one in self.steps if one.lasting), default=0.0)


_TAKEN_UP: Final = "('claimed', 'taken_over', 'voted', 'asked', 'held')"
# A way is known to a task by its name, which is unique at a step; the graph of the run's version says its key. Tasks of a
# version that the run has left have no way. The parameters: organisation, the runs, organisation three times, the shares of a
# stay of the fastest, organisation, smallest.
_STAYS: Final = """
WITH chosen AS MATERIALIZED (
    SELECT r.id, r.version_id FROM workflows_workflowrun r WHERE r.organisation_id = %s AND r.id IN ({runs})
), named AS (
    SELECT v.id AS version_id, s.value->>'key' AS key, s.value->>'name' AS name
    FROM workflows_workflowversion v, jsonb_array_elements(v.graph->'steps') s
    WHERE v.organisation_id = %s AND v.id IN (SELECT version_id FROM chosen)
), ways AS (
    SELECT v.id AS version_id, w.value->>'from' AS step, w.value->>'key' AS key,
        coalesce(nullif(w.value->>'name', ''), n.name) AS name
    FROM workflows_workflowversion v
    CROSS JOIN jsonb_array_elements(v.graph->'transitions') w
    LEFT JOIN named n ON n.version_id = v.id AND n.key = w.value->>'to'
    WHERE v.organisation_id = %s AND v.id IN (SELECT version_id FROM chosen)
), stays AS (
    SELECT t.step, t.step_name, t.opened_at, t.completed_at, t.completed_by_id, w.key AS way, w.name AS way_name,
        t.completed_at IS NOT NULL AS ended,
        -- What opens and ends in one moment is a start: nobody waited.
        t.completed_at > t.opened_at AS timed,
        row_number() OVER (PARTITION BY t.run_id, t.step ORDER BY t.opened_at, t.id) > 1 AS again,
        row_number() OVER (PARTITION BY t.run_id, t.step, t.transition ORDER BY t.opened_at, t.id) > 1 AS way_again,
        extract(epoch FROM t.completed_at - t.opened_at)::float8 AS lasting,
        extract(epoch FROM t.completed_at - least(coalesce(up.at, t.completed_at), t.completed_at))::float8
            - coalesce(still.seconds, 0) AS working
    FROM chosen r
    JOIN workflows_task t ON t.organisation_id = %s AND t.run_id = r.id AND t.state <> 'skipped'
    LEFT JOIN ways w ON w.version_id = r.version_id AND w.step = t.step AND w.name = t.transition AND t.transition <> ''
    LEFT JOIN LATERAL (
        SELECT min(x.at) AS at FROM (
            SELECT l.at FROM workflows_transitionlog l
            WHERE l.organisation_id = t.organisation_id AND l.run_id = t.run_id AND l.task_id = t.id
                AND l.kind IN {taken_up}
            UNION ALL
            SELECT a.started_at FROM workflows_machinestep m
            JOIN workflows_taskattempt a ON a.organisation_id = m.organisation_id AND a.machine_step_id = m.id
            WHERE m.organisation_id = t.organisation_id AND m.task_id = t.id
        ) x
    ) up ON true
    LEFT JOIN LATERAL (
        SELECT sum(extract(epoch FROM least(coalesce(p.ended_at, t.completed_at), t.completed_at) - p.started_at))::float8
            AS seconds
        FROM workflows_taskpause p
        WHERE p.organisation_id = t.organisation_id AND p.run_id = t.run_id AND p.task_id = t.id
            AND p.started_at < t.completed_at
    ) still ON true
), grouped AS (
    SELECT step, way, grouping(way) = 1 AS is_step, max(step_name) AS step_name, max(way_name) AS way_name,
        count(*) FILTER (WHERE ended) AS ended, count(*) FILTER (WHERE NOT ended) AS open,
        count(*) FILTER (WHERE again) AS again, count(*) FILTER (WHERE way_again) AS way_again,
        count(*) FILTER (WHERE timed) AS timed, count(DISTINCT completed_by_id) FILTER (WHERE timed) AS people,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY greatest(lasting - greatest(working, 0), 0))
            FILTER (WHERE timed) AS waiting,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY greatest(working, 0)) FILTER (WHERE timed) AS working,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY lasting) FILTER (WHERE timed) AS lasting,
        percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY lasting) FILTER (WHERE timed) AS fastest,
        min(opened_at) AS first
    FROM stays GROUP BY GROUPING SETS ((step), (step, way))
), least AS (
    SELECT coalesce((SELECT s.figures_from FROM workflows_workflowsettings s WHERE s.organisation_id = %s), %s) AS stays
)
SELECT g.is_step, g.step, g.step_name, g.way, CASE WHEN g.is_step THEN g.step_name ELSE g.way_name END, g.ended, g.open,
    CASE WHEN g.is_step THEN g.again ELSE g.way_again END, g.timed,
    CASE WHEN g.timed >= least.stays AND g.people <> 1 THEN g.waiting END,
    CASE WHEN g.timed >= least.stays AND g.people <> 1 THEN g.working END,
    CASE WHEN g.timed >= least.stays AND g.people <> 1 THEN g.lasting END,
    CASE WHEN g.timed >= least.stays AND g.people > 1 AND g.is_step THEN g.fastest END, least.stays
FROM grouped g CROSS JOIN least WHERE g.is_step OR g.way IS NOT NULL
ORDER BY min(g.first) OVER (PARTITION BY g.step), g.step, g.is_step DESC, g.ended DESC, g.way
"""


def bottlenecks(runs: QuerySet[WorkflowRun], organisation_id: UUID, *, any_of: int = 1) -> Bottlenecks:
    """The figures of these requests, with ``any_of`` above 1 also those of the first of so many people. One statement, however
    many steps and versions they have."""
    chosen, params = runs.values("id").query.sql_with_params()
    here = organisation_id
    shares = [1 - (1 - share) ** (1 / any_of) for share in SHARES]
    given = [here, *params, here, here, here, shares, here, SMALLEST]
    with connection.cursor() as cursor:
        cursor.execute(_STAYS.format(runs=chosen, taken_up=_TAKEN_UP), given)
        rows = cursor.fetchall()
    steps = [_figures(row[1], row[2], row[1], *row[4:12], row[12] if any_of > 1 else None) for row in rows if row[0]]
    ways = [_figures(row[1], row[2], row[3], *row[4:12]) for row in rows if not row[0]]
    return Bottlenecks(tuple(steps), tuple(ways), rows[0][13] if rows else SMALLEST, any_of)


def overlay(found: Bottlenecks) -> dict[str, dict[str, Mapping[str, Any]]]:
    """What is painted on the graph: by key a label, a tone (good, warn, bad, quiet) and how strong it is, 0 to 1.

    The step at which requests last longest is 1; what is told of too few is quiet. Where it was asked what would be if others
    could decide too, that is said and painted.
    """
    return {
        "nodes": {one.key: _painted(one, found.slowest) for one in found.steps},
        "edges": {one.key: _painted(one, 0.0) for one in found.ways},
    }


def _painted(one: Figures, slowest: float) -> dict[str, Any]:
    times = f"{one.count}×"
    if one.lasting and slowest:
        would = f" → {spoken(one.fastest[0])}" if one.fastest else ""
        times = f"{spoken(one.lasting[0])}{would} · {times}"
    label = times + (f" · {one.open} open" if one.open else "")
    span = one.fastest or one.lasting
    value = span[0].total_seconds() / slowest if span and slowest else 0.0
    tone = "quiet" if not value else "bad" if value > 0.66 else "warn" if value > 0.33 else "good"
    return {"label": label, "tone": tone, "value": round(value, 3)}


def spoken(span: timedelta) -> str:
    """A length of time in its largest unit, for where there is little room."""
    seconds = span.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"


def _figures(
    step: str,
    source: str,
    key: str,
    name: str,
    count: int,
    still: int,
    again: int,
    timed: int,
    *spans: Sequence[float] | None,
) -> Figures:
    return Figures(step, source, key, name or key, count, still, again, timed, *map(_span, spans))


def _span(found: Sequence[float] | None) -> Span | None:
    return None if found is None else (timedelta(seconds=found[0]), timedelta(seconds=found[1]))
