"""Who gets a task where the step draws one of several people: in turn, or whoever has the least to do.

Done after everything else of a decision was checked, so that a refused decision takes nobody's turn.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Count

from accounts.tenancy.models import new_id
from accounts.tenancy.statements import execute_last, execute_prepared
from workflows.assignment import PersonRef
from workflows.engine.moves import Opening
from workflows.engine.state import RunState
from workflows.graph.document import AssigneeMode
from workflows.models import OPEN_TASK, Task
from workflows.reasons import How
from workflows.selectors.definitions import definition_of
from workflows.selectors.desk import Desk
from workflows.strategies import DRAWN, able, least_loaded, next_in_turn

# The row is locked until the commit, also when it is there already.
LOCK_TURN: Final = """
INSERT INTO workflows_stepturn (id, organisation_id, definition_id, step) VALUES (%s, %s, %s, %s)
ON CONFLICT (organisation_id, definition_id, step) DO UPDATE SET step = workflows_stepturn.step
RETURNING id, last_member_id
"""
# In the order of definitions and keys, in which a decision alone locks too.
LOCK_TURNS: Final = """
INSERT INTO workflows_stepturn (id, organisation_id, definition_id, step)
SELECT one.id, %s, one.definition_id, one.step
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) WITH ORDINALITY AS one (id, definition_id, step, place) ORDER BY one.place
ON CONFLICT (organisation_id, definition_id, step) DO UPDATE SET step = workflows_stepturn.step
RETURNING id
"""
TAKE_TURN: Final = "UPDATE workflows_stepturn SET last_member_id = %s WHERE organisation_id = %s AND id = %s"


def drawn(desk: Desk, definition_id: UUID | None, openings: Sequence[Opening]) -> tuple[Opening, ...]:
    """The same openings, with one person where the step draws one. One more statement for each such step; none without a
    workflow, where a case is played and it is everybody's first turn.

    In the order of the steps' keys, so that two who draw at the same steps never wait for each other in a circle.
    """
    found = {one.step.key: one for one in openings}
    for key in sorted(found):
        opening = found[key]
        mode = opening.step.assignee.mode if opening.step.assignee else AssigneeMode.ONE
        people = able(opening.assignment.queue)
        if mode not in DRAWN or not people:
            continue
        in_turn = mode is AssigneeMode.ROUND_ROBIN
        if definition_id is None:
            person = next_in_turn(people, None) if in_turn else least_loaded(people, {})
        else:
            person = _in_turn(desk, definition_id, key, people) if in_turn else _least_loaded(desk, people)
        why = {**opening.assignment.why, "how": (How.TURN if in_turn else How.LEAST_LOADED).value}
        found[key] = opening._replace(assignment=opening.assignment._replace(person=person, queue=(), why=why))
    return tuple(found[one.step.key] for one in openings)


def lock_turns(organisation_id: UUID, runs: Iterable[RunState]) -> None:
    """Before many decisions in one transaction: lock the turns of all steps of their workflows at which one is drawn in turn.

    Each decision alone draws in the order of the keys; several of them would draw in the order of their requests, and two
    such transactions could wait for each other in a circle. One statement, none where no step draws so.
    """
    found = sorted(
        {
            (run.definition_id, step.key)
            for run in {(run.definition_id, run.version_id): run for run in runs}.values()
            for step in definition_of(organisation_id, run.version_id).graph.steps.values()
            if step.assignee is not None and step.assignee.mode is AssigneeMode.ROUND_ROBIN
        }
    )
    if found:
        definitions, steps = zip(*found, strict=True)
        execute_prepared(LOCK_TURNS, [organisation_id, [new_id() for _ in found], list(definitions), list(steps)])


def _in_turn(desk: Desk, definition_id: UUID, step: str, people: Sequence[PersonRef]) -> PersonRef:
    here = desk.organisation_id
    ((row, last),) = execute_prepared(LOCK_TURN, [new_id(), here, definition_id, step])
    person = next_in_turn(people, last)
    execute_last(TAKE_TURN, [person.id, here, row])
    return person


def _least_loaded(desk: Desk, people: Sequence[PersonRef]) -> PersonRef:
    return least_loaded(people, open_tasks_of(desk.organisation_id, [one.id for one in people]))


def open_tasks_of(organisation_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many open tasks each of these people holds; nobody without any is in it. One query."""
    rows = Task.objects.filter(organisation_id=organisation_id, assignee_id__in=member_ids, state__in=OPEN_TASK)
    return dict(rows.values_list("assignee_id").annotate(count=Count("id")))
