"""A decision that nobody makes: the clock takes a named way, planned as a person's decision is."""

from workflows.engine import moves
from workflows.engine.moves import Decision
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By, Clock, Columns, RunState, TaskState
from workflows.selectors.locks import open_at
from workflows.selectors.people import tenant_admin_ids
from workflows.services.at_task import desk_of_nobody
from workflows.services.deciding import Standing, Submission, Wish, movement_of, openings_for, way_of
from workflows.services.drawing import drawn

NOTHING_SAID = Wish(Submission(), None, None, "")


def decided_by_clock(run: RunState, task: TaskState, transition: str, clock: Clock, by: By, ladder: Columns) -> Plan:
    """The plan by which the task under lock goes the way called ``transition`` without answers, as the rule of time says.

    Where several people may be asked next nobody is there to choose: they share a queue. Raises Invalid where the way is not
    there or its condition does not hold.
    """
    desk = desk_of_nobody(run, task, clock.at)
    way = way_of(desk, transition, {})
    moved = movement_of(desk, way, run.tokens, {})
    moved = moved._replace(opened=tuple(one._replace(chosen=False) for one in moved.opened))
    standing = Standing(run.tokens, {}, run.labels, run.id, run.definition_id)
    openings = drawn(desk, run.definition_id, openings_for(desk, way, moved, NOTHING_SAID, standing))
    admins = tenant_admin_ids(run.organisation_id) if any(one.assignment.is_unassigned for one in openings) else ()
    decision = Decision(way, moved, openings, Answers(), admin_ids=admins)
    if moved.cancelled:
        decision = decision._replace(cancelled=open_at(run.organisation_id, run.id, moved.cancelled))
    plan = moves.move(run, task, decision, desk.definition, clock, by)
    plan.change_more(task.id, {"overdue": task.is_late(clock.at), "rungs_done": ladder["rungs_done"]})
    return plan
